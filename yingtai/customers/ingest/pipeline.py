"""One set, from events to profiles and lake: staged, committed, published; safe to be killed anywhere."""

import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
from django.db import connection

from yingtai.collect.api import IdentifierMeansNobody, IdentifierOfACrowd, note_oddities
from yingtai.compliance.api import merge_consents_in_pairs
from yingtai.customers.errors import PersonalValueConcealed
from yingtai.customers.events import ProfilesMerged, SetIngested
from yingtai.customers.eventset import EventSet
from yingtai.customers.ingest import (
    giving,
    identifying,
    keys,
    money,
    moving,
    people,
    private,
    repeats,
    timeline,
    writing,
)
from yingtai.customers.ingest.batch import Batch, Found, People
from yingtai.customers.ingest.concealing import conceal
from yingtai.customers.ingest.grouping import different
from yingtai.customers.ingest.moving import Moved
from yingtai.customers.ingest.ordering import payers_of
from yingtai.customers.ingest.repeats import Memory
from yingtai.customers.ingest.saying import Said, read_traits
from yingtai.customers.models import DirtyTraits, LakeBatch
from yingtai.kernel.acting import Acting
from yingtai.kernel.errors import ProductError
from yingtai.kernel.events import publish as tell
from yingtai.kernel.scope import BRAND_SHIFT
from yingtai.kernel.scoping import acting_transaction
from yingtai.lake import api as lake

PLANS = "SET LOCAL jit = off; SET LOCAL random_page_cost = 1.1"

# A number is never given twice, not even of a transaction that was rolled back: a writer that was put out in its sleep
# goes on for some steps when it wakes, and must meet nobody else's files.
NEXT_BATCH = "SELECT nextval('customers_batch_no')"

Hook = Callable[[str], None]
Oddities = Counter[tuple[int, str]]
"""How often something was odd, by source and by the code that says what."""

_beside = ThreadPoolExecutor(3, thread_name_prefix="beside")


@dataclass(frozen=True)
class Ingested:
    """What became of a set."""

    ingest_no: int
    events: int
    repeats: int
    new_profiles: int
    touched_profiles: int
    merges: int
    latest: pa.Table | None = None
    """The latest few events of each profile, when the caller keeps the timelines itself."""


def ingest_set(
    acting: Acting,
    events: EventSet,
    *,
    found: Found | None = None,
    memory: Memory = Memory.WINDOW,
    with_timeline: bool = True,
    in_the_same_transaction: Callable[[Ingested], None] = lambda done: None,
    at_step: Hook = lambda step: None,
) -> Ingested:
    """Ingest one set and return what became of it; the caller is the sole writer.

    In:        found                    the identifiers of these events, when they were read ahead
               in_the_same_transaction  called with what became of the set, before the commit
               at_step                  called between steps, for tests and measurements
    Publishes: SetIngested, ProfilesMerged
    """
    with acting_transaction(acting), connection.cursor() as cursor:
        prepare(cursor)
        ingest_no = _next_batch(cursor)
        total = len(events)
        events, concealed = conceal(events)
        oddities = _by_source(events, {PersonalValueConcealed: concealed})
        kept = repeats.drop_repeats(cursor, events, memory, acting.at.date())
        batch = Batch(acting, ingest_no, kept, cursor, found if kept is events else None)
        events = kept
        at_step("repeats")
        done = _write_books(batch, total, oddities, with_timeline=with_timeline, at_step=at_step)
        note_oddities(acting, oddities)
        in_the_same_transaction(done)
        LakeBatch.objects.create(batch_no=ingest_no, event_count=len(events), committed_at=acting.at)
    at_step("committed")
    if len(events):
        lake.publish(ingest_no)
    at_step("published")
    LakeBatch.objects.filter(batch_no=ingest_no).update(published_at=acting.at)
    return done


@contextmanager
def lake_batch(acting: Acting) -> Iterator[tuple[int, Callable[[Mapping[str, pa.Table]], None]]]:
    """Change books and lake together, without events: yields the batch's number, and a function that takes
    rows for the lake; they are staged, committed with the books, then published. The caller is sole writer."""
    staged: list[bool] = []
    with acting_transaction(acting), connection.cursor() as cursor:
        batch_no = _next_batch(cursor)

        def add(rows: Mapping[str, pa.Table]) -> None:
            lake.stage(batch_no, rows, resolved_at=acting.at)
            staged.append(True)

        yield batch_no, add
        LakeBatch.objects.create(batch_no=batch_no, event_count=0, committed_at=acting.at)
    if staged:
        lake.publish(batch_no)
    LakeBatch.objects.filter(batch_no=batch_no).update(published_at=acting.at)


