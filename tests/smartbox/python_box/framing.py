"""Messages on a serial line ("Links")."""
from collections.abc import Iterator
from zlib import crc32

MESSAGE_BYTES = 65_536
FRAME_BYTES = 65_799


def frame(message: bytes) -> bytes:
    """What is sent for a message: the end of whatever stood on the line before, and the frame."""
    return b"\0" + _stuffed(message + crc32(message).to_bytes(4, "little")) + b"\0"


class Decoder:
    """Finds the messages in a stream. What is none is dropped."""

    def __init__(self) -> None:
        self._frame = bytearray()
        self._too_long = False

    def feed(self, data: bytes) -> Iterator[bytes]:
        *ended, rest = data.split(b"\0")
        for part in ended:
            self._take(part)
            message = None if self._too_long else _message(bytes(self._frame))
            self._frame.clear()
            self._too_long = False
            if message is not None:
                yield message
        self._take(rest)

    def _take(self, part: bytes) -> None:
        self._too_long |= len(self._frame) + len(part) > FRAME_BYTES
        if not self._too_long:
            self._frame += part


def _message(stuffed: bytes) -> bytes | None:
    whole = _unstuffed(stuffed) if stuffed else None
    if whole is None or not 4 <= len(whole) <= MESSAGE_BYTES + 4:
        return None
    message, checksum = whole[:-4], whole[-4:]
    return message if crc32(message).to_bytes(4, "little") == checksum else None


def _stuffed(data: bytes) -> bytes:
    out = bytearray()
    parts = data.split(b"\0")
    for index, part in enumerate(parts):
        while len(part) >= 254:
            out += b"\xff" + part[:254]
            part = part[254:]
            if not part and index == len(parts) - 1:
                return bytes(out)
        out += bytes([len(part) + 1]) + part
    return bytes(out)


def _unstuffed(data: bytes) -> bytes | None:
    out, at = bytearray(), 0
    while at < len(data):
        code = data[at]
        part = data[at + 1 : at + code]
        if len(part) != code - 1:
            return None
        out += part
        at += code
        if code < 255 and at < len(data):
            out.append(0)
    return bytes(out)
