"""Keep the lake quick and honest: merge small files, set moved aliases right, drop erased people, tidy the log.

Everything here reads past scopes, so it is for the schedule and the composition root only.
"""

import time
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from yingtai.kernel.scope import EVERYTHING
from yingtai.lake.damage import damage_found, told_at_the_end
from yingtai.lake.engine import Parameters
from yingtai.lake.errors import TableIsBusy
from yingtai.lake.relations import outstanding_moves, relation
from yingtai.lake.slicing import ROWS_AT_ONCE, write_query
from yingtai.lake.store import Lake, Snapshot, the_lake
from yingtai.lake.tables import TABLES
from yingtai.lake.writing import REWRITE, commit

GROWTH = 4
HOURS_KEPT = 24
LATE_COMMIT_MS = 60_000
"""A move's publication time is taken just before its commit: this late it may still come to light."""


@dataclass(frozen=True)
class Compaction:
    """What a run changed; `busy` are partitions that another process was changing and the next run takes."""

    partitions: int = 0
    files_before: int = 0
    files_after: int = 0
    rows: int = 0
    busy: int = 0


def compact(
    name: str, *, lake: Lake | None = None, at_least: int = 2, refresh_after: int | None = 100_000
) -> Compaction:
    """Merge small files of each partition into sorted ones, with `profile_no` as the alias map has it now.

    In:   at_least       merge when so many files can be: 8 suits a run every minute, 2 a run every night
          refresh_after  also rewrite files for which so many alias moves are outstanding; None never
    Raises: LakeDamaged, when all other files are merged
    Cost: a file is merged again only when the others have grown to a quarter of it, so each row is
          rewritten a logarithmic number of times
    """
    lake = lake or the_lake()
    snapshot, aliases = lake.snapshot(name), _aliases(lake, name)
    stale = np.zeros(len(snapshot.paths), dtype=bool)
    if aliases is not None and refresh_after is not None:
        stale = outstanding_moves(snapshot, aliases) >= refresh_after
    done = Compaction()
    with told_at_the_end() as passed_over:
        for numbers in by_partition(snapshot):
            fresh, old = numbers[~stale[numbers]], numbers[stale[numbers]]
            for picked in [*_to_merge(snapshot.rows, fresh, at_least), *groups(snapshot.rows, old.tolist())]:
                with passed_over():
                    done = _add(done, rewrite(lake, snapshot.only(picked), aliases))
    return done


def refresh(name: str, *, lake: Lake | None = None) -> Compaction:
    """Rewrite every file that any alias move is outstanding for, so that reads need no join."""
    return compact(name, lake=lake, at_least=2**31, refresh_after=1)


def erase(*, alias_nos: Iterable[int], profile_nos: Iterable[int] = (), lake: Lake | None = None) -> int:
    """Take all rows of these aliases and profiles out of the lake; return how many files were rewritten.

    Repeating it changes nothing. The files that held the rows go with the next vacuum after `HOURS_KEPT`.

    Raises: TableIsBusy
    Cost:   one scan of the alias and profile columns, and a rewrite of the files that hold them
    """
    lake = lake or the_lake()
    people = {"alias_no": sorted(set(alias_nos)), "profile_no": sorted(set(profile_nos))}
    return sum(_erase_from(lake, name, people) for name in TABLES)


def tidy(name: str, *, lake: Lake | None = None, hours_kept: int = HOURS_KEPT) -> int:
    """Write a checkpoint, shorten the log, and remove files that no version kept for readers names any more.

    In:  hours_kept  how long a reader may hold on to a version
    Out: how many files were removed
    """
    lake = lake or the_lake()
    with lake.lock:
        handle = lake.table(name)
        handle.create_checkpoint()
        handle.cleanup_metadata()
        # Staged files are in no log yet: leftovers of crashes are looked for only while nothing is staged.
        is_quiet = not any(
            lake.storage.names_in(f"_staging/{writer}") for writer in lake.storage.names_in("_staging")
        )
        removed = handle.vacuum(
            retention_hours=hours_kept, dry_run=False, enforce_retention_duration=False, full=is_quiet
        )
        return len(removed)


