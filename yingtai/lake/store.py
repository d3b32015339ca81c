"""The lake as Delta tables whose handles stay open, and one version of a table as a list of files."""

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache
from pathlib import Path
from threading import RLock
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from deltalake import DeltaTable, Field
from deltalake.exceptions import CommitFailedError, DeltaError
from deltalake.schema import PrimitiveType

from yingtai.kernel.env import env
from yingtai.lake.engine import DuckEngine, Engine
from yingtai.lake.errors import LakeDamaged, TableIsBusy
from yingtai.lake.parquet import KEPT_BOUNDS
from yingtai.lake.storage import Storage
from yingtai.lake.tables import TABLES, LakeTable

LOG_KEPT = "interval 1 days"
FILES_KEPT = "interval 1 days"
COMMITS_PER_CHECKPOINT = "50"
ATTEMPTS = 20
LOOKED_FOR = 100
MADE = "_made"
"""Folder of one mark for each table that was ever made here: one that is gone is not made anew without a word."""

_FILE_NAME = re.compile(r"w(\d+)-s([0-9a-f]{8})-")
_TYPES = {
    pa.int64(): "long",
    pa.int32(): "integer",
    pa.float64(): "double",
    pa.string(): "string",
    pa.bool_(): "boolean",
    pa.date32(): "date",
    pa.timestamp("us", tz="UTC"): "timestamp",
    pa.binary(): "binary",
}


@dataclass(frozen=True)
class Snapshot:
    """One version of a table: its files, and per file what helps to leave it out.

    `known_to` (Unix, ms): every alias move published until then is already in the file's `profile_no`;
    `published_ms`: when the file became part of the table.
    """

    table: LakeTable
    version: int
    schema: pa.Schema
    paths: tuple[str, ...]
    partitions: tuple[object, ...]
    rows: np.ndarray
    sizes: np.ndarray
    lowest_node: np.ndarray
    highest_node: np.ndarray
    published_ms: np.ndarray
    known_to: np.ndarray
    checksums: tuple[str, ...]
    latest_received_at: datetime | None

    def only(self, numbers: list[int]) -> "Snapshot":
        """Return the same version with these of its files."""
        changes: dict[str, Any] = {
            name: tuple(getattr(self, name)[number] for number in numbers)
            for name in ("paths", "partitions", "checksums")
        }
        for name in ("rows", "sizes", "lowest_node", "highest_node", "published_ms", "known_to"):
            changes[name] = getattr(self, name)[numbers]
        return replace(self, **changes)

    def paths_in(self, partition: object) -> list[str]:
        """Return the files of one partition."""
        return [path for path, here in zip(self.paths, self.partitions, strict=True) if here == partition]


