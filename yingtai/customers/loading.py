"""The bulk door: history in whole sets, past the inbox, through the same pipeline."""

import contextlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from hashlib import blake2b
from itertools import repeat
from typing import Any

import numpy as np
import psycopg
import pyarrow as pa
from django.db import connection

from yingtai.customers.errors import LoadIsRunning, SetsCameDifferently
from yingtai.customers.eventset import EventSet
from yingtai.customers.ingest.batch import Found
from yingtai.customers.ingest.grouping import distinct
from yingtai.customers.ingest.identifying import read, survivors
from yingtai.customers.ingest.lock import sole_writer
from yingtai.customers.ingest.pipeline import Ingested, ingest_set, prepare
from yingtai.customers.ingest.repeats import Memory
from yingtai.customers.ingest.timeline import (
    KEPT_EVENTS,
    NEVER,
    SHOWN,
    latest_rows,
    ranks,
    timelines_of,
    write_timelines,
)
from yingtai.customers.models import LoadedSet
from yingtai.kernel.acting import Acting
from yingtai.kernel.env import dsn, env
from yingtai.kernel.memory import without_looking_for_cycles
from yingtai.kernel.scope import EVERYTHING
from yingtai.kernel.scoping import acting_transaction
from yingtai.lake import api as lake
from yingtai.lake.api import IS_ACT

TIMELINES_DONE = -1
Note = Callable[[int], Counter[str]]
NO_SLEEPER = "SET LOCAL idle_in_transaction_session_timeout = '5s'"
"""A process that is suspended just before it commits would keep its rows from everybody."""
WRITERS = 2
HELD_ROWS = 3_000_000
"""Above twice as many latest events held in memory, those that newer ones have pushed out are dropped."""

UNFINISHED = """
    SELECT DISTINCT source_no, load_id FROM customers_loadedset AS one
    WHERE set_no >= 0 AND (%(source_no)s::int IS NULL OR source_no = %(source_no)s) AND NOT EXISTS (
        SELECT 1 FROM customers_loadedset AS done
        WHERE done.source_no = one.source_no AND done.load_id = one.load_id AND done.set_no = %(done)s)
    ORDER BY 1, 2
"""
LATEST_OF_LOAD = f"""
    SELECT profile_no, occurred_at, message_hash, event, node_no, source_no, {", ".join(SHOWN)},
        epoch_us(min(occurred_at) OVER (PARTITION BY profile_no)) AS earliest,
        coalesce(epoch_us(max(CASE WHEN {IS_ACT} THEN occurred_at END) OVER (PARTITION BY profile_no)), {NEVER}) AS seen
    FROM events
    WHERE ingest_no >= $first AND ingest_no <= $latest AND profile_no IS NOT NULL
    QUALIFY row_number() OVER (PARTITION BY profile_no ORDER BY occurred_at DESC, message_hash) <= {KEPT_EVENTS}
    ORDER BY profile_no, occurred_at DESC, message_hash
"""


@dataclass(frozen=True)
class LoadReport:
    """What became of a load; sets that were loaded before are counted apart."""

    sets: int
    sets_before: int
    events: int
    repeats: int
    new_profiles: int
    touched_profiles: int
    merges: int


@without_looking_for_cycles()
def load_sets(
    acting: Acting,
    *,
    source_no: int,
    load_id: str,
    sets: Iterable[EventSet],
    progress: Callable[[int], None] | None = None,
    check_rows: bool = False,
    ahead: bool = False,
    note: Note = lambda events: Counter(),
) -> LoadReport:
    """Load history in whole sets and return what became of it; a repeat of the load goes on where it stopped.

    In:        load_id     names the load for ever: the same load has the same sets in the same order
               progress    told how many events are done
               check_rows  also recognise single rows that came in another load before, by their hash
               ahead       make and read the next set on another thread while one is loaded
               note        called in the transaction that loads a set, with how many of its events are new; what it
                           counts is kept with the set, see `figures_of`
    Cost:      a few sets in memory; about four seconds per million events on two cores
    Raises:    LoadIsRunning, SetsCameDifferently before anything is loaded
    Publishes: SetIngested, ProfilesMerged
    """
    with _lease(source_no, load_id):
        return _load_sets(
            acting, source_no=source_no, load_id=load_id, sets=sets, progress=progress, check_rows=check_rows,
            ahead=ahead, note=note,
        )  # fmt: skip