def rewrite(
    lake: Lake,
    files: Snapshot,
    aliases: Snapshot | None,
    *,
    but: str | None = None,
    params: Parameters = None,
    reason: str = REWRITE,
) -> Compaction:
    """Write files of one partition anew, without the rows that `but` is true of; `busy` when somebody was faster.

    In:  reason  what the commit says why
    """
    mark = time.time_ns() // 1_000_000 - LATE_COMMIT_MS
    known_to = mark if aliases is not None else int(files.known_to.min())
    selection = relation(files, EVERYTHING, aliases=aliases)
    sql = f"SELECT * FROM ({selection}) WHERE NOT ({but})" if but else selection
    with damage_found(lake, lambda: (*files.paths, *(aliases.paths if aliases else ()))):
        written, rows = write_query(lake, files.table, sql, known_to=known_to, params=params)
    try:
        commit(
            lake,
            files.table,
            written,
            reason=reason,
            instead_of=lambda now: _still_there(files, now),
            published_ms=int(files.published_ms.max()),
        )
    except TableIsBusy:
        for file in written:
            lake.storage.remove(f"{files.table.name}/{file.path}")
        return Compaction(busy=1)
    return Compaction(1, len(files.paths), len(written), rows)


def _still_there(files: Snapshot, now: Snapshot) -> tuple[str, ...]:
    if not set(files.paths) <= set(now.paths):
        raise TableIsBusy(table=files.table.name)
    return files.paths


def _erase_from(lake: Lake, name: str, people: dict[str, list[int]]) -> int:
    snapshot = lake.snapshot(name)
    columns = [column for column in people if column in TABLES[name].declared and people[column]]
    if not columns or not snapshot.paths:
        return 0
    test = " OR ".join(f"coalesce({column} IN (SELECT unnest(${column})), FALSE)" for column in columns)
    params = {column: people[column] for column in columns}
    held = _files_holding(lake, snapshot, test, params)
    done = Compaction()
    for numbers in by_partition(snapshot):
        picked = [number for number in numbers.tolist() if snapshot.paths[number] in held]
        if picked:
            done = _add(done, rewrite(lake, snapshot.only(picked), None, but=test, params=params))
    if done.busy:
        raise TableIsBusy(table=name)
    return done.files_before


def _files_holding(lake: Lake, snapshot: Snapshot, test: str, params: Parameters) -> set[str]:
    sql = f"SELECT DISTINCT filename FROM read_parquet($paths, union_by_name = true) WHERE {test}"
    with damage_found(lake, lambda: snapshot.paths):
        found = lake.engine.session().query(sql, {**dict(params or {}), "paths": list(snapshot.paths)})
    return set(found["filename"].to_pylist())


def _aliases(lake: Lake, name: str) -> Snapshot | None:
    return lake.snapshot("alias_map") if TABLES[name].has_aliases else None


def by_partition(snapshot: Snapshot) -> list[np.ndarray]:
    """Return the places of the files of each partition."""
    places: dict[object, list[int]] = {}
    for number, partition in enumerate(snapshot.partitions):
        places.setdefault(partition, []).append(number)
    return [np.array(numbers) for numbers in places.values()]


def _to_merge(rows: np.ndarray, numbers: np.ndarray, at_least: int) -> list[list[int]]:
    """Return groups of files of one partition to make one of: none larger than a slice, and no full file again."""
    picked: list[int] = []
    total = 0
    for number in sorted(numbers.tolist(), key=lambda number: int(rows[number])):
        if (len(picked) >= at_least and rows[number] > GROWTH * total) or rows[number] > ROWS_AT_ONCE // 2:
            break
        picked.append(number)
        total += int(rows[number])
    return [group for group in groups(rows, picked) if len(group) >= at_least]


def groups(rows: np.ndarray, numbers: list[int]) -> list[list[int]]:
    """Cut files, in their order, into groups that are no larger than a slice each; a larger file is one alone."""
    groups: list[list[int]] = []
    total = ROWS_AT_ONCE
    for number in numbers:
        if total + int(rows[number]) > ROWS_AT_ONCE:
            groups.append([])
            total = 0
        groups[-1].append(number)
        total += int(rows[number])
    return groups


def _add(one: Compaction, other: Compaction) -> Compaction:
    return Compaction(
        one.partitions + other.partitions,
        one.files_before + other.files_before,
        one.files_after + other.files_after,
        one.rows + other.rows,
        one.busy + other.busy,
    )
