"""Rows that go to PostgreSQL as binary COPY come back as they were."""

from datetime import UTC, datetime

import pyarrow as pa
import pytest
from django.db import connection, transaction

from yingtai.customers.ingest.wire import put_rows

LATE = datetime(2026, 3, 2, 9, 0, 0, 1, tzinfo=UTC)
EARLY = datetime(1969, 12, 31, 23, 59, 59, tzinfo=UTC)
COLUMNS = {
    "small": (pa.int16(), [1, None, -1]),
    "whole": (pa.int64(), [2**63 - 1, -(2**63), None]),
    "moment": (pa.timestamp("us", "UTC"), [LATE, EARLY, None]),
    "text": (pa.string(), ["", 'a\n"\\\t王', None]),
    "blob": (pa.binary(), [b"", b"\x00\xff", None]),
    "document": (pa.string(), ['{"a":1}', None, "[]"]),
}
TABLE = """
    CREATE TEMPORARY TABLE put_here (small smallint, whole bigint, moment timestamptz, text text, blob bytea,
        document jsonb) ON COMMIT DROP
"""


@pytest.mark.parametrize("rows", [slice(0, 3), slice(0, 1), slice(1, 3), slice(0, 0)], ids=str)
def test_every_value_comes_back_and_null_stays_null(books, rows):
    table = pa.table({name: pa.array(values, kind) for name, (kind, values) in COLUMNS.items()})
    picked = table.slice(rows.start, rows.stop - rows.start)

    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(TABLE)
        put_rows(cursor, "put_here", picked, documents=("document",))
        cursor.execute("SELECT small, whole, moment, text, blob, document::text FROM put_here")
        found = cursor.fetchall()

    wanted = [tuple(row.values()) for row in picked.to_pylist()]
    assert [(*row[:5], row[5] and row[5].replace(" ", "")) for row in found] == wanted
