"""What was left is taken up job by job; what is over is removed when its time has come."""

import logging

import pytest
from django.db import connection, transaction
from procrastinate.exceptions import ConnectorException
from procrastinate.manager import JobManager

from yingtai.kernel.housekeeping import prune_jobs, retry_stalled_jobs
from yingtai.kernel.jobs import job


@job("kernel.note_stalled")
def note_stalled(acting, *, what):
    """For the length of a test."""


STATES = """
    SELECT args->>'what', status::text, attempts FROM procrastinate_jobs
    WHERE task_name = 'kernel.note_stalled' AND args->>'about' = %s ORDER BY id
"""


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


def test_failed_jobs_are_kept_for_thirty_days_and_finished_ones_for_three(queue, brand, acting):
    queue("finished lately", state="succeeded", days_ago=2)
    queue("finished", state="succeeded", days_ago=4)
    queue("failed lately", state="failed", days_ago=29)
    queue("failed", state="failed", days_ago=31)
    queue("waits", days_ago=40)

    prune_jobs(acting)

    assert [what for what, _, _ in states(brand)] == ["finished lately", "failed lately", "waits"]
