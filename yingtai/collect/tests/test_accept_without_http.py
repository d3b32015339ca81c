"""Requests that come without HTTP are judged as if they had come over it."""

from datetime import timedelta

import msgspec
import psycopg
import pytest

from yingtai.collect import inbox
from yingtai.collect.api import Answer, accept, ensure_source, explode
from yingtai.kernel.env import dsn
from yingtai.kernel.errors import NotAllowed
from yingtai.organization.testing import MONDAY
from yingtai.vault.api import open_blob


def body_of(*ages_in_days):
    events = [
        {
            "type": "track", "event": "Seen", "userId": "anna", "messageId": f"m{days}",
            "timestamp": (MONDAY - timedelta(days=days)).isoformat(),
        }
        for days in ages_in_days
    ]  # fmt: skip
    return msgspec.json.encode({"batch": events, "sentAt": MONDAY.isoformat()})


def kept(source):
    with psycopg.connect(dsn("worker")) as books:
        rows = books.execute(
            "SELECT body, event_count FROM collect_inbox WHERE source_no = %s", [source.source_no]
        ).fetchall()
    place = inbox.additional_data(source.source_no, source.node_no)
    return [(explode(inbox.decompress(open_blob(body, place))), count) for body, count in rows]


def test_what_is_too_old_is_refused_and_the_others_are_kept(brand, acting):
    source = ensure_source(acting, brand.node_no, name="shop", kind="sdk", back_fill_days=100)

    answer = accept(acting, [(source, body_of(1, 99, 101))])

    assert answer == Answer(accepted=2, refused=1)
    [(reading, count)] = kept(source)
    assert (count, [message.message_id for message in reading.messages]) == (3, ["m1", "m99"])
    assert [one.code for one in reading.refused] == ["collect.clock-behind"]
    assert {message.received_at for message in reading.messages} == {round(MONDAY.timestamp() * 1_000_000)}


def test_a_source_of_somebody_else_cannot_be_used(brand, neighbour, acting, neighbour_acting):
    source = ensure_source(neighbour_acting, neighbour.node_no, name="shop", kind="sdk")

    with pytest.raises(NotAllowed):
        accept(acting, [(source, body_of(1))])
    assert kept(source) == []
