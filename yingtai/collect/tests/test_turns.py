"""Whoever sends much work waits for it alone: others, and the loop itself, come in between."""

import asyncio

import pytest

from yingtai.collect.collector import turns


async def _order(jobs, ticks=None):
    line, done = turns.Turns(), []

    async def ask(address, number):
        await line.take(address, lambda: done.append(f"{address}{number}"))

    async def tick():
        while True:
            ticks.append(len(done))
            await asyncio.sleep(0)

    ticking = asyncio.create_task(tick()) if ticks is not None else None
    await asyncio.gather(*(ask(address, number) for address, number in jobs))
    if ticking:
        ticking.cancel()
    return done


def test_addresses_take_turns():
    jobs = [("a", number) for number in range(4)] + [("b", 0), ("c", 0)]

    assert asyncio.run(_order(jobs)) == ["a0", "b0", "c0", "a1", "a2", "a3"]


def test_the_loop_looks_at_everything_else_between_works(monkeypatch):
    monkeypatch.setattr(turns, "TURN_SECONDS", 0.0)
    ticks = []

    asyncio.run(_order([("a", number) for number in range(5)], ticks))

    assert set(range(5)) <= set(ticks)


def test_what_a_work_raises_is_raised_to_whoever_asked_and_the_next_is_done():
    async def both():
        line = turns.Turns()
        bad = line.take("a", lambda: 1 // 0)
        return await asyncio.gather(bad, line.take("a", lambda: 7), return_exceptions=True)

    failed, done = asyncio.run(both())

    assert done == 7
    with pytest.raises(ZeroDivisionError):
        raise failed


def test_work_of_whoever_hung_up_is_not_done():
    async def hang_up():
        line, done = turns.Turns(), []
        gone = asyncio.create_task(line.take("a", lambda: done.append("gone")))
        await asyncio.sleep(0)
        gone.cancel()
        await line.take("a", lambda: done.append("here"))
        return done

    assert asyncio.run(hang_up()) == ["here"]
