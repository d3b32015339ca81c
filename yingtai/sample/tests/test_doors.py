"""The sample comes through both doors and leaves the same: in whole sets, and as requests of SDKs."""

from datetime import UTC, datetime

import pytest

from yingtai.collect.api import declare_preset, list_quarantine, list_seen
from yingtai.customers.api import load_sets, refresh_traits
from yingtai.kernel.acting import system
from yingtai.kernel.scope import BRAND_SHIFT, Scope
from yingtai.lake.api import scoped
from yingtai.organization.api import add_unit, add_units
from yingtai.organization.testing import make_brand
from yingtai.sample.group import BRANDS, DEALERS_PER_REGION, REGIONS
from yingtai.sample.loading import Size, make_story
from yingtai.sample.people import DAYS
from yingtai.sample.sending import CameThroughOtherDoor, refuse_other_door, send_sets, sender_at, website_at
from yingtai.sample.tests.reading import differences, tell

AT = datetime(2026, 3, 2, 9, tzinfo=UTC)
ENDS_AT = AT.replace(hour=0)
SIZE = Size(1_500, 20_000, 0)
MONTHS = ((DAYS - 60, DAYS - 30), (DAYS - 30, DAYS))
"""The latest two, a set each: the lake has a file per day, and two years of them take their time."""


def brand_with_dealers():
    """Make a brand that has the sample's regions and dealers."""
    brand = make_brand()
    for number, (region, _, _) in enumerate(REGIONS):
        code = f"{brand.code}-{region}"
        if number:
            add_unit(parent_code=brand.code, code=code, name=code)
        parent = code if number else brand.dealer_code.replace("dealer", "region")
        dealers = [(f"{code}-{dealer}", f"{code} {dealer}", "") for dealer in range(DEALERS_PER_REGION)]
        add_units(parent_code=parent, units=dealers[0 if number else 2 :])
    return brand


def prepare(brand, sender):
    acting = system("sample", Scope.of(brand.node_no), AT)
    declare_preset(acting, brand.node_no, "commerce")
    source = sender(acting, brand.node_no)
    return acting, make_story(
        BRANDS[0], SIZE, seed=7, source_no=source.source_no, node_no=brand.node_no, ends_at=ENDS_AT
    )


def months(story):
    return [story.between(*month) for month in MONTHS]


def loaded(brand):
    acting, story = prepare(brand, website_at)
    load_sets(acting, source_no=story.source_no, load_id="sample", sets=months(story))
    refresh_traits(acting, only=brand.node_no >> BRAND_SHIFT)
    return acting, story


def sent(brand):
    acting, story = prepare(brand, sender_at)
    assert send_sets(acting, months(story), progress=lambda done: None) == 0
    refresh_traits(acting, only=brand.node_no >> BRAND_SHIFT)
    return acting, story


@pytest.fixture(scope="module")
def by_sets(books):
    return loaded(make_brand())


@pytest.fixture(scope="module")
def by_inbox(books):
    return sent(brand_with_dealers())


def test_both_doors_lead_to_equal_tables(by_sets, by_inbox):
    one, other = tell(by_sets[0]), tell(by_inbox[0])

    assert differences(one, other) == []
    assert len(one["events"]) == sum(map(len, months(by_sets[1]))) > 1_000
    assert len(one["order_lines"]) > 10
    assert len(one["known traits"]) > 50
    assert other["events"]["extras_sealed"].null_count == len(other["events"])


def test_every_word_of_the_messages_is_declared_and_nothing_is_set_aside(by_inbox):
    acting, story = by_inbox

    assert list_seen(acting, story.node_no) == []
    assert list_quarantine(acting).rows == []


def test_sending_again_changes_nothing(by_inbox):
    acting, story = by_inbox
    before = scoped(acting.scope).query("SELECT count(*) AS n, max(ingest_no) AS latest FROM events")

    send_sets(acting, months(story), progress=lambda done: None)

    assert scoped(acting.scope).query("SELECT count(*) AS n, max(ingest_no) AS latest FROM events") == before


def test_a_sample_does_not_come_through_both_doors(by_sets, by_inbox):
    for (acting, story), was_inbox in ((by_sets, False), (by_inbox, True)):
        places = [story.source_no], [story.node_no]
        refuse_other_door(acting, *places, by_inbox=was_inbox)
        with pytest.raises(CameThroughOtherDoor):
            refuse_other_door(acting, *places, by_inbox=not was_inbox)
