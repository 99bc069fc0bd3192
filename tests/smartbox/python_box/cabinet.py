"""Bins, doors and keys ("Doors"), and the keypad in front of them ("Keypad")."""
from dataclasses import dataclass
from enum import Enum, IntEnum
from typing import Any, NamedTuple

from .clocks import Clocks
from .contents import Grant, Notice, State
from .grants import Grants
from .log import Event, Log

KEYS = 1_000
TRIES = 5
FIRST_LOCK_MS, LONGEST_LOCK_MS = 30_000, 600_000
REST_MS = 8_000
TYPED = 17
DAMM = (
    (0, 3, 1, 7, 5, 9, 8, 6, 4, 2),
    (7, 0, 9, 2, 1, 5, 4, 8, 6, 3),
    (4, 2, 0, 6, 8, 7, 1, 3, 5, 9),
    (1, 7, 5, 0, 9, 8, 3, 4, 2, 6),
    (6, 1, 2, 3, 0, 4, 5, 9, 7, 8),
    (3, 6, 7, 4, 2, 0, 9, 5, 8, 1),
    (5, 8, 6, 9, 7, 2, 0, 1, 3, 4),
    (8, 9, 4, 5, 3, 6, 2, 0, 1, 7),
    (9, 4, 3, 8, 6, 1, 7, 2, 0, 5),
    (2, 5, 8, 1, 4, 3, 6, 7, 9, 0),
)

Place = tuple[int, tuple[Any, ...]]
WITH_A_VISITOR: Place = (1, ())
UNKNOWN_PLACE: Place = (2, ())


class Refusal(IntEnum):
    TOO_EARLY = 0
    ENDED = 1
    REVOKED = 2
    NOT_LINKED_YET = 3
    KEY_ELSEWHERE = 4
    BIN_DISABLED = 5
    UNKNOWN = 6
    MISTYPED = 7
    LOCKED_OUT = 8
    NO_FREE_BIN = 9


class For(Enum):
    """What a door was opened for."""

    PICK_UP = "pick-up"
    DROP_OFF = "drop-off"
    COMMAND = "command"


@dataclass
class Bin:
    """A bin; its door is open for something, or shut."""

    number: int
    enabled: bool = True
    key: int | None = None
    open_for: For | None = None
    #: The grant of a pick-up, and the key of either.
    grant: int | None = None
    wanted: int | None = None
    #: What it was opened for has happened.
    done: bool = False


class Seen(NamedTuple):
    """Where a key went, as the box saw it."""

    at: int
    place: Place
    #: By which grant, if by one.
    grant: int | None


class Screen(NamedTuple):
    shows: str
    more: dict[str, Any]


READY = Screen("Ready", {})


