"""Our own filters: dates and money, written the same in every mail whatever the machine's language. Pure."""

import re
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils.translation import gettext_noop
from liquid.exceptions import FilterArgumentError

from yingtai.kernel.money import decimals_of

SIGNS = {"CNY": "¥", "USD": "$", "EUR": "€", "GBP": "£", "JPY": "¥", "HKD": "HK$"}
DATE_PATTERN = re.compile(r"(?:[^%]|%-?[YymdHMSjBbAaep]|%%)*")
LONGEST_PATTERN = 100
# Without the value, which may be a person's.
NO_DATE = gettext_noop(
    "the filter date is given what is no date; it reads 2026-11-21 or 2026-11-21T14:05:00Z"
)
NO_NUMBER = gettext_noop(
    "a filter that reckons is given what is no number; money, say, reads 129900 for 1,299.00"
)
NO_PATTERN = gettext_noop("the filter date does not know this pattern; write one like %Y-%m-%d")


def format_date(value: Any, pattern: str = "%Y-%m-%d") -> str:
    """`{{ person.birthday | date: "%d.%m." }}`; takes a date or a text such as 2026-11-21T14:05:00Z."""
    if value is None or value == "":
        return ""
    # A width, as in %999999999d, would be written out.
    if len(str(pattern)) > LONGEST_PATTERN or not DATE_PATTERN.fullmatch(str(pattern)):
        raise FilterArgumentError(NO_PATTERN, token=None)
    try:
        when = value if isinstance(value, date) else datetime.fromisoformat(str(value))
    except ValueError:
        raise FilterArgumentError(NO_DATE, token=None) from None
    return when.strftime(str(pattern))


def format_money(value: Any, currency: str = "CNY") -> str:
    """`{{ person.latest_order_amount | money: "CNY" }}`; the value is in the smallest unit: 129900 is ¥1,299.00."""
    try:
        minor = Decimal(str(value))
    except InvalidOperation:
        raise FilterArgumentError(NO_NUMBER, token=None) from None
    digits = decimals_of(str(currency))
    amount = f"{minor / 10**digits:,.{digits}f}"
    sign = SIGNS.get(str(currency))
    return f"{sign}{amount}" if sign else f"{currency} {amount}"


FILTERS: dict[str, Callable[..., Any]] = {"date": format_date, "money": format_money}
