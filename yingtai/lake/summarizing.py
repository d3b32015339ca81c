"""Keep summaries and read them: each is believed for exactly those days whose source files it was made from.

What a summary holds stands in one document per summary: for each month the files that hold it, and for each day a
mark of the source's files it was made from. Files never change, so the document cannot lie, only be of no use:
what it does not vouch for is read from the source. The method: docs/algorithms/lake.md.
"""

import json
import time
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from hashlib import blake2b
from typing import Any

import numpy as np

from yingtai.kernel.scope import EVERYTHING, Scope
from yingtai.lake.damage import damage_found, told_at_the_end
from yingtai.lake.errors import TableIsBusy
from yingtai.lake.maintenance import LATE_COMMIT_MS
from yingtai.lake.relations import relation
from yingtai.lake.slicing import write_query
from yingtai.lake.store import Lake, Snapshot, the_lake
from yingtai.lake.summaries import MONTHS, SUMMARIES, Summary
from yingtai.lake.writing import commit

FOLDER = "_summaries"
QUIET_MS = 60_000
"""A day that is written to just now waits: it is summed up when the writing pauses."""


@dataclass(frozen=True)
class Month:
    """What one month of a summary was made of: its files, by name, and each day's mark."""

    files: frozenset[str]
    days: dict[date, str]


@dataclass(frozen=True)
class Reading:
    """Which of the summary's files answer, without which days; and which files of the source fill the gaps."""

    held: Snapshot
    without: tuple[date, ...]
    missing: Snapshot


@dataclass(frozen=True)
class Summarized:
    """What a run did; `busy` are months that something else was changing and the next run takes."""

    months: int = 0
    rows: int = 0
    busy: int = 0


def summary_relation(
    summary: Summary,
    held: Snapshot,
    source: Snapshot,
    scope: Scope,
    *,
    months: dict[str, Month],
    aliases: Snapshot | None,
) -> str:
    """Return a SELECT of a summary's rows that a scope may see: exactly what its SQL gives for `source`.

    Cost: days that are not summed up as they are now are read from the source
    """
    reading = _reading(summary, held, source, months)
    kept = relation(reading.held, scope, aliases=aliases)
    if reading.without:
        days = ", ".join(f"DATE '{day}'" for day in reading.without)
        kept = f"SELECT * FROM ({kept}) WHERE day NOT IN ({days})"
    if not reading.missing.paths:
        return kept
    rows = relation(reading.missing, scope, aliases=aliases)
    return f"{kept} UNION ALL BY NAME ({summary.select(f'({rows})')})"


def read_months(lake: Lake, summary: Summary) -> dict[str, Month]:
    """Return what a summary was made of, by month (`202611`)."""
    return _parsed(lake.storage.read(_path(summary)) or b"{}")


def summarize(*, lake: Lake | None = None, quiet_ms: int = QUIET_MS) -> Summarized:
    """Bring every summary up to its source; a repeat finds nothing to do. For the schedule, past all scopes.

    Raises: LakeDamaged, when all other months are summed up
    Cost: each month with a changed day is written anew; of its source only the changed days are read
    """
    lake = lake or the_lake()
    done = Summarized()
    with told_at_the_end() as passed_over:
        for summary in SUMMARIES.values():
            for month in _changed_months(lake, summary, quiet_ms):
                with passed_over():
                    done = _added(done, _sum_up(lake, summary, month, quiet_ms))
    return done


def _added(one: Summarized, other: Summarized) -> Summarized:
    return Summarized(one.months + other.months, one.rows + other.rows, one.busy + other.busy)


def _sum_up(lake: Lake, summary: Summary, month: str, quiet_ms: int) -> Summarized:
    table = summary.table
    known_to = time.time_ns() // 1_000_000 - LATE_COMMIT_MS
    months, held = read_months(lake, summary), lake.snapshot(table.name)
    before = held.only(_files_of(held, month))
    source = _worth_taking(summary, before, _of_month(lake.snapshot(summary.source), month), months, quiet_ms)
    aliases = lake.snapshot("alias_map") if table.has_aliases else None
    selection = summary_relation(summary, before, source, EVERYTHING, months=months, aliases=aliases)
    with damage_found(lake, lambda: (*source.paths, *before.paths, *(aliases.paths if aliases else ()))):
        written, rows = write_query(lake, table, selection, known_to=known_to)
    try:
        commit(
            lake, table, written, reason="summarize", instead_of=lambda now: _still_there(before, now, month)
        )
    except TableIsBusy:
        for file in written:
            lake.storage.remove(f"{table.name}/{file.path}")
        return Summarized(busy=1)
    made = Month(_names(file.path for file in written), _marks(source.paths, source.partitions, summary.sql))
    _write_months(lake, summary, {**read_months(lake, summary), month: made})
    return Summarized(1, rows)


