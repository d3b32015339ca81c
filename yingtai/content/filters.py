"""Our own filters: dates and money, written the same in every mail whatever the machine's language. Pure."""

from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from liquid.exceptions import FilterArgumentError
from liquid.undefined import is_undefined

DECIMALS = {"JPY": 0, "KRW": 0, "VND": 0, "CLP": 0, "BHD": 3, "KWD": 3, "JOD": 3, "OMR": 3, "TND": 3}
SIGNS = {"CNY": "¥", "USD": "$", "EUR": "€", "GBP": "£", "JPY": "¥", "HKD": "HK$"}
DATE_SIGNS = frozenset("YymdHMSjBbAaep%-")


def format_date(value: Any, pattern: str = "%Y-%m-%d") -> str:
    """`{{ person.birthday | date: "%d.%m." }}`; takes a date or a text such as 2026-11-21T14:05:00Z."""
    if is_undefined(value):
        return str(value)
    letters = set(str(pattern).split("%")[1:] and "".join(part[:1] for part in str(pattern).split("%")[1:]))
    if not letters <= DATE_SIGNS:
        raise FilterArgumentError(f"date does not know the pattern {pattern}", token=None)
    try:
        when = value if isinstance(value, date) else datetime.fromisoformat(str(value))
    except ValueError:
        raise FilterArgumentError(f"{str(value)[:40]!r} is no date", token=None) from None
    return when.strftime(str(pattern))


def format_money(value: Any, currency: str = "CNY") -> str:
    """`{{ person.latest_order_amount | money: "CNY" }}`; the value is in the smallest unit: 129900 is ¥1,299.00."""
    if is_undefined(value):
        return str(value)
    try:
        minor = Decimal(str(value))
    except InvalidOperation:
        raise FilterArgumentError(f"{str(value)[:40]!r} is no amount", token=None) from None
    digits = DECIMALS.get(str(currency), 2)
    amount = f"{minor / 10**digits:,.{digits}f}"
    sign = SIGNS.get(str(currency))
    return f"{sign}{amount}" if sign else f"{currency} {amount}"


FILTERS: dict[str, Callable[..., Any]] = {"date": format_date, "money": format_money}
