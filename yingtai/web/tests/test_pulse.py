"""A worker that waits for the database lives, and tells so as soon as the database listens."""

import asyncio
import time

import pytest
from django.db import connection
from procrastinate.exceptions import ConnectorException

from yingtai.web import pulse
from yingtai.web.pulse import Pulse


@pytest.fixture
def clock(monkeypatch):
    clock = {"now": 1000.0}
    monkeypatch.setattr(time, "monotonic", lambda: clock["now"])
    return clock


class App:
    """An app of one worker, number 7, whose database answers as the test has it."""

    def __init__(self):
        self.told, self.answers = [], True
        self.job_manager = self.connector = self

    async def register_worker(self):
        return 7

    async def execute_query_async(self, _query, *, worker_id):
        if not self.answers:
            raise ConnectorException from OSError()
        self.told.append(worker_id)

    def beat(self):
        asyncio.run(self.job_manager.update_heartbeat(7))


def test_the_heart_beats_only_while_every_queue_has_a_worker_that_lives(clock):
    pulse = Pulse(2)
    pulse.note(1)
    assert not pulse.is_steady()
    pulse.note(2)
    assert pulse.is_steady()

    clock["now"] += 5
    pulse.note(1)
    assert pulse.is_steady()
    clock["now"] += 2
    assert not pulse.is_steady()


def test_told_heartbeats_are_followed(clock):
    pulse, app = Pulse(1), App()
    pulse.follow(app)
    asyncio.run(app.job_manager.register_worker())
    assert pulse.is_steady()

    clock["now"] += 60
    assert not pulse.is_steady()
    app.beat()
    assert (app.told, pulse.is_steady()) == ([7], True)


def test_a_worker_that_waits_for_a_database_that_answers_nobody_is_no_dead_one(clock):
    pulse = Pulse(1)
    pulse.note(1)
    clock["now"] += 60

    with pulse.asking(1):
        assert pulse.is_steady()
        clock["now"] += 60
        assert pulse.is_steady()
        clock["now"] += 60
        assert not pulse.is_steady()

    assert pulse.is_steady()


def test_a_beat_that_fails_ends_no_worker_and_is_told_with_the_next(clock):
    pulse, app = Pulse(1), App()
    pulse.follow(app)
    asyncio.run(app.job_manager.register_worker())
    app.answers = False
    for _ in range(4):
        clock["now"] += 29
        app.beat()
    assert (app.told, pulse.is_steady(), pulse.is_asking()) == ([], True, True)

    app.answers = True
    app.beat()
    assert (app.told, pulse.is_steady(), pulse.is_asking()) == ([7], True, False)


def test_patience_with_beats_that_fail_runs_from_the_first(clock):
    pulse, app = Pulse(1), App()
    pulse.follow(app)
    asyncio.run(app.job_manager.register_worker())
    app.answers = False
    for _ in range(6):
        app.beat()
        clock["now"] += 29

    assert not pulse.is_steady()


def test_a_worker_that_was_forgotten_puts_itself_back_on_the_list(books):
    with connection.cursor() as cursor:
        cursor.execute("SELECT procrastinate_register_worker_v1()")
        (number,) = cursor.fetchone()
        cursor.execute("DELETE FROM procrastinate_workers WHERE id = %s", [number])
        cursor.execute(pulse.TELL, {"worker_id": number})
        cursor.execute(pulse.TELL, {"worker_id": number})
        cursor.execute(
            "DELETE FROM procrastinate_workers WHERE id = %s AND last_heartbeat > now() - interval '5 s'"
            " RETURNING 1",
            [number],
        )
        assert cursor.fetchall() == [(1,)]
