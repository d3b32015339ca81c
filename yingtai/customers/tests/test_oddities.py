"""What ingest sets right or leaves out is told to whoever sends it: counted by source, never a value."""

import msgspec
import pytest

from yingtai.collect.api import make_source, notes_of
from yingtai.customers.api import find_profiles
from yingtai.customers.testing import drain, send
from yingtai.lake import api as lake
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
    return {
        "type": "track",
        "event": event,
        "userId": "anna",
        "anonymousId": "browser",
        "properties": properties,
    }


def test_a_personal_value_in_a_wrong_place_is_noted(acting, shop):
    event = {"type": "track", "event": "Looked", "properties": {"order_id": "13912345670"}}

    [(title, count)] = noted(acting, shop, event, event).items()

    assert "held a phone number" in title
    assert count == 2


def test_a_number_that_no_computer_holds_is_noted_and_its_event_kept(acting, shop):
    numbers = {
        "weight": msgspec.Raw(b"1e999"),
        "length": msgspec.Raw(b"9" * 4_000),
        "size": msgspec.Raw(b"9" * 5_000),
    }
    event = {"type": "track", "event": "Looked", "properties": {"color": "red"} | numbers}

    notes = noted(acting, shop, event)

    assert [count for title, count in notes.items() if title.startswith("A number was larger")] == [2]
    [row] = lake.scoped(acting.scope).query("SELECT * FROM events").to_pylist()
    assert "red" in str(row)


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


def amounts(acting):
    rows = lake.scoped(acting.scope).query(
        "SELECT event, amount_minor FROM events WHERE amount_minor IS NOT NULL"
    )
    return sorted((row["event"], row["amount_minor"]) for row in rows.to_pylist())


def test_what_is_returned_beyond_what_was_paid_does_not_count(acting, shop):
    send(
        shop,
        [order("Order Completed", 50) | {"messageId": "a"}, order("Order Refunded", 15) | {"messageId": "b"}],
    )
    drain(MONDAY)
    send(
        shop,
        [order("Order Refunded", 50) | {"messageId": "c"}, order("Order Refunded", 50) | {"messageId": "d"}],
    )
    drain(MONDAY)

    assert amounts(acting) == [("Order Completed", 5000), ("Order Refunded", 1500), ("Order Refunded", 3500)]


@pytest.mark.parametrize(
    ("kind", "event", "total", "counted"),
    [
        ("sdk", "Order Completed", -9e12, None), ("server", "Order Completed", -12, None),
        ("sdk", "Order Completed", 10_000_000, 1_000_000_000), ("sdk", "Order Completed", 10_000_000.01, None),
        ("server", "Order Completed", 10_000_000.01, 1_000_000_001), ("sdk", "Order Refunded", 9e11, None),
        ("sdk", "Order Refunded", 5, None), ("server", "Order Refunded", 5, 500), ("sdk", "Looked", 9e11, None),
    ],
)  # fmt: skip
def test_one_event_says_no_money_that_nobody_paid(acting, brand, kind, event, total, counted):
    source = make_source(acting, brand.node_no, name="shop", kind=kind)
    send(source, [order(event, total) | {"messageId": "1"}])
    drain(MONDAY)

    assert amounts(acting) == ([] if counted is None else [(event, counted)])
    assert len(notes_of(acting, source.source_no)) == (counted is None)


def test_lines_of_an_order_count_no_further_than_the_order(acting, shop):
    one = {"product_id": "a", "price": 9_000_000, "quantity": 1}
    sent = order("Order Completed", 10)
    send(shop, [sent | {"messageId": "1", "properties": sent["properties"] | {"products": [one, one]}}])
    drain(MONDAY)

    lines = lake.scoped(acting.scope).query("SELECT amount_minor, quantity FROM order_lines").to_pylist()
    assert lines == [{"amount_minor": None, "quantity": None}] * 2
    assert amounts(acting) == [("Order Completed", 1000)]


def bought(order_id="1001", total=50, *, by, event="Order Completed"):
    properties = {"order_id": order_id, "total": total, "currency": "EUR"}
    return {
        "type": "track",
        "event": event,
        "anonymousId": by,
        "messageId": f"{by} {event} {total}",
        "properties": properties,
    }


