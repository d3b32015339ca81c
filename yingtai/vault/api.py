"""The vault's door: what other modules may ask of this process's vault."""

import os
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from functools import cache

from yingtai.kernel.env import env, vault_dsn
from yingtai.vault import provider
from yingtai.vault.epochs import Epoch
from yingtai.vault.errors import InboxKeyDestroyed, KeyDestroyed, KeyNotFound, SealBroken
from yingtai.vault.keyring import load_root_key
from yingtai.vault.masking import mask
from yingtai.vault.normalising import normalise
from yingtai.vault.provider import ORPHANS_AFTER, Vault, seal_blob
from yingtai.vault.recognising import (
    CANDIDATE,
    is_phone_alone,
    name_without_people,
    names_somebody,
    without_people,
)
from yingtai.vault.schema import migrate
from yingtai.vault.sealing import RowId, Sealed
from yingtai.vault.store import KeyStore

__all__ = [
    "CANDIDATE",
    "Epoch",
    "InboxKeyDestroyed",
    "KeyDestroyed",
    "KeyNotFound",
    "SealBroken",
    "Vault",
    "blind",
    "check_root_key",
    "current_epoch",
    "destroy_epoch",
    "destroy_keys",
    "epoch_key",
    "is_phone_alone",
    "mask",
    "migrate",
    "mint_keys",
    "name_without_people",
    "names_somebody",
    "normalise",
    "open_blob",
    "open_bytes",
    "open_sealed",
    "seal",
    "seal_blob",
    "sweep_orphans",
    "vault",
    "without_people",
]


def vault() -> Vault:
    """Return this process's vault, made at first use."""
    return _vault_of(os.getpid())


@cache
def _vault_of(process_id: int) -> Vault:
    # By process, because connections do not survive a fork.
    store = KeyStore(vault_dsn())
    path = env().home / "secrets" / "vault-root.key"
    try:
        return Vault(vault_dsn(), load_root_key(path, is_in_use=store.is_in_use))
    finally:
        store.close()


def check_root_key() -> None:
    """Make sure that the root key of this machine is the one the keys cluster was made with.

    Raises: RootKeyMissing, RootKeyMalformed, RootKeyDiffers, RoleTooStrong
    """
    vault().check()


def mint_keys(count: int) -> list[int]:
    """Make that many subject keys and return their ids, committed before they are returned.

    Mint before the books commit the profiles: a key nobody names is swept after a day.
    """
    return vault().mint_keys(count)


def destroy_keys(key_ids: Iterable[int]) -> int:
    """Destroy keys for good, for every process at once; return how many were still there."""
    return vault().destroy_keys(key_ids)


def sweep_orphans(
    is_known: Callable[[Sequence[int]], set[int]], older_than: timedelta = ORPHANS_AFTER
) -> int:
    """Destroy keys minted for profiles that were never committed; return how many.

    `is_known` gets key ids in sets and returns those the books name. A repeat asks about new keys only.
    """
    return vault().sweep_orphans(is_known, older_than)


def seal(
    values: provider.Values, key_ids: Sequence[int] | int, *, column: str, row_ids: Sequence[RowId]
) -> list[bytes | None]:
    """Seal values, each under its person's key and tied to its column and row; None stays None."""
    return vault().seal(values, key_ids, column=column, row_ids=row_ids)


def open_sealed(
    sealed: Sequence[Sealed | None], *, column: str, row_ids: Sequence[RowId]
) -> list[str | None]:
    """Open sealed text; None for None and for a destroyed key."""
    return vault().open_sealed(sealed, column=column, row_ids=row_ids)


def open_bytes(
    sealed: Sequence[Sealed | None], *, column: str, row_ids: Sequence[RowId]
) -> list[bytes | None]:
    """Open sealed bytes; None for None and for a destroyed key."""
    return vault().open_bytes(sealed, column=column, row_ids=row_ids)


def blind(kind: str, entity_no: int, values: Sequence[str]) -> list[bytes]:
    """Return what normalised values of one legal entity are found by: 16 bytes that say nothing else."""
    return vault().blind(kind, entity_no, values)


def current_epoch() -> Epoch:
    """Return the inbox epoch to seal with now; a new one every hour, asked for once an hour."""
    return vault().current_epoch()


def epoch_key(epoch_id: int) -> bytes:
    """Return the key of an inbox epoch."""
    return vault().epoch_key(epoch_id)


def open_blob(blob: Sealed, ad: bytes) -> bytes:
    """Open an inbox body; refuse when its epoch was destroyed or its bytes were changed."""
    return vault().open_blob(blob, ad)


def destroy_epoch(before: datetime) -> int:
    """Make inbox bodies unreadable whose epoch was over, with its hour of grace, at that time."""
    return vault().destroy_epoch(before)
