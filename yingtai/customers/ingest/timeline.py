"""Keep the latest few events of each profile beside it, so that one indexed read shows them."""

import itertools
from typing import Any, Final

import msgspec
import numpy as np
import pyarrow as pa

from yingtai.customers.ingest.batch import Batch, People
from yingtai.customers.ingest.wire import put_rows

KEPT_EVENTS: Final = 10
SHOWN = (
    "channel",
    "order_id",
    "amount_minor",
    "currency",
    "product_id",
    "category",
    "page_path",
    "campaign_no",
)

RECENT_TABLE = """
    CREATE TEMPORARY TABLE IF NOT EXISTS recent_event (
        profile_no bigint, earliest timestamptz, latest timestamptz, events jsonb
    ) ON COMMIT DELETE ROWS
"""
MERGE_TIMELINES = """
    INSERT INTO customers_recenttimeline (profile_no, node_no, latest_seen_at, events)
    SELECT new.profile_no, profile.node_no, greatest(new.latest, old.latest_seen_at),
        CASE
            WHEN old.profile_no IS NULL THEN new.events
            -- As a rule everything new is newer: then the two lists only need to be joined and cut.
            WHEN new.earliest > old.latest_seen_at
                THEN jsonb_path_query_array(new.events || old.events, '$[0 to 9]')
            ELSE (
                SELECT jsonb_agg(event) FROM (
                    SELECT event FROM jsonb_array_elements(new.events || old.events) AS event
                    GROUP BY event ORDER BY (event->>'at')::bigint DESC, event->>'id' LIMIT 10
                ) AS latest)
        END
    FROM recent_event AS new
    JOIN customers_profile AS profile USING (profile_no)
    LEFT JOIN customers_recenttimeline AS old USING (profile_no)
    ON CONFLICT (profile_no) DO UPDATE SET
        events = excluded.events, latest_seen_at = excluded.latest_seen_at
"""
SEEN_EARLIER = """
    UPDATE customers_profile AS profile SET first_seen_at = new.earliest
    FROM recent_event AS new
    WHERE new.profile_no = profile.profile_no AND new.earliest < profile.first_seen_at
"""

encode = msgspec.json.Encoder().encode


def merge_timelines(batch: Batch, people: People) -> None:
    """Take the events of the set into the timelines of their profiles. One statement for the set."""
    occurred = batch.moments("occurred_at")
    rows = np.flatnonzero(people.profile_no > 0)
    if not len(rows):
        return
    # Newest first within each profile; of two at one moment, the order is the same whichever door they took.
    order = rows[np.lexsort((_ranks(batch)[rows], -occurred[rows], people.profile_no[rows]))]
    profiles = people.profile_no[order]
    starts = np.flatnonzero(np.r_[True, profiles[1:] != profiles[:-1]])
    ends = np.r_[starts[1:], len(order)]
    rank = np.arange(len(order)) - np.repeat(starts, ends - starts)
    shown = order[rank < KEPT_EVENTS]
    entries = _entries(batch, shown, occurred)
    counts = np.minimum(ends - starts, KEPT_EVENTS)
    edges = np.r_[0, np.cumsum(counts)].tolist()
    lists = [b"[" + b",".join(entries[a:b]) + b"]" for a, b in itertools.pairwise(edges)]
    write_timelines(
        batch.cursor,
        pa.table(
            {
                "profile_no": profiles[starts],
                "earliest": _moments(occurred[order[ends - 1]]),
                "latest": _moments(occurred[order[starts]]),
                "events": pa.array(lists, pa.binary()).cast(pa.string()),
            }
        ),
    )


def write_timelines(cursor: Any, rows: pa.Table) -> None:
    """Lay new events over the timelines there are; the same event twice is one.

    In: rows  profile_no, earliest and latest of its new events, events as JSON, newest first
    """
    put_rows(cursor, "recent_event", rows)
    cursor.execute("ANALYZE recent_event")
    cursor.execute(SEEN_EARLIER)
    cursor.execute(MERGE_TIMELINES)
    cursor.execute("DELETE FROM recent_event")


def _ranks(batch: Batch) -> np.ndarray:
    hashes = b"".join(batch.set.events["message_hash"].to_pylist())
    return np.frombuffer(hashes, ">u8")[::2] >> np.uint64(16)


def _entries(batch: Batch, rows: np.ndarray, occurred: np.ndarray) -> list[bytes]:
    """Return each event as a timeline shows it, as JSON without what is empty."""
    events = batch.set.events
    picked = pa.array(rows)
    ids = [value.hex()[:12] for value in events["message_hash"].take(picked).to_pylist()]
    names = _texts(events, "event", picked)
    nodes, sources = batch.numbers("node_no")[rows].tolist(), batch.numbers("source_no")[rows].tolist()
    entries: list[dict[str, Any]] = [
        {"at": at, "id": id, "event": event, "node": node, "source": source}
        for at, id, event, node, source in zip(
            occurred[rows].tolist(), ids, names, nodes, sources, strict=True
        )
    ]
    for name in SHOWN:
        if name in events.column_names:
            column = events[name].take(picked)
            if column.null_count < len(column):
                places = np.flatnonzero(column.is_valid().to_numpy())
                for place, value in zip(places.tolist(), column.drop_null().to_pylist(), strict=True):
                    entries[place][name] = value
    return [encode(entry) for entry in entries]


def _texts(events: pa.Table, name: str, rows: pa.Array) -> list[str | None]:
    if name not in events.column_names:
        return [None] * len(rows)
    return events[name].take(rows).cast(pa.string()).to_pylist()


def _moments(since_1970: np.ndarray) -> pa.Array:
    return pa.array(since_1970, pa.int64()).cast(pa.timestamp("us", tz="UTC"))
