"""Write what a query gives as files of a table, a slice in memory at a time: no day is too large for the machine."""

from collections.abc import Iterator

import pyarrow as pa

from yingtai.lake.engine import Parameters
from yingtai.lake.parquet import NewFile, plan_files, write_files
from yingtai.lake.store import Lake
from yingtai.lake.tables import LakeTable

ROWS_AT_ONCE = 250_000
"""A slice of events takes some 150 MB while it is sorted and written; a file holds one slice at most."""
BATCH_ROWS = 50_000


def write_query(
    lake: Lake, table: LakeTable, sql: str, *, known_to: int, params: Parameters = None
) -> tuple[list[NewFile], int]:
    """Write the rows of a query; return the files, which are no part of the table yet, and how many rows they hold.

    In: known_to  Unix, ms: every alias move published until then is in the rows' `profile_no`
    """
    written: list[NewFile] = []
    count = 0
    for rows in _slices(lake, sql, params):
        written += write_files(lake.storage, table, rows, plan_files(table, rows, known_to=known_to))
        count += len(rows)
    return written, count


def _slices(lake: Lake, sql: str, params: Parameters) -> Iterator[pa.Table]:
    held: list[pa.RecordBatch] = []
    count = 0
    for batch in lake.engine.session().stream(sql, params, batch_rows=BATCH_ROWS):
        held.append(batch)
        count += len(batch)
        if count >= ROWS_AT_ONCE:
            yield pa.Table.from_batches(held)
            held, count = [], 0
    if count:
        yield pa.Table.from_batches(held)
