"""Take requests from the inbox: which are done is a multirange, for numbers appear out of order."""

import logging
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import psycopg
from django.db import DataError
from msgspec import MsgspecError
from psycopg.errors import DeadlockDetected, LockNotAvailable
from zstandard import ZstdError

from yingtai.collect.api import (
    DROP_SLICES,
    PREPARE_SLICES,
    RECORD,
    TAKE_ROWS,
    Facts,
    Message,
    NumberOutOfRange,
    Reading,
    RefusedRow,
    additional_data,
    decompress,
    explode,
    read_facts,
)
from yingtai.customers.errors import RequestNotIngested
from yingtai.customers.eventset import EventSet, concat
from yingtai.customers.ingest.building import build, build_facts
from yingtai.customers.ingest.shapes import SeenName
from yingtai.customers.ingest.ways import ways_of
from yingtai.kernel.env import dsn
from yingtai.kernel.errors import ProductError
from yingtai.kernel.scope import BRAND_SHIFT
from yingtai.vault import api as vault
from yingtai.vault.api import InboxKeyDestroyed, SealBroken

log = logging.getLogger(__name__)

DEFIANT = (
    ProductError, MsgspecError, ZstdError, DataError, ValueError, TypeError, KeyError, AttributeError,
    OverflowError, RecursionError,
)  # fmt: skip
"""What a request can raise that is no trouble of the machine: it is set aside, and ingest goes on."""

ROWS_AT_ONCE = 20_000
SETTLING = timedelta(seconds=60)
"""A number still missing after this, and after every transaction of then has ended, was rolled back."""

SLICES_AHEAD = timedelta(hours=3)
INBOX_KEPT = timedelta(hours=2)
WINDOW = timedelta(days=7)

PREPARE_DAYS = "SELECT customers_prepare_days(%s)"
DROP_DAYS = "SELECT customers_drop_days(%s)"
DONE = "SELECT done FROM customers_ingestcursor WHERE name = 'inbox'"
ADVANCE = """
    INSERT INTO customers_ingestcursor (name, done) VALUES ('inbox', %(new)s::int8multirange::text)
    ON CONFLICT (name) DO UPDATE
    SET done = (customers_ingestcursor.done::int8multirange + excluded.done::int8multirange)::text
"""
HORIZON = """
    SELECT pg_snapshot_xmin(now_seen)::text::bigint, pg_snapshot_xmax(now_seen)::text::bigint
    FROM pg_current_snapshot() AS now_seen
"""


@dataclass
class Taken:
    """Requests, opened and read: what they hold and what they were."""

    requests: list[int]
    events: EventSet | None
    refused: list[RefusedRow]
    seen: Counter[SeenName]
    arrivals: Counter[int] = field(default_factory=Counter)
    rows: "list[_Row]" = field(default_factory=list)
    oddities: Counter[tuple[int, str]] = field(default_factory=Counter)
    """What had to be left out while reading, by source and code."""

    @property
    def done(self) -> str:
        """The request numbers as a multirange."""
        return as_multirange(self.requests)


@dataclass
class _Row:
    request_no: int
    received_at: datetime
    source_no: int
    node_no: int
    kind: int
    body: bytes


class Inbox:
    """A reader of the inbox on a connection of its own, which sees whatever is committed."""

    def __init__(self) -> None:
        self._connection: psycopg.Connection[Any] | None = None
        self._done = "{}"
        self._settling: list[tuple[datetime, int, int]] = []

    def begin(self) -> None:
        """Learn how far ingest has come."""
        row = self._connected().execute(DONE).fetchone()
        self._done = row[0] if row else "{}"

    def take(self, events: int) -> Taken | None:
        """Return the next requests, about so many events, or None when nothing waits; they count as taken."""
        values = {"lowest": _lowest(self._done), "done": self._done, "rows": ROWS_AT_ONCE, "events": events}
        rows = self._connected().execute(TAKE_ROWS, values, binary=True).fetchall()
        if not rows:
            return None
        taken = _read_in_spite(
            [_Row(no, at, source, node, kind, body) for no, at, source, node, kind, _, _, body in rows]
        )
        self._done = _joined(self._done, taken.done)
        return taken

    def forget(self) -> None:
        """Drop the connection and what was taken but not done: after trouble, begin again."""
        if self._connection is not None:
            self._connection.close()
        self._connection = None

    def settle(self, at: datetime) -> str:
        """Close numbers that can no longer appear, and return the multirange of what is done now."""
        oldest_running, next_one = self._connected().execute(HORIZON).fetchone() or (0, 0)
        highest = _highest(self._done)
        if not self._settling or at - self._settling[-1][0] > SETTLING / 2:
            self._settling.append((at, next_one, highest))
        # Two marks, so that whoever took a number just before the first has a transaction by the second.
        while (
            len(self._settling) > 2
            and at - self._settling[0][0] > SETTLING
            and oldest_running >= self._settling[1][1]
        ):
            _, _, closed = self._settling.pop(0)
            self._done = _joined(self._done, f"{{[1,{closed + 1})}}") if closed else self._done
        return self._done

    def look_after_slices(self, at: datetime) -> None:
        """Make the slices and days to come and drop those that are over; busy ones wait for the next time."""
        done, books = self.settle(at), self._connected()
        for statement, values in (
            (PREPARE_DAYS, [at.date()]),
            (PREPARE_SLICES, [at + SLICES_AHEAD]),
            (DROP_SLICES, [done, at - INBOX_KEPT]),
            (DROP_DAYS, [(at - WINDOW).date()]),
        ):
            try:
                books.execute(statement, values)
            except (LockNotAvailable, DeadlockDetected) as busy:
                log.info("slices are busy, next time: %s", busy)

    def _connected(self) -> psycopg.Connection[Any]:
        if self._connection is None or self._connection.closed:
            # The role that may read the inbox, whoever asks.
            self._connection = psycopg.connect(dsn("worker"), autocommit=True)
        return self._connection


