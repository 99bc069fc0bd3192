"""A SmartBox on standard input and output, as frames, and the hands at it on a socket."""
import argparse
import json
import os
import selectors
import socket
import sys
from collections.abc import Callable

from . import framing, label
from .box import SmartBox
from .clocks import Clocks

HANDS = """\
press 1864228 enter    the keypad: digits, and the words clear and enter
tag KEY                hold a key's tag to the reader
take BIN               take the key out of a bin
put BIN KEY            put a key into a bin
close BIN              shut a bin's door
service                press the service button inside
drift MS               make the box's clock so many milliseconds wrong
wait MS                let so much time go by
state                  how the box is
KEY is the device that made it and its count: 00000007:1. Every line is answered by one line of JSON."""


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, epilog=HANDS, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--serial-number", default="LB-PYTHON")
    parser.add_argument("--secret", type=bytes.fromhex, default=bytes(range(0x40, 0x50)), help="the label's 16 bytes")
    parser.add_argument("--bins", type=int, choices=range(1, 100), default=4, metavar="1 to 99")
    parser.add_argument("--clock", type=int, metavar="MS", help="what its clock shows; time goes by when hands wait")
    parser.add_argument("--control", metavar="SOCKET", help="where to listen for the hands at the box")
    return parser.parse_args()


def main() -> None:
    chosen = arguments()
    smartbox = SmartBox(chosen.serial_number, chosen.secret, chosen.bins, Clocks(chosen.clock))
    selector = selectors.DefaultSelector()
    selector.register(sys.stdin.fileno(), selectors.EVENT_READ, line(smartbox))
    if chosen.control:
        listener = socket.socket(socket.AF_UNIX)
        listener.bind(chosen.control)
        listener.listen()
        selector.register(listener, selectors.EVENT_READ, lambda: welcome(selector, listener, smartbox))
    while True:
        for key, _ in selector.select():
            key.data()


def line(smartbox: SmartBox) -> Callable[[], None]:
    """What is done when something comes on the serial line."""
    decoder = framing.Decoder()

    def read() -> None:
        data = os.read(sys.stdin.fileno(), 65_536)
        if not data:
            sys.exit()
        for message in decoder.feed(data):
            sys.stdout.buffer.write(framing.frame(smartbox.answer(message)))
            sys.stdout.buffer.flush()

    return read


def welcome(selector: selectors.BaseSelector, listener: socket.socket, smartbox: SmartBox) -> None:
    """Somebody comes to the box."""
    connection, _ = listener.accept()
    lines = connection.makefile("rw")

    def read() -> None:
        order = lines.readline()
        if not order:
            selector.unregister(connection)
            lines.close()
            connection.close()
            return
        lines.write(json.dumps(said(smartbox, order.split())) + "\n")
        lines.flush()

    selector.register(connection, selectors.EVENT_READ, read)


def said(smartbox: SmartBox, words: list[str]) -> dict[str, object]:
    """Does what a line says; answers how the box is then."""
    try:
        hand(smartbox, words)
    except (KeyError, ValueError, IndexError) as error:
        return {"ok": False, "error": f"got {' '.join(words)!r} ({error}), expected one of: {HANDS}"}
    return state(smartbox)


def hand(smartbox: SmartBox, words: list[str]) -> None:
    cabinet = smartbox.cabinet
    match words:
        case ["state"]:
            pass
        case ["press", *buttons]:
            for word in buttons:
                for button in [word] if word in ("clear", "enter") else [str(int(digit)) for digit in word]:
                    cabinet.press(button)
        case ["tag", tag]:
            cabinet.tag(key(tag))
        case ["take", number]:
            cabinet.take(int(number))
        case ["put", number, tag]:
            cabinet.put(int(number), key(tag))
        case ["close", number]:
            cabinet.close(int(number))
        case ["service"]:
            smartbox.press_service()
        case ["drift", ms]:
            smartbox.clocks.drift(int(ms))
        case ["wait", ms]:
            smartbox.clocks.wait(int(ms))
        case _:
            raise ValueError("no such thing")


def key(text: str) -> int:
    device, count = text.split(":")
    return int(device, 16) << 32 | int(count)


def state(smartbox: SmartBox) -> dict[str, object]:
    cabinet = smartbox.cabinet
    screen = cabinet.screen()
    return {
        "ok": True,
        "did": [{"opens": number} for number in cabinet.opened()],
        "serial_number": smartbox.serial,
        "label": label.text(smartbox.secret),
        "qr": label.qr(smartbox.serial, smartbox.secret),
        "paired": smartbox.owner is not None,
        "clock": smartbox.clocks.now(),
        "screen": {"shows": screen.shows, **screen.more},
        "bins": [
            {
                "bin": each.number,
                "enabled": each.enabled,
                "open": each.open_for is not None,
                "key": None if each.key is None else f"{each.key >> 32:08X}:{each.key & 0xFFFF_FFFF}",
            }
            for each in cabinet.bins.values()
        ],
        "grants": len(cabinet.grants),
        "log": {"first_held": cabinet.log.first_held, "next": cabinet.log.next, "lost": cabinet.log.lost},
    }


if __name__ == "__main__":
    main()
