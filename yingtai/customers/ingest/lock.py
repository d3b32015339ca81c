"""One writer of events at a time, and none that sleeps on it: a writer that was suspended is put out."""

import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from threading import Event, Thread
from typing import Any

import psycopg
from django.db import OperationalError, connection
from psycopg.errors import LockNotAvailable

from yingtai.customers.errors import IngestIsRunning
from yingtai.customers.models import LakeBatch
from yingtai.kernel import heartbeats
from yingtai.kernel.env import dsn, env
from yingtai.lake import api as lake

WRITER_LOCK = 7_361_885_110
SLEEPING_SECONDS = 4.0
"""A writer whose process shows no life for so long, while others wait, is suspended. However long a step of it
takes, up to `STEP_SECONDS`, it is waited for while its process comes to run now and then."""
STEP_SECONDS = 600.0
"""So long a step of a writer may take in which it says nothing to the books: its process may run well, and the
thread that writes hang all the same."""
BEAT_SECONDS = 1.0
LOOK_SECONDS = 1.0
MOST_PUT_OUT = 3
"""A writer that is still there after so many times cannot be put out from here, and whoever waits looks hung, as it is:
its connection's process is suspended."""

TRY_LOCK = "SELECT pg_try_advisory_lock(%s)"
WAIT_FOR_LOCK = "SELECT pg_advisory_lock(%s)"
UNLOCK = "SELECT pg_advisory_unlock(%s)"
PATIENCE = "SELECT set_config('lock_timeout', %s, false)"
_HELD = """
    locktype = 'advisory' AND (classid::bigint << 32 | objid::bigint) = %s
    AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
"""
IS_AWAITED = f"SELECT EXISTS (SELECT FROM pg_locks WHERE {_HELD} AND NOT granted)"
WRITER = f"""
    SELECT pid, greatest(state_change, (
        SELECT max(beat.state_change) FROM pg_stat_activity AS beat
        WHERE beat.application_name = 'writer ' || writer.pid))
    FROM pg_locks JOIN pg_stat_activity AS writer USING (pid)
    WHERE {_HELD} AND granted AND wait_event IN ('ClientRead', 'ClientWrite')
"""
IS_STEPPING = """
    SELECT state <> 'idle' AND state <> 'idle in transaction' OR state_change > now() - %s * interval '1 second'
    FROM pg_stat_activity WHERE pid = %s
"""
PUT_OUT = "SELECT pg_terminate_backend(%s)"

log = logging.getLogger(__name__)


@contextmanager
def sole_writer(*, wait: bool = True) -> Iterator[None]:
    """Be the only process that writes events, and finish what another one left half done.

    A writer that sleeps on the lock is put out: its transaction is rolled back, and it goes on with a new one when it
    wakes up, or its load is started again.

    Raises: IngestIsRunning when `wait` is False and another process writes
    """
    with connection.cursor() as cursor:
        if wait:
            _wait(cursor)
        else:
            cursor.execute(TRY_LOCK, [WRITER_LOCK])
            if not cursor.fetchone()[0]:
                raise IngestIsRunning
        try:
            with _beating():
                _finish_what_was_left()
                yield
        finally:
            if not connection.needs_rollback and connection.connection and not connection.connection.closed:
                cursor.execute(UNLOCK, [WRITER_LOCK])


def is_awaited() -> bool:
    """Say whether another process waits to write events."""
    with connection.cursor() as cursor:
        cursor.execute(IS_AWAITED, [WRITER_LOCK])
        return bool(cursor.fetchone()[0])


@contextmanager
def _beating() -> Iterator[None]:
    """Show that this process runs, also while the writer's own connection has nothing to do: for a step's length."""
    over = Event()
    writer = connection.connection.info.backend_pid
    Thread(target=_beat, args=(writer, over), name="writer's heart", daemon=True).start()
    try:
        yield
    finally:
        over.set()


def _beat(writer: int, over: Event) -> None:
    # Most writers are done before the first beat and need no connection for it.
    while not over.wait(BEAT_SECONDS):
        with (
            suppress(psycopg.OperationalError),
            psycopg.connect(dsn(env().role), autocommit=True) as looking,
            psycopg.connect(dsn(env().role), autocommit=True, application_name=f"writer {writer}") as own,
        ):
            while not over.wait(BEAT_SECONDS):
                # The heart of a thread that hangs must not be kept alive by its neighbor.
                if looking.execute(IS_STEPPING, [STEP_SECONDS, writer]).fetchone() == (True,):
                    own.execute("SELECT 1")


def _wait(cursor: Any) -> None:
    cursor.execute(PATIENCE, [f"{LOOK_SECONDS}s"])
    seen: tuple[int, datetime] | None = None
    since, times = time.monotonic(), 0
    try:
        while True:
            try:
                cursor.execute(WAIT_FOR_LOCK, [WRITER_LOCK])
                return
            except OperationalError as trouble:
                if not isinstance(trouble.__cause__, LockNotAvailable):
                    raise
            if times < MOST_PUT_OUT:
                heartbeats.moved()
            cursor.execute(WRITER, [WRITER_LOCK])
            now = cursor.fetchone()
            if now is None or now != seen:
                seen, since, times = now, time.monotonic(), 0
            elif time.monotonic() - since > SLEEPING_SECONDS:
                log.warning("the writer of events does nothing for %.0f s; it is put out", SLEEPING_SECONDS)
                cursor.execute(PUT_OUT, [now[0]])
                times += 1
    finally:
        if connection.connection and not connection.connection.closed:
            cursor.execute(PATIENCE, ["0"])


def _finish_what_was_left() -> None:
    """Publish batches that the books committed and the lake did not show yet; sweep up what was never committed."""
    owed = list(LakeBatch.objects.filter(published_at=None).values_list("batch_no", flat=True))
    lake.recover(lambda batch_no: batch_no in owed)
    if owed:
        LakeBatch.objects.filter(batch_no__in=owed).update(published_at=datetime.now().astimezone())
