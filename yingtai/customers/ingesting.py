"""The process that ingests all day: takes what waits, looks after the inbox and the lake when nothing does."""

import gc
import logging
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import psycopg
from django.db import OperationalError, close_old_connections, connection

from yingtai.collect.api import note_arrivals, note_oddities, note_seen, quarantine
from yingtai.customers.ingest import snapshots
from yingtai.customers.ingest.lock import is_awaited, sole_writer
from yingtai.customers.ingest.pipeline import Hook, Ingested, ingest_set
from yingtai.customers.ingest.taking import ADVANCE, DEFIANT, Inbox, Taken, apart, given_up
from yingtai.kernel import heartbeats
from yingtai.kernel.acting import Acting, system
from yingtai.kernel.memory import Growth, give_back
from yingtai.kernel.scope import EVERYTHING

MOST_EVENTS = 50_000
SMALL_SET = 2_000
POLL_SECONDS = 0.2
SMALL_SET_SECONDS = 0.8
"""Small sets are started this far apart, or a trickle would fill the lake with tiny files."""
TABLES_SECONDS = 30.0
TRAITS_SECONDS = 60.0
BUSY_PATIENCE = 10.0
"""While requests wait, copies may be so many times later than in quiet times."""
PAUSE_AFTER_TROUBLE_SECONDS = 2.0

BACKLOG = """
    SELECT requests, oldest_at FROM collect_backlog(coalesce(
        (SELECT upper(done::int8multirange) FROM customers_ingestcursor WHERE name = 'inbox'), 0))
"""
"""What waits behind the latest request that is done: at most 10,000, and when the oldest of them came."""

log = logging.getLogger(__name__)


def acting_now() -> Acting:
    """Return the acting of ingest: the product itself, serving all brands, at this moment."""
    return system("customers.ingest", EVERYTHING, datetime.now(UTC))


def ingest_taken(acting: Acting, taken: Taken, *, at_step: Hook = lambda step: None) -> Ingested:
    """Ingest what was taken from the inbox, and note it as done in the same transaction."""

    def note(done: Ingested) -> None:
        with connection.cursor() as cursor:
            cursor.execute(ADVANCE, {"new": taken.done})
        quarantine(acting, taken.refused)
        note_seen(acting, taken.seen)
        note_arrivals(acting, taken.arrivals)
        note_oddities(acting, taken.oddities)

    events = taken.events if taken.events is not None else snapshots.no_events()
    return ingest_set(acting, events, in_the_same_transaction=note, at_step=at_step)


def ingest_in_spite(acting: Acting, taken: Taken, *, at_step: Hook = lambda step: None) -> list[Ingested]:
    """Ingest what was taken; when that fails, request by request, and set aside the one that spoils it."""
    try:
        return [ingest_taken(acting, taken, at_step=at_step)]
    except DEFIANT:
        log.exception("a set of %d requests could not be ingested", len(taken.requests))
    if len(taken.requests) == 1:
        return [ingest_taken(acting, given_up(taken))]
    return [done for one in apart(taken) for done in ingest_in_spite(acting, one)]


def drain(at: datetime, *, events: int = MOST_EVENTS) -> list[Ingested]:
    """Ingest everything that waits, in this process, and return what became of each set."""
    acting, inbox, done = system("customers.ingest", EVERYTHING, at), Inbox(), []
    with sole_writer():
        inbox.begin()
        while taken := inbox.take(events):
            done += ingest_in_spite(acting, taken)
    inbox.forget()
    return done


@dataclass
class _Clockwork:
    """What is due, by the process's own clock."""

    tables_at: float = 0.0
    traits_at: float = 0.0


class Ingester:
    """Takes the next set while the present one is written."""

    def __init__(self, *, at_step: Hook = lambda step: heartbeats.moved()) -> None:
        self._at_step = at_step
        self._inbox = Inbox()
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="taking")
        self._next: Future[Taken | None] | None = None
        self._due = _Clockwork()
        self._growth = Growth()
        self._makes_room = False

    def run(self, stop: Callable[[], bool]) -> None:
        """Ingest until asked to stop, or until a fresh process should; the database may go away and come back."""
        # Messages come and go by the hundred thousand and hold no cycles: looking for some in between costs a
        # fifth of the time, so it is done when nothing waits.
        gc.freeze()
        gc.disable()

        def is_over() -> bool:
            return stop() or self._makes_room

        while not is_over():
            heartbeats.moved()
            try:
                with sole_writer():
                    self.begin()
                    while not is_over() and not self._gives_way():
                        self.step(is_over)
                self._inbox.forget()
            except (OperationalError, psycopg.OperationalError) as trouble:
                log.warning("ingest waits for the database: %s", trouble)
                self.start_over()
                time.sleep(PAUSE_AFTER_TROUBLE_SECONDS)
        self.start_over()
        gc.enable()

    def begin(self) -> None:
        """Learn how far ingest has come; the caller is the sole writer."""
        self._inbox.begin()

    def step(self, stop: Callable[[], bool]) -> int:
        """Ingest one set, or do a chore when nothing waits; return how many events."""
        heartbeats.moved()
        taken = self._taken()
        if taken is None:
            self._chores(is_idle=True)
            _sleep(POLL_SECONDS, stop)
            return 0
        self._growth.note_work()
        count = 0 if taken.events is None else len(taken.events)
        began = time.monotonic()
        if count >= SMALL_SET and not is_awaited():
            self._next = self._pool.submit(self._inbox.take, MOST_EVENTS)
        ingest_in_spite(acting_now(), taken, at_step=self._at_step)
        self._chores(is_idle=False)
        if count < SMALL_SET:
            _sleep(SMALL_SET_SECONDS - (time.monotonic() - began), stop)
        return count

    def _gives_way(self) -> bool:
        """Say whether to let an import write a set: the lock is fair, so we are next after it."""
        return self._next is None and is_awaited()

    def _taken(self) -> Taken | None:
        if self._next is not None:
            future, self._next = self._next, None
            return future.result()
        return self._inbox.take(MOST_EVENTS)

    def _chores(self, *, is_idle: bool) -> None:
        now = time.monotonic()
        patience = 1.0 if is_idle else BUSY_PATIENCE
        if now - self._due.tables_at > TABLES_SECONDS:
            self._due.tables_at = now
            self._inbox.look_after_slices(acting_now().at)
            gc.collect()
            give_back()
            # Started on its own, nobody would start it again.
            self._makes_room = heartbeats.board() is not None and self._growth.calls_for_a_fresh_process()
        if now - self._due.traits_at > TRAITS_SECONDS * patience:
            self._due.traits_at = now
            snapshots.refresh_traits(acting_now())

    def start_over(self) -> None:
        """Forget what was taken but not done."""
        if self._next is not None:
            self._next.cancel()
        self._next = None
        self._inbox.forget()
        close_old_connections()


def inbox_backlog(books: psycopg.Connection[Any]) -> tuple[int, datetime | None]:
    """Return how many requests wait to be ingested, 10,000 standing for more, and since when the oldest does."""
    requests, oldest_at = books.execute(BACKLOG).fetchone() or (0, None)
    return requests, oldest_at


def run(stop: Callable[[], bool]) -> None:
    """Ingest until `stop()` says so."""
    Ingester().run(stop)


def _sleep(seconds: float, stop: Callable[[], bool]) -> None:
    until = time.monotonic() + seconds
    while not stop() and (left := until - time.monotonic()) > 0:
        time.sleep(min(left, POLL_SECONDS))
