"""Our own filters: dates and money, written the same in every mail whatever the machine's language. Pure."""

import re
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from liquid.exceptions import FilterArgumentError

from yingtai.kernel.money import decimals_of

SIGNS = {"CNY": "¥", "USD": "$", "EUR": "€", "GBP": "£", "JPY": "¥", "HKD": "HK$"}
DATE_PATTERN = re.compile(r"(?:[^%]|%-?[YymdHMSjBbAaep]|%%)*")
LONGEST_PATTERN = 100


def format_date(value: Any, pattern: str = "%Y-%m-%d") -> str:
    """`{{ person.birthday | date: "%d.%m." }}`; takes a date or a text such as 2026-11-21T14:05:00Z."""
    if value is None or value == "":
        return ""
    # A width, as in %999999999d, would be written out.
    if len(str(pattern)) > LONGEST_PATTERN or not DATE_PATTERN.fullmatch(str(pattern)):
        raise FilterArgumentError(f"date does not know the pattern {str(pattern)[:40]}", token=None)
    try:
        when = value if isinstance(value, date) else datetime.fromisoformat(str(value))
    except ValueError:
        raise FilterArgumentError(f"{str(value)[:40]!r} is no date", token=None) from None
    return when.strftime(str(pattern))


def format_money(value: Any, currency: str = "CNY") -> str:
    """`{{ person.latest_order_amount | money: "CNY" }}`; the value is in the smallest unit: 129900 is ¥1,299.00."""
    try:
        minor = Decimal(str(value))
    except InvalidOperation:
        raise FilterArgumentError(f"{str(value)[:40]!r} is no amount", token=None) from None
    digits = decimals_of(str(currency))
    amount = f"{minor / 10**digits:,.{digits}f}"
    sign = SIGNS.get(str(currency))
    return f"{sign}{amount}" if sign else f"{currency} {amount}"


FILTERS: dict[str, Callable[..., Any]] = {"date": format_date, "money": format_money}
