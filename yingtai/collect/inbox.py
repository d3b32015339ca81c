"""The inbox: how a request becomes one sealed row, and how ingest finds the rows not yet done.

A row's body is seal(zstd(document)). The document is a small envelope around the body as it was sent:
nothing is encoded twice, and what the reader needs to judge it later is all there.
"""

from collections.abc import Sequence
from struct import Struct as Layout
from typing import Final

import msgspec
import zstandard

REQUEST = 0
RECORD = 1

COPY_ROWS = """
    COPY collect_inbox (received_at, source_no, node_no, kind, epoch_id, event_count, body)
    FROM STDIN (FORMAT BINARY)
"""
INSERT_ROW = """
    INSERT INTO collect_inbox (source_no, node_no, kind, epoch_id, event_count, body)
    VALUES (%s, %s, %s, %s, %s, %s)
"""
"""It arrives now, by the database's clock: what it tells of may have been long ago."""
TAKE_ROWS = """
    WITH waiting AS (
        SELECT request_no, source_no, event_count FROM collect_inbox
        WHERE request_no >= %(lowest)s AND NOT request_no <@ %(done)s::int8multirange
        ORDER BY request_no LIMIT %(rows)s
    ), of_source AS (
        SELECT request_no, event_count,
            sum(event_count) OVER (PARTITION BY source_no ORDER BY request_no) - event_count AS before
        FROM waiting
    ), turns AS (
        SELECT request_no, sum(event_count) OVER (ORDER BY before, request_no) - event_count AS events_before
        FROM of_source
    )
    SELECT request_no, received_at, source_no, node_no, kind, epoch_id, event_count, body
    FROM collect_inbox
    WHERE request_no = ANY (ARRAY(SELECT request_no FROM turns WHERE events_before < %(events)s))
    ORDER BY request_no
"""
"""Sources take turns, each in request order, until so many events are reached: one that floods waits behind the others.

`done` is what is ingested already; `lowest` the first number it leaves open. A number that is missing was
rolled back or is still on its way, so it stays open until its slice is dropped.
"""
PREPARE_SLICES = "SELECT collect_prepare_slices(%s)"
DROP_SLICES = "SELECT collect_drop_slices(%s::int8multirange, %s)"

COPY_HEADER: Final = b"PGCOPY\n\xff\r\n\x00" + bytes(8)
COPY_END: Final = b"\xff\xff"
FIELDS = 7
ROW = Layout(">h iq ii iq ih ii ii i")
POSTGRES_EPOCH_MICROS = 946_684_800_000_000
MOST_DOCUMENT_BYTES = 4 * 1024 * 1024

# Level 1: three times smaller than the negative levels' gain is worth at this size, and hardly slower.
_compressor = zstandard.ZstdCompressor(level=1)
_decompressor = zstandard.ZstdDecompressor()


class Mark(msgspec.Struct, array_like=True, frozen=True):
    """Something about the event at `index` of its request: why it was refused, or how it breaks the plan."""

    index: int
    code: str
    detail: str = ""
    path: str = ""


class Envelope(msgspec.Struct, omit_defaults=True):
    """What the collector knew when the request came; times in microseconds since 1970."""

    received: int = msgspec.field(name="r")
    call: str = "batch"
    ip: str = ""
    user_agent: str = msgspec.field(name="ua", default="")
    zone: str = msgspec.field(name="tz", default="UTC")
    opted_out: bool = msgspec.field(name="gpc", default=False)
    refused: list[Mark] = []
    violations: list[Mark] = []
    malformed: bool = False


_encode = msgspec.json.Encoder().encode


def document(envelope: Envelope, body: bytes) -> bytes:
    """Return the envelope with the JSON body as it was sent inside it."""
    return b"".join((_encode(envelope)[:-1], b',"body":', body, b"}"))


def compress(document: bytes) -> bytes:
    """Make a document small."""
    return _compressor.compress(document)


def compress_all(documents: list[bytes]) -> list[bytes]:
    """Make documents small, without keeping other threads from their work."""
    small = _compressor.multi_compress_to_buffer([*documents], threads=0)
    return [small[place].tobytes() for place in range(len(small))]


def decompress(blob: bytes) -> bytes:
    """Undo `compress`."""
    return _decompressor.decompress(blob, max_output_size=MOST_DOCUMENT_BYTES)


def additional_data(source_no: int, node_no: int) -> bytes:
    """Return what a row's seal is bound to: it cannot be moved to another source or place."""
    return b"collect_inbox.body|%d|%d" % (source_no, node_no)


def row(
    *, received: int, source_no: int, node_no: int, kind: int, epoch_id: int, event_count: int, body: bytes
) -> bytes:
    """Return one row in PostgreSQL's binary COPY format; `received` in microseconds since 1970."""
    at = received - POSTGRES_EPOCH_MICROS
    head = ROW.pack(FIELDS, 8, at, 4, source_no, 8, node_no, 2, kind, 4, epoch_id, 4, event_count, len(body))
    return head + body


def copy_data(rows: Sequence[bytes]) -> bytes:
    """Return the rows as one binary COPY stream."""
    return b"".join((COPY_HEADER, *rows, COPY_END))