def _write_books(
    batch: Batch, total: int, oddities: Oddities, *, with_timeline: bool, at_step: Hook
) -> Ingested:
    found = identifying.identify(batch)
    oddities.update(
        _by_source(
            batch.set,
            {
                IdentifierMeansNobody: np.flatnonzero(found.identifiers.blocked),
                IdentifierOfACrowd: np.flatnonzero(found.identifiers.shared),
            },
        )
    )
    at_step("identified")
    people.doubt_visitors(batch, found)
    moved = _fold(batch, found)
    payers = payers_of(batch, found)
    charged: dict[int, bytes] = {}
    if len(batch.set):
        batch.set, uncounted, charged = money.settle(batch, found.profile_no, payers)
        oddities.update(_by_source(batch.set, uncounted))
    said = read_traits(batch, found)
    keyring = _keyring(batch, found, said)
    extras = private.seal_extras(batch, found, keyring)
    # The lake's files are written while the books are: both must be done before the commit.
    staging = _beside.submit(_stage, batch, writing.lake_rows(batch, found, moved, extras))
    latest = None if with_timeline else _beside.submit(timeline.latest_of, batch, found)
    sealed = _beside.submit(private.seal_identifiers, found, keyring)
    try:
        people.add_profiles(batch, found, said, keyring)
        keyring.save()
        people.add_identifiers(batch, found, *sealed.result())
        at_step("profiles")
        _write_traits(batch, found, said, keyring)
        people.add_orders(batch, found, payers.marks)
        people.add_refunds(batch, charged)
        at_step("traits")
        if with_timeline:
            timeline.merge_timelines(batch, found)
        at_step("timeline")
    finally:
        staging.result()
    at_step("staged")
    _tell(batch, found)
    giving.tell_given(batch, found)
    return Ingested(
        ingest_no=batch.ingest_no,
        events=len(batch.set),
        repeats=total - len(batch.set),
        new_profiles=found.resolution.fresh,
        touched_profiles=len(different(found.profile_no[found.profile_no > 0])),
        merges=len(found.resolution.merges),
        latest=latest.result() if latest else None,
    )


def _by_source(events: EventSet, rows: Mapping[type[ProductError], np.ndarray]) -> Oddities:
    """Count rows of events by source and by what is odd about them."""
    sources = events.events["source_no"]
    return Counter(
        {
            (source_no, reason.code): count
            for reason, some in rows.items()
            if len(some)
            for source_no, count in Counter(sources.take(pa.array(some)).to_pylist()).items()
        }
    )


def _stage(batch: Batch, rows: Mapping[str, pa.Table]) -> None:
    if len(batch.set):
        lake.stage(batch.ingest_no, rows, resolved_at=batch.at)


def _fold(batch: Batch, found: People) -> Moved:
    pairs = [(merge.survivor_no, merge.duplicate_no) for merge in found.resolution.merges]
    if pairs:
        merge_consents_in_pairs(batch.acting, pairs)
    return moving.fold(
        batch.cursor,
        found.resolution.merges,
        ingest_no=batch.ingest_no,
        at=batch.at,
        by=batch.acting.actor,
        kept_events=timeline.KEPT_EVENTS,
    )


def _keyring(batch: Batch, found: People, said: Said) -> keys.Keyring:
    ring = keys.Keyring(batch.cursor, fresh_from=found.fresh_from, fresh=found.resolution.fresh)
    named = found.identifiers.owner_no[private.kept_identifiers(found)]
    private_ones = np.array(list(said.private), np.int64)
    with_extras = _rows_with(batch, "extras")
    ring.learn(np.r_[named, private_ones, found.profile_no[with_extras]])
    ring.give(np.r_[named, private_ones])
    return ring


def _write_traits(batch: Batch, found: People, said: Said, keyring: keys.Keyring) -> None:
    people.change_traits(batch, found, said)
    private.seal_traits(batch.cursor, said, keyring)
    nodes = batch.numbers("node_no")
    if said.private:
        rows = _rows_with(batch, "private_traits")
        brand_of = dict(
            zip(found.profile_no[rows].tolist(), (nodes[rows] >> BRAND_SHIFT).tolist(), strict=True)
        )
        private.index_names(batch.cursor, said, brand_of)
    if said.known or found.resolution.fresh or found.resolution.merges:
        for brand_no in different(nodes >> BRAND_SHIFT).tolist():
            DirtyTraits.objects.get_or_create(brand_no=brand_no, defaults={"since": batch.at})


def _rows_with(batch: Batch, name: str) -> np.ndarray:
    if name not in batch.set.events.column_names:
        return np.zeros(0, np.int64)
    return np.flatnonzero(batch.set.events[name].is_valid().to_numpy())


def _tell(batch: Batch, found: People) -> None:
    nodes = batch.numbers("node_no")
    if len(batch.set):
        fact = SetIngested(
            node_no=0,
            occurred_at=batch.at,
            ingest_no=batch.ingest_no,
            event_count=len(batch.set),
            brand_nos=tuple(different(nodes >> BRAND_SHIFT).tolist()),
            source_nos=tuple(different(batch.numbers("source_no")).tolist()),
        )
        tell(batch.acting, fact)
    folded: dict[int, list[int]] = {}
    rules = {merge.survivor_no: merge.rule for merge in found.resolution.merges}
    for merge in found.resolution.merges:
        folded.setdefault(merge.survivor_no, []).append(merge.duplicate_no)
    if folded:
        tell(
            batch.acting,
            *(
                ProfilesMerged(
                    node_no=0,
                    occurred_at=batch.at,
                    survivor_no=survivor_no,
                    duplicate_nos=tuple(duplicates),
                    rule=rules[survivor_no],
                )
                for survivor_no, duplicates in folded.items()
            ),
        )


def prepare(cursor: Any) -> None:
    """Make this session's temporary tables. Repeating it changes nothing."""
    cursor.execute(PLANS)
    identifying.prepare(cursor)
    for statement in (
        repeats.ASKED_TABLE, moving.MERGED_TABLE, keys.KEYED_TABLES, private.SEALED_TABLES, people.NEW_TABLES,
        timeline.RECENT_TABLE,
    ):  # fmt: skip
        cursor.execute(statement)


def _next_batch(cursor: Any) -> int:
    cursor.execute(NEXT_BATCH)
    return int(cursor.fetchone()[0])


def spent(steps: dict[str, float]) -> Hook:
    """Return a hook that adds up the seconds between steps."""
    latest = [time.perf_counter()]

    def note(step: str) -> None:
        now = time.perf_counter()
        steps[step] = steps.get(step, 0.0) + now - latest[0]
        latest[0] = now

    return note
