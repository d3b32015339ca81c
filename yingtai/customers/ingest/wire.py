"""Rows between numpy or Arrow and PostgreSQL as binary COPY, without a Python object per row."""

from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

HEADER: Final = b"PGCOPY\n\xff\r\n\x00" + bytes(8)
HEADER_BYTES: Final = len(HEADER)
END: Final = b"\xff\xff"
MICROS_AT_2000: Final = 946_684_800_000_000
JSONB_VERSION: Final = pa.scalar(b"\x01", pa.large_binary())
NOTHING: Final = pa.scalar(b"", pa.large_binary())
NULL: Final = -1

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
    _copy(cursor, table, list(columns), record.tobytes())


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


def put_rows(cursor: Cursor, table: str, rows: pa.Table, *, documents: tuple[str, ...] = ()) -> None:
    """COPY an Arrow table into a temporary table, columns by name.

    In: rows       integers by their size, moments, text, bytes (bytea, or uuid when they are sixteen)
        documents  columns of JSON text that are jsonb in PostgreSQL
    """
    if not len(rows):
        return
    parts: list[Any] = []
    # What has one size in every row is gathered, until something that has not comes in between.
    fixed = [np.full(len(rows), len(rows.column_names), ">i2")]
    for name in rows.column_names:
        column = _flat(rows[name])
        if _has_one_size(column):
            numbers = _numbers(column)
            fixed += [np.full(len(rows), numbers.dtype.itemsize, ">i4"), numbers]
        else:
            values = _values(column, is_document=name in documents)
            sizes = np.diff(np.frombuffer(values.buffers()[1], np.int64, len(values) + 1, 8 * values.offset))
            fixed.append(np.where(column.is_valid().to_numpy(False), sizes, NULL).astype(">i4"))
            parts += [_joined(fixed), values]
            fixed = []
    parts += [_joined(fixed)] if fixed else []
    body = pc.binary_join_element_wise(*parts, NOTHING)
    _copy(cursor, table, rows.column_names, memoryview(_content(body)))


def micros(moments: np.ndarray) -> np.ndarray:
    """Return microseconds since 1970 as PostgreSQL counts them, since 2000."""
    return moments - MICROS_AT_2000


def _copy(cursor: Cursor, table: str, names: list[str], body: bytes | memoryview) -> None:
    with cursor.copy(f"COPY {table} ({', '.join(names)}) FROM STDIN (FORMAT BINARY)") as copy:
        copy.write(HEADER)
        copy.write(body)
        copy.write(END)


def _has_one_size(column: pa.Array) -> bool:
    kind = column.type
    return not column.null_count and (
        pa.types.is_integer(kind) or pa.types.is_timestamp(kind) or pa.types.is_fixed_size_binary(kind)
    )


def _numbers(column: pa.Array) -> np.ndarray:
    """Return values of one size as PostgreSQL wants them: the highest byte first."""
    if pa.types.is_fixed_size_binary(column.type):
        size = column.type.byte_width
        return np.frombuffer(column.buffers()[1], f"V{size}", len(column), column.offset * size)
    if pa.types.is_timestamp(column.type):
        column = column.cast(pa.timestamp("us", column.type.tz)).cast(pa.int64())
        return micros(column.to_numpy(False)).astype(">i8")
    values: np.ndarray = column.to_numpy(False)
    return values.astype(values.dtype.newbyteorder(">"))


def _values(column: pa.Array, *, is_document: bool) -> pa.Array:
    """Return the bytes of each value; none where it is null."""
    kind = column.type
    if pa.types.is_integer(kind) or pa.types.is_timestamp(kind):
        whole = _numbers(column.fill_null(pa.scalar(0, pa.int64()).cast(kind)))
        column = pc.if_else(column.is_valid(), _joined([whole]), None)
    values = column.cast(pa.large_binary())
    if is_document:
        values = pc.binary_join_element_wise(JSONB_VERSION, values, NOTHING)
    return values.fill_null(b"")


def _joined(arrays: list[np.ndarray]) -> pa.Array:
    """Return arrays of values of one size as one array of bytes, a record per row."""
    fields = [(f"field{place}", array.dtype) for place, array in enumerate(arrays)]
    record = np.empty(len(arrays[0]), np.dtype(fields))
    for place, array in enumerate(arrays):
        record[f"field{place}"] = array
    edges = np.arange(len(record) + 1, dtype=np.int64) * record.dtype.itemsize
    return pa.LargeBinaryArray.from_buffers(
        pa.large_binary(), len(record), [None, pa.py_buffer(edges), pa.py_buffer(record.tobytes())]
    )


def _content(values: pa.Array) -> pa.Buffer:
    _, edges, data = values.buffers()
    first, last = np.frombuffer(edges, np.int64, len(values) + 1, 8 * values.offset)[[0, -1]]
    return data.slice(int(first), int(last - first))


def _flat(column: pa.ChunkedArray) -> pa.Array:
    flat = column.combine_chunks()
    flat = pa.concat_arrays(flat.chunks) if isinstance(flat, pa.ChunkedArray) else flat
    return flat.dictionary_decode() if pa.types.is_dictionary(flat.type) else flat


def _record(kinds: list[np.dtype]) -> np.dtype:
    fields: list[tuple[str, str]] = [("fields", ">i2")]
    for place, kind in enumerate(kinds):
        fields += [(f"size{place}", ">i4"), (f"value{place}", kind.newbyteorder(">").str)]
    return np.dtype(fields)
