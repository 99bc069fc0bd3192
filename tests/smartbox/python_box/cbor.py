"""CBOR as the protocol wants it ("Encoding"), around cbor2: what a reader refuses, and how records are read."""
from collections.abc import Callable, Mapping, Sequence
from enum import IntEnum
from typing import Any

import cbor2

DEPTH = 16
LAST_INSTANT = 253_402_300_799_999


class Fault(IntEnum):
    TOO_LONG = 0
    UNREADABLE = 1
    AFTER_THE_END = 2
    OUT_OF_RANGE = 3
    TOO_MANY = 4


#: What was out of range, in what had the right shape.
Faults = list[Fault]
#: Makes something of an item, and notes what is out of range.
Reader = Callable[[Any, Faults], Any]


class Malformed(Exception):
    """What was read is not what was expected."""

    def __init__(self, fault: Fault = Fault.UNREADABLE) -> None:
        super().__init__(fault.name)
        self.fault = fault


def dumps(value: Any) -> bytes:
    """Deterministic CBOR, as long as the labels of maps are given in order."""
    return cbor2.dumps(value)


def without_nulls_at_end(fields: list[Any]) -> list[Any]:
    while fields and fields[-1] is None:
        fields = fields[:-1]
    return fields


def loads(data: bytes) -> Any:
    """The one item that the bytes are."""
    value, end = item(data, 0)
    if end != len(data):
        raise Malformed(Fault.AFTER_THE_END)
    return value


def item(data: bytes, at: int) -> tuple[Any, int]:
    """The item that begins at a place, and where it ends."""
    end = _end(data, at, DEPTH)
    try:
        return cbor2.loads(data[at:end]), end
    except Exception as error:  # Text that is no UTF-8, tags of dates that are none: whatever it is, it can't be read.
        raise Malformed() from error


def array(data: bytes, at: int) -> tuple[int, int]:
    """How many items an array has, and where the first one begins."""
    kind, count, at = _head(data, at)
    if kind != 4:
        raise Malformed()
    return count, at


def _head(data: bytes, at: int) -> tuple[int, int, int]:
    """Major type, argument, and what comes after the head."""
    if at >= len(data):
        raise Malformed()
    kind, info = data[at] >> 5, data[at] & 31
    if info < 24:
        return kind, info, at + 1
    size = 1 << (info - 24)
    if info > 27 or at + 1 + size > len(data):  # Indefinite lengths among them.
        raise Malformed()
    return kind, int.from_bytes(data[at + 1 : at + 1 + size], "big"), at + 1 + size


def _end(data: bytes, at: int, depth: int) -> int:
    """Where an item ends that keeps to what cbor2 alone would not insist on: no indefinite lengths, no label twice."""
    kind, argument, at = _head(data, at)
    if depth == 0:
        raise Malformed()
    if kind in (2, 3):
        at += argument
    elif kind == 4:
        for _ in range(argument):
            at = _end(data, at, depth - 1)
    elif kind == 5:
        labels = set()
        for _ in range(argument):
            label, at = item(data, at)
            if not isinstance(label, int | str) or label in labels:
                raise Malformed()
            labels.add(label)
            at = _end(data, at, depth - 1)
    elif kind == 6:
        at = _end(data, at, depth - 1)
    if at > len(data):
        raise Malformed()
    return at


def read(data: bytes, reader: Reader) -> Any:
    """What the bytes say. Of several faults, that of shape is told, then bytes after the end, too many, out of range."""
    value, end = item(data, 0)
    return judged(value, len(data) - end, reader)


def judged(value: Any, after: int, reader: Reader) -> Any:
    """What an item says that has so many bytes after it."""
    faults: Faults = []
    said = reader(value, faults)
    if after:
        raise Malformed(Fault.AFTER_THE_END)
    if faults:
        raise Malformed(Fault.TOO_MANY if Fault.TOO_MANY in faults else Fault.OUT_OF_RANGE)
    return said


def fields(*readers: Reader) -> Reader:
    """A record's fields: those that are missing are null, those that are more are passed over.

    Where there are none, anything is passed over.
    """

    def read_fields(value: Any, faults: Faults) -> list[Any]:
        if not readers:
            return []
        if type(value) is not list:
            raise Malformed()
        padded = value + [None] * (len(readers) - len(value))
        return [reader(field, faults) for reader, field in zip(readers, padded)]

    return read_fields


def record(made_of: Callable[..., Any], *readers: Reader) -> Reader:
    """A record, made of its fields."""
    read_fields = fields(*readers)
    return lambda value, faults: made_of(*read_fields(value, faults))


def variant(kinds: Mapping[int, Sequence[Reader]]) -> Reader:
    """`[number, [fields…]]`, one of those whose fields are given."""
    known = {kind: fields(*readers) for kind, readers in kinds.items()}

    def read_variant(value: Any, faults: Faults) -> tuple[int, tuple[Any, ...]]:
        if type(value) is not list or len(value) != 2 or type(value[0]) is not int or value[0] not in known:
            raise Malformed()
        return value[0], tuple(known[value[0]](value[1], faults))

    return read_variant


def of_bits(bits: int) -> Reader:
    return one_of_type(int, lambda value: 0 <= value < 1 << bits)


def one_of_type(kind: type, holds: Callable[[Any], bool] = lambda _: True) -> Reader:
    """A value that the type has."""

    def read_value(value: Any, _: Faults) -> Any:
        if type(value) is not kind or not holds(value):
            raise Malformed()
        return value

    return read_value


def between(low: int, high: int, of_type: Reader) -> Reader:
    """A number that the type has, and that may be out of range."""

    def read_number(value: Any, faults: Faults) -> int:
        if not low <= of_type(value, faults) <= high:
            faults.append(Fault.OUT_OF_RANGE)
        return value

    return read_number


def choice(*known: int) -> Reader:
    return one_of_type(int, lambda value: value in known)


def nullable(reader: Reader) -> Reader:
    return lambda value, faults: None if value is None else reader(value, faults)


def octets(length: int | None = None) -> Reader:
    return one_of_type(bytes, lambda value: length in (None, len(value)))


def many(reader: Reader, at_most: int) -> Reader:
    def read_all(value: Any, faults: Faults) -> list[Any]:
        if type(value) is not list:
            raise Malformed()
        if len(value) > at_most:
            faults.append(Fault.TOO_MANY)
        return [reader(each, faults) for each in value]

    return read_all


boolean = one_of_type(bool)
number = of_bits(64)
instant = between(0, LAST_INSTANT, one_of_type(int, lambda value: -1 << 63 <= value < 1 << 63))
fact = of_bits(64)
device = of_bits(32)
key = octets(32)
