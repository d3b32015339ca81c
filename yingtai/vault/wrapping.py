"""The wrapping keys of one keys cluster, checked against the root key before anything is wrapped."""

import os
from functools import cached_property

from yingtai.vault import keyring
from yingtai.vault.errors import RoleTooStrong, RootKeyDiffers
from yingtai.vault.store import Kek, KeyStore, WrappedKey

SALT_BYTES = 32


class Wrapping:
    """Wrap new keys under the newest wrapping key, unwrap any."""

    def __init__(self, store: KeyStore, root_key: bytes) -> None:
        self._store, self._root = store, root_key

    def check(self) -> None:
        """Make sure that the root key is the one of this cluster.

        Raises: RootKeyDiffers, RoleTooStrong
        """
        _ = self._keks

    def wrap_new(self, count: int) -> list[WrappedKey]:
        """Return new random keys as they may lie in a database."""
        kek_id, kek = max(self._keks.items())
        material = os.urandom(count * keyring.KEY_BYTES)
        keys = [material[at : at + keyring.KEY_BYTES] for at in range(0, len(material), keyring.KEY_BYTES)]
        return [WrappedKey(wrapped, kek_id) for wrapped in keyring.wrap(kek, keys)]

    def unwrap(self, key: WrappedKey) -> bytes | None:
        """Return the key inside, or None when it was destroyed."""
        if key.wrapped is None:
            return None
        if key.kek_id not in self._keks:
            self.__dict__.pop("_keks", None)  # Another process made a newer one since: read them again.
        return keyring.unwrap(self._keks[key.kek_id], key.wrapped)

    @cached_property
    def _keks(self) -> dict[int, bytes]:
        self._refuse_a_strong_role()
        keks = self._store.keks() or self._begin()
        for kek in keks:
            if kek.fingerprint != keyring.fingerprint(self._root, kek.kek_id, kek.salt):
                raise RootKeyDiffers
        return {kek.kek_id: keyring.wrapping_key(self._root, kek.kek_id, kek.salt) for kek in keks}

    def _begin(self) -> list[Kek]:
        salt = os.urandom(SALT_BYTES)
        self._store.add_kek(Kek(1, salt, keyring.fingerprint(self._root, 1, salt)))
        return self._store.keks()

    def _refuse_a_strong_role(self) -> None:
        role, is_too_strong = self._store.role_powers()
        if is_too_strong:
            raise RoleTooStrong(role=role)
