"""Currencies and their smallest units (ISO 4217)."""

from babel.core import get_global

_fractions: dict[str, tuple[int, int, int, int]] = get_global("currency_fractions")
_known = frozenset(get_global("all_currencies"))
# CLDR says how many decimals people write; ISO 4217 says what the smallest unit is. Where they differ, ISO.
_ISO = {
    "AFN": 2, "ALL": 2, "COP": 2, "CRC": 2, "HUF": 2, "IDR": 2, "IRR": 2, "KPW": 2, "LAK": 2, "LBP": 2,
    "MGA": 2, "MMK": 2, "MRU": 2, "PKR": 2, "RSD": 2, "SLE": 2, "SOS": 2, "SYP": 2, "TRY": 2, "TWD": 2,
    "TZS": 2, "YER": 2, "CZK": 2, "SEK": 2, "NOK": 2, "AMD": 2, "GYD": 2, "MNT": 2, "MUR": 2, "UZS": 2,
    "IQD": 3, "UYI": 0,
}  # fmt: skip


def is_currency(code: str) -> bool:
    """Say whether ISO 4217 knows this code."""
    return code in _known and code not in {"XXX", "XTS"}


def decimals_of(code: str) -> int:
    """Return how many decimals the currency's smallest unit has: 2 for EUR, 0 for JPY, 3 for KWD."""
    if code in _ISO:
        return _ISO[code]
    return _fractions.get(code, _fractions["DEFAULT"])[0]
