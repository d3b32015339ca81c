"""Currencies as they are written, and their smallest units."""

import pytest

from yingtai.kernel.money import currency_of, decimals_of, read_amount


@pytest.mark.parametrize(
    ("written", "code"),
    [("cny", "CNY"), ("RMB", "CNY"), ("€", "EUR"), ("HRK", "HRK"), ("XXX", None), ("XTS", None), ("XAU", None),
     ("DEM", None), ("ABC", None), ("", None), (5, None), (None, None)],
)  # fmt: skip
def test_a_currency_is_one_that_people_pay_with(written, code):
    assert currency_of(written) == code


def test_smallest_units_are_those_of_the_standard():
    codes = ("CNY", "JPY", "KWD", "IDR", "XPF", "AFN")
    assert {code: decimals_of(code) for code in codes} == {
        "CNY": 2, "JPY": 0, "KWD": 3, "IDR": 2, "XPF": 0, "AFN": 2,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("written", "amount"),
    [
        (1.005, "1.005"),
        ("¥1,299.00", "1299.00"),
        ("12.5 EUR", "12.5"),
        ("abc", None),
        (True, None),
        ([5], None),
    ],
)
def test_an_amount_is_a_number_with_signs_around(written, amount):
    found = read_amount(written)
    assert (None if found is None else str(found)) == amount
