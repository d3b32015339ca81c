"""Sealing and opening sets of values, given their keys."""

import os
from collections.abc import Mapping, Sequence
from uuid import UUID

from cryptography.exceptions import InvalidTag

from yingtai.vault.errors import SealBroken, SuiteNotKnown
from yingtai.vault.suites import AES_256_GCM, BODY_AT, HEADER_BYTES, NONCE_BYTES, SMALLEST, SUITES, header

RowId = bytes | str | int | UUID
Sealed = bytes | bytearray | memoryview


def place(column: str, row_id: RowId) -> bytes:
    """Return the additional data that ties a value to its column and row: `column|row_id`."""
    row = row_id if isinstance(row_id, bytes) else str(row_id).encode()
    return b"%b|%b" % (column.encode(), row)


def seal_set(
    values: Sequence[bytes | str | None],
    key_ids: Sequence[int],
    places: Sequence[bytes],
    keys: Mapping[int, bytes],
) -> list[bytes | None]:
    """Seal each value under its key for its place; None stays None."""
    nonces = os.urandom(NONCE_BYTES * len(values))
    starts = range(0, len(nonces), NONCE_BYTES)
    suite = SUITES[AES_256_GCM]
    sealed: list[bytes | None] = []
    for value, key_id, where, start in zip(values, key_ids, places, starts, strict=True):
        if value is None:
            sealed.append(None)
            continue
        data = value.encode() if isinstance(value, str) else value
        nonce = nonces[start : start + NONCE_BYTES]
        body = suite(keys[key_id]).encrypt(nonce, data, where)
        sealed.append(header(AES_256_GCM, key_id) + nonce + body)
    return sealed


def open_set(
    sealed: Sequence[bytes | None],
    places: Sequence[bytes],
    keys: Mapping[int, bytes | None],
    *,
    column: str,
) -> list[bytes | None]:
    """Open each value in its place; None for None, and for a destroyed key."""
    opened: list[bytes | None] = []
    for blob, where in zip(sealed, places, strict=True):
        key = None if blob is None else keys[int.from_bytes(blob[1:HEADER_BYTES])]
        opened.append(None if blob is None or key is None else open_one(blob, key, where, column=column))
    return opened


def open_one(blob: bytes, key: bytes, where: bytes, *, column: str) -> bytes:
    """Open one sealed value, or refuse when it is not what was sealed in this place."""
    try:
        return SUITES[blob[0]](key).decrypt(blob[HEADER_BYTES:BODY_AT], blob[BODY_AT:], where)
    except InvalidTag as problem:
        raise SealBroken(column=column) from problem


def seal_one(data: bytes, key_id: int, key: bytes, where: bytes) -> bytes:
    """Seal one value under a key at hand."""
    nonce = os.urandom(NONCE_BYTES)
    return header(AES_256_GCM, key_id) + nonce + SUITES[AES_256_GCM](key).encrypt(nonce, data, where)


def key_ids_in(sealed: Sequence[bytes | None], column: str) -> set[int]:
    """Return the keys a set of sealed values names, having looked at each one's form."""
    for blob in sealed:
        if blob is not None and len(blob) < SMALLEST:
            raise SealBroken(column=column)
        if blob is not None and blob[0] not in SUITES:
            raise SuiteNotKnown(suite=blob[0])
    return {int.from_bytes(blob[1:HEADER_BYTES]) for blob in sealed if blob is not None}
