"""The sample is the same every time, and looks like a market: seasons, funnels, repeat purchase, known doubles."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest

from yingtai.sample.behavior import CODE
from yingtai.sample.goods import Goods
from yingtai.sample.group import BRANDS, DEALERS_PER_REGION, REGIONS
from yingtai.sample.loading import SIZES, Size, latest_midnight, make_story
from yingtai.sample.naming import phones
from yingtai.sample.people import DAYS

ENDS_AT = datetime(2026, 11, 21, tzinfo=UTC)
SIZE = Size(4_000, 120_000, 40_000)


def story_of(brand=BRANDS[0], seed=1):
    return make_story(brand, SIZE, seed=seed, source_no=1, node_no=1 << 40, ends_at=ENDS_AT)


@pytest.fixture(scope="module")
def story():
    return story_of()


@pytest.fixture(scope="module")
def events(story):
    return pa.concat_tables([one.events for one in story.sets(SIZE.events_per_set)]).combine_chunks()


def count(events, name):
    return pc.sum(pc.equal(events["event"], name)).as_py()


def test_the_same_seed_makes_the_same_group(story):
    again = story_of()

    for one, other in zip(story.sets(40_000), again.sets(40_000), strict=True):
        assert one.events.equals(other.events)
        assert one.lines.equals(other.lines)


def test_another_seed_makes_another_group(story):
    other = next(story_of(seed=2).sets(40_000))

    assert not next(story.sets(40_000)).events["occurred_at"].equals(other.events["occurred_at"])


def test_the_size_is_what_was_asked_for(story, events):
    assert len(story.people) == round(SIZE.people * BRANDS[0].share)
    assert len(events) == pytest.approx(SIZE.events * BRANDS[0].share, rel=0.03)


def test_three_hundred_dealers_in_five_brands():
    assert len(BRANDS) * len(REGIONS) * DEALERS_PER_REGION == 300
    assert sum(brand.share for brand in BRANDS) == pytest.approx(1.0)
    assert (SIZES["S"].people, SIZES["S"].events) == (20_000, 1_000_000)
    assert (SIZES["M"].people, SIZES["M"].events) == (200_000, 10_000_000)


def test_events_come_in_the_order_of_time_and_end_before_midnight(events):
    times = events["occurred_at"].cast(pa.int64()).to_numpy()

    assert (np.diff(times) >= 0).all()
    assert pc.max(events["occurred_at"]).as_py() < ENDS_AT
    assert latest_midnight(datetime(2026, 11, 21, 17, 30, tzinfo=UTC)) == ENDS_AT


def test_every_event_has_its_own_hash(events):
    assert pc.count_distinct(events["message_hash"]).as_py() == len(events)


def test_the_way_to_a_car_narrows(events):
    steps = ["Lead Submitted", "Test Drive Booked", "Test Drive Completed", "Vehicle Delivered"]
    counts = [count(events, step) for step in steps]

    assert counts == sorted(counts, reverse=True)
    assert counts[0] > 2 * counts[3] > 0


def test_people_buy_again(story):
    orders = story.deeds.person[story.deeds.event == CODE["Order Completed"]]
    _people, times = np.unique(orders, return_counts=True)

    assert 0.3 < (times > 1).mean() < 0.8


def test_some_people_are_in_twice_and_the_truth_is_known(story):
    twins = np.flatnonzero(story.people.is_twin)
    first = story.people.twin[twins]

    assert 0.01 < len(twins) / len(story.people) < 0.06
    assert not story.people.is_twin[first].any()
    same = twins[story.people.same_phone[twins]]
    assert phones(story.people, same).equals(phones(story.people, story.people.twin[same]))
    other = twins[~story.people.same_phone[twins]]
    mistyped, right = phones(story.people, other), phones(story.people, story.people.twin[other])
    assert not pc.any(pc.equal(mistyped, right)).as_py()


@pytest.mark.parametrize("brand", BRANDS, ids=lambda brand: brand.code)
def test_a_mistyped_number_is_nobody_elses(brand):
    people = story_of(brand).people
    mistyped = people.is_twin & ~people.same_phone
    wrong, right = (phones(people, np.flatnonzero(which)) for which in (mistyped, ~mistyped))

    assert len(wrong) > 0
    assert not pc.any(pc.is_in(wrong, right)).as_py()


def test_autumn_is_stronger_than_high_summer(story):
    day = story.deeds.at.astype(int) % 365
    peak, lull = ((day > 308) & (day < 320)).sum(), ((day > 195) & (day < 207)).sum()

    assert peak > 1.3 * lull


def test_what_comes_back_was_bought_before_by_the_same_browser(events):
    told = events.select(["event", "order_id", "occurred_at", "id_anonymous", "amount_minor"]).to_pylist()
    bought = {one["order_id"]: one for one in told if one["event"] == "Order Completed"}
    back = [one for one in told if one["event"] == "Order Refunded"]

    assert len(back) == len({one["order_id"] for one in back}) > 20
    for one in back:
        order = bought[one["order_id"]]
        assert one["occurred_at"] - order["occurred_at"] == timedelta(days=6)
        assert one["id_anonymous"] == order["id_anonymous"]
        assert 0 < -one["amount_minor"] <= order["amount_minor"]


def test_lines_belong_to_their_orders_and_add_up(story):
    one = next(story.sets(40_000))
    rows = one.lines["event_row"].to_numpy()
    amounts = np.zeros(len(one), np.int64)
    np.add.at(amounts, rows, one.lines["amount_minor"].to_numpy())
    is_order = pc.is_in(one.events["event"], pa.array(["Order Completed", "Order Refunded"])).to_numpy(
        zero_copy_only=False
    )

    assert (amounts[is_order] == one.events["amount_minor"].to_numpy()[is_order]).all()
    assert set(rows) <= set(np.flatnonzero(is_order))


def test_nobody_is_called_by_a_name_in_the_open(events):
    named = events.filter(pc.equal(events["event"], "Identified"))

    assert "first_name" in named["private_traits"][0].as_py()
    assert all("name" not in text for text in pc.unique(named["traits"]).to_pylist())


def test_nothing_happens_before_the_sample_begins(story):
    assert story.deeds.at.min() >= 0
    assert story.deeds.at.max() < DAYS


def test_each_brand_speaks_its_customers_language():
    linghui, aurora = (
        next(brand for brand in BRANDS if brand.code == code) for code in ("linghui", "aurora")
    )

    assert Goods(linghui).names[2] == "灵辉 SUV"
    assert Goods(linghui).names[-1] == "夹克"
    assert set(Goods(linghui).categories) >= {"内饰", "保养维修"}
    assert (Goods(aurora).names[2], Goods(aurora).names[-1]) == ("Aurora SUV", "Jacket")
