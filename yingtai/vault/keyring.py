"""Keys that make or wrap other keys: root → wrapping key → subject key; index root → index key."""

import os
from collections.abc import Callable, Sequence
from pathlib import Path
from secrets import token_hex

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.keywrap import InvalidUnwrap, aes_key_unwrap, aes_key_wrap

from yingtai.vault.errors import RootKeyDiffers, RootKeyMalformed, RootKeyMissing

KEY_BYTES = 32
FINGERPRINT_BYTES = 16


def load_root_key(path: Path, *, is_in_use: Callable[[], bool] = lambda: False) -> bytes:
    """Return the root key, made at the first start: 32 random bytes only this account can read.

    In:     is_in_use  says whether keys were wrapped under a root key before; asked only when the file is missing
    Raises: RootKeyMissing, RootKeyMalformed
    """
    if not path.exists():
        if is_in_use():
            raise RootKeyMissing(path=path)
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        _write_root_key(path)
    key = path.read_bytes()
    if len(key) != KEY_BYTES:
        raise RootKeyMalformed(path=path, expected=KEY_BYTES)
    return key


def _write_root_key(path: Path) -> None:
    # Two processes may come here at once: the first to link wins. Synced, for without it nothing opens again.
    draft = path.with_name(f"{path.name}.{token_hex(4)}")
    with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(os.urandom(KEY_BYTES))
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        draft.unlink()
    folder = os.open(path.parent, os.O_RDONLY)
    os.fsync(folder)
    os.close(folder)


def derive(secret: bytes, *, salt: bytes | None, purpose: str, length: int = KEY_BYTES) -> bytes:
    """Return a key for one purpose, from which neither the secret nor another purpose's key follows.

    Source:    RFC 5869 (HKDF-SHA-256)
    """
    return HKDF(SHA256(), length, salt, f"yingtai/vault/{purpose}".encode()).derive(secret)


def wrapping_key(root: bytes, kek_id: int, salt: bytes) -> bytes:
    """Return the key that wraps subject, epoch and index keys."""
    return derive(root, salt=salt, purpose=f"kek/{kek_id}")


def fingerprint(root: bytes, kek_id: int, salt: bytes) -> bytes:
    """Return what the keys cluster remembers of a wrapping key to tell a wrong root key by."""
    return derive(root, salt=salt, purpose=f"kek-fingerprint/{kek_id}", length=FINGERPRINT_BYTES)


def index_key(index_root: bytes, kind: str, entity_no: int) -> bytes:
    """Return the key of one legal entity's blind index of one kind."""
    return derive(index_root, salt=None, purpose=f"index/{entity_no}/{kind}")


def wrap(kek: bytes, keys: Sequence[bytes]) -> list[bytes]:
    """Return the keys as they may lie in a database.

    Source:    RFC 3394 (AES key wrap), NIST SP 800-38F
    """
    return [aes_key_wrap(kek, key) for key in keys]


def unwrap(kek: bytes, wrapped: bytes) -> bytes:
    """Return the key inside, or refuse when it was wrapped by another or changed since."""
    try:
        return aes_key_unwrap(kek, wrapped)
    except InvalidUnwrap as problem:
        raise RootKeyDiffers from problem
