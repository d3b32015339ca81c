"""What ingest sets right or leaves out is told to whoever sends it: counted by source, never a value."""

import pytest

from yingtai.collect.api import make_source, notes_of
from yingtai.customers.testing import drain, send
from yingtai.organization.testing import MONDAY

pytestmark = pytest.mark.usefixtures("lake")


@pytest.fixture
def shop(acting, brand):
    return make_source(acting, brand.node_no, name="shop")


def noted(acting, shop, *events):
    send(
        shop, [{"messageId": f"m{number}", "userId": f"u{number}"} | one for number, one in enumerate(events)]
    )
    drain(MONDAY)
    return {note.title: note.count for note in notes_of(acting, shop.source_no)}


def order(event, total):
    properties = {"order_id": "1001", "total": total, "currency": "EUR"}
    return {"type": "track", "event": event, "userId": "anna", "properties": properties}


def test_a_personal_value_in_a_wrong_place_is_noted(acting, shop):
    event = {"type": "track", "event": "Looked", "properties": {"order_id": "13912345670"}}

    [(title, count)] = noted(acting, shop, event, event).items()

    assert "held a phone number" in title
    assert count == 2


def test_a_placeholder_is_noted(acting, shop):
    [(title, count)] = noted(
        acting, shop, {"type": "identify", "traits": {"email": "test@example.com"}}
    ).items()

    assert "placeholder" in title
    assert count == 1


def test_what_a_crowd_shares_is_noted(acting, shop):
    calls = [{"type": "identify", "traits": {"phone": "+4922190871235"}} for _ in range(4)]

    [(title, count)] = noted(acting, shop, *calls).items()

    assert "several people" in title
    assert count == 4


def test_more_returned_than_paid_is_noted_and_less_is_not(acting, shop):
    first = noted(acting, shop, order("Order Completed", 50), order("Order Refunded", 15))
    send(shop, [order("Order Refunded", 50) | {"messageId": "again"}])
    drain(MONDAY)

    assert first == {}
    assert [note.title for note in notes_of(acting, shop.source_no)] == [
        "More was returned of an order than was paid for it"
    ]