@pytest.mark.parametrize(("kind", "counted"), [("sdk", []), ("server", [("Order Refunded", 2000)])])
@pytest.mark.parametrize("is_apart", [True, False])
def test_only_whoever_bought_returns_an_order_by_a_public_key(acting, brand, shop, kind, counted, is_apart):
    teller = make_source(acting, brand.node_no, name="teller", kind=kind)
    send(shop, [{"type": "track", "event": "Looked", "anonymousId": "thief", "messageId": "before",
                 "properties": {"order_id": "1001"}}])  # fmt: skip
    drain(MONDAY)
    send(shop, [bought(by="anna")])
    if is_apart:
        drain(MONDAY)
    send(teller, [bought(total=20, by="thief", event="Order Refunded")])
    drain(MONDAY)

    assert amounts(acting) == [("Order Completed", 5000), *counted]

    send(teller, [bought(total=10, by="anna", event="Order Refunded")])
    drain(MONDAY)
    assert ("Order Refunded", 1000) in amounts(acting)


def test_a_page_that_is_loaded_again_completes_no_order_twice(acting, brand, shop):
    server = make_source(acting, brand.node_no, name="server", kind="server")
    send(shop, [bought(by="anna"), bought(by="anna", total=51), bought("1002", by="ben", total=7)])
    drain(MONDAY)
    send(shop, [bought(by="anna", total=52)])
    drain(MONDAY)
    noted = [note.count for note in notes_of(acting, shop.source_no)]
    send(server, [bought(by="anna", total=54)])
    drain(MONDAY)
    send(shop, [bought(by="thief", total=53)])
    drain(MONDAY)

    assert amounts(acting) == [("Order Completed", 700), ("Order Completed", 5000), ("Order Completed", 5400)]
    assert noted == [2]


@pytest.mark.parametrize("is_apart", [True, False])
def test_who_says_a_number_of_an_order_first_takes_nothing_from_whoever_pays_it(acting, shop, is_apart):
    send(shop, [bought(by="thief", total=0.01)])
    if is_apart:
        drain(MONDAY)
    send(shop, [bought(by="anna", total=500) | {"timestamp": "2026-03-02T08:59:30Z"}])
    drain(MONDAY)
    noted = [note.title for note in notes_of(acting, shop.source_no)]
    send(shop, [bought(by="anna", total=500, event="Order Refunded")])
    drain(MONDAY)

    assert amounts(acting) == [("Order Completed", 1), ("Order Completed", 50000), ("Order Refunded", 50000)]
    assert noted == ["Several people completed an order under one number, by a key that everybody can read"]


@pytest.mark.parametrize("said", ["thief", "anna"])
def test_the_word_of_a_server_bounds_what_comes_back_whatever_a_page_said_before(acting, brand, shop, said):
    server = make_source(acting, brand.node_no, name="server", kind="server")
    send(shop, [bought(by=said, total=0.01)])
    drain(MONDAY)
    send(server, [bought(by="anna", total=700)])
    drain(MONDAY)
    send(server, [bought(by="anna", total=500, event="Order Refunded")])
    drain(MONDAY)
    send(server, [bought(by="anna", total=300, event="Order Refunded")])
    drain(MONDAY)

    assert [one for one in amounts(acting) if one[0] == "Order Refunded"] == [
        ("Order Refunded", 20000), ("Order Refunded", 50000)
    ]  # fmt: skip
    assert len(find_profiles(acting, "1001")) == 1


@pytest.mark.parametrize("how", ["context", "identify", "user"])
def test_a_browser_that_claims_to_be_the_buyer_returns_nothing(acting, shop, how):
    """It knows their number, their address and their user id; another browser paid."""
    who = {"userId": "anna", "context": {"traits": {"email": "anna@example.com"}}}
    send(shop, [bought(by="home") | who])
    drain(MONDAY)
    claims = {"context": {"context": who["context"]}, "user": {"userId": "anna"}, "identify": {}}[how]
    if how == "identify":
        send(shop, [{"type": "identify", "anonymousId": "thief", "messageId": "1",
                     "traits": {"email": "anna@example.com"}}])  # fmt: skip
    send(shop, [bought(total=20, by="thief", event="Order Refunded") | claims])
    nobody = bought(total=21, by="thief", event="Order Refunded") | {"userId": "anna"}
    send(shop, [{name: value for name, value in nobody.items() if name != "anonymousId"}])
    drain(MONDAY)

    assert amounts(acting) == [("Order Completed", 5000)]

    send(shop, [bought(total=10, by="home", event="Order Refunded")])
    drain(MONDAY)
    assert amounts(acting) == [("Order Completed", 5000), ("Order Refunded", 1000)]