class Cabinet:
    """What hands can do to a box."""

    def __init__(self, bins: int, clocks: Clocks) -> None:
        self._clocks = clocks
        self.log = Log(clocks.now)
        self.grants = Grants()
        self.bins = {number: Bin(number) for number in range(1, bins + 1)}
        self._notices: dict[int, Notice] = {}
        self._seen: dict[int, Seen] = {}
        self._screen = READY
        self._typed = ""
        self._shown = 0
        self._wrong = 0
        self._lock_ms = FIRST_LOCK_MS
        self._locked_until: int | None = None
        self._opened: list[int] = []
        self.log.write(Event.STARTED)

    # What the box is told.

    def forget(self) -> None:
        """What another organization, or the same one before, has told it."""
        self.grants = Grants()
        self._notices.clear()
        self._seen.clear()

    def notice(self, notice: Notice) -> None:
        known = self._notices.get(notice.key)
        if known is None or (notice.stamp, notice.place) > (known.stamp, known.place):
            self._notices[notice.key] = notice
        if len(self._notices) > KEYS:
            del self._notices[min(self._notices, key=lambda key: self._notices[key].stamp)]

    def merge(self, grants: list[Grant]) -> list[tuple[Grant, Any]]:
        """Takes grants; answers what came of each."""
        now, in_use = self._clocks.now(), self._in_use()
        merged = [(grant, self.grants.merge(grant, now, in_use)) for grant in grants]
        changed = list(dict.fromkeys(grant.id for grant, came in merged if came.changed))
        if changed:
            self.log.write(Event.GRANTS_MERGED, len(changed))
        for by, grant in sorted({clash for grant in changed for clash in self.grants.clashes(grant, now)}):
            self.log.write(Event.CODE_TAKEN, grant, by)
        return merged

    def _in_use(self) -> set[int]:
        """The grants by which keys are out, as far as the box knows."""
        out = [(key, seen.grant) for key, seen in self._seen.items() if seen.grant is not None]
        return {grant for key, grant in out if self._where(key) == WITH_A_VISITOR}

    def set_bin(self, number: int, enabled: bool) -> None:
        found = self.bins[number]
        if found.enabled != enabled:
            found.enabled = enabled
            self.log.write(Event.BIN_ENABLED if enabled else Event.BIN_DISABLED, number)

    def open_by_command(self, number: int, device: int) -> None:
        self.log.write(Event.OPENED_BY_COMMAND, number, device)
        self._open(self.bins[number], For.COMMAND)

    # The keypad.

    def press(self, button: str) -> None:
        """A digit, `clear` or `enter`."""
        self._rest()
        if button == "enter":
            typed, self._typed = self._typed, ""
            if typed and self._locked_until is not None:
                self._show("Refused", why="LockedOut")
            elif typed:
                self._enter(typed)
        elif button == "clear":
            self._typed = ""
            self._show_rest()
        else:
            self._typed = (self._typed + button)[:TYPED]
            self._show("Typing", digits=len(self._typed))

    def screen(self) -> Screen:
        self._rest()
        return self._screen

    def _enter(self, typed: str) -> None:
        now = self._clocks.now()
        grant = self.grants.with_code(typed, now)
        if grant is None:
            self._refuse_wrong(Refusal.MISTYPED if _is_mistyped(typed) else Refusal.UNKNOWN)
        elif grant.state == State.UNLINKED:
            self._refuse(Refusal.NOT_LINKED_YET, grant=grant.id)
        elif grant.state == State.REVOKED:
            self._refuse(Refusal.REVOKED, grant=grant.id)
        elif grant.start > now:
            self._refuse(Refusal.TOO_EARLY, grant.start, grant=grant.id)
        elif grant.until is not None and grant.until <= now:
            self._refuse(Refusal.ENDED, grant.until, grant=grant.id)
        else:
            self._pick_up(grant)

    def _pick_up(self, grant: Grant) -> None:
        found = self._bin_of(grant.key)
        if found is None:
            place = self._where(grant.key)
            # A variant's fields, of which the only one may be null.
            self._refuse(Refusal.KEY_ELSEWHERE, None if place is None else [place[0], list(place[1])], grant=grant.id)
        elif not found.enabled:
            self._refuse(Refusal.BIN_DISABLED, found.number, grant=grant.id)
        else:
            self._wrong, self._lock_ms = 0, FIRST_LOCK_MS
            self._open(found, For.PICK_UP, grant.key, grant.id)
            self._show("Opened", bin=found.number)

    def _refuse(self, refusal: Refusal, *fields: Any, grant: int | None) -> None:
        while fields and fields[-1] is None:
            fields = fields[:-1]
        self.log.write(Event.REFUSED, [int(refusal), list(fields)], grant)
        self._show("Refused", why=refusal.name.title().replace("_", ""))

    def _refuse_wrong(self, refusal: Refusal) -> None:
        self._refuse(refusal, grant=None)
        self._wrong += 1
        if self._wrong == TRIES:
            self._wrong = 0
            self._locked_until = self._clocks.measure() + self._lock_ms
            until = self._clocks.now() + self._lock_ms
            self._lock_ms = min(2 * self._lock_ms, LONGEST_LOCK_MS)
            self.log.write(Event.LOCKED_OUT, until)
            self._show("LockedOut", until=until)

    def _rest(self) -> None:
        """What time alone does to the screen."""
        now = self._clocks.measure()
        over = self._locked_until is not None and now >= self._locked_until
        if over:
            self._locked_until = None
        if now - self._shown >= REST_MS:
            self._typed = ""
        if now - self._shown >= REST_MS or (over and not self._typed):
            self._show_rest()

    def _show_rest(self) -> None:
        if self._locked_until is None:
            self._screen = READY
        else:
            left = self._locked_until - self._clocks.measure()
            self._show("LockedOut", until=self._clocks.now() + left)

    def _show(self, shows: str, **more: Any) -> None:
        self._screen = Screen(shows, more)
        self._shown = self._clocks.measure()

    # Doors and keys.

    def tag(self, key: int) -> None:
        """A key's tag is held to the reader."""
        self._typed = ""
        self._leave(key)
        free = [found for found in self.bins.values() if found.enabled and found.key is None]
        ours = [found for found in free if found.open_for == For.DROP_OFF and found.wanted == key]
        shut = [found for found in free if found.open_for is None]
        for candidates in (ours, shut, free):
            if candidates:
                self._open(candidates[0], For.DROP_OFF, key)
                self._show("ReturnHere", bin=candidates[0].number)
                return
        self._refuse(Refusal.NO_FREE_BIN, key, grant=None)

    def put(self, number: int, key: int) -> None:
        found = self.bins[number]
        if found.key is not None:
            return
        self._leave(key)
        self._seen.pop(key, None)
        found.key = key
        if found.open_for is None:
            self.log.write(Event.KEY_PUT_BY_HAND, number, key)
        else:
            found.done |= found.open_for == For.DROP_OFF
            self.log.write(Event.DROP_OFF, key, number)
            self._show("Returned", bin=number)

    def take(self, number: int) -> None:
        found = self.bins[number]
        key, found.key = found.key, None
        if key is None:
            return
        if found.open_for == For.PICK_UP and found.wanted == key:
            found.done = True
            self.log.write(Event.PICK_UP, found.grant, key, number)
            self._see(key, Seen(self._clocks.now(), WITH_A_VISITOR, found.grant))
            self._show("Taken", bin=number)
        else:
            self.log.write(Event.KEY_TAKEN_BY_HAND, number, key)
            self._see(key, Seen(self._clocks.now(), UNKNOWN_PLACE, None))

    def close(self, number: int) -> None:
        found = self.bins[number]
        was_open = found.open_for is not None
        self._settle(found)
        found.open_for = None
        if was_open and self._screen.more.get("bin") == number:
            self._show_rest()

    def _open(self, found: Bin, what_for: For, key: int | None = None, grant: int | None = None) -> None:
        if (found.open_for, found.wanted, found.grant) != (what_for, key, grant):
            self._settle(found)
        found.open_for, found.wanted, found.grant, found.done = what_for, key, grant, False
        self._opened.append(found.number)

    def opened(self) -> list[int]:
        """The bins that were opened since this was asked last."""
        opened, self._opened = self._opened, []
        return opened

    def _settle(self, found: Bin) -> None:
        """The door was open for something, and is now shut or open for something else."""
        if found.open_for == For.PICK_UP and not found.done:
            self.log.write(Event.OPENED_AND_NOTHING_TAKEN, found.grant, found.number)
        elif found.open_for == For.DROP_OFF and not found.done:
            self.log.write(Event.OPENED_AND_NOTHING_RETURNED, found.wanted, found.number)

    def _leave(self, key: int) -> None:
        """A key that is read elsewhere is no more in the bin it was in."""
        found = self._bin_of(key)
        if found is not None:
            self.take(found.number)

    def _bin_of(self, key: int) -> Bin | None:
        return next((found for found in self.bins.values() if found.key == key), None)

    def _see(self, key: int, seen: Seen) -> None:
        self._seen[key] = seen
        if len(self._seen) > KEYS:
            del self._seen[min(self._seen, key=lambda known: self._seen[known].at)]

    def _where(self, key: int) -> Place | None:
        seen, notice = self._seen.get(key), self._notices.get(key)
        if notice is not None and (seen is None or notice.stamp.ms() > seen.at):
            return notice.place
        return None if seen is None else seen.place


def _is_mistyped(typed: str) -> bool:
    row = 0
    for digit in typed:
        row = DAMM[row][int(digit)]
    return 6 <= len(typed) <= 9 and row != 0
