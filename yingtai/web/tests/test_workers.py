"""A worker that rests gives the machine back what its jobs held."""

import asyncio

import pytest

from yingtai.kernel import memory
from yingtai.web import workers


@pytest.fixture
def held(monkeypatch):
    """How much the process holds, and the clock, as the test has them."""
    held = {"megabytes": 30.0, "now": 1000.0}
    monkeypatch.setattr(memory, "own_megabytes", lambda: held["megabytes"])
    monkeypatch.setattr(memory.time, "monotonic", lambda: held["now"])
    return held


def test_a_worker_is_dropped_when_it_rests_and_holds_much(held, books):
    load = workers.Load()
    held.update(megabytes=55.0, now=1031.0)

    assert load.is_to_be_dropped()


@pytest.mark.parametrize(("megabytes", "now"), [(53.0, 1031.0), (55.0, 1029.0)])
def test_it_stays_while_it_holds_little_or_has_just_worked(held, books, megabytes, now):
    load = workers.Load()
    held.update(megabytes=megabytes, now=now)

    assert not load.is_to_be_dropped()


def test_it_stays_while_a_job_is_under_way_and_for_a_while_after(held, books):
    load, during = workers.Load(), []

    def job():
        held.update(megabytes=200.0, now=1500.0)
        during.append(load.is_to_be_dropped())
        return "done"

    assert load.run(job, None, None) == "done"
    assert during == [False]
    assert not load.is_to_be_dropped()
    held["now"] = 1531.0
    assert load.is_to_be_dropped()


def test_a_queue_whose_worker_gives_up_ends_the_process(books, monkeypatch):
    class App:
        async def run_worker_async(self, **_options):
            """Return, as a worker does that cannot reach the database any more."""

    with pytest.raises(workers.QueueLeft, match="sending"):
        asyncio.run(workers._run(App(), "sending", workers.Load(), workers.UnderWay()))
