from dataclasses import replace

import pytest
from django.db import connection

from yingtai.collect.api import (
    Declared,
    RecordedFact,
    RefusedRow,
    declare,
    declare_preset,
    list_quarantine,
    list_refusals,
    list_seen,
    list_sources,
    make_source,
    make_write_key,
    note_arrivals,
    note_seen,
    plan_of,
    quarantine,
    record,
    withdraw,
)
from yingtai.collect.errors import (
    CurrencyNotKnown,
    PresetNotFound,
    RetentionTooShort,
    SourceNameTaken,
    TimeZoneNotKnown,
    TooManyOpened,
    TraitNameHasDots,
)
from yingtai.collect.plan import EVENT, OWN_EVENTS
from yingtai.collect.queries.quarantine import open_refused
from yingtai.collect.queries.waiting import count_undeclared
from yingtai.kernel.errors import NotAllowed
from yingtai.kernel.labels import Label
from yingtai.kernel.scope import brand_of
from yingtai.kernel.scoping import acting_transaction
from yingtai.organization.testing import deeds_of, make_acting


def test_a_preset_is_taken_over_in_one_step_and_twice_changes_nothing(acting, brand):
    declare_preset(acting, brand.node_no, "commerce")
    declare_preset(acting, brand.node_no, "commerce")

    plan = plan_of(brand_of(brand.node_no))

    assert "Order Completed" in plan.events
    assert plan.split({"revenue": 3, "search": "x"}, "Order Completed").l2 == {"revenue": 3}


def test_only_who_decides_on_removal_shortens_how_long_events_are_kept(acting, brand):
    viewed = Declared(EVENT, "", "Product Viewed", retention_days=400)
    officer = make_acting(brand.node_no, roles=("compliance_officer",))
    marketer = make_acting(brand.node_no, roles=("marketer",))

    with pytest.raises(RetentionTooShort) as new:
        declare(marketer, brand.node_no, [viewed])
    declare(officer, brand.node_no, [viewed])
    declare(marketer, brand.node_no, [replace(viewed, description="seen")])
    with pytest.raises(RetentionTooShort) as known:
        declare(marketer, brand.node_no, [replace(viewed, retention_days=399)])

    assert (new.value.facts["days"], known.value.facts["days"]) == (730, 400)
    assert [deed.details for deed in deeds_of(acting, "plan.declared")] == [{"days": 400}, {"days": 400}]


def test_a_colleague_opens_so_many_refused_events_a_day(acting, brand, monkeypatch):
    source = make_source(acting, brand.node_no, name="web")
    body = b'{"type": "track"}'
    quarantine(
        acting, [RefusedRow(brand.node_no, source.source_no, "collect.plan-violated", "", body, acting.at)]
    )
    officer = replace(make_acting(brand.node_no, roles=("compliance_officer",)), actor=f"staff:{brand.code}")
    [row] = list_quarantine(officer).rows
    monkeypatch.setattr("yingtai.collect.queries.quarantine.MOST_OPENED_A_DAY", 2)

    for _ in range(2):
        open_refused(officer, row.id)

    with pytest.raises(TooManyOpened):
        open_refused(officer, row.id)


def test_the_neighbour_has_a_plan_of_its_own(acting, brand, neighbour, neighbour_acting):
    declare_preset(acting, brand.node_no, "commerce")

    assert plan_of(brand_of(neighbour.node_no)).declared == []
    assert list_seen(neighbour_acting, neighbour.node_no) == []


def test_a_preset_that_is_not_there_is_refused(acting, brand):
    with pytest.raises(PresetNotFound):
        declare_preset(acting, brand.node_no, "nothing")


def test_declaring_changes_a_line_and_withdrawing_takes_it_out(acting, brand):
    line = Declared("trait", "", "shoe_size", "number", Label.L2)

    declare(acting, brand.node_no, [line])
    assert plan_of(brand_of(brand.node_no)).split_traits({"shoe_size": 41}).l2 == {"shoe_size": 41}

    withdraw(acting, brand.node_no, subject="trait", event="", name="shoe_size")
    assert plan_of(brand_of(brand.node_no)).split_traits({"shoe_size": 41}).l2 == {}


def test_a_dealer_reads_the_plan_of_the_brand(acting, brand):
    declare_preset(acting, brand.node_no, "commerce")

    with acting_transaction(make_acting(brand.dealer_no)):
        assert "Order Completed" in plan_of(brand_of(brand.dealer_no)).events


def test_names_that_arrive_are_counted_and_shown_with_their_declaration(acting, brand):
    brand_no = brand_of(brand.node_no)
    declare(acting, brand.node_no, [Declared("event", "", "Page Viewed", "object", Label.L2)])

    note_seen(
        acting, {(brand_no, "event", "", "Page Viewed"): 3, (brand_no, "trait", "", "a@example.com"): 1}
    )
    note_seen(
        acting, {(brand_no, "event", "", "Page Viewed"): 4, (brand_no, "trait", "", "b@example.com"): 1}
    )

    seen = list_seen(acting, brand.node_no)
    assert [(row.name, row.count, row.declared is not None) for row in seen] == [
        ("Page Viewed", 7, True),
        ("(name not kept)", 2, False),
    ]


