"""What a box is told ("Contents"), and the words for what it answers."""
import unicodedata
from enum import IntEnum
from typing import Any, NamedTuple

from . import cbor
from .cbor import between, boolean, choice, device, fact, instant, many, nullable, number, octets, record

BATCH = 100
BARRED = 256


class Stamp(NamedTuple):
    clock: int
    by: int

    def ms(self) -> int:
        """The moment in it: without the rank above it, and the count below."""
        return (self.clock >> 16) & ((1 << 44) - 1)


class State(IntEnum):
    LIVE = 0
    REVOKED = 1
    UNLINKED = 2


class Grant(NamedTuple):
    id: int
    stamp: Stamp
    key: int
    code: str
    start: int
    until: int | None
    state: int

    def is_dead(self, clock: int) -> bool:
        return self.state == State.REVOKED or (self.until is not None and self.until <= clock)

    def is_open(self, clock: int) -> bool:
        return self.state == State.LIVE and self.start <= clock and not self.is_dead(clock)

    def rank(self) -> tuple[Any, ...]:
        """Of two writings, the one with the higher rank holds."""
        until = -1 if self.until is None else self.until
        return (self.stamp, self.key, len(self.code), self.code, self.start, until, self.state)


class Notice(NamedTuple):
    key: int
    stamp: Stamp
    place: tuple[int, tuple[Any, ...]]


class Batch(NamedTuple):
    number: int
    grants: list[Grant]
    notices: list[Notice]
    stored: int
    chain: bytes | None
    barred: list[tuple[int, Stamp]]


class Order(NamedTuple):
    challenge: bytes
    answer_to: bytes
    command: tuple[int, tuple[Any, ...]]


class Terms(NamedTuple):
    challenge: bytes
    verifying: bytes
    sealing: bytes
    clock: int


class Command(IntEnum):
    STATUS = 0
    SET_CLOCK = 1
    SET_BIN = 2
    OPEN_BIN = 3
    BEGIN_LOG = 4
    RESET = 5


def _is_code(text: str) -> bool:
    return 4 <= len(text) <= 16 and text.isascii() and text.isdigit()


def _is_name(text: str) -> bool:
    return 1 <= len(text.encode()) <= 320 and not any(unicodedata.category(each) == "Cc" for each in text)


_bin = cbor.one_of_type(int, lambda value: 1 <= value <= 99)
_stamp = record(Stamp, number, fact)
_code = cbor.one_of_type(str, _is_code)
_place = cbor.variant({0: (cbor.one_of_type(str, _is_name),), 1: (), 2: ()})
_grant = record(Grant, fact, _stamp, fact, _code, instant, nullable(instant), choice(*State))
_notice = record(Notice, fact, _stamp, _place)
_barred = record(lambda device, stamp: (device, stamp), device, _stamp)
_command = cbor.variant(
    {
        Command.STATUS: (),
        Command.SET_CLOCK: (instant,),
        Command.SET_BIN: (_bin, boolean),
        Command.OPEN_BIN: (_bin,),
        Command.BEGIN_LOG: (between(1, 1 << 53, number),),
        Command.RESET: (),
    }
)

batch = record(
    Batch, number, many(_grant, BATCH), many(_notice, BATCH), number, nullable(octets(32)), many(_barred, BARRED)
)
order = record(Order, octets(16), cbor.key, _command)
terms = record(Terms, octets(32), cbor.key, cbor.key, instant)
