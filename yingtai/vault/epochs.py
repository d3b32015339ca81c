"""Inbox epochs: a key an hour for whole request bodies, whose person is not known yet."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from threading import Lock

import psycopg

from yingtai.vault.errors import InboxKeyDestroyed, KeyNotFound
from yingtai.vault.memory import KeyMemory
from yingtai.vault.store import KeyStore
from yingtai.vault.wrapping import Wrapping

GRACE_SECONDS = 3_600.0
RETRY_SECONDS = 15.0


@dataclass(frozen=True, slots=True)
class Epoch:
    """An hour's key for sealing inbox bodies."""

    id: int
    key: bytes = field(repr=False)


class Epochs:
    """The current epoch, kept until its hour ends, and the keys of earlier ones."""

    def __init__(
        self,
        store: KeyStore,
        wrapping: Wrapping,
        memory: KeyMemory,
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._store, self._wrapping, self._memory, self._clock = store, wrapping, memory, clock
        self._current: Epoch | None = None
        self._good_until = self._closed_at = clock()
        self._lock = Lock()

    def current(self) -> Epoch:
        """Return the epoch to seal with now; asks the keys cluster once an hour.

        A collector goes on for an hour with the epoch it has while the keys cluster is away.
        """
        epoch = self._current
        if epoch is not None and self._clock() < self._good_until:
            return epoch
        with self._lock:
            if self._current is None or self._clock() >= self._good_until:
                self._current = self._next()
            return self._current

    def key(self, epoch_id: int) -> bytes:
        """Return the key of an epoch, remembered briefly; refuse when it was destroyed."""
        _, known = self._memory.recall([epoch_id])
        if epoch_id not in known:
            wrapped = self._store.epoch_key(epoch_id)
            if wrapped is None:
                raise KeyNotFound(epoch_id=epoch_id)
            known = {epoch_id: self._wrapping.unwrap(wrapped)}
            self._memory.keep(known, stamp=0)
        key = known[epoch_id]
        if key is None:
            raise InboxKeyDestroyed(epoch_id=epoch_id)
        return key

    def destroy(self, before: datetime) -> int:
        """Destroy the keys of epochs that could no longer be in use at that time; return how many."""
        destroyed = self._store.destroy_epochs(before)
        self._memory.forget()
        return destroyed

    def _next(self) -> Epoch:
        try:
            return self._ask()
        except psycopg.OperationalError:
            if self._current is None or self._clock() >= self._closed_at + GRACE_SECONDS:
                raise
            self._good_until = self._clock() + RETRY_SECONDS
            return self._current

    def _ask(self) -> Epoch:
        (offered,) = self._wrapping.wrap_new(1)
        epoch_id, wrapped, seconds_left = self._store.current_epoch(offered=offered)
        key = self._wrapping.unwrap(wrapped)
        if key is None:
            raise InboxKeyDestroyed(epoch_id=epoch_id)
        self._good_until = self._closed_at = self._clock() + seconds_left
        return Epoch(epoch_id, key)
