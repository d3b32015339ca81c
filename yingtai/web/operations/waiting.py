"""What waits and what failed, counted only as far as a page would say."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import psycopg

from yingtai.customers.api import inbox_backlog
from yingtai.kernel.dispatcher import UNTOLD_FACTS, WAITING_FACTS
from yingtai.kernel.jobs import QUEUES

MOST_COUNTED = 1_000
MOST_FAILED = 50
LONG_SECONDS = 600
"""A job that runs longer may hang; somebody should look at it."""

QUEUE = """
    SELECT count(*), min(due) FROM (
        SELECT coalesce(scheduled_at, queued.at) AS due FROM procrastinate_jobs AS job
        LEFT JOIN LATERAL (
            SELECT at FROM procrastinate_events WHERE job_id = job.id AND type = 'deferred' ORDER BY id LIMIT 1
        ) AS queued ON true
        WHERE queue_name = %(queue)s AND status = 'todo' AND (scheduled_at IS NULL OR scheduled_at <= %(at)s)
        ORDER BY job.priority DESC, job.id LIMIT 1001
    ) AS waiting
"""
RUNNING = """
    SELECT task_name, greatest(extract(epoch FROM %(at)s - begun.at), 0)::float8 FROM procrastinate_jobs AS job
    LEFT JOIN LATERAL (
        SELECT max(at) AS at FROM procrastinate_events WHERE job_id = job.id AND type = 'started'
    ) AS begun ON true
    WHERE queue_name = %(queue)s AND status = 'doing' ORDER BY begun.at, id LIMIT 5
"""
PARKED = """
    SELECT id, queue_name, task_name, attempts, scheduled_at FROM procrastinate_jobs
    WHERE status = 'todo' AND attempts > 0 AND scheduled_at > %(at)s ORDER BY scheduled_at LIMIT 51
"""
FAILED = """
    SELECT job.id, queue_name, task_name, attempts, ended.at FROM procrastinate_jobs AS job
    LEFT JOIN LATERAL (
        SELECT max(at) AS at FROM procrastinate_events WHERE job_id = job.id AND type = 'failed'
    ) AS ended ON true
    WHERE status = 'failed' AND NOT (task_name LIKE 'schedule.%' AND EXISTS (
        SELECT FROM procrastinate_jobs AS later WHERE later.task_name = job.task_name AND later.id > job.id
    ))
    ORDER BY job.id DESC LIMIT 51
"""
"""A tick of the schedule that failed is over once the next one came: trying it again would do the same work twice."""


@dataclass(frozen=True)
class Backlog:
    """How much waits, no more than `most` being counted, and for how long the oldest does."""

    count: int
    age: timedelta | None
    most: int = MOST_COUNTED

    @property
    def is_more(self) -> bool:
        return self.count >= self.most

    @property
    def shown(self) -> int:
        return min(self.count, self.most)


@dataclass(frozen=True)
class RunningJob:
    """A job that runs, and for how many seconds by now."""

    name: str
    seconds: float

    @property
    def is_long(self) -> bool:
        return self.seconds > LONG_SECONDS


@dataclass(frozen=True)
class QueueFigure:
    """One queue of background jobs: what waits, and what runs, the longest first."""

    name: str
    backlog: Backlog
    running: tuple[RunningJob, ...]


@dataclass(frozen=True)
class JobRow:
    """A job that failed for good, or waits for another try at a time."""

    id: int
    queue: str
    name: str
    attempts: int
    at: datetime | None


@dataclass(frozen=True)
class FactRow:
    """A fact that somebody above could not be told; `due_at` is None once it is parked for an operator."""

    id: int
    name: str
    attempts: int
    trouble: str
    due_at: datetime | None
    at: datetime


def queues(books: psycopg.Connection[Any], at: datetime) -> list[QueueFigure]:
    """Return every queue. Cost: at most a thousand rows of each"""
    return [_queue(books, name, at) for name in QUEUES]


def inbox(books: psycopg.Connection[Any], at: datetime) -> Backlog:
    """Return the requests that wait to be ingested."""
    requests, oldest_at = inbox_backlog(books)
    return _backlog(requests, oldest_at, at, most=10_000)


def outbox(books: psycopg.Connection[Any], at: datetime) -> Backlog:
    """Return the facts that wait to be told."""
    return _backlog(*_one(books, WAITING_FACTS, {}), at)


def failed_jobs(books: psycopg.Connection[Any]) -> list[JobRow]:
    """Return the latest failed jobs, one more than a page shows when there are more."""
    return [JobRow(*row) for row in books.execute(FAILED).fetchall()]


def parked_jobs(books: psycopg.Connection[Any], at: datetime) -> list[JobRow]:
    """Return the jobs that wait for another try, the soonest first."""
    return [JobRow(*row) for row in books.execute(PARKED, {"at": at}).fetchall()]


def untold_facts(books: psycopg.Connection[Any], at: datetime) -> list[FactRow]:
    """Return the facts that are parked or wait for another try, one more than a page shows when there are more."""
    return [FactRow(*row) for row in books.execute(UNTOLD_FACTS, {"at": at}).fetchall()]


def _queue(books: psycopg.Connection[Any], name: str, at: datetime) -> QueueFigure:
    values = {"queue": name, "at": at}
    running = tuple(RunningJob(task, seconds or 0.0) for task, seconds in books.execute(RUNNING, values))
    return QueueFigure(name, _backlog(*_one(books, QUEUE, values), at), running)


def _backlog(count: int, oldest_at: datetime | None, at: datetime, *, most: int = MOST_COUNTED) -> Backlog:
    return Backlog(count, max(at - oldest_at, timedelta()) if oldest_at else None, most)


def _one(
    books: psycopg.Connection[Any], statement: str, values: dict[str, Any]
) -> tuple[int, datetime | None]:
    return books.execute(statement, values).fetchone() or (0, None)
