"""What stands on a box ("Label")."""
from hashlib import sha256

DIGITS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


def key(secret: bytes) -> bytes:
    """What the MACs of pairing are made with."""
    return sha256(b"latchbook label 1" + secret).digest()


def text(secret: bytes) -> str:
    """The secret as people read it."""
    number = int.from_bytes(secret, "big") * 1024
    number += -number % 1021
    digits = "".join(DIGITS[number >> 5 * place & 31] for place in reversed(range(28)))
    return "-".join(digits[at : at + 4] for at in range(0, 28, 4))


def qr(serial: str, secret: bytes) -> str:
    return f"LATCHBOOK:1:{serial}:{text(secret)}"
