"""The plainest SmartBox: it says what it hears. It takes the arguments of `latchbook-box`, so that the stand-ins can be
tried without one."""
import argparse
import os
import pty
import socket
import sys
import threading
import tty


def options():
    parser = argparse.ArgumentParser(description=__doc__)
    kind = parser.add_mutually_exclusive_group(required=True)
    kind.add_argument("--gatt", action="store_true", help="records on standard input and output")
    kind.add_argument("--pty", action="store_true", help="a pseudo-terminal, named on the first line of output")
    parser.add_argument("--payload", type=int, default=20, help="the longest record")
    parser.add_argument("--state", help="what a box remembers; this one remembers nothing")
    parser.add_argument("--control", help="a Unix socket; every line is answered with `heard` and the line")
    return parser.parse_args()


def answer_lines(path):
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(path)
    listener.listen()
    while True:
        connection, _ = listener.accept()
        with connection, connection.makefile() as lines:
            for line in lines:
                connection.sendall(f"heard {line}".encode())


def echo_records():
    while head := sys.stdin.buffer.read(2):
        sys.stdout.buffer.write(head + sys.stdin.buffer.read(int.from_bytes(head, "big")))
        sys.stdout.buffer.flush()


def echo_bytes():
    box, port = pty.openpty()
    tty.setraw(port)
    print(os.ttyname(port), flush=True)
    while data := os.read(box, 4096):
        while data:
            data = data[os.write(box, data) :]


if __name__ == "__main__":
    chosen = options()
    if chosen.control:
        threading.Thread(target=answer_lines, args=[chosen.control], daemon=True).start()
    echo_records() if chosen.gatt else echo_bytes()