def test_names_that_are_not_kept_wait_for_nobody(acting, brand):
    brand_no = brand_of(brand.node_no)
    names = [("event", "", "Door Opened"), ("event", "", "a@example.com"), ("property", "a@example.com", "size"),
             ("property", "Door Opened", "b@example.com")]  # fmt: skip
    note_seen(acting, {(brand_no, *name): 1 for name in names})

    assert [row.name for row in list_seen(acting, brand.node_no) if row.is_kept] == ["Door Opened"]
    assert count_undeclared(acting) == 1


def test_the_events_of_the_product_itself_wait_for_nobody_to_declare_them(acting, brand):
    brand_no = brand_of(brand.node_no)
    note_seen(acting, {(brand_no, "event", "", name): 1 for name in (*OWN_EVENTS, "Door Opened")})

    assert [row.name for row in list_seen(acting, brand.node_no)] == ["Door Opened"]
    assert count_undeclared(acting) == 1


def test_a_source_gets_a_write_key_that_only_its_hash_remembers(acting, brand, neighbour_acting):
    source = make_source(acting, brand.node_no, name="Shop", allowed_origins=["https://Shop.example.com/"])

    key = make_write_key(acting, source.id)

    (listed,) = list_sources(acting)
    assert (listed.name, listed.key_count, listed.allowed_origins) == (
        "Shop",
        1,
        ("https://shop.example.com",),
    )
    assert list_sources(neighbour_acting) == []
    with connection.cursor() as cursor:
        cursor.execute("SELECT key_hash FROM collect_write_key WHERE source_no = %s", (source.source_no,))
        assert key.encode() not in bytes(cursor.fetchone()[0])


def test_a_new_source_gives_the_collector_the_plan_of_its_brand(acting, brand):
    declare_preset(acting, brand.node_no, "commerce")

    source = make_source(acting, brand.node_no, name="Shop")

    with connection.cursor() as cursor:
        cursor.execute("SELECT document FROM collect_plan WHERE source_no = %s", (source.source_no,))
        assert "Order Completed" in cursor.fetchone()[0]


def test_sources_are_refused_what_nobody_could_use(acting, brand):
    make_source(acting, brand.node_no, name="Shop")

    with pytest.raises(SourceNameTaken):
        make_source(acting, brand.node_no, name="Shop")
    with pytest.raises(TimeZoneNotKnown):
        make_source(acting, brand.node_no, name="App", time_zone="Mars/Olympus")
    with pytest.raises(CurrencyNotKnown):
        make_source(acting, brand.node_no, name="App", currency="ABC")


def test_arrivals_are_counted_per_source(acting, brand):
    source = make_source(acting, brand.node_no, name="Shop")

    note_arrivals(acting, {source.source_no: 5, 0: 2})
    note_arrivals(acting, {source.source_no: 1})

    (listed,) = list_sources(acting)
    assert (listed.event_count, listed.earliest_arrival_at) == (6, acting.at)


def test_refused_events_lie_sealed_and_open_only_for_who_may_reveal(acting, brand, neighbour_acting):
    body = b'{"type": "track", "note": "canary-4711"}'
    row = RefusedRow(brand.node_no, 7, "collect.plan-violated", "properties.price", body, acting.at)

    quarantine(acting, [row] * 25)

    (refusal,) = list_refusals(acting)
    assert (refusal.reason, refusal.path, refusal.occurrences) == (row.reason, row.path, 25)
    assert list_refusals(neighbour_acting) == []
    page = list_quarantine(acting)
    assert len(page.rows) == 20
    with pytest.raises(NotAllowed):
        open_refused(acting, page.rows[0].id)
    with acting_transaction(acting), connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM collect_quarantine WHERE position('canary'::bytea IN body) > 0")
        assert cursor.fetchone() == (0,)


def test_facts_are_recorded_with_the_transaction_or_not_at_all(acting, brand):
    fact = RecordedFact(event="Email Sent", message_id="m1", node_no=brand.node_no, occurred_at=acting.at)

    with pytest.raises(ZeroDivisionError), acting_transaction(acting):
        record(acting, [fact])
        _ = 1 / 0
    record(acting, [fact])


@pytest.mark.parametrize("name", ["会员.等级", "products[].sku"])
def test_a_trait_whose_name_has_dots_is_refused(acting, brand, name):
    with pytest.raises(TraitNameHasDots):
        declare(acting, brand.node_no, [Declared("trait", "", name, label=Label.L2)])
