"""Keep the latest few events of each profile beside it, so that one indexed read shows them."""

from collections.abc import Iterator, Sequence
from typing import Any, Final

import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from yingtai.customers.ingest.batch import Batch, People
from yingtai.customers.ingest.grouping import distinct, grouped, place_in_run
from yingtai.customers.ingest.wire import put_rows
from yingtai.lake.api import MACHINE, SENT_BY_US

KEPT_EVENTS: Final = 10
TIES: Final = 10
"""So many events of one profile at one moment are still put into their exact order."""
SHOWN = ("order_id", "amount_minor", "currency", "product_id", "campaign_no", "page_path", "device_class")
NEVER: Final = -(2**62)
"""The moment at which somebody was seen who never did anything."""
PAGES = pa.array(["Page Viewed", "Screen Viewed"])
ANSWERS_TO_MAILS: Final = ("Email Opened", "Email Link Clicked")
"""What scanners and mail services do as well as people, so that a timeline says when it was a machine."""

RECENT_TABLE = """
    CREATE TEMPORARY TABLE IF NOT EXISTS recent_event (
        profile_no bigint, earliest timestamptz, seen timestamptz, events jsonb
    ) ON COMMIT DELETE ROWS
"""
MERGE_TIMELINES = """
    INSERT INTO customers_recenttimeline (profile_no, node_no, latest_seen_at, events)
    SELECT new.profile_no, profile.node_no, greatest(new.seen, old.latest_seen_at),
        CASE
            WHEN old.profile_no IS NULL THEN new.events
            -- As a rule everything new is newer: then the two lists only need to be joined and cut.
            WHEN new.earliest > 'epoch'::timestamptz + (old.events->0->>'at')::bigint * interval '1 microsecond'
                THEN jsonb_path_query_array(new.events || old.events, '$[0 to 9]')
            ELSE (
                SELECT jsonb_agg(event) FROM (
                    SELECT event FROM jsonb_array_elements(new.events || old.events) AS event
                    GROUP BY event ORDER BY (event->>'at')::bigint DESC, event->>'id' LIMIT 10
                ) AS latest)
        END
    FROM recent_event AS new
    -- Nobody who was erased meanwhile gets a timeline back.
    CROSS JOIN LATERAL (
        SELECT node_no FROM customers_profile AS one
        WHERE one.profile_no = new.profile_no AND one.erased_at IS NULL OFFSET 0
    ) AS profile
    LEFT JOIN LATERAL (
        SELECT * FROM customers_recenttimeline AS one WHERE one.profile_no = new.profile_no OFFSET 0
    ) AS old ON true
    ON CONFLICT (profile_no) DO UPDATE SET
        events = excluded.events, latest_seen_at = excluded.latest_seen_at
"""
SEEN_EARLIER = """
    UPDATE customers_profile AS profile SET first_seen_at = late.earliest
    FROM (
        SELECT new.profile_no, new.earliest
        FROM recent_event AS new, LATERAL (
            SELECT first_seen_at FROM customers_profile AS one WHERE one.profile_no = new.profile_no OFFSET 0
        ) AS held
        WHERE new.earliest < held.first_seen_at
    ) AS late
    WHERE late.profile_no = profile.profile_no
"""
NEEDS_ESCAPE = r'["\\\x00-\x1f\x7f]'

encode = msgspec.json.Encoder().encode


def merge_timelines(batch: Batch, people: People) -> None:
    """Take the events of the set into the timelines of their profiles. One statement for the set."""
    for rows in timelines_of(latest_of(batch, people)):
        write_timelines(batch.cursor, rows)


def latest_of(batch: Batch, people: People) -> pa.Table:
    """Return the latest few events of each profile of a set, with what a timeline shows of them."""
    events, profiles = batch.set.events, people.profile_no
    occurred = batch.moments("occurred_at")
    names = [
        n
        for n in ("message_hash", "occurred_at", "event", "node_no", "source_no", *SHOWN)
        if n in events.column_names
    ]
    picked = latest_rows(profiles, occurred, ranks(events["message_hash"]))
    owners, place = distinct(profiles)
    earliest = np.full(len(owners), np.iinfo(np.int64).max)
    np.minimum.at(earliest, place, occurred)
    seen = np.full(len(owners), NEVER)
    np.maximum.at(seen, place, np.where(_are_acts(events), occurred, NEVER))
    rows = events.select(names).take(pa.array(picked))
    for name, values in (("profile_no", profiles), ("earliest", earliest[place]), ("seen", seen[place])):
        rows = rows.append_column(name, pa.array(values[picked]))
    return rows


