"""Half-sent bodies hold up whoever sends them, and nobody else."""

import asyncio

import pytest

from yingtai.collect.collector import reception
from yingtai.collect.errors import CollectorBusy, RequestTooSlow


async def nothing_more():
    await asyncio.sleep(60)


def test_a_body_that_does_not_come_is_given_up_with_a_word(monkeypatch):
    monkeypatch.setattr(reception, "BODY_SECONDS", 0.05)

    with pytest.raises(RequestTooSlow):
        asyncio.run(reception.read_body(nothing_more, {}))


def test_one_address_holds_its_share_and_others_are_let_in():
    waiting = reception.Waiting()
    held = [waiting.place("203.0.113.7") for _ in range(reception.BODIES_AWAITED_OF_ONE)]
    for place in held:
        place.__enter__()

    with pytest.raises(CollectorBusy), waiting.place("203.0.113.7"):
        pass
    with waiting.place("203.0.113.8"):
        pass
    held.pop().__exit__(None, None, None)
    with waiting.place("203.0.113.7"):
        pass
