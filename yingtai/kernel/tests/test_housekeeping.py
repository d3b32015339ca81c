"""What was left is taken up job by job; what is over is removed when its time has come."""

import asyncio
import logging
import time

import pytest
from django.db import connection, transaction
from procrastinate.exceptions import ConnectorException
from procrastinate.manager import JobManager

from yingtai.kernel import housekeeping
from yingtai.kernel.housekeeping import prune_jobs, retry_stalled_jobs
from yingtai.kernel.jobs import job


@job("kernel.note_stalled")
def note_stalled(acting, *, what):
    """For the length of a test."""


SILENT_WORKER = """
    INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now() - interval '10 minutes') RETURNING id
"""
STATES = """
    SELECT args->>'what', status::text, attempts FROM procrastinate_jobs
    WHERE task_name = 'kernel.note_stalled' AND args->>'about' = %s ORDER BY id
"""


@pytest.fixture(autouse=True)
def soon(monkeypatch):
    monkeypatch.setattr(housekeeping, "LOOKS_APART_SECONDS", 0.2)


@pytest.fixture
def worker():
    """Return the number of a worker that has been silent for ten minutes."""
    with connection.cursor() as cursor:
        cursor.execute(SILENT_WORKER)
        (number,) = cursor.fetchone()
        yield number
        cursor.execute("DELETE FROM procrastinate_workers WHERE id = %s", [number])


@pytest.fixture
def queue(brand, acting):
    """Queue a job of this test, in a state, and return its number."""

    def put(what, *, once_per=None, state="todo", days_ago=0):
        with transaction.atomic(), connection.cursor() as cursor:
            assert note_stalled.enqueue(acting, once_per=once_per, what=what, about=brand.code)
            cursor.execute("SELECT max(id) FROM procrastinate_jobs")
            (number,) = cursor.fetchone()
            if state != "todo":
                cursor.execute("UPDATE procrastinate_jobs SET status = 'doing' WHERE id = %s", [number])
            if state not in {"todo", "doing"}:
                cursor.execute(
                    "UPDATE procrastinate_jobs SET status = %s::procrastinate_job_status WHERE id = %s",
                    [state, number],
                )
            cursor.execute(
                "UPDATE procrastinate_events SET at = at - make_interval(days => %s) WHERE job_id = %s",
                [days_ago, number],
            )
        return number

    yield put
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM procrastinate_jobs WHERE task_name = 'kernel.note_stalled'")


def states(brand):
    with connection.cursor() as cursor:
        cursor.execute(STATES, [brand.code])
        return cursor.fetchall()


def test_a_stalled_job_whose_equal_waits_does_not_keep_the_others_from_being_taken_up(queue, brand, acting):
    queue("first", once_per=brand.code, state="doing")
    queue("its twin", once_per=brand.code)
    queue("another", state="doing")

    retry_stalled_jobs(acting)

    assert states(brand) == [("its twin", "todo", 0), ("another", "todo", 1)]


def test_a_job_that_cannot_be_taken_up_is_told_of_and_passed_over(queue, brand, acting, monkeypatch, caplog):
    retry = JobManager.retry_job

    async def fail_first(self, stalled):
        if stalled.task_kwargs.get("what") == "first":
            raise ConnectorException
        await retry(self, stalled)

    monkeypatch.setattr(JobManager, "retry_job", fail_first)
    queue("first", state="doing")
    queue("another", state="doing")

    with caplog.at_level(logging.WARNING):
        retry_stalled_jobs(acting)

    assert states(brand) == [("first", "doing", 0), ("another", "todo", 1)]
    assert "(kernel.note_stalled) is not taken up: ConnectorException" in caplog.text


def set_worker(job_number, worker_number):
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE procrastinate_jobs SET worker_id = %s WHERE id = %s", [worker_number, job_number]
        )


def on_second_look(monkeypatch, deed):
    """Have something happen between the two looks for stalled jobs."""
    sleep = asyncio.sleep

    async def sleep_and(seconds):
        await sleep(seconds)
        await asyncio.to_thread(deed)

    monkeypatch.setattr(housekeeping.asyncio, "sleep", sleep_and)


def test_a_job_is_taken_up_whose_worker_is_silent_at_two_looks(queue, worker, brand, acting):
    set_worker(queue("left", state="doing"), worker)

    retry_stalled_jobs(acting)

    assert states(brand) == [("left", "todo", 1)]


def test_a_job_goes_on_whose_worker_speaks_up_after_the_database_stood_still(
    queue, worker, brand, acting, monkeypatch
):
    def speak_up():
        with connection.cursor() as cursor:
            cursor.execute("UPDATE procrastinate_workers SET last_heartbeat = now() WHERE id = %s", [worker])
        connection.close()

    on_second_look(monkeypatch, speak_up)
    set_worker(queue("long", state="doing"), worker)

    retry_stalled_jobs(acting)

    assert states(brand) == [("long", "doing", 0)]


def test_no_job_is_taken_up_when_the_database_stood_still_between_the_looks(
    queue, worker, brand, acting, monkeypatch
):
    on_second_look(monkeypatch, lambda: time.sleep(0.4))
    set_worker(queue("long", state="doing"), worker)

    retry_stalled_jobs(acting)

    assert states(brand) == [("long", "doing", 0)]


def test_failed_jobs_are_kept_for_thirty_days_and_finished_ones_for_three(queue, brand, acting):
    queue("finished lately", state="succeeded", days_ago=2)
    queue("finished", state="succeeded", days_ago=4)
    queue("failed lately", state="failed", days_ago=29)
    queue("failed", state="failed", days_ago=31)
    queue("waits", days_ago=40)

    prune_jobs(acting)

    assert [what for what, _, _ in states(brand)] == ["finished lately", "failed lately", "waits"]
