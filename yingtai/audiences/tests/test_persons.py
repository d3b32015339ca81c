"""What audiences tell of one person: where they are in, and how they score."""

from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client

from yingtai.audiences.api import create_audience, get_audience
from yingtai.audiences.metrics import rfm_scores
from yingtai.audiences.scores import keep_bounds, scores_of
from yingtai.collect.api import make_source
from yingtai.customers.api import find_profiles
from yingtai.customers.testing import drain, send
from yingtai.lake.api import append, scoped
from yingtai.lake.testing import events_of, rows_of
from yingtai.organization.testing import MONDAY, make_staff

BOUGHT = {"join": "all", "parts": [{"block": "did", "event": "Order Completed", "at_least": 1}]}


def order(person, days, amount, currency="CNY"):
    at = datetime(2026, 3, 1, tzinfo=UTC) - timedelta(days=days)
    return {
        "profile_no": person, "event": "Order Completed", "occurred_at": at, "received_at": at,
        "amount_minor": amount, "currency": currency, "order_id": f"o{person}-{days}",
    }  # fmt: skip


def test_scores_read_off_the_bounds_are_those_of_the_crowd(brand, acting):
    rows = [
        order(person, person * 3 + turn, person * 100)
        for person in range(1, 12)
        for turn in range(person % 4 + 1)
    ]
    rows += [order(1, 100, 1_000_000, "JPY"), order(12, 5, 1_000_000, "JPY")]
    append("events", events_of(rows, node_no=brand.node_no))
    keep_bounds(acting)
    crowd = {row["profile_no"]: row for row in scoped(acting.scope).query(rfm_scores()).to_pylist()}

    for person, row in crowd.items():
        one = scores_of(acting, person, brand.node_no)
        assert (one.recency, one.frequency, one.monetary) == (
            row["recency_score"], row["frequency_score"], row["monetary_score"],
        )  # fmt: skip


def test_money_of_another_currency_has_no_score(brand, acting):
    rows = [order(1, 1, 100), order(2, 2, 200), order(3, 3, 1_000_000, "JPY")]
    append("events", events_of(rows, node_no=brand.node_no))
    keep_bounds(acting)

    alone = scores_of(acting, 3, brand.node_no)
    assert (alone.monetary, alone.currency, alone.orders) == (None, "CNY", 1)
    assert scores_of(acting, 2, brand.node_no).monetary == 5


def test_without_an_order_there_is_no_score(brand, acting):
    keep_bounds(acting)

    assert scores_of(acting, 7, brand.node_no) is None


@pytest.fixture
def anna(brand, acting):
    source = make_source(acting, brand.node_no, name="shop")
    said = {"order_id": "SO-1", "total": 100, "currency": "CNY"}
    event = {
        "type": "track", "event": "Order Completed", "userId": "u-anna", "messageId": "1",
        "timestamp": "2026-03-02T08:30:00Z", "properties": said,
    }  # fmt: skip
    send(source, [event])
    drain(MONDAY)
    [found] = find_profiles(acting, "u-anna")
    return found


def test_the_page_of_a_person_names_their_audiences(brand, acting, anna):
    audience_id = create_audience(
        acting, node_no=brand.node_no, name="Bought once", about="", definition=BOUGHT
    )
    view = get_audience(acting, audience_id)
    row = {"profile_no": anna.profile_no, "audience_no": view.audience_no, "entered_at": MONDAY}
    append("audience_members", rows_of("audience_members", [row], node_no=brand.node_no))
    keep_bounds(acting)
    browsers = {}
    for role in ("marketer", "analyst"):
        browsers[role] = Client()
        browsers[role].force_login(
            make_staff(brand.code, role), "allauth.account.auth_backends.AuthenticationBackend"
        )
    page = browsers["marketer"].get(f"/audiences/of/{anna.id}").content.decode()

    assert f'href="/audiences/{view.id}/">Bought once' in page
    assert "of 5" in page
    assert "orders in CNY only" in page
    assert f"/audiences/of/{anna.id}" in browsers["marketer"].get(f"/profiles/{anna.id}/").content.decode()
    assert browsers["analyst"].get(f"/audiences/of/{anna.id}").status_code == 403
