"""Money as people and programs write it: which currencies there are, their smallest units, amounts with signs around.
Pure: the collector reads it too."""

import re
from datetime import date
from decimal import Decimal

from babel.core import get_global

GONE_SINCE = date(2016, 1, 1)
"""Money that went out of use later still stands in people's history: orders in kuna, say."""
SIGNS = {"RMB": "CNY", "¥": "CNY", "￥": "CNY", "€": "EUR", "£": "GBP", "$": "USD"}

# CLDR says how many decimals people write; ISO 4217 says what the smallest unit is. Where they differ, ISO.
_ISO = {
    "AFN": 2, "ALL": 2, "COP": 2, "CRC": 2, "HUF": 2, "IDR": 2, "IRR": 2, "KPW": 2, "LAK": 2, "LBP": 2,
    "MGA": 2, "MMK": 2, "MRU": 2, "PKR": 2, "RSD": 2, "SLE": 2, "SOS": 2, "SYP": 2, "TRY": 2, "TWD": 2,
    "TZS": 2, "YER": 2, "CZK": 2, "SEK": 2, "NOK": 2, "AMD": 2, "GYD": 2, "MNT": 2, "MUR": 2, "UZS": 2,
    "IQD": 3, "UYI": 0,
}  # fmt: skip
_fractions: dict[str, tuple[int, int, int, int]] = get_global("currency_fractions")


def _in_use() -> frozenset[str]:
    """Return what people pay with somewhere, or paid with lately: neither metals, nor funds, nor codes for tests."""
    told = get_global("territory_currencies").values()
    return frozenset(
        code
        for of_one_place in told
        for code, _since, until, is_tender in of_one_place
        if is_tender and (until is None or date(*until) >= GONE_SINCE)
    )


CURRENCIES = _in_use()

AROUND_AMOUNT = re.compile(r"^[\s¥￥$€£₩₹]+|[\s元¥￥$€£₩₹]+$|^[A-Za-z]{3}\s+|\s*[A-Za-z]{3}$")
GROUPED = re.compile(r"[+-]?\d{1,3}(?:,\d{3})+(?:\.\d+)?")
PLAIN_NUMBER = re.compile(r"[+-]?\d{1,20}(?:\.\d{1,20})?(?:[eE][+-]?\d{1,2})?")


def currency_of(text: object) -> str | None:
    """Return the code of a currency in use, written as a code or as its sign; None when it is none."""
    if not isinstance(text, str):
        return None
    code = text.strip().upper()
    code = SIGNS.get(code, code)
    return code if code in CURRENCIES else None


def decimals_of(code: str) -> int:
    """Return how many decimals the currency's smallest unit has: 2 for EUR, 0 for JPY, 3 for KWD."""
    if code in _ISO:
        return _ISO[code]
    return _fractions.get(code, _fractions["DEFAULT"])[0]


NO_CENTS = frozenset(one for one in CURRENCIES if decimals_of(one) == 0)
SMALL_UNITS = NO_CENTS | {
    "IDR", "COP", "HUF", "IRR", "LBP", "LAK", "UZS", "MNT", "NGN", "TZS", "IQD", "MMK", "KHR",
}  # fmt: skip
"""Currencies of which one unit buys next to nothing."""


def read_amount(value: object) -> Decimal | None:
    """Return an amount of money as it is written: a number, `"1,299.00"`, `"¥1299"`, `"12.5 EUR"`; or None."""
    if type(value) is float or type(value) is int:
        # As the client wrote it: 1.005 is not 1.00499999999999989.
        written = str(value)
    elif isinstance(value, str):
        written = AROUND_AMOUNT.sub("", value)
        if GROUPED.fullmatch(written):
            written = written.replace(",", "")
    else:
        return None
    return Decimal(written) if PLAIN_NUMBER.fullmatch(written) else None