def figures_of(source_no: int, load_id: str) -> Counter[str]:
    """Return what was counted of all sets of a load, by this run or by those before: `repeats`, `new_profiles`, and
    whatever `note` counted."""
    sets = LoadedSet.objects.filter(source_no=source_no, load_id=load_id, set_no__gte=0)
    total: Counter[str] = Counter()
    for figures in sets.values_list("figures", flat=True):
        total.update(figures)
    return total


def finish_loads(acting: Acting, *, source_no: int | None = None) -> int:
    """Do what loads owe that were killed: the timelines of the events they brought. Return how many there were.

    Another run of the same file has another name and finds only rows that are there, so it would never do it. A load
    that still runs holds its lease and is left alone. Repeating it changes nothing.
    """
    everywhere = replace(acting, scope=EVERYTHING)
    with connection.cursor() as cursor:
        cursor.execute(UNFINISHED, {"source_no": source_no, "done": TIMELINES_DONE})
        unfinished = cursor.fetchall()
    finished = 0
    for number, load_id in unfinished:
        try:
            with _lease(number, load_id):
                key = LoadedSet(source_no=number, load_id=load_id, set_no=TIMELINES_DONE, event_count=0)
                _write_timelines(everywhere, key, partial(_latest_in_the_lake, everywhere, key))
                finished += 1
        except LoadIsRunning:
            continue
    return finished


@contextlib.contextmanager
def _lease(source_no: int, load_id: str) -> Iterator[None]:
    """Hold a load for as long as this process lives: on a connection of its own, which dies with it.

    Raises: LoadIsRunning
    """
    number = int.from_bytes(blake2b(f"{source_no} {load_id}".encode(), digest_size=8).digest(), signed=True)
    with psycopg.connect(dsn(env().role), autocommit=True) as held:
        if not held.execute("SELECT pg_try_advisory_lock(%s)", [number]).fetchone()[0]:  # type: ignore[index]
            raise LoadIsRunning
        yield


def _load_sets(
    acting: Acting,
    *,
    source_no: int,
    load_id: str,
    sets: Iterable[EventSet],
    progress: Callable[[int], None] | None,
    check_rows: bool,
    ahead: bool,
    note: Note,
) -> LoadReport:
    # Sets come and go by the gigabyte; malloc keeps what it has, other pools give it back to the kernel each time.
    pa.set_memory_pool(pa.system_memory_pool())
    # Whoever loads, resolving has to see all of a brand: an identifier is one person wherever it turns up.
    everywhere = replace(acting, scope=EVERYTHING)
    before = dict(
        LoadedSet.objects.filter(source_no=source_no, load_id=load_id).values_list("set_no", "event_count")
    )
    done, found, latest = 0, [], _Latest()
    for set_no, (events, identifiers) in enumerate(_read_ahead(sets) if ahead else zip(sets, repeat(None))):
        if set_no not in before:
            key = LoadedSet(source_no=source_no, load_id=load_id, set_no=set_no, event_count=len(events))
            memory = Memory.FOR_EVER if check_rows else Memory.NONE
            ingested = _load(everywhere, key, events, identifiers, memory, note)
            latest.add(ingested)
            found.append(replace(ingested, latest=None))
        elif before[set_no] != len(events):
            raise SetsCameDifferently
        done += len(events)
        if progress:
            progress(done)
    if found or TIMELINES_DONE not in before:
        key = LoadedSet(source_no=source_no, load_id=load_id, set_no=TIMELINES_DONE, event_count=0)
        _write_timelines(
            everywhere, key, lambda: _latest_in_the_lake(everywhere, key) if before else latest.rows
        )
    skipped = len([number for number in before if number != TIMELINES_DONE])
    return LoadReport(
        sets=len(found),
        sets_before=skipped,
        events=sum(one.events for one in found),
        repeats=sum(one.repeats for one in found),
        new_profiles=sum(one.new_profiles for one in found),
        touched_profiles=sum(one.touched_profiles for one in found),
        merges=sum(one.merges for one in found),
    )


class _Latest:
    """The latest few events of each profile over all sets of a load: written once, not once per set."""

    def __init__(self) -> None:
        self._parts: list[pa.Table] = []

    def add(self, ingested: Ingested) -> None:
        if ingested.latest is not None and len(ingested.latest):
            self._parts.append(_plain(ingested.latest))
        if sum(len(part) for part in self._parts) > 2 * HELD_ROWS:
            self._parts = [_newest(self.rows)]

    @property
    def rows(self) -> pa.Table | None:
        return pa.concat_tables(self._parts, promote_options="default") if self._parts else None


