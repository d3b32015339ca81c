"""The vault: seals and opens values under keys that live, and die, in a cluster of their own."""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from functools import cached_property
from typing import Protocol

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.hmac import HMAC

from yingtai.vault import keyring
from yingtai.vault.epochs import Epoch, Epochs
from yingtai.vault.errors import KeyNotFound
from yingtai.vault.memory import KeyMemory
from yingtai.vault.sealing import RowId, Sealed, key_ids_in, open_one, open_set, place, seal_one, seal_set
from yingtai.vault.store import KeyStore
from yingtai.vault.subjects import SubjectKeys
from yingtai.vault.wrapping import Wrapping

BLIND_BYTES = 16
INBOX = "the inbox"
ORPHANS_AFTER = timedelta(days=1)
SET_SIZE = 20_000
"""Larger sets are taken in parts, so that their keys never fill the memory."""

Values = Sequence[bytes | str | None]


class Provider(Protocol):
    """What the product needs of a place that keeps keys; another one may hold them in hardware."""

    def mint_keys(self, count: int) -> list[int]: ...

    def destroy_keys(self, key_ids: Iterable[int]) -> int: ...

    def seal(
        self, values: Values, key_ids: Sequence[int] | int, *, column: str, row_ids: Sequence[RowId]
    ) -> list[bytes | None]: ...

    def open_bytes(
        self, sealed: Sequence[Sealed | None], *, column: str, row_ids: Sequence[RowId]
    ) -> list[bytes | None]: ...

    def blind(self, kind: str, entity_no: int, values: Sequence[str]) -> list[bytes]: ...

    def current_epoch(self) -> Epoch: ...

    def epoch_key(self, epoch_id: int) -> bytes: ...


class Vault:
    """The provider on a PostgreSQL keys cluster and a root key file."""

    def __init__(self, dsn: str, root_key: bytes) -> None:
        self._store = KeyStore(dsn)
        self._wrapping = Wrapping(self._store, root_key)
        self._subjects = SubjectKeys(self._store, self._wrapping, KeyMemory())
        self._epochs = Epochs(self._store, self._wrapping, KeyMemory(capacity=256))
        self._indexes: dict[tuple[str, int], HMAC] = {}

    def close(self) -> None:
        """End the connections to the keys cluster."""
        self._store.close()

    def check(self) -> None:
        """Make sure that the root key is the one of this cluster.

        Raises: RootKeyDiffers, RoleTooStrong
        """
        self._wrapping.check()

    def mint_keys(self, count: int) -> list[int]:
        """Make that many subject keys and return their ids, committed before they are returned."""
        return self._subjects.mint(count)

    def destroy_keys(self, key_ids: Iterable[int]) -> int:
        """Destroy keys for good, for every process at once; return how many were still there."""
        return self._subjects.destroy(key_ids)

    def sweep_orphans(
        self, is_known: Callable[[Sequence[int]], set[int]], older_than: timedelta = ORPHANS_AFTER
    ) -> int:
        """Destroy keys minted for profiles that were never committed; return how many.

        `is_known` gets key ids in sets and returns those the books name. A repeat asks about new keys only.
        """
        return self._subjects.sweep_orphans(is_known, older_than)

    def seal(
        self, values: Values, key_ids: Sequence[int] | int, *, column: str, row_ids: Sequence[RowId]
    ) -> list[bytes | None]:
        """Seal values, each under its person's key and tied to its column and row; None stays None."""
        ids = [key_ids] * len(values) if isinstance(key_ids, int) else key_ids
        _insist_on_one_size(values, ids, row_ids)
        sealed: list[bytes | None] = []
        for part in _parts(len(values)):
            wanted = {
                key_id for key_id, value in zip(ids[part], values[part], strict=True) if value is not None
            }
            places = [place(column, row_id) for row_id in row_ids[part]]
            sealed += seal_set(values[part], ids[part], places, self._subjects.living(wanted))
        return sealed

    def open_bytes(
        self, sealed: Sequence[Sealed | None], *, column: str, row_ids: Sequence[RowId]
    ) -> list[bytes | None]:
        """Open sealed values in their places; None for None and for a destroyed key."""
        _insist_on_one_size(sealed, row_ids)
        opened: list[bytes | None] = []
        for part in _parts(len(sealed)):
            blobs = [None if blob is None else bytes(blob) for blob in sealed[part]]
            places = [place(column, row_id) for row_id in row_ids[part]]
            opened += open_set(blobs, places, self._subjects.of(key_ids_in(blobs, column)), column=column)
        return opened

    def open_sealed(
        self, sealed: Sequence[Sealed | None], *, column: str, row_ids: Sequence[RowId]
    ) -> list[str | None]:
        """Open sealed text; None for None and for a destroyed key."""
        opened = self.open_bytes(sealed, column=column, row_ids=row_ids)
        return [None if value is None else value.decode() for value in opened]

    def blind(self, kind: str, entity_no: int, values: Sequence[str]) -> list[bytes]:
        """Return what normalised values of one legal entity are found by: 16 bytes that say nothing else.

        Source:    RFC 2104 (HMAC-SHA-256, its left half kept: §5); docs/algorithms/sealing.md
        """
        index = self._indexes.get((kind, entity_no))
        if index is None:
            key = keyring.index_key(self._index_root, kind, entity_no)
            index = self._indexes[kind, entity_no] = HMAC(key, SHA256())
        return [_index_of(index, value) for value in values]

    def current_epoch(self) -> Epoch:
        """Return the inbox epoch to seal with now; a new one every hour, asked for once an hour."""
        return self._epochs.current()

    def epoch_key(self, epoch_id: int) -> bytes:
        """Return the key of an inbox epoch."""
        return self._epochs.key(epoch_id)

    def destroy_epoch(self, before: datetime) -> int:
        """Make inbox bodies unreadable whose epoch was over, with its hour of grace, at that time."""
        return self._epochs.destroy(before)

    def open_blob(self, blob: Sealed, ad: bytes) -> bytes:
        """Open an inbox body; refuse when its epoch was destroyed or its bytes were changed."""
        sealed = bytes(blob)
        (epoch_id,) = key_ids_in([sealed], INBOX)
        return open_one(sealed, self.epoch_key(epoch_id), ad, column=INBOX)

    @cached_property
    def _index_root(self) -> bytes:
        (offered,) = self._wrapping.wrap_new(1)
        root = self._wrapping.unwrap(self._store.index_root(offered=offered))
        if root is None:
            raise KeyNotFound
        return root


def seal_blob(epoch: Epoch, data: bytes, ad: bytes) -> bytes:
    """Seal an inbox body under an epoch; `ad` must be given again to open it."""
    return seal_one(data, epoch.id, epoch.key, ad)


def _parts(count: int) -> list[slice]:
    return [slice(start, start + SET_SIZE) for start in range(0, count, SET_SIZE)]


def _insist_on_one_size(*sets: Sequence[object]) -> None:
    if len({len(one) for one in sets}) > 1:
        raise ValueError("values, key ids and row ids must be as many as each other")


def _index_of(index: HMAC, value: str) -> bytes:
    # A copy has the key worked in already: half the time of starting anew for every value.
    fresh = index.copy()
    fresh.update(value.encode())
    return fresh.finalize()[:BLIND_BYTES]
