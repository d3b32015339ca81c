"""A job that hangs ends with its process, and is tried again as often as any other."""

import asyncio
import logging
import time
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest
from django.db import connection, transaction
from procrastinate.contrib.django import app as engine

from yingtai.kernel.jobs import JOBS, LONGEST, job
from yingtai.web import overdue
from yingtai.web.overdue import UnderWay, give_up


@job("web.hang", queue="reports", max_attempts=3, longest=timedelta(minutes=10))
def hang(acting):
    """For the length of a test."""


def running(name, number=1, attempts=0):
    return SimpleNamespace(job=SimpleNamespace(id=number, task_name=name, attempts=attempts))


@pytest.mark.parametrize(
    ("name", "seconds", "is_overdue"),
    [
        ("web.hang", 599, False),
        ("web.hang", 601, True),
        ("schedule.web.hang", LONGEST.total_seconds() - 1, False),
        ("schedule.web.hang", LONGEST.total_seconds() + 1, True),
    ],
)
def test_a_job_is_overdue_after_the_time_of_its_kind(monkeypatch, name, seconds, is_overdue):
    under_way, found = UnderWay(), []
    now = time.monotonic()

    def run():
        monkeypatch.setattr(overdue.time, "monotonic", lambda: now + seconds)
        found.extend(under_way.overdue())
        return "done"

    monkeypatch.setattr(overdue.time, "monotonic", lambda: now)
    assert under_way.run(run, running(name), None) == "done"
    assert [one.id for one in found] == ([1] if is_overdue else [])
    assert under_way.overdue() == []


@pytest.fixture
def put_back(brand, acting, monkeypatch):
    """Give up a job that runs, after so many attempts; return its state, and whether the process ended."""

    def give(attempts, *, state="doing"):
        ended = []
        monkeypatch.setattr(overdue, "end_process", ended.append)
        with transaction.atomic(), connection.cursor() as cursor:
            hang.enqueue(acting)
            cursor.execute("SELECT max(id) FROM procrastinate_jobs WHERE task_name = 'web.hang'")
            (number,) = cursor.fetchone()
            for step in dict.fromkeys(["doing", state]):
                cursor.execute(
                    "UPDATE procrastinate_jobs SET status = %s::procrastinate_job_status, attempts = %s WHERE id = %s",
                    [step, attempts, number],
                )
        asyncio.run(_give_up(number, attempts))
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT status::text, attempts, scheduled_at FROM procrastinate_jobs WHERE id = %s", [number]
            )
            return *cursor.fetchone(), ended

    async def _give_up(number, attempts):
        app = engine.with_connector(engine.connector.get_worker_connector())
        async with app.open_async():
            await give_up(app, [running("web.hang", number, attempts).job])

    yield give
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM procrastinate_jobs WHERE task_name = 'web.hang'")


def test_it_is_tried_again_after_a_pause_in_which_its_process_is_gone(put_back, caplog):
    with caplog.at_level(logging.ERROR):
        state, attempts, due_at, ended = put_back(0)

    assert (state, attempts, ended) == ("todo", 1, [1])
    assert due_at > datetime.now(UTC) - timedelta(seconds=5)
    assert "(web.hang) ran for more than 0:10:00; its worker ends" in caplog.text


def test_it_fails_for_good_after_its_last_try(put_back):
    assert put_back(2)[::3] == ("failed", [1])


def test_one_that_ended_just_now_stays_as_it_ended(put_back):
    assert put_back(0, state="succeeded")[::3] == ("succeeded", [1])


def test_what_reads_anything_that_somebody_brings_may_take_a_day():
    names = ("collect.check_import", "customers.run_import", "customers.finish_loads")
    assert {JOBS[name].longest for name in names} == {timedelta(days=1)}
