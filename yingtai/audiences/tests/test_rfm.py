from datetime import timedelta

import pytest

from yingtai.audiences.api import count_now, rfm_grid, rfm_scores
from yingtai.audiences.testing import definition, write_events, write_people
from yingtai.kernel.acting import Acting
from yingtai.kernel.scope import Scope
from yingtai.lake.api import scoped, translate
from yingtai.organization.testing import MONDAY, BrandForTest

# days since each order, amounts, money taken back
HISTORY = {
    1: ([400], [1000], 0),
    2: ([300], [2000], 0),
    3: ([200, 250], [3000, 100], 100),
    4: ([100, 260], [3000, None], 0),
    5: ([10, 20, 30], [9000, 9000, 9000], 26_500),
    6: ([], [], 500),
}
# Ranks by hand, percent rank = (people with less) / 4: recency 0 ¼ ½ ¾ 1; orders 1 1 2 2 3 → 0 0 ½ ½ 1;
# money 1000 2000 3000 3000 500 → ¼ ½ ¾ ¾ 0.
EXPECTED = {1: (1, 1, 2), 2: (2, 1, 3), 3: (3, 3, 4), 4: (4, 3, 4), 5: (5, 5, 1)}


@pytest.fixture
def buyers(brand: BrandForTest, lake: object) -> int:
    write(brand)
    return brand.node_no


def write(brand: BrandForTest) -> None:
    write_people(brand.node_no, {brand.node_no + n: brand.node_no for n in range(1, 8)}, at=MONDAY)
    orders = [
        {"profile_no": brand.node_no + n, "event": "Order Completed", "amount_minor": amount,
         "occurred_at": MONDAY - timedelta(days=days)}
        for n, (ago, amounts, _back) in HISTORY.items()
        for days, amount in zip(ago, amounts, strict=True)
    ]  # fmt: skip
    refunds = [
        {"profile_no": brand.node_no + n, "event": "Order Refunded", "amount_minor": back, "occurred_at": MONDAY}
        for n, (_ago, _amounts, back) in HISTORY.items() if back
    ]  # fmt: skip
    write_events(brand.node_no, orders + refunds)


def test_scores_are_as_computed_by_hand(buyers: int, acting: Acting) -> None:
    rows = scoped(acting.scope).query(rfm_scores() + " ORDER BY profile_no").to_pylist()
    assert {
        row["profile_no"] - buyers: (row["recency_score"], row["frequency_score"], row["monetary_score"])
        for row in rows
    } == EXPECTED
    assert [(row["orders"], row["spent_minor"]) for row in rows] == [
        (1, 1000), (1, 2000), (2, 3000), (2, 3000), (3, 500),
    ]  # fmt: skip


def test_scores_are_of_a_persons_own_brand(
    buyers: int, brand: BrandForTest, neighbour: BrandForTest, acting: Acting
) -> None:
    write(neighbour)
    both = scoped(Scope.of(brand.node_no, neighbour.node_no))
    columns = "profile_no, recency_score, frequency_score, monetary_score"
    own = scoped(acting.scope).query(f"SELECT {columns} FROM ({rfm_scores()}) ORDER BY 1").to_pylist()
    rows = both.query(f"SELECT {columns} FROM ({rfm_scores()}) ORDER BY 1").to_pylist()
    assert [row for row in rows if row["profile_no"] in {one["profile_no"] for one in own}] == own
    assert len(rows) == 2 * len(own)


@pytest.mark.parametrize(
    ("part", "people"),
    [
        ({"score": "recency", "lowest": 4, "highest": 5}, 2),
        ({"score": "monetary", "lowest": 1, "highest": 1}, 1),
        ({"score": "frequency", "lowest": 1, "highest": 3, "negated": True}, 3),
        ({"score": "frequency", "lowest": 5, "highest": 1}, 0),
    ],
)
def test_a_sentence_chooses_by_score(buyers: int, acting: Acting, part: dict, people: int) -> None:
    assert count_now(acting, definition({"block": "score", **part})).people == people


def test_the_grid_counts_everyone_once(buyers: int, acting: Acting) -> None:
    rows = scoped(acting.scope).query(rfm_grid()).to_pylist()
    assert [(row["recency_score"], row["frequency_score"], row["people"]) for row in rows] == [
        (1, 1, 1), (2, 1, 1), (3, 3, 1), (4, 3, 1), (5, 5, 1),
    ]  # fmt: skip


def test_money_is_ranked_in_the_currency_of_most_orders(
    brand: BrandForTest, lake: object, acting: Acting
) -> None:
    """¥9,000 in yen is no more than 100 yuan because its number is larger; it is another money."""
    paid = {
        1: [("CNY", 100)],
        2: [("CNY", 300), ("JPY", 9000)],
        3: [("JPY", 9000)],
        4: [("CNY", 200)],
        5: [("CNY", 400)],
    }
    write_people(brand.node_no, {brand.node_no + n: brand.node_no for n in paid}, at=MONDAY)
    orders = [
        {"profile_no": brand.node_no + n, "event": "Order Completed", "amount_minor": amount, "currency": currency,
         "occurred_at": MONDAY}
        for n, sums in paid.items() for currency, amount in sums
    ]  # fmt: skip
    back = {
        "profile_no": brand.node_no + 5, "event": "Order Refunded", "amount_minor": 999, "currency": "JPY",
        "occurred_at": MONDAY,
    }  # fmt: skip
    write_events(brand.node_no, [*orders, back])

    rows = scoped(acting.scope).query(rfm_scores() + " ORDER BY profile_no").to_pylist()
    assert [(row["currency"], row["orders"], row["spent_minor"], row["monetary_score"]) for row in rows] == [
        ("CNY", 1, 100, 1), ("CNY", 2, 300, 4), ("CNY", 1, None, None), ("CNY", 1, 200, 2), ("CNY", 1, 400, 5),
    ]  # fmt: skip
    bought_much = definition({"block": "score", "score": "monetary", "lowest": 1, "highest": 5})
    assert count_now(acting, bought_much).people == 4


def test_scores_can_be_computed_by_spark() -> None:
    translate(rfm_scores())
    translate(rfm_grid())


def test_what_somebody_spent_counts_the_money_of_the_brand_only(
    brand: BrandForTest, lake: object, acting: Acting
) -> None:
    paid = {1: (30_000, "CNY"), 2: (900_000, "JPY"), 3: (30_000, None)}
    write_people(brand.node_no, {brand.node_no + n: brand.node_no for n in paid}, at=MONDAY)
    orders = [
        {"profile_no": brand.node_no + n, "event": "Order Completed", "amount_minor": amount, "currency": currency,
         "occurred_at": MONDAY - timedelta(days=1)}
        for n, (amount, currency) in paid.items()
    ]  # fmt: skip
    write_events(brand.node_no, orders)
    much = definition({"block": "spent", "at_least": 300})

    assert count_now(acting, much, node_no=brand.node_no).people == 2
