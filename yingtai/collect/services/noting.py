"""Count what ingest noticed in the events of sources: for whoever sends them, never a value."""

from collections.abc import Mapping
from typing import Any

from django.db import connection

from yingtai.kernel.acting import Acting
from yingtai.kernel.scoping import acting_transaction

NOTE = """
    INSERT INTO collect_sourcenote (source_no, reason, count, earliest_at, latest_at, node_no)
    SELECT came.source_no, came.reason, came.count, %(at)s, %(at)s, source.node_no
    FROM unnest(%(sources)s::int[], %(reasons)s::text[], %(counts)s::bigint[]) AS came (source_no, reason, count)
    JOIN collect_source AS source USING (source_no)
    ORDER BY came.source_no, came.reason
    ON CONFLICT (source_no, reason) DO UPDATE
    SET count = collect_sourcenote.count + excluded.count, latest_at = excluded.latest_at
"""


def note_oddities(acting: Acting, counts: Mapping[tuple[int, str], int]) -> None:
    """Add to the notes of sources, by (source_no, code of the reason); of sources that are gone nothing is noted."""
    if not counts:
        return
    sources, reasons = (list(part) for part in zip(*counts, strict=True))
    values: dict[str, Any] = {
        "at": acting.at,
        "sources": sources,
        "reasons": reasons,
        "counts": list(counts.values()),
    }
    with acting_transaction(acting), connection.cursor() as cursor:
        cursor.execute(NOTE, values)
