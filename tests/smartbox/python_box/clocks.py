"""The two clocks of a box ("Time"): one that can be set, one that nobody can."""
import time

from .cbor import LAST_INSTANT


class Clocks:
    """Both in milliseconds."""

    def __init__(self, now: int | None = None) -> None:
        self._waited = 0
        now = int(time.time() * 1000) if now is None else now
        self._ahead = now - self.measure()

    def now(self) -> int:
        """What the clock shows."""
        return max(0, min(self.measure() + self._ahead, LAST_INSTANT))

    def measure(self) -> int:
        """How long it is since some moment."""
        return int(time.monotonic() * 1000) + self._waited

    def set(self, to: int) -> None:
        self._ahead = to - self.measure()

    def drift(self, ms: int) -> None:
        """The clock goes wrong by so much."""
        self._ahead += ms

    def wait(self, ms: int) -> None:
        """So much time goes by."""
        self._waited += ms
