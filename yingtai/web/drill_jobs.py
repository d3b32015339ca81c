"""Does background work go on? A harmless job of every queue is queued, and it is seen that each was done."""

import time
from datetime import UTC, datetime
from importlib import import_module
from typing import Any

HARMLESS = {
    "ingest": "customers.finish_loads",
    "audiences": "audiences.keep_score_bounds",
    "sending": "campaigns.keep_going",
    "reports": "customers.count_loaded",
    "default": "kernel.retry_stalled_jobs",
}
"""A job of each queue that may be done once more at any time."""
PATIENCE_SECONDS = 120.0
PAUSE_SECONDS = 0.1
LIVING = "SELECT count(*) FROM procrastinate_workers WHERE last_heartbeat > now() - interval '10 seconds'"
LATEST = "SELECT max(id) FROM procrastinate_jobs WHERE task_name = %s"
NOT_DONE = "SELECT count(*) FROM procrastinate_jobs WHERE id = ANY(%s) AND status <> 'succeeded'"


def seconds_until_done(names: tuple[str, ...] = tuple(HARMLESS.values())) -> float | None:
    """Queue these jobs and return how long it took until all of them were done; None when they were not in time."""
    began = time.monotonic()
    waiting: list[int] = []
    while time.monotonic() - began < PATIENCE_SECONDS:
        try:
            waiting = waiting or _queue(names)
            if not _left(waiting):
                return round(time.monotonic() - began, 1)
        except _trouble():
            # The books may just be coming back.
            _database().connections.close_all()
        time.sleep(PAUSE_SECONDS)
    return None


def living() -> int:
    """Return how many queues' workers told the books lately that they live."""
    with _database().connection.cursor() as cursor:
        cursor.execute(LIVING)
        return int(cursor.fetchone()[0])


def _queue(names: tuple[str, ...]) -> list[int]:
    jobs, acting_of = import_module("yingtai.kernel.jobs").JOBS, import_module("yingtai.kernel.acting").system
    everything = import_module("yingtai.kernel.scope").EVERYTHING
    numbers = []
    with _database().transaction.atomic(), _database().connection.cursor() as cursor:
        for name in names:
            jobs[name].enqueue(acting_of("drill", everything, datetime.now(UTC)))
            cursor.execute(LATEST, [name])
            numbers.append(int(cursor.fetchone()[0]))
    return numbers


def _left(numbers: list[int]) -> int:
    with _database().connection.cursor() as cursor:
        cursor.execute(NOT_DONE, [numbers])
        return int(cursor.fetchone()[0])


def _database() -> Any:
    return import_module("django.db")


def _trouble() -> tuple[type[Exception], ...]:
    return (_database().OperationalError, _database().InterfaceError)
