"""The list of people: latest seen first whatever order they came in, rows that are told apart, and what they did."""

from datetime import timedelta

import pytest

from yingtai.collect.api import make_source
from yingtai.compliance.testing import signed_in
from yingtai.customers.models import Profile, RecentTimeline
from yingtai.customers.queries import code_of, list_latest
from yingtai.customers.testing import drain, send
from yingtai.kernel.scoping import acting_transaction
from yingtai.organization.testing import MONDAY

pytestmark = pytest.mark.usefixtures("lake")


def track(user, event, at, **properties):
    return {
        "type": "track", "event": event, "userId": user, "messageId": f"{user}-{event}-{at.isoformat()}",
        "timestamp": at.isoformat(), "properties": properties,
    }  # fmt: skip


def everyone(acting, **options):
    rows, after = [], None
    while True:
        page = list_latest(acting, after=after, **options)
        rows += page.rows
        after = page.next_cursor
        if after is None:
            return rows


def test_a_history_that_was_imported_now_stands_below_who_was_here_today(acting, brand):
    source = make_source(acting, brand.node_no, name="Site")
    send(source, [track("visitor", "Product Viewed", MONDAY - timedelta(minutes=1))])
    drain(MONDAY)
    send(source, [track("old", "Order Completed", MONDAY - timedelta(days=20))])
    drain(MONDAY)
    rows = list_latest(acting, only_known=True).rows
    assert [row.latest_event for row in rows] == ["Product Viewed", "Order Completed"]
    assert rows[0].profile_no < rows[1].profile_no


def test_pages_hold_everybody_once_and_who_never_did_anything_comes_last(acting, brand):
    source = make_source(acting, brand.node_no, name="Site")
    # Many at one moment, and over several days.
    send(source, [
        track(f"u{n}", "Page Viewed", MONDAY - timedelta(days=n % 3, hours=n % 5)) for n in range(120)
    ])  # fmt: skip
    drain(MONDAY)
    with acting_transaction(acting):
        silent = list(Profile.objects.values_list("profile_no", flat=True)[:3])
        RecentTimeline.objects.filter(profile_no__in=silent).delete()
    rows = everyone(acting)
    assert len({row.profile_no for row in rows}) == len(rows) == 120
    seen = [row.latest_seen_at for row in rows if row.latest_seen_at]
    assert seen == sorted(seen, reverse=True)
    assert [row.profile_no for row in rows[-3:]] == sorted(silent, reverse=True)


def test_rows_are_told_apart_and_tell_what_was_done_and_ordered(acting, brand):
    source = make_source(acting, brand.node_no, name="Shop")
    send(source, [
        track("li000053", "Order Completed", MONDAY - timedelta(days=2), order_id="A1", value=120, currency="CNY"),
        track("li000053", "Product Viewed", MONDAY - timedelta(days=1)),
        track("zhang.wei", "Product Viewed", MONDAY - timedelta(days=1)),
    ])  # fmt: skip
    drain(MONDAY)
    page = signed_in(brand.code, "marketer").get("/profiles/").content.decode()
    assert "li000053" in page
    assert "zhang.wei" not in page
    assert "Viewed a product" in page
    assert "120" in page
    assert page.count("Visitor ") >= 2


def test_a_code_is_short_readable_and_of_one_profile_of_a_brand():
    assert code_of(1) == "22-223"
    assert code_of((12 << 40) + 1) == code_of(1)
    assert len({code_of(number) for number in range(1, 5000)}) == 4999
    assert not set("01OIL") & set("".join(code_of(number) for number in range(1, 5000)))


def test_neighbours_are_in_nobody_elses_list(acting, brand, neighbour, neighbour_acting):
    send(make_source(acting, brand.node_no, name="Site"), [track("u1", "Page Viewed", MONDAY)])
    drain(MONDAY)
    assert len(everyone(acting)) == 1
    assert everyone(neighbour_acting) == []
