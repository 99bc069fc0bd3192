"""A serial cable between a browser and one SmartBox, and the hand that pulls it.

The SmartBox is a program that makes a pseudo-terminal and prints its path. This program makes a second one for the browser
and carries the bytes between the two, so that the cable can be pulled, plugged in again, cut after some bytes, and be
noisy, while the SmartBox runs on.

Chromium takes for a serial port what the kernel names so in `/proc/tty/drivers`, and asks udev's files for its USB
identity. `browser.sh` runs a browser that sees other files there: those that this program writes into its folder, where the
terminal of the virtual console `ttyN` has become the pseudo-terminal. That a cable was pulled or plugged in udev tells by a
netlink message; so does this program.

With `--socket` there is a Unix socket in place of the pseudo-terminal, for a browser that can have none of this.

The test gives commands on standard input (see `lines.py`); when that ends, everything ends.
"""
import argparse
import os
import pty
import select
import socket
import subprocess
import sys
import termios
import time
import tty

import lines
import udev

# The virtual consoles that may stand for a port; a running program reserves its own by an abstract socket of this name.
TTYS = range(40, 60)
RESERVED = "\0latchbook-{}"
# How often is looked whether somebody has opened the port.
IDLE = 0.02
CHUNK = 4096


class Direction:
    """The bytes one way, and what goes wrong with them next."""

    def __init__(self):
        self.waiting = bytearray()
        # How many more pass before the cable is pulled, and before one is spoilt; None is never.
        self.left = None
        self.good = None

    def clear(self):
        self.waiting.clear()
        self.left = self.good = None

    def carry(self, data):
        """Takes the bytes; answers whether the cable still holds."""
        data = bytearray(data)
        if self.good is not None:
            if self.good < len(data):
                data[self.good] ^= 0xFF
                self.good = None
            else:
                self.good -= len(data)
        if self.left is None:
            self.waiting += data
            return True
        self.waiting += data[: self.left]
        self.left -= len(data)
        return self.left >= 0


class Terminal:
    """The browser's end as a pseudo-terminal that a browser finds under the name of a virtual console."""

    def __init__(self, folder, identity):
        self.folder = folder
        self.name = self.reserve()
        self.device = udev.Device(self.name, identity)
        self.fd = None
        self.opened = False
        self.look_at = 0.0
        os.makedirs(self.path("run/udev/data"), exist_ok=True)
        self.write("run/udev/control", "")
        self.unplug()

    def reserve(self):
        for number in TTYS:
            self.reservation = socket.socket(socket.AF_UNIX)
            try:
                self.reservation.bind(RESERVED.format(f"tty{number}"))
                return f"tty{number}"
            except OSError:
                self.reservation.close()
        raise OSError("every virtual console that may stand for a port is in use")

    def path(self, inside):
        return os.path.join(self.folder, inside)

    def write(self, inside, text):
        # In place: the browser's namespace holds on to the file, not to its name.
        with open(self.path(inside), "w") as file:
            file.write(text)

    def plug(self):
        self.fd, port = pty.openpty()
        os.set_blocking(self.fd, False)
        tty.setraw(port)
        self.port = os.ttyname(port)
        os.close(port)
        self.write("port", self.port)
        self.write("drivers", f"smartbox /dev/tty 4 {self.device.minor} serial\n")
        self.write(f"run/udev/data/{self.device.file}", self.device.record())
        browser = self.browser()
        if browser:
            put = f"umount -l /dev/{self.name} 2>/dev/null; mount --bind {self.port} /dev/{self.name}"
            subprocess.run(["nsenter", "--target", browser, "--mount", "sh", "-c", put], check=True)
        udev.tell("add", self.device)

    def unplug(self):
        if self.fd is not None:
            os.close(self.fd)
            self.fd = None
        self.opened = False
        udev.tell("remove", self.device)
        self.write("port", "")
        # With no line in it, the file of a kernel without serial ports.
        self.write("drivers", "")

    def browser(self):
        """The process of the browser in the namespace, if one runs."""
        try:
            with open(self.path("browser.pid")) as file:
                pid = file.read().strip()
        except FileNotFoundError:
            return None
        return pid if os.path.exists(f"/proc/{pid}") else None

    def watched(self):
        return self.fd if self.fd is not None and time.monotonic() >= self.look_at else None

    def listener(self):
        return None

    def hung_up(self):
        """Nobody has the port open; what the last one did not read is gone."""
        self.look_at = time.monotonic() + IDLE
        if self.opened:
            self.opened = False
            port = os.open(self.port, os.O_RDWR | os.O_NOCTTY)
            termios.tcflush(port, termios.TCIOFLUSH)
            os.close(port)


class Line:
    """The browser's end as a Unix socket; a connection is a port that is open."""

    def __init__(self, folder):
        self.name = os.path.join(folder, "line")
        self.plugged = None
        self.connection = None

    def plug(self):
        if os.path.exists(self.name):
            os.unlink(self.name)
        self.plugged = socket.socket(socket.AF_UNIX)
        self.plugged.bind(self.name)
        self.plugged.listen()

    def unplug(self):
        self.hung_up()
        if self.plugged:
            self.plugged.close()
            self.plugged = None

    @property
    def opened(self):
        return self.connection is not None

    @property
    def fd(self):
        return self.connection.fileno() if self.connection else None

    def watched(self):
        return self.fd

    def listener(self):
        return self.plugged.fileno() if self.plugged and not self.connection else None

    def accept(self):
        self.connection, _ = self.plugged.accept()
        self.connection.setblocking(False)

    def hung_up(self):
        if self.connection:
            self.connection.close()
            self.connection = None


