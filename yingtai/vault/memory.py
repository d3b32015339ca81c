"""Keys a process remembers for a moment: few, briefly, and never past a destruction."""

import time
from collections.abc import Callable, Collection
from threading import Lock

Keys = dict[int, bytes | None]


class KeyMemory:
    """Two generations of keys; the older is forgotten when the younger is full or half a lifetime old.

    So at most `2 × capacity` keys are held and none outlives `lifetime_seconds` while the process asks for
    keys. `stamp` is the keys cluster's count of destructions the memory is true for. None stands for a
    destroyed key.
    """

    def __init__(
        self,
        *,
        capacity: int = 16_384,
        lifetime_seconds: float = 60.0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._capacity, self._half_life, self._clock = capacity, lifetime_seconds / 2, clock
        self._young: Keys = {}
        self._old: Keys = {}
        self._since = clock()
        self._stamp = -1
        self._lock = Lock()

    def recall(self, key_ids: Collection[int]) -> tuple[int, Keys]:
        """Return the stamp and those of the keys that are remembered."""
        with self._lock:
            self._forget_what_is_due()
            young, old = self._young, self._old
            found = {key_id: old[key_id] for key_id in key_ids if key_id in old}
            found |= {key_id: young[key_id] for key_id in key_ids if key_id in young}
            return self._stamp, found

    def keep(self, keys: Keys, *, stamp: int) -> None:
        """Remember keys read at that stamp; a newer stamp forgets the rest, an older one is too late."""
        with self._lock:
            if stamp > self._stamp:
                self._young, self._old, self._stamp = {}, {}, stamp
            if stamp == self._stamp:
                latest = list(keys)[-self._capacity :]
                self._forget_what_is_due(coming=len(latest))
                self._young |= {key_id: keys[key_id] for key_id in latest}

    def forget(self) -> None:
        """Forget every key now."""
        with self._lock:
            self._young, self._old = {}, {}

    def _forget_what_is_due(self, *, coming: int = 0) -> None:
        age = self._clock() - self._since
        if age < self._half_life and len(self._young) + coming <= self._capacity:
            return
        self._old = {} if age >= 2 * self._half_life else self._young
        self._young = {}
        self._since = self._clock()