def _are_acts(events: pa.Table) -> np.ndarray:
    """Say of each event whether the person did it: not a mail of ours, not a robot."""
    acts = np.ones(len(events), bool)
    for column, words in (("event", SENT_BY_US), ("device_class", (MACHINE,))):
        # Neither is needed: a set may hold nothing but what was refused.
        if column in events.column_names:
            acts &= ~_among(events[column], words)
    return acts


def _among(column: pa.ChunkedArray, words: Sequence[str]) -> np.ndarray:
    """Say of each text whether it is one of some; of a dictionary only its words are looked at."""
    asked = pa.array(words, pa.string())
    parts = [
        pc.is_in(chunk.dictionary, asked).take(chunk.indices).fill_null(False)
        if pa.types.is_dictionary(chunk.type)
        else pc.is_in(chunk, asked)
        for chunk in column.chunks
    ]
    return np.concatenate([part.to_numpy(False) for part in parts]) if parts else np.zeros(0, bool)


def latest_rows(profiles: np.ndarray, occurred: np.ndarray, ranks: np.ndarray) -> np.ndarray:
    """Return the places of the latest few events of each profile, by profile, newest first; of two at one
    moment the order is the same whichever door they took."""
    rows = np.flatnonzero(profiles > 0)
    if (np.diff(occurred[rows]) < 0).any():
        rows = rows[np.argsort(occurred[rows], kind="stable")]
    newest_first = rows[::-1]
    rows = newest_first[grouped(profiles[newest_first])]
    rows = rows[place_in_run(profiles[rows]) < KEPT_EVENTS + TIES]
    _put_in_order(rows, profiles, occurred, ranks)
    latest: np.ndarray = rows[place_in_run(profiles[rows]) < KEPT_EVENTS]
    return latest


def _put_in_order(rows: np.ndarray, profiles: np.ndarray, occurred: np.ndarray, ranks: np.ndarray) -> None:
    """Put events of one profile at one moment into the order of their ranks, where they stand."""
    same = (np.diff(profiles[rows]) == 0) & (np.diff(occurred[rows]) == 0)
    places = np.flatnonzero(np.r_[same, False] | np.r_[False, same])
    tied = rows[places]
    rows[places] = tied[np.lexsort((ranks[tied], -occurred[tied], profiles[tied]))]


def timelines_of(rows: pa.Table, at_once: int = 50_000) -> Iterator[pa.Table]:
    """Turn the latest events, sorted by profile, newest first, into timelines; so many profiles at a time.

    In: rows  `earliest`: the earliest moment of the profile, in one of its rows at least; `seen` likewise: when it
              did something latest, or NEVER
    """
    profiles = rows["profile_no"].to_numpy()
    if not len(profiles):
        return
    occurred = rows["occurred_at"].cast(pa.int64()).to_numpy()
    starts = np.flatnonzero(np.r_[True, profiles[1:] != profiles[:-1]])
    earliest = np.minimum.reduceat(np.minimum(rows["earliest"].to_numpy(), occurred), starts)
    seen = np.maximum.reduceat(rows["seen"].to_numpy(), starts)
    edges = np.r_[starts, len(profiles)]
    for first in range(0, len(starts), at_once):
        here = edges[first : first + at_once + 1]
        entries = entries_of(rows.slice(here[0], here[-1] - here[0]))
        yield pa.table(
            {
                "profile_no": profiles[here[:-1]],
                "earliest": _moments(earliest[first : first + at_once]),
                "seen": _moments(seen[first : first + at_once], seen[first : first + at_once] == NEVER),
                "events": _joined(entries, here - here[0]),
            }
        )


