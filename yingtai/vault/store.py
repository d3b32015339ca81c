"""What the product asks of the keys cluster: whole sets, one statement each."""

import os
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import NamedTuple

import psycopg
from psycopg.rows import TupleRow
from psycopg_pool import ConnectionPool

from yingtai.kernel.calling import given_up_is_closed

Connection = psycopg.Connection[TupleRow]

_ROLE_POWERS = """
SELECT rolname, rolsuper OR has_table_privilege('subject_key', 'DELETE')
FROM pg_roles WHERE rolname = current_user
"""
_NEW_KEK = "INSERT INTO kek (kek_id, salt, fingerprint) VALUES (%s, %s, %s) ON CONFLICT DO NOTHING"
_KEKS = "SELECT kek_id, salt, fingerprint FROM kek ORDER BY kek_id"
_NEW_INDEX_KEY = (
    "INSERT INTO index_key (index_key_id, wrapped, kek_id) VALUES (%s, %s, %s) ON CONFLICT DO NOTHING"
)
_INDEX_KEY = "SELECT wrapped, kek_id FROM index_key WHERE index_key_id = %s"

# One statement, so that the count of destructions is true for the keys beside it.
_SUBJECT_KEYS = """
SELECT destruction.count, subject_key.key_id, subject_key.wrapped, subject_key.kek_id
FROM destruction LEFT JOIN subject_key ON subject_key.key_id = ANY (%s)
"""
_NEXT_KEY_IDS = """
SELECT nextval('subject_key_key_id_seq') FROM generate_series(1, %s)
"""
_MINT = "COPY subject_key (key_id, wrapped, kek_id) FROM STDIN (FORMAT BINARY)"
_DESTROY_KEYS = """
WITH destroyed AS (
    UPDATE subject_key SET wrapped = NULL, destroyed_at = now()
    WHERE key_id = ANY (%s) AND destroyed_at IS NULL RETURNING 1
), counted AS (UPDATE destruction SET count = count + 1)
SELECT count(*) FROM destroyed
"""
_UNSWEPT = """
SELECT key_id, minted_at < now() - %s AS is_old, destroyed_at IS NULL AS is_live
FROM subject_key, sweep_mark WHERE key_id > through_key_id ORDER BY key_id LIMIT %s
"""
_SWEPT = "UPDATE sweep_mark SET through_key_id = greatest(through_key_id, %s)"

_OPEN_EPOCH = """
INSERT INTO epoch_key (wrapped, kek_id, opened_at) VALUES (%s, %s, date_trunc('hour', now()))
ON CONFLICT (opened_at) DO NOTHING
"""
_CURRENT_EPOCH = """
SELECT epoch_id, wrapped, kek_id, extract(epoch FROM opened_at + interval '1 hour' - now())::float8
FROM epoch_key WHERE opened_at = date_trunc('hour', now())
"""
_EPOCH_KEY = "SELECT wrapped, kek_id FROM epoch_key WHERE epoch_id = %s"
# An hour of use, and one in which a collector may go on while the keys cluster is away.
_DESTROY_EPOCHS = """
UPDATE epoch_key SET wrapped = NULL, destroyed_at = now()
WHERE opened_at + interval '2 hours' <= least(%s, now()) AND destroyed_at IS NULL
"""


class WrappedKey(NamedTuple):
    """A key as the cluster holds it; `wrapped` is None once destroyed."""

    wrapped: bytes | None
    kek_id: int


class Kek(NamedTuple):
    """How a wrapping key is derived, and how a wrong root key is told."""

    kek_id: int
    salt: bytes
    fingerprint: bytes


