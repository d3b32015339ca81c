"""Both doors lead to the same: history loaded in sets, and the same events sent one by one."""

import random

import pyarrow as pa
import pytest

from yingtai.collect.api import Declared, declare, list_sources, make_source
from yingtai.customers import ingesting
from yingtai.customers.api import EventSet, erase_person, load_sets
from yingtai.customers.models import Identifier, LoadedSet, Order, Profile, RecentTimeline
from yingtai.customers.queries import private_traits_of
from yingtai.customers.services.counting import count_loaded
from yingtai.customers.testing import event_set, send
from yingtai.kernel.acting import system
from yingtai.kernel.labels import Label
from yingtai.kernel.scope import EVERYTHING
from yingtai.kernel.scoping import acting_transaction
from yingtai.lake.api import scoped
from yingtai.organization.testing import MONDAY, make_acting, make_brand


def story(seed=3, people=12, events=300):
    """Invent messages of people who come and go, in the order of time."""
    chance = random.Random(seed)  # noqa: S311 - a story, not a secret
    made = []
    for number in range(events):
        person = chance.randrange(people)
        message = {
            "messageId": f"m{number}",
            "timestamp": f"2026-03-02T{number // 60:02}:{number % 60:02}:00Z",
            "anonymousId": f"browser-{person}",
        }
        if chance.random() < 0.4:
            message["userId"] = f"user-{person}"
        kind = chance.random()
        if kind < 0.15:
            message |= {
                "type": "identify",
                "traits": {"email": f"p{person}@example.com", "city": "Shanghai", "name": f"P {person}"},
            }
        elif kind < 0.3:
            products = [{"product_id": f"p{line}", "quantity": line + 1, "price": 2.5} for line in range(2)]
            properties = {"order_id": f"o{number}", "total": 7.5, "currency": "CNY", "products": products}
            message |= {"type": "track", "event": "Order Completed", "properties": properties}
        else:
            message |= {"type": "page", "name": "Home", "properties": {"path": "/home"}}
        made.append(message)
    return made


def told(acting):
    """Return everything that stands in lake and books, without numbers that depend on the order of arrival."""
    reader = scoped(acting.scope)
    events = reader.query(
        "SELECT event, occurred_at, profile_no, order_id, amount_minor, page_path, properties FROM events"
        " ORDER BY occurred_at, event"
    ).to_pylist()
    lines = reader.query(
        "SELECT order_id, line_no, product_id, quantity, amount_minor, profile_no FROM order_lines"
        " ORDER BY order_id, line_no"
    ).to_pylist()
    names = {}
    for row in events + lines:
        row["profile_no"] = names.setdefault(row["profile_no"], len(names))
    with acting_transaction(acting):
        held = {number: sorted(names) for number, names in _identifiers().items()}
        timelines = {
            names.get(one.profile_no): [(event["at"], event["event"]) for event in one.events]
            for one in RecentTimeline.objects.all()
        }
        living = Profile.objects.filter(merged_into_no=None)
        people = {
            names.get(one.profile_no): (
                one.traits,
                private_traits_of([one.profile_no])[one.profile_no],
                one.first_seen_at,
            )
            for one in living
        }
        orders = Order.objects.count()
    identifiers = {names.get(number): kinds for number, kinds in held.items()}
    return {
        "events": events, "lines": lines, "identifiers": identifiers, "timelines": timelines, "people": people,
        "orders": orders,
    }  # fmt: skip


def _identifiers():
    held = {}
    for one in Identifier.objects.all():
        held.setdefault(one.profile_no, []).append(one.kind)
    return held


@pytest.fixture
def plan():
    return [
        Declared("trait", "", "city", "string", Label.L2),
        Declared("event", "", "Order Completed", "object", Label.L2),
    ]