def write_timelines(cursor: Any, rows: pa.Table) -> None:
    """Lay new events over the timelines there are; the same event twice is one.

    In: rows  profile_no, earliest of its new events, when it did something latest, events as JSON, newest first
    """
    put_rows(cursor, "recent_event", rows, documents=("events",))
    cursor.execute("ANALYZE recent_event (profile_no)")
    cursor.execute(SEEN_EARLIER)
    cursor.execute(MERGE_TIMELINES)
    cursor.execute("DELETE FROM recent_event")


def ranks(hashes: pa.ChunkedArray) -> np.ndarray:
    """Return the first six bytes of each hash as a number: what `id` shows as twelve letters."""
    return _hashes(hashes).view(">u8")[::2] >> np.uint64(16)


def _hashes(column: pa.ChunkedArray) -> np.ndarray:
    chunks = [
        np.frombuffer(one.buffers()[1], "V16", len(one), one.offset * 16) for one in column.chunks if len(one)
    ]
    return np.concatenate(chunks) if chunks else np.zeros(0, "V16")


def entries_of(events: pa.Table) -> pa.Array:
    """Return each event as a timeline shows it: JSON without what is empty, made by columns."""
    hashes = _hashes(events["message_hash"]).tobytes().hex()
    ids = pa.array([hashes[at : at + 12] for at in range(0, len(hashes), 32)], pa.string())
    moments = _flat(events["occurred_at"]).cast(pa.int64()).cast(pa.string())
    parts: list[Any] = ['{"at":', moments, ',"id":"', ids, '","event":', _json(events["event"])]
    parts += [',"node":', _digits(events["node_no"]), ',"source":', _digits(events["source_no"])]
    for name in SHOWN:
        if name in events.column_names and events[name].null_count < len(events):
            column = _flat(events[name])
            if name == "page_path":
                # What somebody did says enough without the page it happened on.
                is_page = pc.is_in(_flat(events["event"].cast(pa.string())), PAGES)
                column = pc.if_else(is_page, column.cast(pa.string()), None)
            if name == "device_class":
                column = pc.if_else(_by_machines(events), column.cast(pa.string()), None)
            is_text = pa.types.is_string(column.type) or pa.types.is_dictionary(column.type)
            values = _json(column) if is_text else column.cast(pa.string())
            parts.append(pc.binary_join_element_wise(f',"{name}":', values, ""))
    return _flat(pc.binary_join_element_wise(*parts, "}", "", null_handling="replace", null_replacement=""))


def _by_machines(events: pa.Table) -> pa.Array:
    is_answer = _among(_chunked(events["event"]), ANSWERS_TO_MAILS)
    return pa.array(is_answer & _among(_chunked(events["device_class"]), (MACHINE,)))


def _chunked(column: pa.Array | pa.ChunkedArray) -> pa.ChunkedArray:
    return column if isinstance(column, pa.ChunkedArray) else pa.chunked_array([column])


def _json(column: pa.Array | pa.ChunkedArray) -> pa.Array:
    """Return text as JSON text; null stays null."""
    texts = _flat(column.cast(pa.string()))
    if pc.any(pc.match_substring_regex(texts, NEEDS_ESCAPE)).as_py():
        distinct = texts.dictionary_encode()
        escaped = pa.array([encode(text).decode() for text in distinct.dictionary.to_pylist()], pa.string())
        return escaped.take(distinct.indices)
    return pc.binary_join_element_wise('"', texts, '"', "")


def _joined(entries: pa.Array, edges: np.ndarray) -> pa.Array:
    lists = pa.ListArray.from_arrays(pa.array(edges, pa.int32()), entries)
    return pc.binary_join_element_wise("[", pc.binary_join(lists, ","), "]", "")


def _flat(column: pa.Array | pa.ChunkedArray) -> pa.Array:
    if not isinstance(column, pa.ChunkedArray):
        return column
    flat = column.combine_chunks()
    return pa.concat_arrays(flat.chunks) if isinstance(flat, pa.ChunkedArray) else flat


def _digits(numbers: pa.ChunkedArray) -> pa.Array:
    return _flat(numbers.cast(pa.string()))


def _moments(since_1970: np.ndarray, is_null: np.ndarray | None = None) -> pa.Array:
    return pa.array(since_1970, pa.int64(), mask=is_null).cast(pa.timestamp("us", tz="UTC"))
