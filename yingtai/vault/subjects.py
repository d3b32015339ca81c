"""Subject keys: minted and destroyed in sets, found again for sealing and opening."""

from collections.abc import Callable, Collection, Iterable, Sequence
from datetime import timedelta
from itertools import takewhile

from yingtai.vault.errors import KeyDestroyed, KeyNotFound
from yingtai.vault.memory import KeyMemory, Keys
from yingtai.vault.store import KeyStore
from yingtai.vault.wrapping import Wrapping

SWEEP_PAGE = 10_000


class SubjectKeys:
    """The keys of persons, unwrapped for as long as a set needs them."""

    def __init__(self, store: KeyStore, wrapping: Wrapping, memory: KeyMemory) -> None:
        self._store, self._wrapping, self._memory = store, wrapping, memory

    def mint(self, count: int) -> list[int]:
        """Make keys and return their ids, committed."""
        wrapped = self._wrapping.wrap_new(count) if count else []
        return self._store.mint(wrapped) if wrapped else []

    def of(self, key_ids: Collection[int]) -> Keys:
        """Return the keys; None for a destroyed one, by the cluster's word at this moment."""
        if not key_ids:
            return {}
        remembered_at, known = self._memory.recall(key_ids)
        stamp, fresh = self._fetch([key_id for key_id in key_ids if key_id not in known])
        if known and stamp != remembered_at:
            # Something was destroyed since: what we remember may be it.
            known = {}
            stamp, fresh = self._fetch(key_ids)
        if len(known) + len(fresh) < len(key_ids):
            raise KeyNotFound(key_ids=sorted(set(key_ids) - known.keys() - fresh.keys())[:10])
        self._memory.keep(fresh, stamp=stamp)
        return known | fresh

    def living(self, key_ids: Collection[int]) -> dict[int, bytes]:
        """Return the keys to seal with; refuse when one was destroyed."""
        keys = {key_id: key for key_id, key in self.of(key_ids).items() if key is not None}
        if len(keys) < len(key_ids):
            raise KeyDestroyed(key_ids=sorted(set(key_ids) - keys.keys())[:10])
        return keys

    def destroy(self, key_ids: Iterable[int]) -> int:
        """Destroy keys for good and return how many were still there."""
        # In id order, so that two destructions cannot wait on each other.
        return self._store.destroy(sorted(set(key_ids)))

    def sweep_orphans(self, is_known: Callable[[Sequence[int]], set[int]], older_than: timedelta) -> int:
        """Destroy keys the books never came to name; every key is asked about once."""
        destroyed = 0
        while page := self._next_page(older_than):
            living = [key_id for key_id, is_live in page if is_live]
            known = is_known(living) if living else set()
            orphans = [key_id for key_id in living if key_id not in known]
            destroyed += self.destroy(orphans) if orphans else 0
            self._store.mark_swept(page[-1][0])
        return destroyed

    def _next_page(self, older_than: timedelta) -> list[tuple[int, bool]]:
        # Stops at the earliest young key: ids minted at once may be dated out of order.
        rows = takewhile(lambda row: row[1], self._store.unswept(older_than, SWEEP_PAGE))
        return [(key_id, is_live) for key_id, _, is_live in rows]

    def _fetch(self, key_ids: Collection[int]) -> tuple[int, Keys]:
        stamp, wrapped = self._store.subject_keys(key_ids)
        unwrap = self._wrapping.unwrap
        return stamp, {key_id: unwrap(key) for key_id, key in wrapped.items()}