def _newest(rows: pa.Table) -> pa.Table:
    """Return the latest few of each profile, each with the earliest moment of all of them and when
    it did something latest."""
    occurred, profiles = rows["occurred_at"].cast(pa.int64()).to_numpy(), rows["profile_no"].to_numpy()
    owners, places = distinct(profiles)
    earliest = np.full(len(owners), np.iinfo(np.int64).max)
    np.minimum.at(earliest, places, rows["earliest"].to_numpy())
    picked = latest_rows(profiles, occurred, ranks(rows["message_hash"]))
    seen = np.full(len(owners), NEVER)
    np.maximum.at(seen, places, rows["seen"].to_numpy())
    newest = rows.drop_columns(["earliest", "seen"]).take(pa.array(picked)).combine_chunks()
    newest = newest.append_column("earliest", pa.array(earliest[places[picked]]))
    return newest.append_column("seen", pa.array(seen[places[picked]]))


def _of_survivors(cursor: Any, latest: pa.Table) -> pa.Table:
    """Return the latest events under whoever their profiles are now: later sets of a load merge some."""
    asked, places = distinct(latest["profile_no"].to_numpy())
    column = latest.schema.get_field_index("profile_no")
    return _newest(latest.set_column(column, "profile_no", pa.array(survivors(cursor, asked)[places])))


def _plain(rows: pa.Table) -> pa.Table:
    kinds = [pa.string() if pa.types.is_dictionary(field.type) else field.type for field in rows.schema]
    return rows.cast(pa.schema(list(zip(rows.schema.names, kinds, strict=True))))


def _latest_in_the_lake(acting: Acting, key: LoadedSet) -> pa.Table | None:
    """Return the latest events of a load that was interrupted: what it did before is in the lake only."""
    numbers = LoadedSet.objects.filter(source_no=key.source_no, load_id=key.load_id, set_no__gte=0)
    ingest_nos = sorted(numbers.values_list("ingest_no", flat=True))
    if not ingest_nos:
        return None
    values = {"first": ingest_nos[0], "latest": ingest_nos[-1]}
    rows = lake.scoped(acting.scope).query(LATEST_OF_LOAD, values)
    hashes = rows["message_hash"].cast(pa.binary(16))
    return rows.set_column(rows.schema.get_field_index("message_hash"), "message_hash", hashes)


def _write_timelines(acting: Acting, key: LoadedSet, find_latest: Callable[[], pa.Table | None]) -> None:
    # Asked for in here: what a killed writer left between books and lake is published by now.
    with sole_writer():
        latest = find_latest()
        if latest is not None:
            with acting_transaction(acting), connection.cursor() as cursor:
                prepare(cursor)
                latest = _of_survivors(cursor, latest)
            # Each part is its own transaction: laying the same events over a timeline twice changes nothing.
            with ThreadPoolExecutor(WRITERS, thread_name_prefix="timelines") as writers:
                list(writers.map(partial(_write_part, acting), timelines_of(latest)))
        with acting_transaction(acting):
            key.ingest_no = 0
            key.save(force_insert=True)


def _write_part(acting: Acting, timelines: pa.Table) -> None:
    try:
        with acting_transaction(acting), connection.cursor() as cursor:
            cursor.execute(NO_SLEEPER)
            prepare(cursor)
            write_timelines(cursor, timelines)
    finally:
        connection.close()


def _load(
    acting: Acting,
    key: LoadedSet,
    events: EventSet,
    identifiers: Found | None,
    memory: Memory,
    note: Note,
) -> Ingested:
    def note_set(done: Ingested) -> None:
        key.ingest_no = done.ingest_no
        key.figures = {"repeats": done.repeats, "new_profiles": done.new_profiles, **note(done.events)}
        key.save(force_insert=True)
        # Whoever finished the load while it was dead did not know of this set.
        LoadedSet.objects.filter(source_no=key.source_no, load_id=key.load_id, set_no=TIMELINES_DONE).delete()

    with sole_writer():
        return ingest_set(
            acting,
            events,
            found=identifiers,
            memory=memory,
            with_timeline=False,
            in_the_same_transaction=note_set,
        )


def _read_ahead(sets: Iterable[EventSet]) -> Iterator[tuple[EventSet, Found]]:
    def read_next() -> tuple[EventSet, Found] | None:
        try:
            events = next(coming, None)
            return None if events is None else (events, read(events))
        finally:
            connection.close()

    coming = iter(sets)
    with ThreadPoolExecutor(1, thread_name_prefix="reading") as reader:
        due = reader.submit(read_next)
        while (ready := due.result()) is not None:
            due = reader.submit(read_next)
            yield ready