class KeyStore:
    """The keys cluster behind a small pool, opened at first use."""

    def __init__(self, dsn: str) -> None:
        self._dsn = dsn
        self._pool = ConnectionPool(
            dsn,
            min_size=0,
            max_size=4,
            max_idle=60,
            timeout=5.0,
            open=False,
            kwargs={"autocommit": True},
            check=ConnectionPool.check_connection,
            name=f"keys-{os.getpid()}",
        )

    def close(self) -> None:
        """End every connection."""
        self._pool.close()

    @contextmanager
    def _cursor(self) -> Iterator[psycopg.Cursor[TupleRow]]:
        self._pool.open()
        with self._pool.connection() as connection, connection.cursor(binary=True) as cursor:
            yield cursor

    def role_powers(self) -> tuple[str, bool]:
        """Return the role's name, and whether it may do more than it needs."""
        with self._cursor() as cursor:
            role, is_too_strong = cursor.execute(_ROLE_POWERS).fetchone() or ("", True)
        return role, is_too_strong

    def keks(self) -> list[Kek]:
        """Return every wrapping key's facts, earliest first."""
        with self._cursor() as cursor:
            return [Kek(*row) for row in cursor.execute(_KEKS)]

    def is_in_use(self) -> bool:
        """Say whether a wrapping key was ever made here; a cluster without tables has none."""
        try:
            return bool(self.keks())
        except psycopg.errors.UndefinedTable:
            return False

    def add_kek(self, kek: Kek) -> None:
        """Remember a wrapping key's facts, unless another process was quicker."""
        with self._cursor() as cursor:
            cursor.execute(_NEW_KEK, kek)

    def index_root(self, *, offered: WrappedKey) -> WrappedKey:
        """Return the root of the blind indexes: the one kept, or the offered one from now on."""
        with self._cursor() as cursor:
            cursor.execute(_NEW_INDEX_KEY, [1, *offered])
            (row,) = cursor.execute(_INDEX_KEY, [1]).fetchall()
        return WrappedKey(*row)

    def subject_keys(self, key_ids: Collection[int]) -> tuple[int, dict[int, WrappedKey]]:
        """Return the count of destructions so far, and those of the keys that exist."""
        with self._cursor() as cursor:
            rows = cursor.execute(_SUBJECT_KEYS, [list(key_ids)]).fetchall()
        return rows[0][0], {row[1]: WrappedKey(row[2], row[3]) for row in rows if row[1] is not None}

    def mint(self, keys: Sequence[WrappedKey]) -> list[int]:
        """Add keys with one COPY and return their ids, committed."""
        with self._cursor() as cursor:
            key_ids = [row[0] for row in cursor.execute(_NEXT_KEY_IDS, [len(keys)])]
            with cursor.copy(_MINT) as copy:
                copy.set_types(["int8", "bytea", "int4"])
                for key_id, (wrapped, kek_id) in zip(key_ids, keys, strict=True):
                    copy.write_row((key_id, wrapped, kek_id))
        return key_ids

    def destroy(self, key_ids: Sequence[int]) -> int:
        """Destroy keys and return how many were still there."""
        with self._cursor() as cursor:
            (row,) = cursor.execute(_DESTROY_KEYS, [list(key_ids)]).fetchall()
        return int(row[0])

    def unswept(self, older_than: timedelta, limit: int) -> list[tuple[int, bool, bool]]:
        """Return the next keys nobody looked at yet: id, old enough, still live."""
        with self._cursor() as cursor:
            return [(row[0], row[1], row[2]) for row in cursor.execute(_UNSWEPT, [older_than, limit])]

    def mark_swept(self, through_key_id: int) -> None:
        """Remember how far the sweep came."""
        with self._cursor() as cursor:
            cursor.execute(_SWEPT, [through_key_id])

    def current_epoch(self, *, offered: WrappedKey) -> tuple[int, WrappedKey, float]:
        """Return this hour's epoch, its key and the seconds it has left; the first to ask opens it.

        Uses a connection of its own: once an hour, so a collector needs no pool and learns of a stopped
        cluster at once instead of waiting for it.
        """
        with given_up_is_closed():
            connection = psycopg.connect(self._dsn, autocommit=True, connect_timeout=3)
        with connection:
            while True:  # Twice at most: the hour may turn between the two statements.
                connection.execute(_OPEN_EPOCH, offered)
                row = connection.execute(_CURRENT_EPOCH).fetchone()
                if row is not None:
                    return row[0], WrappedKey(row[1], row[2]), row[3]

    def epoch_key(self, epoch_id: int) -> WrappedKey | None:
        """Return an epoch's key, or None when there never was one."""
        with self._cursor() as cursor:
            row = cursor.execute(_EPOCH_KEY, [epoch_id]).fetchone()
        return WrappedKey(*row) if row else None

    def destroy_epochs(self, before: datetime) -> int:
        """Destroy the keys of epochs that could no longer be in use at that time; return how many."""
        with self._cursor() as cursor:
            return cursor.execute(_DESTROY_EPOCHS, [before]).rowcount