def test_both_doors_lead_to_the_same_tables(books, plan):
    sent, loaded = make_brand(), make_brand()
    by_inbox, by_sets = make_acting(sent.node_no), make_acting(loaded.node_no)
    for acting, brand in ((by_inbox, sent), (by_sets, loaded)):
        declare(acting, brand.node_no, plan)
    messages = story()
    shop = make_source(by_inbox, sent.node_no, name="shop")
    for start in range(0, len(messages), 40):
        send(shop, messages[start : start + 40])
        if start % 120 == 0:
            ingesting.drain(MONDAY)
    ingesting.drain(MONDAY)

    other = make_source(by_sets, loaded.node_no, name="shop")
    whole = event_set(other, messages)
    halves = [
        EventSet(whole.events.slice(0, 150), _lines(whole, 0, 150)),
        EventSet(whole.events.slice(150), _lines(whole, 150, 300)),
    ]
    load_sets(by_sets, source_no=other.source_no, load_id="history", sets=halves)

    assert count_loaded(by_sets) == 0
    while count_loaded(system("test", EVERYTHING, MONDAY)):
        pass
    [source] = list_sources(by_sets)
    assert source.event_count == 300
    ours, theirs = told(by_sets), told(by_inbox)
    for part in theirs:
        assert ours[part] == theirs[part], part


def _lines(events, start, stop):
    rows = events.lines["event_row"].to_numpy()
    inside = events.lines.filter(pa.array((rows >= start) & (rows < stop)))
    moved = pa.array(inside["event_row"].to_numpy() - start)
    return inside.set_column(0, "event_row", moved)


def test_a_load_started_again_goes_on_where_it_stopped(brand, acting):
    source = make_source(acting, brand.node_no, name="files")
    whole = event_set(source, story(events=100))
    halves = [
        EventSet(whole.events.slice(0, 50), _lines(whole, 0, 50)),
        EventSet(whole.events.slice(50), _lines(whole, 50, 100)),
    ]

    def stops_after_the_first():
        yield halves[0]
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        load_sets(acting, source_no=source.source_no, load_id="one", sets=stops_after_the_first())
    report = load_sets(acting, source_no=source.source_no, load_id="one", sets=halves)
    again = load_sets(acting, source_no=source.source_no, load_id="one", sets=halves)

    assert (report.sets, report.sets_before, report.events) == (1, 1, 50)
    assert (again.sets, again.sets_before, again.events) == (0, 2, 0)
    assert scoped(acting.scope).query("SELECT count(*) AS n FROM events").to_pylist() == [{"n": 100}]
    assert LoadedSet.objects.filter(source_no=source.source_no, set_no__gte=0).count() == 2
    with acting_transaction(acting):
        shown = sum(len(one.events) for one in RecentTimeline.objects.all())
        living = Profile.objects.filter(merged_into_no=None).count()
    assert shown >= living


def test_rows_that_came_in_another_file_are_repeats(brand, acting):
    source = make_source(acting, brand.node_no, name="files")
    whole = event_set(source, story(events=60))

    load_sets(acting, source_no=source.source_no, load_id="one", sets=[whole], check_rows=True)
    report = load_sets(acting, source_no=source.source_no, load_id="two", sets=[whole], check_rows=True)

    assert (report.events, report.repeats, report.new_profiles) == (0, 60, 0)


def test_who_is_erased_while_a_load_runs_gets_no_timeline_back(brand, acting):
    source = make_source(acting, brand.node_no, name="history", kind="import")
    order = {"type": "track", "event": "Order Completed", "properties": {"order_id": "o1"}}

    def sets():
        yield event_set(source, [order | {"userId": "anna", "messageId": "m1"}])
        with acting_transaction(acting):
            anna = Profile.objects.get()
        erase_person(acting, profile_id=anna.id)
        yield event_set(source, [order | {"userId": "bob", "messageId": "m2"}])

    load_sets(acting, source_no=source.source_no, load_id="history-1", sets=sets())

    with acting_transaction(acting):
        anna, bob = Profile.objects.order_by("profile_no")
        assert anna.erased_at
        assert [one.profile_no for one in RecentTimeline.objects.all()] == [bob.profile_no]