def read(rows: list[_Row]) -> Taken:
    """Open and read requests; what cannot be read goes to quarantine with its reason and spoils nothing else."""
    taken = Taken([row.request_no for row in rows], None, [], Counter(), rows=rows)
    facts: dict[int, list[Facts]] = {}
    brands: dict[int, _Messages] = {}
    for row in rows:
        document = _opened(row, taken)
        if document is None:
            continue
        if row.kind == RECORD:
            facts.setdefault(row.source_no, []).append(read_facts(document))
            continue
        reading = explode(document)
        brands.setdefault(row.node_no >> BRAND_SHIFT, _Messages()).add(row, reading)
        taken.arrivals[row.source_no] += len(reading.messages)
        if reading.left_out:
            taken.oddities[row.source_no, NumberOutOfRange.code] += reading.left_out
        taken.refused += [
            RefusedRow(row.node_no, row.source_no, one.code, one.path, one.event, row.received_at)
            for one in reading.refused
        ]
    built = [
        build(one.messages, one.source_nos, one.node_nos, ways_of(brand_no))
        for brand_no, one in brands.items()
        if one.messages
    ]
    for source_no, documents in facts.items():
        built += build_facts(documents, source_no, ways_of)
    taken.events = concat([one.events for one in built]) if built else None
    for each in built:
        taken.seen.update(each.seen)
    return taken


def apart(taken: Taken) -> Iterator[Taken]:
    """Return the requests of a set one by one: when a set fails, the one that spoils it is found."""
    for row in taken.rows:
        yield _read_in_spite([row])


def given_up(taken: Taken) -> Taken:
    """Return the same requests with nothing of them to be ingested: they go to quarantine as a whole."""
    refused = Taken([row.request_no for row in taken.rows], None, [], Counter(), rows=taken.rows)
    for row in taken.rows:
        document = _opened(row, refused)
        if document is not None:
            one = RefusedRow(
                row.node_no, row.source_no, RequestNotIngested.code, "", document, row.received_at
            )
            refused.refused.append(one)
    return refused


def _read_in_spite(rows: list[_Row]) -> Taken:
    """Read requests; when one of them defies reading, the others are read all the same."""
    try:
        return read(rows)
    except DEFIANT:
        log.exception("%d requests could not be read together", len(rows))
        if len(rows) == 1:
            return given_up(Taken([], None, [], Counter(), rows=rows))
        parts = [_read_in_spite([row]) for row in rows]
    whole = Taken([row.request_no for row in rows], None, [], Counter(), rows=rows)
    sets = [part.events for part in parts if part.events is not None]
    whole.events = concat(sets) if sets else None
    for part in parts:
        whole.refused += part.refused
        whole.seen.update(part.seen)
        whole.arrivals.update(part.arrivals)
        whole.oddities.update(part.oddities)
    return whole


class _Messages:
    """The messages of one brand, and where each came from."""

    def __init__(self) -> None:
        self.messages: list[Message] = []
        self.source_nos: list[int] = []
        self.node_nos: list[int] = []

    def add(self, row: _Row, reading: Reading) -> None:
        self.messages += reading.messages
        self.source_nos += [row.source_no] * len(reading.messages)
        self.node_nos += [row.node_no] * len(reading.messages)


def _opened(row: _Row, taken: Taken) -> bytes | None:
    try:
        body = vault.open_blob(row.body, additional_data(row.source_no, row.node_no))
        return decompress(body)
    except (SealBroken, InboxKeyDestroyed) as problem:
        taken.refused.append(RefusedRow(row.node_no, row.source_no, problem.code, "", b"{}", row.received_at))
        return None


def as_multirange(numbers: list[int]) -> str:
    """Return sorted numbers as PostgreSQL writes an int8multirange."""
    parts: list[list[int]] = []
    for number in sorted(numbers):
        if parts and number == parts[-1][1]:
            parts[-1][1] = number + 1
        else:
            parts.append([number, number + 1])
    return _text(parts)


def _joined(one: str, other: str) -> str:
    parts: list[list[int]] = []
    for lo, hi in sorted(_parts(one) + _parts(other)):
        if parts and lo <= parts[-1][1]:
            parts[-1][1] = max(parts[-1][1], hi)
        else:
            parts.append([lo, hi])
    return _text(parts)


def _parts(text: str) -> list[list[int]]:
    inside = text.strip("{}")
    return (
        [[int(edge) for edge in part.strip("[)").split(",")] for part in inside.split("),")] if inside else []
    )


def _text(parts: list[list[int]]) -> str:
    return "{" + ",".join(f"[{lo},{hi})" for lo, hi in parts) + "}"


def _lowest(done: str) -> int:
    """Return the first number that is open: requests are numbered from 1."""
    parts = _parts(done)
    return parts[0][1] if parts and parts[0][0] <= 1 else 1


def _highest(done: str) -> int:
    parts = _parts(done)
    return parts[-1][1] - 1 if parts else 0
