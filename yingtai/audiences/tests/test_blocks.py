from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from yingtai.audiences.api import count_now
from yingtai.audiences.compiler import compile_audience
from yingtai.audiences.counting import compiled_for, lake_at
from yingtai.audiences.testing import definition, write_events, write_people
from yingtai.kernel.acting import Acting
from yingtai.organization.testing import MONDAY, BrandForTest

ORDER, VIEW = "Order Completed", "Product Viewed"


def who(acting: Acting, *parts: dict, join: str = "all") -> list[int]:
    lake = lake_at(acting, None)
    group = definition(*parts, join=join)
    chosen = lake.query(compiled_for(lake, group, at=acting.at, node_no=None).people)[
        "profile_no"
    ].to_pylist()
    assert count_now(acting, group).people == len(chosen)
    return [number % 100 for number in chosen]


@pytest.fixture
def shop(brand: BrandForTest, lake: object) -> int:
    """Nine people; number 9 was never seen doing anything."""
    first = brand.node_no + 1000 - (brand.node_no + 1000) % 100
    people = {first + number: brand.node_no for number in range(1, 10)}
    traits = {
        "city": {first + 1: "Shanghai", first + 2: "上海 Pudong", first + 3: "Beijing"},
        "visits": {first + 1: 3.0, first + 2: 10.0},
        "vip": {first + 1: True, first + 2: False},
    }
    write_people(brand.node_no, people, at=MONDAY, traits=traits)
    rows = [
        (1, VIEW, timedelta(days=1), {"category": "suv", "quantity": 3.0}),
        (1, VIEW, timedelta(days=2), {"category": "suv"}),
        (1, VIEW, timedelta(days=40), {"category": "SUV"}),
        (2, VIEW, timedelta(days=3), {"category": "sedan"}),
        (3, ORDER, timedelta(days=5), {"amount_minor": 10_000, "product_id": "a'b"}),
        (3, "Order Refunded", timedelta(days=4), {"amount_minor": 2_500}),
        (4, ORDER, timedelta(days=200), {"amount_minor": 9_999}),
        (5, ORDER, timedelta(days=30), {"amount_minor": None}),
        (6, VIEW, timedelta(days=30), {}),
        (7, VIEW, timedelta(days=30, seconds=1), {}),
        (8, VIEW, timedelta(seconds=-30), {}),
    ]
    write_events(
        brand.node_no,
        [
            {"profile_no": first + n, "event": e, "occurred_at": MONDAY - ago} | more
            for n, e, ago, more in rows
        ]
        + [{"profile_no": None, "event": VIEW, "occurred_at": MONDAY - timedelta(days=1)}],
    )
    return first


