"""The list of people: latest seen first whatever order they came in, rows that are told apart, and what they did."""

from datetime import timedelta

import pytest
from django.core.cache import cache

from yingtai.collect.api import RecordedFact, make_source, record
from yingtai.compliance.testing import signed_in
from yingtai.customers import how_many
from yingtai.customers.codes import code_of
from yingtai.customers.how_many import HowMany, about_how_many
from yingtai.customers.ingest.snapshots import refresh_traits
from yingtai.customers.models import Profile, RecentTimeline
from yingtai.customers.queries import list_latest
from yingtai.customers.services.rebuilding import rebuild_profiles
from yingtai.customers.testing import drain, send
from yingtai.customers.viewing import listed
from yingtai.kernel.scoping import acting_transaction
from yingtai.organization.api import get_unit_at
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


def mail(event, user_no, node_no, at, **more):
    return RecordedFact(
        event=event,
        message_id=f"{event}-{at.isoformat()}",
        node_no=node_no,
        occurred_at=at,
        profile_no=user_no,
        **more,
    )


def test_a_mail_of_ours_and_a_robot_that_opens_it_are_no_sign_of_life(acting, brand):
    source = make_source(acting, brand.node_no, name="Site")
    send(source, [track("anna", "Product Viewed", MONDAY - timedelta(days=3))])
    drain(MONDAY)
    [anna] = everyone(acting)
    sent = [
        mail("Email Sent", anna.profile_no, brand.node_no, MONDAY - timedelta(hours=2)),
        mail("Email Opened", anna.profile_no, brand.node_no, MONDAY - timedelta(hours=1), device_class="bot"),
    ]
    record(acting, sent)
    drain(MONDAY)
    [row] = everyone(acting)
    assert (row.latest_seen_at, row.latest_event) == (MONDAY - timedelta(days=3), "Product Viewed")

    # What comes late is still put in its place, and an opening by a person is one.
    send(source, [track("anna", "Page Viewed", MONDAY - timedelta(minutes=90))])
    record(acting, [mail("Email Opened", anna.profile_no, brand.node_no, MONDAY - timedelta(minutes=30))])
    drain(MONDAY)
    [row] = everyone(acting)
    with acting_transaction(acting):
        kept = RecentTimeline.objects.get().events
    assert [event["event"] for event in kept] == [
        "Email Opened", "Email Opened", "Page Viewed", "Email Sent", "Product Viewed"
    ]  # fmt: skip
    assert (row.latest_seen_at, row.latest_event) == (MONDAY - timedelta(minutes=30), "Email Opened")


def test_whoever_only_got_mail_stands_last_like_whoever_never_did_anything(acting, brand):
    send(make_source(acting, brand.node_no, name="Site"), [track("anna", "Page Viewed", MONDAY)])
    fact = RecordedFact(
        event="Email Sent",
        message_id="s1",
        node_no=brand.node_no,
        occurred_at=MONDAY,
        identifiers={"user": "ben"},
    )
    record(acting, [fact])
    drain(MONDAY)
    assert [row.latest_seen_at for row in everyone(acting)] == [MONDAY, None]


def test_a_timeline_made_anew_says_the_same_of_when_somebody_was_seen(acting, brand):
    send(make_source(acting, brand.node_no, name="Site"), [track("anna", "Page Viewed", MONDAY)])
    drain(MONDAY)
    [anna] = everyone(acting)
    record(acting, [mail("Email Sent", anna.profile_no, brand.node_no, MONDAY + timedelta(hours=1))])
    drain(MONDAY + timedelta(hours=2))
    rebuild_profiles(acting, [anna.profile_no])
    assert [row.latest_seen_at for row in everyone(acting)] == [MONDAY]


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
    assert page.count("Customer ") >= 2
    assert "Visitor " not in page


def page_of(brand_code, role="brand_manager"):
    return signed_in(brand_code, role).get("/profiles/").content.decode()


def test_the_list_says_how_many_there_are_and_when_that_is_rough(acting, brand, monkeypatch):
    source = make_source(acting, brand.node_no, name="Site")
    send(source, [track(f"li{n:06}", "Page Viewed", MONDAY) for n in range(7)])
    visitors = [
        track("", "Page Viewed", MONDAY) | {"anonymousId": f"a{n}", "messageId": f"m{n}"} for n in range(5)
    ]
    send(source, visitors)
    drain(MONDAY)
    assert about_how_many(acting) == HowMany(everybody=12, known=7, is_rough=False)
    assert "<b>7</b> known people · 5 anonymous visitors" in page_of(brand.code)

    monkeypatch.setattr(how_many, "COUNTED", 3)
    assert about_how_many(acting) is None  # the lake's copy is behind
    cache.clear()
    refresh_traits(acting)
    assert about_how_many(acting) == HowMany(everybody=12, known=None, is_rough=True)
    cache.clear()
    monkeypatch.setattr(how_many, "FEWEST_SAMPLED", 1)
    assert about_how_many(acting) == HowMany(everybody=12, known=7, is_rough=True)
    assert "<b>about 7</b> known people" in page_of(brand.code)


@pytest.mark.parametrize(
    ("number", "told"), [(7, 7), (99, 99), (137, 140), (23_565, 24_000), (1_949_999, 1_900_000)]
)
def test_rough_numbers_have_two_digits(number, told):
    assert how_many._two_digits(number) == told


def test_whoever_sees_several_brands_reads_which_one_it_is(acting, brand, neighbour, neighbour_acting):
    for unit, who in ((brand, acting), (neighbour, neighbour_acting)):
        send(make_source(who, unit.node_no, name="Site"), [track("li000001", "Page Viewed", MONDAY)])
    drain(MONDAY)
    with acting_transaction(acting):
        [row] = list_latest(acting).rows
    [line] = listed([row])
    assert line.brand == get_unit_at(brand.node_no).title
    assert ">Brand<" not in page_of(brand.code)


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
