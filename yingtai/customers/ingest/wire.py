"""Rows between numpy or Arrow and PostgreSQL without a Python object per row.

Rows of fixed size travel as binary COPY, laid out by a numpy record type; rows with text as CSV from Arrow.
"""

from typing import Any, Final

import numpy as np
import pyarrow as pa
from pyarrow import csv

HEADER: Final = b"PGCOPY\n\xff\r\n\x00" + bytes(8)
HEADER_BYTES: Final = len(HEADER)
END: Final = b"\xff\xff"
MICROS_AT_2000: Final = 946_684_800_000_000

Cursor = Any
Columns = dict[str, np.ndarray]


def put(cursor: Cursor, table: str, columns: Columns) -> None:
    """COPY arrays into a temporary table, columns in the order given.

    In: signed integers by their size, `S16`-like arrays (dtype V16) as uuid or bytea of that size
    """
    count = len(next(iter(columns.values())))
    record = np.zeros(count, _record([array.dtype for array in columns.values()]))
    record["fields"] = len(columns)
    for place, array in enumerate(columns.values()):
        record[f"size{place}"] = array.dtype.itemsize
        record[f"value{place}"] = array
    with cursor.copy(f"COPY {table} ({', '.join(columns)}) FROM STDIN (FORMAT BINARY)") as copy:
        copy.write(HEADER + record.tobytes() + END)


def fetch(cursor: Cursor, query: str, kinds: dict[str, str]) -> Columns:
    """Return the rows of a query whose columns are all of fixed size and never null.

    In: kinds  numpy type per column as PostgreSQL sends it: i2, i4, i8, V16 for a uuid
    """
    record = _record([np.dtype(kind) for kind in kinds.values()])
    with cursor.copy(f"COPY ({query}) TO STDOUT (FORMAT BINARY)") as copy:
        data = b"".join(copy)
    body = np.frombuffer(data, np.uint8)[HEADER_BYTES : -len(END)]
    rows = body.view(record) if body.flags["C_CONTIGUOUS"] else np.frombuffer(body.tobytes(), record)
    return {
        name: rows[f"value{place}"].astype(np.dtype(kind)) for place, (name, kind) in enumerate(kinds.items())
    }


def put_rows(cursor: Cursor, table: str, rows: pa.Table) -> None:
    """COPY an Arrow table into a temporary table, columns by name; binary columns are hexadecimal text."""
    sink = pa.BufferOutputStream()
    # Quoting every value tells an empty text from null, which is written without quotes.
    csv.write_csv(rows, sink, csv.WriteOptions(include_header=False, quoting_style="all_valid"))
    with cursor.copy(f"COPY {table} ({', '.join(rows.column_names)}) FROM STDIN (FORMAT CSV)") as copy:
        copy.write(memoryview(sink.getvalue()))


def hexed(values: list[bytes | None]) -> pa.Array:
    """Return bytes as PostgreSQL writes them in text."""
    return pa.array([None if value is None else "\\x" + value.hex() for value in values], pa.string())


def micros(moments: np.ndarray) -> np.ndarray:
    """Return microseconds since 1970 as PostgreSQL counts them, since 2000."""
    return moments - MICROS_AT_2000


def _record(kinds: list[np.dtype]) -> np.dtype:
    fields: list[tuple[str, str]] = [("fields", ">i2")]
    for place, kind in enumerate(kinds):
        fields += [(f"size{place}", ">i4"), (f"value{place}", kind.newbyteorder(">").str)]
    return np.dtype(fields)
