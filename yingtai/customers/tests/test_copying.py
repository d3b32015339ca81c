"""A person's own copy holds what they ordered and did, with what was said about it, and nothing of anybody else."""

import pytest

from yingtai.collect.api import make_source
from yingtai.customers import copying
from yingtai.customers.api import erase_person, export_person, find_profiles, merge_profiles
from yingtai.customers.services.erasing import count_kept
from yingtai.customers.testing import drain, send
from yingtai.lake.api import replace
from yingtai.lake.testing import rows_of
from yingtai.organization.testing import MONDAY, make_acting

AT = "2026-03-02T08:30:00Z"


PHONE = "13800008000"


def did(number, who, event, **said):
    named = (
        {"anonymousId": "till", "context": {"traits": {"phone": who}}} if who == PHONE else {"userId": who}
    )
    return {
        "type": "track", "event": event, "messageId": f"m{number}", "timestamp": AT, "properties": said, **named,
    }  # fmt: skip


@pytest.fixture
def anna(brand, acting):
    """Anna, one person now with whom the till knew by phone: an order by each, and a visit; and somebody else."""
    source = make_source(acting, brand.node_no, name="shop", kind="server")
    mat = {"product_id": "mat", "quantity": 2, "price": 50}
    send(source, [
        did(1, "anna", "Order Completed", order_id="SO-1", total=100, currency="CNY", products=[mat]),
        did(2, PHONE, "Order Completed", order_id="SO-2", total=30, currency="EUR"),
        did(3, PHONE, "Product Viewed", product_id="mat", greeting="Dear Anna Li"),
        did(4, "ben", "Order Completed", order_id="SO-9", total=9, currency="CNY"),
    ])  # fmt: skip
    drain(MONDAY)
    replace(
        "products", rows_of("products", [{"product_id": "mat", "name": "脚垫"}], node_no=brand.node_no),
        {"brand_no": brand.node_no >> 40},
    )  # fmt: skip
    [one], [other] = find_profiles(acting, "anna"), find_profiles(acting, PHONE)
    merge_profiles(acting, survivor_id=one.id, duplicate_id=other.id)
    return one


def copy_of(brand, person):
    return export_person(make_acting(brand.node_no, roles=("brand_manager",)), profile_id=person.id)["kept"]


def test_a_copy_holds_the_orders_of_everyone_folded_together_with_their_lines(brand, anna):
    orders = sorted(copy_of(brand, anna)["orders"], key=lambda one: one["order"])

    assert [(one["order"], one["what"], one["amount"], one["currency"]) for one in orders] == [
        ("SO-1", "Order Completed", "100.00", "CNY"),
        ("SO-2", "Order Completed", "30.00", "EUR"),
    ]
    assert orders[0]["lines"] == [
        {"product": "mat", "name": "脚垫", "quantity": 2.0, "amount": "100.00", "currency": "CNY"}
    ]
    assert orders[0]["at"].isoformat() == "2026-03-02T08:30:00+00:00"


def test_a_copy_holds_what_they_did_with_what_was_undeclared(brand, anna):
    events = copy_of(brand, anna)["events"]

    assert sorted(one["event"] for one in events) == ["Order Completed", "Order Completed", "Product Viewed"]
    [viewed] = [one for one in events if one["event"] == "Product Viewed"]
    assert (viewed["product_id"], viewed["undeclared"], viewed["source"]) == (
        "mat", {"greeting": "Dear Anna Li"}, "shop",
    )  # fmt: skip
    assert "SO-9" not in str(events)


def test_what_a_copy_leaves_out_is_counted(brand, anna, monkeypatch):
    monkeypatch.setattr(copying, "MOST_EVENTS", 2)
    monkeypatch.setattr(copying, "MOST_ORDERS", 1)
    kept = copy_of(brand, anna)

    assert (len(kept["events"]), kept["events"][-1]) == (3, {"left_out": 1})
    assert (len(kept["orders"]), kept["orders"][-1]) == (2, {"left_out": 1})


def test_how_much_there_is_stands_on_the_page_until_it_is_nobodys(acting, brand, anna):
    before = count_kept(acting, profile_id=anna.id)
    erase_person(acting, profile_id=anna.id)
    left = count_kept(acting, profile_id=anna.id)

    assert (before["orders"], before["events"]) == (2, 3)
    assert (left["orders"], left["events"]) == (0, 0)


def test_a_neighbor_copies_nothing(neighbour_acting, anna):
    assert copying.events_for_copy(neighbour_acting, [anna.profile_no]) == []
    assert copying.orders_for_copy(neighbour_acting, [anna.profile_no]) == []
