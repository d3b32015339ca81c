"""What a person ordered, and which part of what happened is shown."""

import pytest
from django.test import Client

from yingtai.collect.api import make_source
from yingtai.customers import timelines
from yingtai.customers.api import find_profiles, timeline
from yingtai.customers.orders import orders_of, product_names
from yingtai.customers.testing import drain, send
from yingtai.customers.viewing import link_to
from yingtai.lake.api import replace
from yingtai.lake.testing import rows_of
from yingtai.organization.testing import MONDAY, make_acting, make_staff

AT = "2026-03-02T08:30:00Z"


def ordered(number, total, currency, lines=(), *, event="Order Completed"):
    said = {"order_id": number, "total": total, "currency": currency, "products": list(lines)}
    return {
        "type": "track", "event": event, "userId": "u-anna", "messageId": f"{event}-{number}", "timestamp": AT,
        "anonymousId": "browser", "properties": said,
    }  # fmt: skip


@pytest.fixture
def anna(brand, acting):
    """Anna, with two orders in two currencies, one of them returned in part."""
    source = make_source(acting, brand.node_no, name="shop")
    mat = {"product_id": "mat", "quantity": 2, "price": 50}
    send(source, [
        ordered("SO-1", 100, "CNY", [mat]),
        ordered("SO-2", 30, "EUR"),
        ordered("SO-1", 40, "CNY", event="Order Refunded"),
        {
            "type": "track", "event": "Product Viewed", "userId": "u-anna", "messageId": "v1", "timestamp": AT,
            "properties": {"product_id": "mat"},
        },
        {
            "type": "track", "event": "Product Viewed", "userId": "u-anna", "messageId": "v2", "timestamp": AT,
            "properties": {"product_id": "unheard-of"},
        },
        {"type": "page", "userId": "u-anna", "messageId": "p1", "timestamp": AT, "properties": {"path": "/suv"}},
    ])  # fmt: skip
    drain(MONDAY)
    goods = rows_of("products", [{"product_id": "mat", "name": "脚垫"}], node_no=brand.node_no)
    replace("products", goods, {"brand_no": brand.node_no >> 40})
    [found] = find_profiles(acting, "u-anna")
    return found


@pytest.fixture
def marketer(brand):
    browser = Client()
    browser.force_login(
        make_staff(brand.code, "marketer"), "allauth.account.auth_backends.AuthenticationBackend"
    )
    return browser


def test_a_lifetime_value_stands_in_each_currency_less_returns(anna, acting):
    worth, orders = orders_of(acting, anna.profile_no)

    assert [(one.currency, one.orders, one.amount_minor) for one in worth] == [
        ("CNY", 1, 60_00),
        ("EUR", 1, 30_00),
    ]
    assert {(one.order_id, one.is_return, one.amount_minor) for one in orders} == {
        ("SO-1", False, 100_00), ("SO-1", True, 40_00), ("SO-2", False, 30_00),
    }  # fmt: skip


def test_lines_are_called_by_the_names_of_products(anna, marketer):
    page = marketer.get(f"/profiles/{anna.id}/orders").content.decode()

    assert "脚垫" in page
    assert "€30.00" in page
    assert f"/profiles/{anna.id}/orders" in marketer.get(f"/profiles/{anna.id}/").content.decode()


def test_a_timeline_calls_products_by_their_names_where_there_are_any(anna, marketer):
    told = marketer.get(f"/profiles/{anna.id}/").content.decode()

    assert "脚垫" in told
    assert "product mat" not in told
    assert "product unheard-of" in told


def test_another_brand_names_no_products(anna, brand, neighbour, neighbour_acting, acting):
    here, there = brand.node_no >> 40, neighbour.node_no >> 40

    assert product_names(acting, here, {"mat", "unheard-of"}) == {"mat": "脚垫"}
    assert product_names(neighbour_acting, here, {"mat"}) == product_names(acting, there, {"mat"}) == {}


def test_a_dealer_reads_the_names_that_its_brand_hands_down(anna, brand, neighbour):
    here = brand.node_no >> 40

    assert product_names(make_acting(brand.dealer_no), here, {"mat"}) == {"mat": "脚垫"}
    assert product_names(make_acting(neighbour.dealer_no), here, {"mat"}) == {}


def test_a_phone_number_that_is_shown_can_be_called():
    assert link_to("phone", "+86 138 0000 8000") == "tel:+8613800008000"
    assert link_to("email", "a?b@example.com") == "mailto:a%3Fb@example.com"
    assert link_to("user", "u-anna") == ""


def test_nobody_else_is_told_of_the_orders(anna, neighbour, marketer):
    stranger = Client()
    stranger.force_login(
        make_staff(neighbour.code, "marketer"), "allauth.account.auth_backends.AuthenticationBackend"
    )

    assert stranger.get(f"/profiles/{anna.id}/orders").status_code == 404
    assert orders_of(make_acting(neighbour.node_no), anna.profile_no) == ([], [])


def test_a_timeline_shows_one_kind_of_events_on_request(anna, marketer):
    orders = marketer.get(
        f"/profiles/{anna.id}/?kind=orders", headers={"HX-Request": "true"}
    ).content.decode()
    visits = marketer.get(
        f"/profiles/{anna.id}/?kind=visits", headers={"HX-Request": "true"}
    ).content.decode()
    nonsense = marketer.get(
        f"/profiles/{anna.id}/?kind=luck", headers={"HX-Request": "true"}
    ).content.decode()

    assert ("SO-2" in orders, "/suv" in orders) == (True, False)
    assert ("SO-2" in visits, "/suv" in visits) == (False, True)
    assert ("SO-2" in nonsense, "/suv" in nonsense) == (True, True)


def test_a_long_timeline_goes_on_day_after_day_until_its_beginning(brand, acting, monkeypatch):
    monkeypatch.setattr(timelines, "DAYS_AT_ONCE", 2)
    source = make_source(acting, brand.node_no, name="shop", back_fill_days=3650)
    steps = [
        {
            "type": "track", "event": f"Step {day}", "userId": "u-ben", "messageId": f"b{day}",
            "timestamp": f"2026-01-{day:02}T00:00:00Z",
        }
        for day in (3, 5, 9, 20, 28)
    ]  # fmt: skip
    send(source, steps)
    drain(MONDAY)
    [ben] = find_profiles(acting, "u-ben")

    told, before = [], None
    for _turn in range(4):
        page = timeline(acting, ben.profile_no, before=before, events=[step["event"] for step in steps])
        told += [row.event for row in page.rows]
        before = page.next_cursor
        if before is None:
            break

    assert told == ["Step 28", "Step 20", "Step 9", "Step 5", "Step 3"]
