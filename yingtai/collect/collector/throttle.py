"""How much one write key may send, and how much of that one address.

A key's bucket fills at its rate. An address that used more in the last seconds than is left for others waits: alone it
gets the whole rate, beside others a fair part, and whoever is new always finds something left. What is refused is paid
for by the address that sent it and not by the key, which may stand in a page for everybody.
"""

from collections import OrderedDict
from math import exp

BURST_SECONDS = 2.0
DEBT_SECONDS = 3.0
"""How far one batch larger than what is left may keep a key's other senders waiting."""
OWN_DEBT_SECONDS = 30.0
MOST_ADDRESSES = 4_096
"""Whom we remember for each key; whoever sent least lately is forgotten first."""


class Bucket:
    """Counts the events of one key; times in seconds of any steady clock."""

    __slots__ = ("_left", "_now", "_used", "rate")

    def __init__(self, rate: float, now: float) -> None:
        self.rate = rate
        self._left = rate * BURST_SECONDS
        self._now = now
        self._used: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def wait(self, now: float, address: str = "") -> float:
        """Return the seconds an address has to wait before it may send more; zero when it may now."""
        burst = self.rate * BURST_SECONDS
        self._left = min(burst, self._left + (now - self._now) * self.rate)
        self._now = now
        used = self._used_by(address)
        if self._left >= 0 and used <= self._left:
            return 0.0
        # What is left grows by the rate at most, what was used falls by it at most.
        return max(-self._left, used - burst, (used - self._left) / 2) / self.rate

    def spend(self, address: str, *, kept: int, judged: int) -> None:
        """Count events: those kept for the key, all that were looked at for the address."""
        self._left = max(self._left - kept, -self.rate * DEBT_SECONDS)
        used = self._used_by(address) + judged
        self._used[address] = (min(used, self.rate * (BURST_SECONDS + OWN_DEBT_SECONDS)), self._now)
        self._used.move_to_end(address)
        if len(self._used) > MOST_ADDRESSES:
            self._used.popitem(last=False)

    def _used_by(self, address: str) -> float:
        """Return what an address used lately: beyond a burst it is paid off at the rate, below it fades."""
        used, at = self._used.get(address, (0.0, self._now))
        seconds, burst = self._now - at, self.rate * BURST_SECONDS
        if used > burst:
            above = min(seconds, (used - burst) / self.rate)
            used, seconds = used - above * self.rate, seconds - above
        return used * exp(-seconds / BURST_SECONDS)
