"""The SQL behind each table name: which files are read, what is hidden, which moved aliases are set right."""

from dataclasses import dataclass

import numpy as np

from yingtai.kernel.scope import Scope
from yingtai.lake.engine import quoted
from yingtai.lake.store import Snapshot

SQL_TYPES = {
    "int64": "BIGINT",
    "double": "DOUBLE",
    "string": "VARCHAR",
    "bool": "BOOLEAN",
    "binary": "BLOB",
    "date32[day]": "DATE",
    "timestamp[us, tz=UTC]": "TIMESTAMPTZ",
    "int32": "INTEGER",
}


@dataclass(frozen=True)
class Part:
    """Files of a table that are read alike."""

    files: np.ndarray
    is_inside: bool
    is_current: bool


def relation(snapshot: Snapshot, scope: Scope, *, aliases: Snapshot | None = None) -> str:
    """Return a SELECT of the rows of one table version that a scope may see.

    In:   aliases  the alias map to correct `profile_no` with; None reads it as it was written
    Cost: files outside the scope are not opened; files wholly inside are not tested row by row; aliases that
          moved after a file was written are joined, and only then
    """
    selects = [_select(snapshot, scope, part, aliases) for part in _parts(snapshot, scope, aliases)]
    return " UNION ALL ".join(selects) or _nothing(snapshot)


def reachable(snapshot: Snapshot, scope: Scope) -> list[str]:
    """Return the paths of the files that a scope may have to read, the latest first."""
    _inside, within = _coverage(snapshot, scope)
    latest = np.flatnonzero(within)[::-1]
    return [
        snapshot.paths[number]
        for number in sorted(
            latest.tolist(), key=lambda number: str(snapshot.partitions[number]), reverse=True
        )
    ]


def moves(aliases: Snapshot, after_ms: int) -> str | None:
    """Return a SELECT of where aliases point now that moved after a time; None when none did."""
    moved = np.array(aliases.partitions, dtype=bool) & (aliases.published_ms > after_ms)
    if not moved.any():
        return None
    source = _scan(aliases, np.flatnonzero(moved))
    return f"SELECT alias_no, arg_max(profile_no, ingest_no) AS profile_no FROM {source} GROUP BY alias_no"


def outstanding_moves(snapshot: Snapshot, aliases: Snapshot) -> np.ndarray:
    """Return for each file how many moves were published after the time it knows of."""
    moved = np.flatnonzero(np.array(aliases.partitions, dtype=bool))
    order = moved[np.argsort(aliases.published_ms[moved], kind="stable")]
    newer = np.concatenate([np.cumsum(aliases.rows[order][::-1])[::-1], [0]])
    return newer[np.searchsorted(aliases.published_ms[order], snapshot.known_to, side="right")]


def _parts(snapshot: Snapshot, scope: Scope, aliases: Snapshot | None) -> list[Part]:
    inside, reachable = _coverage(snapshot, scope)
    current = _current(snapshot, aliases)
    parts = [
        Part(
            np.flatnonzero(reachable & (inside == is_inside) & (current == is_current)), is_inside, is_current
        )
        for is_inside in (True, False)
        for is_current in (True, False)
    ]
    return [part for part in parts if len(part.files)]


def _coverage(snapshot: Snapshot, scope: Scope) -> tuple[np.ndarray, np.ndarray]:
    inside = np.zeros(len(snapshot.paths), dtype=bool)
    reachable = np.zeros(len(snapshot.paths), dtype=bool)
    for lo, hi in scope.ranges:
        inside |= (snapshot.lowest_node >= lo) & (snapshot.highest_node < hi)
        reachable |= (snapshot.highest_node >= lo) & (snapshot.lowest_node < hi)
    return inside, reachable


def _current(snapshot: Snapshot, aliases: Snapshot | None) -> np.ndarray:
    if aliases is None or not snapshot.table.has_aliases:
        return np.ones(len(snapshot.paths), dtype=bool)
    moved = aliases.published_ms[np.array(aliases.partitions, dtype=bool)]
    return snapshot.known_to >= (moved.max() if len(moved) else -1)


def _select(snapshot: Snapshot, scope: Scope, part: Part, aliases: Snapshot | None) -> str:
    source = _scan(snapshot, part.files)
    where = "" if part.is_inside else f" WHERE {scope.sql('written.node_no')}"
    corrected = None
    if aliases is not None and not part.is_current:
        corrected = moves(aliases, int(snapshot.known_to[part.files].min()))
    if corrected is None:
        return f"SELECT {_columns(snapshot)} FROM {source} AS written{where}"
    columns = _columns(snapshot, profile_no="coalesce(moves.profile_no, written.profile_no)")
    return (
        f"SELECT {columns} FROM {source} AS written LEFT JOIN ({corrected}) AS moves USING (alias_no){where}"
    )


def _columns(snapshot: Snapshot, **instead: str) -> str:
    return ", ".join(
        f"{instead.get(name, f'written.{_named(name)}')} AS {_named(name)}" for name in snapshot.schema.names
    )


def _scan(snapshot: Snapshot, files: np.ndarray) -> str:
    paths = ", ".join(quoted(snapshot.paths[number]) for number in files)
    partition = snapshot.table.partition_by
    kind = SQL_TYPES[str(snapshot.schema.field(partition).type)]
    # Looking for columns by name opens every file's footer first, so it is done only when the files differ.
    differ = len({snapshot.checksums[number] for number in files}) > 1
    source = (
        f"read_parquet([{paths}], hive_partitioning = true, hive_types = {{{quoted(partition)}: {kind}}}, "
        f"union_by_name = {str(differ).lower()})"
    )
    if snapshot.table.open_prefix:
        # A column that others added since may be in none of these files: then it is null here.
        return f"({_nothing(snapshot)} UNION ALL BY NAME SELECT * FROM {source})"
    return source


def _nothing(snapshot: Snapshot) -> str:
    columns = ", ".join(
        f"CAST(NULL AS {SQL_TYPES[str(field.type)]}) AS {_named(field.name)}" for field in snapshot.schema
    )
    return f"SELECT {columns} WHERE FALSE"


def _named(column: str) -> str:
    return '"' + column.replace('"', '""') + '"'
