"""Write rows as sorted Parquet files, one per partition, ready to be added to a Delta table."""

import json
import os
import zlib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from deltalake.transaction import AddAction

from yingtai.kernel.ids import uuid7
from yingtai.lake.fitting import plain_type
from yingtai.lake.storage import Storage
from yingtai.lake.tables import LakeTable

ROWS_PER_GROUP = 122_880
ROWS_PER_FILE = 4 * 1024 * 1024
KEPT_BOUNDS = ("ingest_no", "node_no", "profile_no", "alias_no", "occurred_at", "received_at")
"""Columns whose bounds per file stand in the table's log, so that files can be left out unopened."""

_writers = ThreadPoolExecutor(os.cpu_count(), thread_name_prefix="lake-writer")


@dataclass(frozen=True)
class NewFile:
    """A file that is written and not yet part of the table."""

    path: str
    size: int
    partition: str
    stats: str

    def action(self, table: LakeTable, *, at_ms: int, data_change: bool = True) -> AddAction:
        return AddAction(
            self.path, self.size, {table.partition_by: self.partition}, at_ms, data_change, self.stats
        )

    def document(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True)
class PlannedFile:
    """A file that shall be written: its name, and which rows it takes."""

    path: str
    partition: str
    rows: np.ndarray


def plan_files(table: LakeTable, data: pa.Table, *, known_to: int) -> list[PlannedFile]:
    """Cut fitted rows by partition and name the files.

    The name says two things that readers want to know without opening the file: `known_to`, the time (Unix,
    ms) such that every alias move published until then is already in its `profile_no`, and a checksum of
    its columns.
    """
    checksum = zlib.crc32(
        repr([(f.name, str(plain_type(f.type))) for f in _body_schema(table, data)]).encode()
    )
    return [
        PlannedFile(_path(table, partition, f"w{known_to}-s{checksum:08x}-{uuid7().hex}"), partition, rows)
        for partition, rows in _cut(table, data)
    ]


def write_files(storage: Storage, table: LakeTable, data: pa.Table, plan: list[PlannedFile]) -> list[NewFile]:
    """Write the planned files, each sorted as the table asks, and force them to the disk."""
    body = data.drop_columns([table.partition_by])
    for folder in {planned.path.rpartition("/")[0] for planned in plan}:
        storage.make_folder(f"{table.name}/{folder}")
    return list(_writers.map(lambda planned: _write(storage, table, body, planned), plan))


def _write(storage: Storage, table: LakeTable, body: pa.Table, planned: PlannedFile) -> NewFile:
    rows = body.take(pa.array(planned.rows[_order(table, body, planned.rows)]))
    path = f"{table.name}/{planned.path}"
    # Numbers are read faster plain: a dictionary of nearly as many values as rows is only a detour.
    texts = [field.name for field in body.schema if _is_text(field.type)]
    with storage.open_for_writing(path) as stream:
        pq.write_table(
            rows,
            stream,
            row_group_size=ROWS_PER_GROUP,
            compression="zstd",
            compression_level=1,
            use_dictionary=texts,
            write_statistics=[name for name in KEPT_BOUNDS if name in rows.column_names],
            store_schema=False,
        )
    storage.settle(path)
    return NewFile(planned.path, storage.size(path), planned.partition, _stats(rows))


def _cut(table: LakeTable, data: pa.Table) -> Iterator[tuple[str, np.ndarray]]:
    column = data[table.partition_by].combine_chunks()
    values = column.cast(pa.int32()) if pa.types.is_date32(column.type) else column
    keys = values.to_numpy(zero_copy_only=False)
    order = np.argsort(keys, kind="stable")
    edges = np.flatnonzero(np.diff(keys[order])) + 1
    for rows in np.split(order, edges) if len(order) else []:
        for start in range(0, len(rows), ROWS_PER_FILE):
            yield _partition_text(column[int(rows[0])].as_py()), rows[start : start + ROWS_PER_FILE]


def _order(table: LakeTable, body: pa.Table, rows: np.ndarray) -> Any:
    picked = pa.array(rows)
    keys = [_sortable(body[name].take(picked)) for name in reversed(table.sort_by)]
    return np.lexsort(keys)


def _sortable(column: pa.ChunkedArray) -> Any:
    if pa.types.is_timestamp(column.type):
        column = column.cast(pa.int64())
    if pa.types.is_integer(column.type):
        return column.fill_null(0).to_numpy()
    ranks = pc.rank(column.cast(pa.string()), tiebreaker="dense")
    return ranks.to_numpy()


def _stats(rows: pa.Table) -> str:
    lowest, highest, nulls = {}, {}, {}
    for name in KEPT_BOUNDS:
        if name in rows.column_names:
            bounds = pc.min_max(rows[name]).as_py()
            nulls[name] = rows[name].null_count
            if bounds["min"] is not None:
                lowest[name], highest[name] = _stat(bounds["min"]), _stat(bounds["max"])
    return json.dumps(
        {"numRecords": len(rows), "minValues": lowest, "maxValues": highest, "nullCount": nulls},
        separators=(",", ":"),
    )


def _stat(value: int | datetime) -> int | str:
    return value if isinstance(value, int) else f"{value:%Y-%m-%dT%H:%M:%S.%f}Z"


def _partition_text(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return value.isoformat() if isinstance(value, date) else str(value)


def _path(table: LakeTable, partition: str, name: str) -> str:
    return f"{table.partition_by}={partition}/{name}.parquet"


def _body_schema(table: LakeTable, data: pa.Table) -> pa.Schema:
    return data.schema.remove(data.schema.get_field_index(table.partition_by))


def _is_text(kind: pa.DataType) -> bool:
    return bool(pa.types.is_string(kind) or pa.types.is_dictionary(kind))
