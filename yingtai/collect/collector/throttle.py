"""How much one write key may send: a bucket that fills at its rate and may run into debt once."""

BURST_SECONDS = 2.0


class Bucket:
    """Counts the events of one key; times in seconds of any steady clock."""

    __slots__ = ("_left", "_now", "rate")

    def __init__(self, rate: float, now: float) -> None:
        self.rate = rate
        self._left = rate * BURST_SECONDS
        self._now = now

    def wait(self, now: float) -> float:
        """Return the seconds to wait before more may come; zero when it may come now."""
        self._left = min(self.rate * BURST_SECONDS, self._left + (now - self._now) * self.rate)
        self._now = now
        return max(0.0, -self._left / self.rate)

    def spend(self, events: int) -> None:
        """Count events that came; a batch larger than what is left is a debt to wait for."""
        self._left -= events
