"""The two clocks of a box ("Time"): one that can be set, one that nobody can."""
import time

from .cbor import LAST_INSTANT


class Clocks:
    """Both in milliseconds. Where somebody says what the time is, it goes by as they say, and not by itself."""

    def __init__(self, now: int | None = None) -> None:
        self._stands_still = now is not None
        self._waited = 0
        now = int(time.time() * 1000) if now is None else now
        self._ahead = now - self.measure()

    def now(self) -> int:
        """What the clock shows."""
        return max(0, min(self.measure() + self._ahead, LAST_INSTANT))

    def measure(self) -> int:
        """How long it is since some moment."""
        return self._waited + (0 if self._stands_still else int(time.monotonic() * 1000))

    def set(self, to: int) -> None:
        self._ahead = to - self.measure()

    def drift(self, ms: int) -> None:
        """The clock goes wrong by so much."""
        self._ahead += ms

    def wait(self, ms: int) -> None:
        """So much time goes by."""
        self._waited += ms