def _changed_months(lake: Lake, summary: Summary, quiet_ms: int) -> list[str]:
    source, held = lake.snapshot(summary.source), lake.snapshot(summary.table.name)
    months = read_months(lake, summary)
    missing = _reading(summary, held, source, months).missing
    # Of a day that is gone nothing is read any more, but somebody who was erased may still lie in it.
    gone = {month for month, made in months.items() if made.days.keys() - set(source.partitions)}
    return sorted({_month(day) for day in _quiet(missing, quiet_ms)} | gone)


def _worth_taking(
    summary: Summary, before: Snapshot, source: Snapshot, months: dict[str, Month], quiet_ms: int
) -> Snapshot:
    """The source without days that are written to just now, unless the summary holds them as they are."""
    waiting = set(_reading(summary, before, source, months).missing.partitions) - _quiet(source, quiet_ms)
    return source.only([number for number, day in enumerate(source.partitions) if day not in waiting])


def _reading(summary: Summary, held: Snapshot, source: Snapshot, months: dict[str, Month]) -> Reading:
    marks = _marks(source.paths, source.partitions, summary.sql)
    numbers = _by_month(held.partitions)
    valid: set[date] = set()
    without: list[date] = []
    files: list[int] = []
    for month, made in months.items():
        if _names(held.paths[number] for number in numbers.get(month, ())) != made.files:
            continue
        good = {day for day, mark in made.days.items() if marks.get(day) == mark}
        if good:
            valid |= good
            files += numbers.get(month, ())
            without += made.days.keys() - good
    missing = [number for number, day in enumerate(source.partitions) if day not in valid]
    return Reading(held.only(sorted(files)), tuple(sorted(without)), source.only(missing))


def _of_month(source: Snapshot, month: str) -> Snapshot:
    return source.only([number for number, day in enumerate(source.partitions) if _month(day) == month])


@lru_cache(maxsize=16)
def _by_month(parts: tuple[Any, ...]) -> dict[str, list[int]]:
    numbers: dict[str, list[int]] = {}
    for number, part in enumerate(parts):
        numbers.setdefault(str(part % MONTHS), []).append(number)
    return numbers


def _files_of(held: Snapshot, month: str) -> list[int]:
    return _by_month(held.partitions).get(month, [])


def _still_there(before: Snapshot, now: Snapshot, month: str) -> tuple[str, ...]:
    if set(now.only(_files_of(now, month)).paths) != set(before.paths):
        raise TableIsBusy(table=before.table.name)
    return before.paths


def _month(day: object) -> str:
    return str(day)[:7].replace("-", "")


def _quiet(source: Snapshot, quiet_ms: int) -> set[object]:
    limit = time.time_ns() // 1_000_000 - quiet_ms
    loud = np.flatnonzero(source.published_ms > limit)
    return set(source.partitions) - {source.partitions[number] for number in loud}


@lru_cache(maxsize=32)
def _marks(paths: tuple[str, ...], days: tuple[Any, ...], sql: str) -> dict[date, str]:
    """Return what each day's rows are made of: its files, and the SQL, which a later release may have changed."""
    names: dict[date, list[str]] = {}
    for path, day in zip(paths, days, strict=True):
        names.setdefault(day, []).append(path.rpartition("/")[2])
    return {day: _digest([sql, *sorted(found)]) for day, found in names.items()}


def _digest(names: Iterable[str]) -> str:
    return blake2b("\n".join(names).encode(), digest_size=16).hexdigest()


def _names(paths: Iterable[str]) -> frozenset[str]:
    return frozenset(path.rpartition("/")[2] for path in paths)


@lru_cache(maxsize=16)
def _parsed(document: bytes) -> dict[str, Month]:
    return {
        month: Month(
            frozenset(made["files"]), {date.fromisoformat(day): mark for day, mark in made["days"].items()}
        )
        for month, made in json.loads(document).items()
    }


def _write_months(lake: Lake, summary: Summary, months: dict[str, Month]) -> None:
    document = {
        month: {"files": sorted(made.files), "days": {str(day): mark for day, mark in made.days.items()}}
        for month, made in sorted(months.items())
    }
    lake.storage.write(_path(summary), json.dumps(document).encode())


def _path(summary: Summary) -> str:
    return f"{FOLDER}/{summary.table.name}.json"