class Lake:
    """The tables under one URL. One instance per process: it keeps handles open and readers' snapshots."""

    def __init__(
        self,
        url: str | Path,
        *,
        storage_options: dict[str, str] | None = None,
        threads: int = 0,
        memory: str = "",
    ) -> None:
        self.storage = Storage.at(url)
        self.storage_options = storage_options
        self.lock = RLock()
        self.engine: Engine = DuckEngine(self.storage, threads=threads, memory=memory)
        self._handles: dict[str, DeltaTable] = {}
        self._snapshots: dict[str, Snapshot] = {}

    def table(self, name: str) -> DeltaTable:
        """Return the open handle of a table at its latest version; the table is created when missing.

        Hold `lock` while using the handle: it is not made for two threads.
        Raises: LakeDamaged when its log is gone or cannot be read
        """
        with self.lock:
            if name in self._handles:
                self._refuse_lost_log(name)
                if not self._is_latest(name):
                    with _reading_the_log(name):
                        self._handles[name].update_incremental()
            else:
                self._handles[name] = self._open(TABLES[name])
                # A later release of the product may declare more columns than the table on disk has.
                self.add_columns(name, list(TABLES[name].schema))
            return self._handles[name]

    def _is_latest(self, name: str) -> bool:
        # Versions follow each other without a gap. To look for one name costs the same however long the log is;
        # to ask for what is new lists all of it.
        return (
            self.storage.is_local
            and not self._entry(name, self.version(name) + 1).with_suffix(".json").exists()
        )

    def _entry(self, name: str, version: int) -> Path:
        return Path(self.storage.location(f"{name}/_delta_log/{version:020d}"))

    def _refuse_lost_log(self, name: str) -> None:
        """A log that was taken away would be begun anew by the next commit, and what it named would be lost.

        Raises: LakeDamaged
        """
        entry = self._entry(name, self.version(name))
        # What a checkpoint holds may be tidied away beside it.
        kinds = (".json", ".checkpoint.parquet")
        if self.storage.is_local and not any(entry.with_name(entry.name + kind).exists() for kind in kinds):
            del self._handles[name]
            self._snapshots.pop(name, None)
            raise LakeDamaged(f"the log of the lake table {name} is gone: {self.storage.location(name)}")

    def snapshot(self, name: str) -> Snapshot:
        """Return the latest version of a table. Cost: one look into its log; more only when it changed."""
        with self.lock:
            handle = self.table(name)
            known = self._snapshots.get(name)
            if known is None or known.version != handle.version():
                known = self._snapshots[name] = _read_snapshot(
                    TABLES[name], handle, self.storage.location(name)
                )
            return known

    def check(self, name: str) -> None:
        """Look whether the latest entry of a table's log can be read and the files of its latest part are there.

        Raises: LakeDamaged
        Cost:   one small file read, and a look for at most a hundred files
        """
        known = self.snapshot(name)
        if not self.storage.is_local:
            return
        entry = self._entry(name, known.version).with_suffix(".json")
        try:
            # What a checkpoint holds may be tidied away beside it.
            lines = entry.read_text().splitlines() if entry.exists() else []
            for line in lines:
                json.loads(line)
        except ValueError as problem:
            raise LakeDamaged(f"the log of the lake table {name} cannot be read: {entry}") from problem
        latest = max(known.partitions, key=str, default=None)
        parts = zip(known.paths, known.partitions, strict=True)
        for path in [path for path, part in parts if part == latest][-LOOKED_FOR:]:
            if not Path(path).exists():
                raise LakeDamaged(f"a file of the lake table {name} is gone: {path}")

    def schema(self, name: str) -> pa.Schema:
        """Return the columns of a table as they are now."""
        return self.snapshot(name).schema

    def opened(self, name: str) -> DeltaTable:
        """Return the handle of a table as this process last saw it."""
        return self._handles[name]

    def version(self, name: str) -> int:
        """Return the version at which this process last saw a table."""
        return int(self._handles[name].version())

    def holds(self, name: str, path: str) -> bool:
        """Say whether a file, named by its path inside the table, is part of the table now."""
        location = f"{self.storage.location(name)}/{path}"
        return location in self.snapshot(name).paths

    def add_columns(self, name: str, columns: list[pa.Field]) -> None:
        """Add columns to a table; rows written before have null there. Those it has already are left out."""
        with self.lock:
            for attempts_left in reversed(range(ATTEMPTS)):
                handle = self.table(name)
                present = {field.name for field in handle.schema().fields}
                missing = [column for column in columns if column.name not in present]
                if not missing:
                    return
                try:
                    handle.alter.add_columns([Field(c.name, PrimitiveType(_TYPES[c.type])) for c in missing])
                except CommitFailedError as problem:
                    if not attempts_left:
                        raise TableIsBusy(table=name) from problem

    def _open(self, table: LakeTable) -> DeltaTable:
        location = self.storage.location(table.name)
        is_there = DeltaTable.is_deltatable(location, storage_options=self.storage_options)
        mark = f"{MADE}/{table.name}"
        if not is_there and self.storage.read(mark) is not None:
            raise LakeDamaged(
                f"the lake table {table.name} was made and is gone: bring {location} back, or its backup"
            )
        self.storage.make_folder(table.name)
        made = self._made(table, location)
        if not is_there or self.storage.read(mark) is None:
            self.storage.write(mark, b"made\n")
        return made

    def _made(self, table: LakeTable, location: str) -> DeltaTable:
        try:
            return DeltaTable.create(
                location,
                table.schema,
                mode="ignore",
                partition_by=[table.partition_by],
                name=table.name,
                description=table.meaning,
                storage_options=self.storage_options,
                configuration={
                    "delta.dataSkippingStatsColumns": ",".join(c for c in KEPT_BOUNDS if c in table.declared),
                    "delta.checkpointInterval": COMMITS_PER_CHECKPOINT,
                    "delta.logRetentionDuration": LOG_KEPT,
                    "delta.deletedFileRetentionDuration": FILES_KEPT,
                },
            )
        except CommitFailedError:  # another process made it at the same moment
            return DeltaTable(location, storage_options=self.storage_options)
        except DeltaError as problem:
            raise LakeDamaged(
                f"the log of the lake table {table.name} cannot be read: {problem}"
            ) from problem


@contextmanager
def _reading_the_log(name: str) -> Iterator[None]:
    try:
        yield
    except DeltaError as problem:
        raise LakeDamaged(f"the log of the lake table {name} cannot be read: {problem}") from problem


@cache
def the_lake() -> Lake:
    """Return this process's lake, at the place the environment names."""
    return Lake(env().lake_location, threads=env().engine_threads, memory=env().engine_memory)


def _read_snapshot(table: LakeTable, handle: DeltaTable, location: str) -> Snapshot:
    files = pa.table(handle.get_add_actions(flatten=True))
    paths = files["path"].to_pylist()
    marks = [_FILE_NAME.search(path) for path in paths]
    return Snapshot(
        table=table,
        version=handle.version(),
        schema=pa.schema(handle.schema()),
        # Not the handle's own address: that one is percent-encoded, and a folder may have a space in its name.
        paths=tuple(f"{location}/{path}" for path in paths),
        partitions=tuple(files[f"partition.{table.partition_by}"].to_pylist()),
        rows=_numbers(files, "num_records", 0),
        sizes=_numbers(files, "size_bytes", 0),
        # A file without bounds (another tool wrote it) may hold any node: it is always opened and tested.
        lowest_node=_numbers(files, "min.node_no", -1),
        highest_node=_numbers(files, "max.node_no", 2**63 - 1),
        published_ms=_numbers(files, "modification_time", 2**63 - 1),
        known_to=np.array([int(mark[1]) if mark else 0 for mark in marks], dtype=np.int64),
        checksums=tuple(mark[2] if mark else "" for mark in marks),
        latest_received_at=_latest(files),
    )


def _numbers(files: pa.Table, name: str, otherwise: int) -> Any:
    if name not in files.column_names:
        return np.full(len(files), otherwise, dtype=np.int64)
    return files[name].cast(pa.int64()).fill_null(otherwise).to_numpy()


def _latest(files: pa.Table) -> datetime | None:
    return pc.max(files["max.received_at"]).as_py() if "max.received_at" in files.column_names else None
