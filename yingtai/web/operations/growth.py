"""What grows on this machine's disk, and when it was last tidied."""

import os
import shutil
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import psycopg

from yingtai.kernel.calling import given_up_is_closed
from yingtai.kernel.env import env, vault_dsn

MOST_FILES = 50_000
KEPT_SECONDS = 30.0
SIZE = "SELECT pg_database_size(current_database())"
TABLES = """
    WITH candidate AS (
        SELECT stat.* FROM pg_stat_user_tables AS stat JOIN pg_class ON pg_class.oid = stat.relid
        ORDER BY greatest(pg_class.relpages, (stat.n_live_tup + stat.n_dead_tup) / 100) DESC LIMIT 40
    )
    SELECT relname, pg_total_relation_size(relid) AS size, n_live_tup, n_dead_tup,
        greatest(last_vacuum, last_autovacuum)
    FROM candidate ORDER BY size DESC LIMIT 5
"""
"""Pages are counted when a table is tidied, rows at once: a table that was just loaded is among those looked at."""
VACUUMED = "SELECT max(greatest(last_vacuum, last_autovacuum)) FROM pg_stat_user_tables"
RUN = """
    SELECT max(event.at) FROM procrastinate_events AS event JOIN procrastinate_jobs AS job ON job.id = event.job_id
    WHERE job.task_name = ANY(%s) AND event.type = 'succeeded'
"""
COMPACTING = ["customers.merge_small_files"]
TIDYING = ["customers.tidy_lake"]


@dataclass(frozen=True)
class Disk:
    """The disk that the home lies on."""

    free: int
    total: int

    @property
    def share_free(self) -> float:
        return self.free / self.total if self.total else 0.0


@dataclass(frozen=True)
class Part:
    """Something that grows; None where it cannot be told from here. `is_more`: too many files to add up."""

    name: str
    size: int | None
    is_more: bool = False


@dataclass(frozen=True)
class TableFigure:
    """One of the largest tables of the books; rows as PostgreSQL estimates them."""

    name: str
    size: int
    rows: int
    dead: int
    vacuumed_at: datetime | None


@dataclass(frozen=True)
class Upkeep:
    """When what keeps things small ran last; None when nobody remembers."""

    compacted_at: datetime | None
    tidied_at: datetime | None
    vacuumed_at: datetime | None


def disk() -> Disk:
    usage = shutil.disk_usage(env().home)
    return Disk(usage.free, usage.total)


def parts(books: psycopg.Connection[Any]) -> list[Part]:
    """Return the sizes of what grows. Cost: a walk over the lake's files, at most every half minute"""
    home = env().home
    lake = Part("lake", None) if env().lake_url else _folder("lake", home / "lake")
    return [
        Part("books", _number(books, SIZE)),
        Part("keys", _keys_size()),
        lake,
        _folder("uploads", home / "uploads"),
        _folder("logs", home / "logs"),
    ]


def largest_tables(books: psycopg.Connection[Any]) -> list[TableFigure]:
    """Return the five largest tables, their rows as PostgreSQL's statistics have them."""
    return [TableFigure(*row) for row in books.execute(TABLES).fetchall()]


def upkeep(books: psycopg.Connection[Any]) -> Upkeep:
    """Return when the lake was compacted and tidied and the books were vacuumed last."""
    moments = [books.execute(RUN, [names]).fetchone() for names in (COMPACTING, TIDYING)]
    compacted, tidied = (row[0] if row else None for row in moments)
    vacuumed = books.execute(VACUUMED).fetchone()
    return Upkeep(compacted, tidied, vacuumed[0] if vacuumed else None)


_known: dict[Path, tuple[float, Part]] = {}


def _folder(name: str, folder: Path) -> Part:
    counted_at, part = _known.get(folder, (0.0, Part(name, 0)))
    if not counted_at or time.monotonic() - counted_at > KEPT_SECONDS:
        sizes = [size for _, size in zip(range(MOST_FILES + 1), _sizes(folder), strict=False)]
        part = Part(name, sum(sizes), is_more=len(sizes) > MOST_FILES)
        _known[folder] = (time.monotonic(), part)
    return part


def _sizes(folder: Path) -> Iterator[int]:
    for above, _, names in os.walk(folder):
        for name in names:
            try:
                yield os.lstat(os.path.join(above, name)).st_size
            except OSError:  # gone meanwhile
                continue


def _keys_size() -> int | None:
    try:
        with (
            given_up_is_closed(),
            psycopg.connect(vault_dsn(), connect_timeout=2, options="-c statement_timeout=2000") as keys,
        ):
            return _number(keys, SIZE)
    except psycopg.Error:
        return None


def _number(books: psycopg.Connection[Any], statement: str) -> int | None:
    row = books.execute(statement).fetchone()
    return int(row[0]) if row else None
