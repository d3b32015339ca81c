"""From the inbox to profiles and lake."""

from datetime import timedelta

import psycopg

from yingtai.collect.api import RecordedFact, make_source, record
from yingtai.customers import ingesting
from yingtai.customers.ingest.taking import Inbox
from yingtai.customers.models import Identifier, Profile, RecentTimeline
from yingtai.customers.testing import send
from yingtai.kernel.env import dsn
from yingtai.kernel.scoping import acting_transaction
from yingtai.lake.api import scoped
from yingtai.organization.testing import MONDAY


def test_an_event_reaches_its_profile_and_the_lake(brand, acting):
    source = make_source(acting, brand.node_no, name="shop")
    send(
        source,
        [
            {
                "type": "identify",
                "userId": "u1",
                "messageId": "m1",
                "timestamp": "2026-03-02T08:00:00Z",
                "traits": {"email": "Anna@Example.com", "name": "Anna Li"},
            },
            {
                "type": "track",
                "event": "Order Completed",
                "userId": "u1",
                "messageId": "m2",
                "timestamp": "2026-03-02T08:30:00Z",
                "properties": {
                    "order_id": "A-1",
                    "total": 12.5,
                    "currency": "CNY",
                    "products": [{"product_id": "p1", "quantity": 2, "price": 6.25}],
                },
            },
        ],
    )

    ingesting.drain(MONDAY)

    with acting_transaction(acting):
        profile = Profile.objects.get()
        assert Identifier.objects.count() == 2
        timeline = RecentTimeline.objects.get(profile_no=profile.profile_no)
    assert [event["event"] for event in timeline.events] == ["Order Completed", "Identified"]
    rows = scoped(acting.scope).query("SELECT event, profile_no, amount_minor FROM events ORDER BY event")
    assert rows.to_pylist() == [
        {"event": "Identified", "profile_no": profile.profile_no, "amount_minor": None},
        {"event": "Order Completed", "profile_no": profile.profile_no, "amount_minor": 1250},
    ]


def test_the_console_sees_how_much_waits_and_since_when_but_nothing_of_it(brand, acting):
    source = make_source(acting, brand.node_no, name="shop")
    event = {"type": "track", "event": "Seen", "userId": "u1", "timestamp": "2026-03-02T08:00:00Z"}
    ingesting.drain(MONDAY)
    with psycopg.connect(dsn("app"), autocommit=True) as books:
        assert ingesting.inbox_backlog(books) == (0, None)

        for minutes in (5, 3):
            send(source, [event | {"messageId": f"m{minutes}"}], at=MONDAY - timedelta(minutes=minutes))

        assert ingesting.inbox_backlog(books) == (2, MONDAY - timedelta(minutes=5))
        ingesting.drain(MONDAY)
        assert ingesting.inbox_backlog(books) == (0, None)


def test_what_happened_long_ago_and_is_recorded_now_waits_since_now(brand, acting):
    fact = RecordedFact(
        message_id="long-ago",
        event="Email Opened",
        node_no=brand.node_no,
        occurred_at=MONDAY - timedelta(days=30),
    )
    with psycopg.connect(dsn("app"), autocommit=True) as books:
        (before,) = books.execute("SELECT now()").fetchone()
        record(acting.at_time(MONDAY - timedelta(days=30)), [fact])

        requests, oldest_at = ingesting.inbox_backlog(books)
        assert (requests, oldest_at >= before) == (1, True)
        ingesting.drain(MONDAY)


def test_a_source_that_floods_waits_behind_the_others(brand, acting, neighbour, neighbour_acting):
    loud = make_source(acting, brand.node_no, name="loud")
    quiet = make_source(neighbour_acting, neighbour.node_no, name="quiet")
    for number in range(30):
        batch = [
            {"type": "track", "event": "Noise", "anonymousId": f"n{number}", "messageId": f"{number} {n}"}
            for n in range(10)
        ]
        send(loud, batch)
    send(quiet, [{"type": "track", "event": "Word", "anonymousId": "w", "messageId": "w"}])
    inbox = Inbox()

    inbox.begin()
    first = inbox.take(20)
    inbox.forget()

    names = first.events.events["event"].to_pylist()
    assert "Word" in names
    assert 20 <= len(names) <= 31
    assert ingesting.drain(MONDAY)
    assert (
        scoped(acting.scope).query("SELECT count(*) AS n FROM events WHERE event = 'Noise'")["n"][0].as_py()
        == 300
    )