class Cable:
    def __init__(self, options):
        self.options = options
        self.end = Line(options.folder) if options.socket else Terminal(options.folder, options.identity)
        self.to_box = Direction()
        self.to_app = Direction()
        self.plugged = False
        self.orders = b""
        self.running = True

    def run(self):
        self.start_peer()
        self.plug()
        lines.say(event="ready", end=self.end.name)
        while self.running:
            self.turn()
        self.pull()
        lines.stop(self.peer)

    def start_peer(self):
        self.peer = lines.start_peer(self.options, stdin=subprocess.DEVNULL, stdout=lines.PIPE)
        path = self.peer.stdout.readline().decode().strip()
        self.box = os.open(path, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)
        tty.setraw(self.box)

    def turn(self):
        """Waits until something can be done, and does it."""
        poll = select.poll()
        poll.register(sys.stdin, select.POLLIN)
        end, listener = self.end.watched(), self.end.listener()
        if self.box is not None:
            poll.register(self.box, select.POLLIN | (select.POLLOUT if self.to_box.waiting else 0))
        if end is not None:
            poll.register(end, select.POLLIN | (select.POLLOUT if self.to_app.waiting else 0))
        if listener is not None:
            poll.register(listener, select.POLLIN)
        ready = dict(poll.poll(None if end == self.end.fd else IDLE * 1000))
        if end in ready:
            self.at_end(end, ready[end])
        if self.box in ready:
            self.at_box(ready[self.box])
        if listener in ready:
            self.end.accept()
        if sys.stdin.fileno() in ready:
            self.obey()

    def at_end(self, end, what):
        if what & select.POLLIN:
            data = read(end)
            if data:
                self.set_opened()
                if not self.to_box.carry(data):
                    self.pull()
                    return
            else:
                what |= select.POLLHUP
        if what & (select.POLLHUP | select.POLLERR):
            self.to_app.waiting.clear()
            self.end.hung_up()
            return
        self.set_opened()
        if what & select.POLLOUT:
            write(end, self.to_app.waiting)

    def set_opened(self):
        if isinstance(self.end, Terminal):
            self.end.opened = True

    def at_box(self, what):
        if what & select.POLLIN:
            data = read(self.box)
            # A port that nobody has open takes nothing, and a cable that hangs loose neither.
            if data and self.end.opened and not self.to_app.carry(data):
                self.flush()
                self.pull()
        elif what & (select.POLLHUP | select.POLLERR):
            lines.say(event="peer ended")
            os.close(self.box)
            self.box = None
            return
        if what & select.POLLOUT:
            write(self.box, self.to_box.waiting)

    def flush(self):
        """What passed before the cut reaches the browser, if it reads."""
        deadline = time.monotonic() + 1
        while self.to_app.waiting and time.monotonic() < deadline:
            write(self.end.fd, self.to_app.waiting)
            time.sleep(0.001)
        if isinstance(self.end, Terminal):
            time.sleep(IDLE)

    def obey(self):
        data = os.read(sys.stdin.fileno(), CHUNK)
        self.running = bool(data)
        *whole, self.orders = (self.orders + data).split(b"\n")
        commands = {
            "pull": self.pull,
            "plug": self.plug,
            "pull_after": self.pull_after,
            "spoil_after": self.spoil_after,
            "reboot": self.reboot,
        }
        for line in whole:
            lines.obey(line, commands)

    # What the test does.

    def pull(self):
        if self.plugged:
            self.plugged = False
            self.to_app.clear()
            # What went through the cable before reaches the box.
            self.to_box.left = self.to_box.good = None
            self.end.unplug()
            lines.say(event="pulled")

    def plug(self):
        if not self.plugged:
            self.end.plug()
            self.plugged = True
            lines.say(event="plugged")

    def pull_after(self, to_box=None, to_app=None):
        self.to_box.left, self.to_app.left = to_box, to_app

    def spoil_after(self, to_box=None, to_app=None):
        self.to_box.good, self.to_app.good = to_box, to_app

    def reboot(self):
        lines.stop(self.peer)
        if self.box is not None:
            os.close(self.box)
        self.to_box.clear()
        self.to_app.clear()
        self.start_peer()


def read(fd):
    """What there is to read; nothing when the other end has gone."""
    try:
        return os.read(fd, CHUNK)
    except OSError:
        return b""


def write(fd, waiting):
    """Writes what fits, and takes it from what waits."""
    try:
        del waiting[: os.write(fd, waiting)]
    except BlockingIOError:
        pass
    except OSError:
        waiting.clear()


def options():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--folder", required=True, help="where the files for the browser go")
    parser.add_argument("--socket", action="store_true", help="a Unix socket, where no terminal can be had")
    parser.add_argument(
        "--identity",
        type=lambda text: udev.Identity(*text.split(":")),
        required=True,
        metavar="VENDOR:PRODUCT:SERIAL",
        help="of the USB device: two numbers of four hexadecimal digits, and a text",
    )
    lines.add_peer(parser)
    return parser.parse_args()


if __name__ == "__main__":
    Cable(options()).run()
