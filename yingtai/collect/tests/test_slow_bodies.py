"""Half-sent bodies hold up whoever sends them, and nobody else."""

import asyncio

import pytest

from yingtai.collect.collector import reception
from yingtai.collect.errors import CollectorBusy, RequestTooSlow
from yingtai.kernel.addresses import sharer


async def nothing_more():
    await asyncio.sleep(60)


def test_a_body_that_does_not_come_is_given_up_with_a_word(monkeypatch):
    monkeypatch.setattr(reception, "BODY_SECONDS", 0.05)

    with pytest.raises(RequestTooSlow):
        asyncio.run(reception.read_body(nothing_more, {}))


class Room:
    """Bodies that are on their way, and stay."""

    def __init__(self):
        self._waiting = reception.Waiting()
        self._held = {}

    def fill(self, address, wanted=2_000):
        """Let so many come from an address, and return how many got in."""
        held = self._held.setdefault(address, [])
        before = len(held)
        for _turn in range(wanted):
            place = self._waiting.place(address)
            try:
                place.__enter__()
            except CollectorBusy:
                break
            held.append(place)
        return len(held) - before

    def end(self, address):
        for place in self._held.pop(address):
            place.__exit__(None, None, None)


def test_one_address_never_holds_the_room_of_others():
    room = Room()

    assert room.fill("203.0.113.7") == 512
    assert [room.fill(f"203.0.113.{last}", 60) for last in range(8, 12)] == [60] * 4


def test_an_office_behind_one_address_gets_in_alone_and_beside_somebody_who_wants_all():
    alone, beside = Room(), Room()
    beside.fill("203.0.113.7")

    assert alone.fill("198.51.100.1", 300) == 300
    assert beside.fill("198.51.100.1", 300) == 256
    # Half-sent bodies are given up after seconds; whoever sends them gets no more than the office then.
    beside.end("203.0.113.7")
    assert beside.fill("198.51.100.1", 44) == 44
    assert beside.fill("203.0.113.7") == 362


def test_a_full_room_is_full_for_everybody_until_places_are_free():
    room = Room()
    taken = sum(room.fill(f"198.51.100.{last}") for last in range(200))

    assert taken == reception.BODIES_AWAITED
    assert room.fill("203.0.113.7") == 0
    room.end("198.51.100.1")
    assert room.fill("203.0.113.7") >= reception.BODIES_ALWAYS_AWAITED


@pytest.mark.parametrize(
    ("address", "who"),
    [
        ("203.0.113.7", "203.0.113.7"),
        ("::ffff:203.0.113.7", "203.0.113.7"),
        ("2001:db8:1:2:aaaa::1", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:bbbb::9%eth0", "2001:db8:1:2::/64"),
        ("not:an:address", "not:an:address"),
    ],
)
def test_whoever_has_one_address_of_ipv6_has_a_network_of_them(address, who):
    assert sharer(address) == who
