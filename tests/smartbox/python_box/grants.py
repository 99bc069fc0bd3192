"""Who may take which key ("Grants in a box")."""
from collections.abc import Iterable
from hashlib import sha256
from typing import NamedTuple

from . import cbor
from .contents import Grant, Stamp, State

CAPACITY = 1_000
DROPPED = 4_096


class Merged(NamedTuple):
    """What came of one delivered grant."""

    #: The stamp that the box goes by; none when there was no room.
    stamp: Stamp | None
    changed: bool


class Grants:
    """The grants a box holds, and the stamps of those it dropped."""

    def __init__(self) -> None:
        self._held: dict[int, Grant] = {}
        self._dropped: dict[int, Stamp] = {}

    def __len__(self) -> int:
        return len(self._held)

    def merge(self, grant: Grant, clock: int, in_use: Iterable[int]) -> Merged:
        """Takes a delivered grant. Those by which a key is out are in use."""
        known = self._held.get(grant.id)
        if known is not None:
            if grant.rank() > known.rank():
                self._held[grant.id] = grant
                return Merged(grant.stamp, True)
            return Merged(known.stamp, False)
        dropped = self._dropped.get(grant.id)
        if dropped is not None and grant.stamp <= dropped:
            return Merged(dropped, False)
        if len(self._held) >= CAPACITY and not self._make_room(grant, clock, set(in_use)):
            return Merged(grant.stamp, True) if grant.is_dead(clock) else Merged(None, False)
        self._dropped.pop(grant.id, None)
        self._held[grant.id] = grant
        return Merged(grant.stamp, True)

    def with_code(self, code: str, clock: int) -> Grant | None:
        """The grant that speaks when a code is typed."""
        having = [grant for grant in self._held.values() if grant.code == code]
        open_ones = [grant for grant in having if grant.is_open(clock)]
        to_come = [grant for grant in having if _may_open(grant, clock) and grant.start > clock]
        for ones in (open_ones, to_come):
            if ones:
                return min(ones, key=_goes_first)
        return max(having, key=lambda grant: grant.stamp, default=None)

    def clash(self, grant_id: int, clock: int) -> int | None:
        """The grant for which this one's code opens while both are open; of several, the lowest."""
        return min((opens for opens, gives_way in self.clashes(grant_id, clock) if gives_way == grant_id), default=None)

    def clashes(self, grant_id: int, clock: int) -> list[tuple[int, int]]:
        """This grant with each that has its code and a time in common: which of the two opens, and which gives way."""
        grant = self._held.get(grant_id)
        if grant is None or not _may_open(grant, clock):
            return []
        others = [
            other
            for other in self._held.values()
            if other.id != grant.id and other.code == grant.code and _may_open(other, clock) and _overlap(grant, other)
        ]
        pairs = (sorted((grant, other), key=_goes_first) for other in others)
        return [(opens.id, gives_way.id) for opens, gives_way in pairs]

    def digest(self, clock: int) -> bytes:
        alive = sorted(grant for grant in self._held.values() if not grant.is_dead(clock))
        return sha256(b"".join(cbor.dumps([grant.id, grant.stamp, grant.state]) for grant in alive)).digest()

    def _make_room(self, grant: Grant, clock: int, in_use: set[int]) -> bool:
        """Drops a dead grant for a live one. A dead one is not worth that: its stamp is remembered."""
        dead = [held for held in self._held.values() if held.is_dead(clock) and held.id not in in_use]
        goes = grant if grant.is_dead(clock) else min(dead, key=lambda held: held.stamp, default=None)
        if goes is None:
            return False
        self._drop(goes)
        return goes is not grant

    def _drop(self, grant: Grant) -> None:
        self._held.pop(grant.id, None)
        self._dropped[grant.id] = grant.stamp
        if len(self._dropped) > DROPPED:
            del self._dropped[min(self._dropped, key=self._dropped.__getitem__)]


def _goes_first(grant: Grant) -> tuple[int, int]:
    return grant.start, grant.id


def _may_open(grant: Grant, clock: int) -> bool:
    return grant.state == State.LIVE and not grant.is_dead(clock)


def _overlap(one: Grant, other: Grant) -> bool:
    return (other.until is None or one.start < other.until) and (one.until is None or other.start < one.until)