@pytest.mark.parametrize(
    ("part", "expected"),
    [
        ({"block": "did", "event": VIEW}, [1, 2, 6, 7, 8]),
        ({"block": "did", "event": VIEW, "at_least": 2}, [1]),
        ({"block": "did", "event": VIEW, "at_least": 4}, []),
        ({"block": "did", "event": VIEW, "within_days": 30}, [1, 2, 6, 8]),
        ({"block": "did", "event": VIEW, "within_days": 31}, [1, 2, 6, 7, 8]),
        ({"block": "did", "event": VIEW, "at_least": 3, "within_days": 30}, []),
        ({"block": "did", "event": VIEW, "where": "category", "value": "suv", "at_least": 2}, [1]),
        ({"block": "did", "event": VIEW, "where": "category", "value": "suv", "at_least": 3}, []),
        ({"block": "did", "event": VIEW, "where": "category", "comparison": "contains", "value": "S",
          "at_least": 3}, [1]),
        ({"block": "did", "event": VIEW, "where": "category", "comparison": "is_not", "value": "suv"}, [1, 2]),
        ({"block": "did", "event": VIEW, "where": "quantity", "value": "3"}, [1]),
        ({"block": "did", "event": VIEW, "where": "quantity", "comparison": "at_least", "value": "2.5"}, [1]),
        ({"block": "did", "event": VIEW, "where": "quantity", "comparison": "at_most", "value": "2"}, []),
        ({"block": "did", "event": ORDER, "where": "product_id", "value": "a'b"}, [3]),
        ({"block": "did", "event": "nobody ever"}, []),
        ({"block": "spent", "at_least": 75}, [3, 4]),
        ({"block": "spent", "at_least": 76}, [4]),
        ({"block": "spent", "at_least": 1, "within_days": 90}, [3]),
        ({"block": "trait", "trait": "city", "value": "Shanghai"}, [1]),
        ({"block": "trait", "trait": "city", "comparison": "is_not", "value": "Shanghai"}, [2, 3]),
        ({"block": "trait", "trait": "city", "comparison": "contains", "value": "上海 p"}, [2]),
        ({"block": "trait", "trait": "city", "comparison": "is_known"}, [1, 2, 3]),
        ({"block": "trait", "trait": "city", "comparison": "at_least", "value": "1"}, []),
        ({"block": "trait", "trait": "visits", "value": "10"}, [2]),
        ({"block": "trait", "trait": "visits", "comparison": "at_most", "value": "9.5"}, [1]),
        ({"block": "trait", "trait": "vip", "value": "true"}, [1]),
        ({"block": "trait", "trait": "nobody has it", "comparison": "is_known"}, []),
        ({"block": "seen", "which": "latest_seen_at", "within_days": 3}, [1, 2, 3]),
        ({"block": "seen", "which": "first_seen_at", "within_days": 4}, [1, 2, 3, 4]),
    ],
)  # fmt: skip
def test_each_sentence_chooses_exactly_and_its_negation_everyone_else(
    shop: int, acting: Acting, part: dict, expected: list[int]
) -> None:
    assert who(acting, part) == expected
    assert who(acting, part | {"negated": True}) == [n for n in range(1, 10) if n not in expected]


def test_groups_nest(shop: int, acting: Acting) -> None:
    viewed, ordered = {"block": "did", "event": VIEW}, {"block": "did", "event": ORDER}
    known = {"block": "trait", "trait": "city", "comparison": "is_known"}
    assert who(acting) == list(range(1, 10))
    assert who(acting, viewed, ordered, join="any") == [1, 2, 3, 4, 5, 6, 7, 8]
    assert who(acting, viewed, known) == [1, 2]
    inner = {
        "join": "all",
        "parts": [ordered, {"join": "any", "parts": [known, {"block": "spent", "at_least": 99}]}],
    }
    assert who(acting, {"join": "any", "parts": [viewed | {"negated": True}]}, inner) == [3, 4]


def test_a_window_counts_back_from_any_zone(shop: int, acting: Acting) -> None:
    part = {"block": "did", "event": VIEW, "within_days": 30}
    for zone in ("Asia/Shanghai", "America/Los_Angeles"):
        assert who(acting.at_time(MONDAY.astimezone(ZoneInfo(zone))), part) == [1, 2, 6, 8]


def test_the_same_question_twice_is_one_question(shop: int, acting: Acting) -> None:
    part = {"block": "did", "event": VIEW, "within_days": 30}
    lake = lake_at(acting, None)
    more = part | {"at_least": 2}
    sql = compiled_for(lake, definition(part, more), at=acting.at, node_no=None).people
    assert sql.count(" AS measure_") == 1
    assert who(acting, part, more) == [1]


def test_money_follows_the_brand(brand: BrandForTest, shop: int, acting: Acting) -> None:
    group = definition({"block": "spent", "at_least": 100})
    yen = compile_audience(group, at=acting.at, trait_columns=(), minor_digits=0)
    assert lake_at(acting, None).query(yen.people)["profile_no"].to_pylist() == [shop + 3, shop + 4]
    assert count_now(acting, group, node_no=brand.node_no).people == 0
