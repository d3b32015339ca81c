"""Money as shops write it, from events as from files."""

import pytest

from yingtai.customers.ingest.commerce import lift, lines_of


@pytest.mark.parametrize(
    ("properties", "minor"),
    [
        ({"total": 1299}, 129_900), ({"total": 1299.0}, 129_900), ({"total": "1,299.00"}, 129_900),
        ({"total": "¥1299"}, 129_900), ({"total": "￥1,299.00"}, 129_900), ({"total": "1299元"}, 129_900),
        ({"total": "CNY 1299"}, 129_900), ({"total": "1299.00 EUR"}, 129_900), ({"total": 1.005}, 101),
        ({"total": 0.285}, 29), ({"total": "0.285"}, 29), ({"total": -1.005}, -101), ({"total": 2.675}, 268),
        ({"price": 19.99, "quantity": 3}, 5_997), ({"price": "0.1", "quantity": "3"}, 30),
        ({"revenue": 5, "price": 19.99, "quantity": 3}, 500), ({"total": "1,299,000.50"}, 129_900_050),
        ({"total": 1e3}, 100_000), ({"total": "1e3"}, 100_000),
    ],
)  # fmt: skip
def test_an_amount_is_read_as_it_is_written(properties, minor):
    assert lift(properties, "CNY")["amount_minor"] == minor


@pytest.mark.parametrize(
    "total", ["", "free", "1.299,00", "12,99", "1 299", True, None, [1], {"a": 1}, "1e400", "nan", "∞"]
)
def test_what_is_no_amount_is_none(total):
    assert "amount_minor" not in lift({"total": total}, "CNY")


@pytest.mark.parametrize(("total", "minor"), [(10**20, None), (-(10**20), None), (90_000_000_000_000, None)])
def test_what_is_beyond_any_money_is_none(total, minor):
    assert lift({"total": total}, "CNY").get("amount_minor") is minor


@pytest.mark.parametrize(("currency", "minor"), [("JPY", 1235), ("KWD", 1_234_560), ("EUR", 123_456)])
def test_each_currency_has_its_own_smallest_unit(currency, minor):
    assert lift({"total": "1234.56", "currency": currency}, "CNY")["amount_minor"] == minor


@pytest.mark.parametrize(
    ("number", "text"), [(1001.0, "1001"), (1001, "1001"), ("1001.0", "1001.0"), (True, None), (1.5, None)]
)
def test_an_order_is_known_by_its_number(number, text):
    assert lift({"order_id": number}, "CNY").get("order_id") == text


def test_lines_are_added_up_in_decimals():
    facts = lift({"order_id": "1", "currency": "CNY"}, "CNY")
    products = [
        {"product_id": "a", "price": 1.005, "quantity": 1},
        {"product_id": "b", "price": "0.1", "quantity": 3},
    ]

    lines = lines_of({"products": products}, facts, "CNY", sign=1)

    assert [line.amount_minor for line in lines] == [101, 30]


@pytest.mark.parametrize("currency", ["XXX", "XAU", "DEM", "points", 7])
def test_an_amount_in_no_money_is_none_and_not_in_the_brands_own(currency):
    said = {"order_id": "1", "total": 5, "currency": currency, "products": [{"product_id": "a", "price": 5}]}

    facts = lift(said, "CNY")

    assert facts == {"order_id": "1"}
    [line] = lines_of(said, facts, "CNY", sign=1)
    assert (line.quantity, line.amount_minor, line.currency) == (1.0, None, None)


def test_smallest_units_are_those_that_pages_write():
    assert lift({"total": 5, "currency": "XPF"}, "CNY")["amount_minor"] == 5
