"""The bulk door: history in whole sets, past the inbox, through the same pipeline."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa
from django.db import connection

from yingtai.customers.eventset import EventSet
from yingtai.customers.ingest.pipeline import Ingested, ingest_set, prepare, sole_writer
from yingtai.customers.ingest.repeats import Memory
from yingtai.customers.ingest.timeline import KEPT_EVENTS, SHOWN, entries_of, joined, write_timelines
from yingtai.customers.models import LoadedSet
from yingtai.kernel.acting import Acting
from yingtai.kernel.scope import EVERYTHING
from yingtai.kernel.scoping import acting_transaction
from yingtai.lake import api as lake

TIMELINES_DONE = -1
PROFILES_AT_ONCE = 50_000

LATEST_OF_LOAD = f"""
    SELECT profile_no, occurred_at, message_hash, event, node_no, source_no, {", ".join(SHOWN)},
        min(occurred_at) OVER (PARTITION BY profile_no) AS earliest
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


def load_sets(
    acting: Acting,
    *,
    source_no: int,
    load_id: str,
    sets: Iterable[EventSet],
    progress: Callable[[int], None] | None = None,
    check_rows: bool = False,
) -> LoadReport:
    """Load history in whole sets and return what became of it; a repeat of the load goes on where it stopped.

    In:        load_id     names the load for ever: the same load has the same sets in the same order
               progress    told how many events are done
               check_rows  also recognise single rows that came in another load before, by their hash
    Cost:      at most one set in memory; about four seconds per million events
    Publishes: SetIngested, ProfilesMerged
    """
    # Whoever loads, resolving has to see all of a brand: an identifier is one person wherever it turns up.
    everywhere = replace(acting, scope=EVERYTHING)
    before = dict(
        LoadedSet.objects.filter(source_no=source_no, load_id=load_id).values_list("set_no", "event_count")
    )
    done, found, skipped = 0, [], 0
    for set_no, events in enumerate(sets):
        if set_no in before:
            skipped += 1
        else:
            key = LoadedSet(source_no=source_no, load_id=load_id, set_no=set_no, event_count=len(events))
            found.append(_load(everywhere, key, events, Memory.FOR_EVER if check_rows else Memory.NONE))
        done += len(events)
        if progress:
            progress(done)
    if TIMELINES_DONE not in before:
        refresh_timelines(everywhere, source_no=source_no, load_id=load_id)
    return LoadReport(
        sets=len(found),
        sets_before=skipped,
        events=sum(one.events for one in found),
        repeats=sum(one.repeats for one in found),
        new_profiles=sum(one.new_profiles for one in found),
        touched_profiles=sum(one.touched_profiles for one in found),
        merges=sum(one.merges for one in found),
    )


def refresh_timelines(acting: Acting, *, source_no: int, load_id: str) -> None:
    """Show the latest events of a load in the timelines of its profiles; repeating it changes nothing.

    Cost: one scan of the load in the lake; a set at a time would write each timeline once per set
    """
    numbers = LoadedSet.objects.filter(source_no=source_no, load_id=load_id, set_no__gte=0)
    ingest_nos = sorted(numbers.values_list("ingest_no", flat=True))
    if not ingest_nos:
        return
    values = {"first": ingest_nos[0], "latest": ingest_nos[-1]}
    rows = lake.scoped(acting.scope).query(LATEST_OF_LOAD, values)
    with sole_writer(), acting_transaction(acting), connection.cursor() as cursor:
        prepare(cursor)
        for chunk in _timelines(rows):
            write_timelines(cursor, chunk)
        LoadedSet.objects.create(
            source_no=source_no,
            load_id=load_id,
            set_no=TIMELINES_DONE,
            ingest_no=ingest_nos[-1],
            event_count=0,
        )


def _load(acting: Acting, key: LoadedSet, events: EventSet, memory: Memory) -> Ingested:
    def note(ingest_no: int) -> None:
        key.ingest_no = ingest_no
        key.save(force_insert=True)

    with sole_writer():
        return ingest_set(acting, events, memory=memory, with_timeline=False, in_the_same_transaction=note)


def _timelines(rows: pa.Table) -> Iterator[pa.Table]:
    """Turn events sorted by profile into timelines, some profiles at a time."""
    profiles = rows["profile_no"].to_numpy()
    starts = np.flatnonzero(np.r_[True, profiles[1:] != profiles[:-1]]) if len(profiles) else np.zeros(0, int)
    edges = np.r_[starts, len(profiles)]
    rows = rows.set_column(
        rows.schema.get_field_index("message_hash"), "message_hash", rows["message_hash"].cast(pa.binary(16))
    )
    for first in range(0, len(starts), PROFILES_AT_ONCE):
        here = edges[first : first + PROFILES_AT_ONCE + 1]
        some = rows.slice(here[0], here[-1] - here[0])
        leading = some.take(pa.array(here[:-1] - here[0]))
        yield pa.table(
            {
                "profile_no": leading["profile_no"],
                "earliest": leading["earliest"],
                "latest": leading["occurred_at"],
                "events": joined(entries_of(some), here - here[0]),
            }
        )
