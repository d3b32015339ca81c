"""Events, traits and values as people write them: understood in both languages, or refused with suggestions."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils.translation import override

from yingtai.audiences.api import count_now, create_audience, get_audience
from yingtai.audiences.doubts import doubts_about
from yingtai.audiences.errors import DefinitionNotUnderstood
from yingtai.audiences.models import Audience
from yingtai.audiences.names import Names, read_asked
from yingtai.audiences.services.definitions import copy_audience
from yingtai.audiences.suggestions import events_to_offer, values_to_offer
from yingtai.audiences.testing import write_events, write_people
from yingtai.collect.api import Declared, declare
from yingtai.compliance.testing import signed_in
from yingtai.kernel.acting import Acting
from yingtai.kernel.labels import Label
from yingtai.kernel.scoping import acting_transaction
from yingtai.organization.testing import MONDAY, BrandForTest, make_acting

VIEW = "Product Viewed"
TRAITS = {"vip": "boolean", "visits": "number", "since": "datetime", "City": "string"}


@pytest.fixture
def shop(brand: BrandForTest, acting: Acting, lake: object) -> BrandForTest:
    """Five people of a brand that declared four traits, one private one and an event of its own."""
    lines = [Declared("trait", "", name, kind, Label.L2) for name, kind in TRAITS.items()]
    lines += [Declared("trait", "", "phone", "string", Label.L3)]
    declare(acting, brand.node_no, [*lines, Declared("event", "", "Sofa Tested", "string", Label.L2)])
    first = brand.node_no + 1
    traits = {
        "vip": {first: True, first + 1: False},
        "visits": {first: 7.5, first + 1: 1_000_000.0},
        "since": {first: "2026-01-05T23:30:00+08:00", first + 1: "2026-02-01"},
    }
    write_people(brand.node_no, {first + n: brand.node_no for n in range(5)}, at=MONDAY, traits=traits)
    rows = [
        (0, timedelta(days=1), {"category": "suv", "product_id": "p1", "properties": '{"name": "Lark"}'}),
        (1, timedelta(days=1), {"category": "suv", "product_id": "p2"}),
        (2, timedelta(days=3), {"category": "suv", "product_id": "p1"}),
    ]
    write_events(brand.node_no, [
        {"profile_no": first + n, "event": VIEW, "occurred_at": MONDAY - ago} | more for n, ago, more in rows
    ])  # fmt: skip
    return brand


def group(*parts: dict[str, Any]) -> dict[str, Any]:
    return {"join": "all", "parts": list(parts)}


def asked(acting: Acting, brand: BrandForTest, *parts: dict[str, Any]) -> Any:
    return read_asked(acting, {"join": "all", "parts": list(parts)}, node_no=brand.node_no)


def people(acting: Acting, brand: BrandForTest, *parts: dict[str, Any]) -> int:
    return count_now(acting, asked(acting, brand, *parts), node_no=brand.node_no).people


@pytest.mark.parametrize("said", [VIEW, "product viewed", "浏览商品", "Viewed a product", " 浏览商品 "])
@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_an_event_is_understood_by_everything_it_is_called(shop, acting, said, language):
    with override(language):
        part = {"block": "did", "event": said}
        assert next(asked(acting, shop, part).sentences()).values["event"] == VIEW
        assert people(acting, shop, part) == 3


def test_a_brands_own_event_and_one_seen_only_in_the_lake_are_understood(shop, acting):
    write_events(shop.node_no, [{"profile_no": shop.node_no + 1, "event": "odd one", "occurred_at": MONDAY}])
    assert people(acting, shop, {"block": "did", "event": "sofa tested"}) == 0
    assert people(acting, shop, {"block": "did", "event": "odd one"}) == 1


def test_what_a_standard_event_is_shown_as_wins_over_a_name_that_merely_happened(shop, acting):
    write_events(
        shop.node_no,
        [{"profile_no": shop.node_no + 5, "event": "Viewed a product", "occurred_at": MONDAY}],
    )
    assert people(acting, shop, {"block": "did", "event": "Viewed a product"}) == 3
    offered = events_to_offer(acting, shop.node_no)
    assert VIEW in offered
    assert "Viewed a product" not in offered


def test_renaming_or_copying_an_audience_keeps_the_event_it_asks_about(shop, acting):
    made = create_audience(
        acting, node_no=shop.node_no, name="Views", definition=group({"block": "did", "event": VIEW})
    )
    row = {"profile_no": shop.node_no + 5, "event": "Viewed a product", "occurred_at": MONDAY}
    write_events(shop.node_no, [row])
    marketer = signed_in(shop.code, "marketer")
    assert 'value="Viewed a product"' in marketer.get(f"/audiences/{made}/edit").content.decode()
    form = {"join": "all", "name": "Renamed", "0.block": "did", "0.event": "Viewed a product"}
    assert marketer.post(f"/audiences/{made}/edit", form).status_code == 302
    assert get_audience(acting, made).document["parts"][0]["event"] == VIEW
    # One that was stored before such names were refused keeps what it means, too.
    old = group({"block": "did", "event": "Viewed a product"})
    with acting_transaction(acting):
        Audience.objects.filter(id=made).update(definition=old)
    copy = copy_audience(acting, made, name="Copy")
    assert marketer.post(f"/audiences/{made}/edit", form).status_code == 302
    for one in (made, copy):
        assert get_audience(acting, one).document["parts"][0]["event"] == "Viewed a product"


def test_a_blank_shows_a_title_only_where_it_is_understood_as_the_same_name(shop, acting):
    with override("en"):
        names = Names(acting, shop.node_no)
        # The brand has a trait of its own called “City”, which is what the standard trait “city” is shown as.
        assert names.called("trait", "city") == "city"
        assert names.called("event", VIEW) == "Viewed a product"


@pytest.mark.parametrize(
    ("part", "said"),
    [
        ({"block": "did", "event": "Product Veiwed"}, "Did you mean “Viewed a product”"),
        ({"block": "did", "event": "Sofa Testd"}, "Did you mean “Sofa Tested”"),
        ({"block": "did", "event": "zzzzzzzzz"}, "no event here is called “zzzzzzzzz”"),
        ({"block": "trait", "trait": "visit", "value": "1"}, "no trait here is called “visit”. Did you mean “visits”"),
        ({"block": "trait", "trait": "visit", "value": ""}, "no trait here is called “visit”. Did you mean “visits”"),
        ({"block": "trait", "trait": "Phone", "value": "1"}, "“Phone” is kept private"),
        ({"block": "trait", "trait": "visits", "value": "many"}, "“visits” holds numbers, and “many” is none"),
        ({"block": "trait", "trait": "vip", "value": "maybe"}, "“vip” is yes or no, not “maybe”"),
        ({"block": "trait", "trait": "since", "value": "spring"}, "“since” holds dates"),
        ({"block": "did", "event": VIEW, "where": "quantity", "value": "few"}, "“quantity” holds numbers"),
    ],
)  # fmt: skip
def test_what_nobody_has_is_refused_and_the_nearest_are_named(shop, acting, part, said):
    with override("en"), pytest.raises(DefinitionNotUnderstood) as refused:
        create_audience(
            acting, node_no=shop.node_no, name="Typo", definition={"join": "all", "parts": [part]}
        )
    assert said in refused.value.facts["what"]


def test_the_page_refuses_and_names_the_nearest(shop, acting):
    marketer = signed_in(shop.code, "marketer")
    form = {"join": "all", "name": "Typo", "0.block": "did", "0.event": "浏览商拼"}
    marketer.cookies["django_language"] = "zh-hans"
    page = marketer.post("/audiences/new", form)
    assert page.status_code == 422
    assert "您是不是想选“浏览商品”" in page.content.decode()
    counted = marketer.post("/audiences/count", form).content.decode()
    assert "您是不是想选：" in counted
    assert counted.count(">浏览商品<") == 1
    assert "“浏览商品”" not in counted


@pytest.mark.parametrize(
    ("trait", "comparison", "value", "expected"),
    [
        ("vip", "is", "True", 1), ("vip", "is", "是", 1), ("vip", "is", "1", 1), ("vip", "is", "yes", 1),
        ("vip", "is_not", "yes", 1), ("vip", "is", "否", 1),
        ("visits", "is", "1,000,000", 1), ("visits", "is", "7.50", 1), ("visits", "at_least", "8", 1),
        ("since", "is", "2026-01-05", 1), ("since", "at_least", "2026-01-06", 1),
        ("since", "at_most", "2026-02-01", 2),
    ],
)  # fmt: skip
def test_a_value_matches_as_people_write_it(shop, acting, trait, comparison, value, expected):
    part = {"block": "trait", "trait": trait, "comparison": comparison, "value": value}
    assert people(acting, shop, part) == expected


def test_details_of_one_event_must_hold_together(shop, acting):
    suv = {"block": "did", "event": VIEW, "where": "category", "value": "suv"}
    lark = suv | {"and_where": "product_id", "and_value": "p1"}
    assert people(acting, shop, suv) == 3
    assert people(acting, shop, lark) == 2
    web = lark | {"also_where": "channel", "also_comparison": "is", "also_value": "web"}
    assert people(acting, shop, web) == 0


def test_days_of_the_calendar_are_the_brands_and_both_included(shop, acting):
    # MONDAY is the second of March; the views happened on the first and on the 27th of February.
    view = {"block": "did", "event": VIEW}
    assert people(acting, shop, view | {"from_day": "2026-03-01", "to_day": "2026-03-01"}) == 2
    assert people(acting, shop, view | {"to_day": "2026-02-28"}) == 1
    assert people(acting, shop, view | {"from_day": "2026-03-02"}) == 0
    for wrong in ({"from_day": "2026-02-30"}, {"from_day": "soon"}, {"to_day": "0001-01-01"}):
        with pytest.raises(DefinitionNotUnderstood):
            people(acting, shop, view | wrong)
    with pytest.raises(DefinitionNotUnderstood):
        people(acting, shop, view | {"from_day": "2026-03-02", "to_day": "2026-03-01"})


def test_a_trait_without_a_value_that_can_be_asked_about_is_said(shop, acting):
    with override("en"):
        group = asked(acting, shop, {"block": "trait", "trait": "City", "value": "Shanghai"})
        assert "Nobody has a “City”" in doubts_about(acting, group, node_no=shop.node_no)[0]
        group = asked(acting, shop, {"block": "trait", "trait": "visits", "value": "1"})
        assert doubts_about(acting, group, node_no=shop.node_no) == []


def test_products_are_offered_with_their_names(shop, acting):
    part = {"event": VIEW, "and_where": "product_id"}
    offered = values_to_offer(acting, shop.node_no, part, "and_")
    assert ("p1", "Lark") in offered


def test_details_of_few_people_are_not_offered_to_whoever_may_not_see_people(shop, acting):
    # Each was seen five times: one by five people, the other by one.
    write_events(shop.node_no, [
        {"profile_no": shop.node_no + 1 + n * of, "event": VIEW, "occurred_at": MONDAY, "page_path": path}
        for path, of in (("/of-five", 1), ("/of-one", 0)) for n in range(5)
    ])  # fmt: skip
    analyst = make_acting(shop.node_no, roles=("analyst",))
    part = {"event": VIEW, "where": "page_path"}
    assert values_to_offer(analyst, shop.node_no, part) == [("/of-five", "")]
    assert values_to_offer(acting, shop.node_no, part) == [("/of-five", ""), ("/of-one", "")]


def test_a_saved_audience_keeps_the_lakes_own_names(shop, acting):
    parts = [{"block": "did", "event": "浏览商品"}]
    made = create_audience(
        acting, node_no=shop.node_no, name="Viewers", definition={"join": "all", "parts": parts}
    )
    assert get_audience(acting, made).document["parts"][0]["event"] == VIEW
