"""What a box remembers of what happened ("Log")."""
from collections import deque
from collections.abc import Callable
from enum import IntEnum
from hashlib import sha256
from typing import Any, NamedTuple

from . import cbor

CAPACITY = 4_096
RUNS = 8
BEGINNING = bytes(32)


class Event(IntEnum):
    STARTED = 0
    CLOCK_SET = 1
    GRANTS_MERGED = 2
    PICK_UP = 3
    DROP_OFF = 4
    REFUSED = 5
    LOCKED_OUT = 6
    BIN_ENABLED = 7
    BIN_DISABLED = 8
    OPENED_AND_NOTHING_TAKEN = 9
    OPENED_AND_NOTHING_RETURNED = 10
    KEY_TAKEN_BY_HAND = 11
    KEY_PUT_BY_HAND = 12
    CODE_TAKEN = 13
    PAIRED = 14
    OPENED_BY_COMMAND = 15
    LOG_BEGUN = 16
    SERVICE_PRESSED = 17


class Entry(NamedTuple):
    number: int
    event: list[Any]
    chain: bytes


class Log:
    """A ring of events that are not acknowledged, and the chain up to each."""

    def __init__(self, clock: Callable[[], int]) -> None:
        self._clock = clock
        self._held: deque[Entry] = deque()
        self._before = BEGINNING
        self.next = 1
        self.lost = 0
        self.runs: deque[list[int]] = deque(maxlen=RUNS)

    @property
    def first_held(self) -> int:
        return self._held[0].number if self._held else self.next

    def write(self, event: Event, *fields: Any) -> None:
        if len(self._held) == CAPACITY:
            self._lose()
        logged = [self.next, self._clock(), [int(event), cbor.without_nulls_at_end(list(fields))]]
        chain = sha256(self._last_chain() + cbor.dumps(logged)).digest()
        self._held.append(Entry(self.next, logged, chain))
        self.next += 1

    def acknowledge(self, stored: int, chain: bytes | None) -> None:
        """Drops what is stored elsewhere, if what is stored there is what happened here."""
        if any(entry.number == stored and entry.chain == chain for entry in self._held):
            while self._held and self._held[0].number <= stored:
                self._before = self._held.popleft().chain

    def begin(self, number: int) -> None:
        """Drops everything, and goes on from a number."""
        while self._held:
            self._lose()
        self._before = BEGINNING
        instead_of, self.next = self.next, max(number, self.next)
        self.write(Event.LOG_BEGUN, instead_of)

    def read(self, start: int, at_most: int) -> tuple[bytes, list[list[Any]], int]:
        """The chain before some events, the events, and the number after them."""
        start = min(max(start, self.first_held), self.next)
        skipped = start - self.first_held
        before = self._held[skipped - 1].chain if skipped else self._before
        events = [self._held[at].event for at in range(skipped, min(skipped + at_most, len(self._held)))]
        return before, events, start + len(events)

    def lost_runs(self) -> list[list[int]]:
        return [list(run) for run in self.runs]

    def _last_chain(self) -> bytes:
        return self._held[-1].chain if self._held else self._before

    def _lose(self) -> None:
        number, _, self._before = self._held.popleft()
        self.lost += 1
        if self.runs and self.runs[-1][1] == number - 1:
            self.runs[-1][1] = number
        else:
            self.runs.append([number, number])
