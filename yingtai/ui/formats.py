"""How numbers, money and times are written for the person who reads: their language, their zone, always a unit."""

from collections.abc import Callable, Iterable
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from babel import Locale
from babel.dates import format_interval, get_timezone_location
from babel.numbers import (
    format_compact_decimal,
    format_currency,
    format_decimal,
    format_percent,
)
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from yingtai.kernel.money import decimals_of
from yingtai.kernel.units import unit_of

MISSING, MINUS = "–", "−"
ENDS = (".", "!", "?", "。", "！", "？", "…")
PRECISE = 3
"""Digits of an amount of money that is told roughly; more would look exact."""
# A template hands "" for a name it does not know; that is missing too.
Missing = str | None
Number = int | float | Decimal | Missing


def locale() -> Locale:
    """Return Babel's locale for the language in use."""
    return Locale("zh", script="Hans") if _is_chinese() else Locale("en")


def number(value: Number, digits: int = 0) -> str:
    """12,345 or, with digits, 12,345.60. Missing is a dash, never zero."""
    if value is None or isinstance(value, str):
        return MISSING
    pattern = "#,##0" + ("." + "0" * digits if digits else "")
    return str(format_decimal(value, format=pattern, locale=locale())).replace("-", MINUS)


def took(milliseconds: Number) -> str:
    """How long an answer took, as short as it is: 420 ms, 3.2 seconds."""
    if milliseconds is None or isinstance(milliseconds, str):
        return MISSING
    if milliseconds < 1_000:
        return _("%(n)s ms") % {"n": number(milliseconds)}
    seconds = float(milliseconds) / 1_000
    return ngettext("%(n)s second", "%(n)s seconds", 2) % {"n": number(seconds, 1 if seconds < 10 else 0)}


def ago(seconds: Number) -> str:
    """How long ago something was; what was within five seconds was just now."""
    if seconds is None or isinstance(seconds, str):
        return MISSING
    return _("just now") if seconds < 5 else _("%(time)s ago") % {"time": duration(float(seconds))}


def compact(value: Number) -> str:
    """1.2M in English, 120万 in Chinese; for places too narrow for the whole number."""
    if value is None or isinstance(value, str):
        return MISSING
    return str(format_compact_decimal(value, locale=locale(), fraction_digits=1))


def percent(ratio: Number, digits: int = 1) -> str:
    """0.1234 as 12.3%."""
    if ratio is None or isinstance(ratio, str):
        return MISSING
    return str(
        format_percent(ratio, format="#,##0" + ("." + "0" * digits if digits else "") + "%", locale=locale())
    )


def signed_percent(ratio: Number, digits: int = 1) -> str:
    """A change: +12.3%, −4.0%."""
    if ratio is None or isinstance(ratio, str):
        return MISSING
    sign = "+" if ratio > 0 else MINUS if ratio < 0 else "±"
    return sign + percent(abs(float(ratio)), digits)


def money(amount_minor: int | Missing, currency: str) -> str:
    """Money kept in minor units, with its currency: ¥1,234.50, £12.00."""
    if amount_minor is None or isinstance(amount_minor, str):
        return MISSING
    major = Decimal(amount_minor) / 10 ** decimals_of(currency)
    return str(format_currency(major, currency, locale=locale())).replace("-", MINUS)


def whole_money(amount_minor: int, currency: str) -> str:
    """Money in figures and charts: without cents from a thousand on, where they only hide the number."""
    written = money(amount_minor, currency)
    digits = decimals_of(currency)
    if abs(amount_minor) < 1_000 * 10**digits or not digits:
        return written
    return money(round(amount_minor, -digits), currency).removesuffix("." + "0" * digits)


def alike_money(amounts: Iterable[float], currency: str) -> list[str]:
    """Amounts that stand beside each other, all with cents or, once one of them is a thousand, all without."""
    whole = [round(one) for one in amounts]
    digits = decimals_of(currency)
    if all(abs(one) < 1_000 * 10**digits for one in whole):
        return [money(one, currency) for one in whole]
    return [money(round(one, -digits), currency).removesuffix("." + "0" * digits) for one in whole]


def moment(value: datetime | Missing) -> SafeString | str:
    """An aware time in the viewer's zone: 2026-11-21 14:05."""
    if value is None or isinstance(value, str):
        return MISSING
    local = timezone.localtime(value)
    return format_html('<time datetime="{}">{}</time>', local.isoformat(), local.strftime("%Y-%m-%d %H:%M"))


def moment_in_words(value: datetime) -> str:
    """An aware time with its zone, for a sentence: 2026-11-21 14:05 (Shanghai time)."""
    return f"{timezone.localtime(value):%Y-%m-%d %H:%M}{in_brackets(zone_in_words())}"


def zone_in_words() -> str:
    """The viewer's zone by its place, as people say it: Shanghai time, in Chinese 上海时间."""
    name = timezone.get_current_timezone_name()
    if "/" not in name:
        return name
    return _("%(place)s time") % {"place": get_timezone_location(name, locale=locale(), return_city=True)}


def day(value: date | datetime | Missing) -> SafeString | str:
    """A date: 2026-11-21; a time is first brought into the viewer's zone."""
    if value is None or isinstance(value, str):
        return MISSING
    local = timezone.localtime(value).date() if isinstance(value, datetime) else value
    return format_html('<time datetime="{}">{}</time>', local.isoformat(), local.isoformat())


def duration(value: timedelta | float | Missing) -> str:
    """How long something went on, in its largest sensible unit: 4 seconds, 12 minutes, 3 hours, 5 days. For how long a
    question took, see `took`."""
    if value is None or isinstance(value, str):
        return MISSING
    seconds = value.total_seconds() if isinstance(value, timedelta) else float(value)
    if seconds < 1:
        return _("less than a second")
    if seconds < 120:
        whole = round(seconds)
        return ngettext("%(n)s second", "%(n)s seconds", whole) % {"n": number(whole)}
    if seconds < 7_200:
        return ngettext("%(n)s minute", "%(n)s minutes", 2) % {"n": number(seconds / 60)}
    if seconds < 172_800:
        return ngettext("%(n)s hour", "%(n)s hours", 2) % {"n": number(seconds / 3_600)}
    return ngettext("%(n)s day", "%(n)s days", 2) % {"n": number(seconds / 86_400)}


_WRITERS: dict[str, Callable[[Any, int], str]] = {
    "whole": lambda value, digits: number(value),
    "number": number,
    "share": percent,
    # A whole number of days was said or counted, not measured: it has no part of a day.
    "days": lambda value, digits: (
        ngettext("%(n)s day", "%(n)s days", value if isinstance(value, int) else 2)
        % {"n": number(value, 0 if isinstance(value, int) else digits)}
    ),
    "hours": lambda value, digits: ngettext("%(n)s hour", "%(n)s hours", 2) % {"n": number(value, digits)},
    "seconds": lambda value, digits: (
        ngettext("%(n)s second", "%(n)s seconds", 2) % {"n": number(value, digits)}
    ),
}


def in_unit(value: Number, unit: str) -> str:
    """Write a figure in a unit of `kernel.units`: count, ratio, days, or money:CNY (minor units)."""
    if value is None or isinstance(value, str):
        return MISSING
    if unit.startswith("money:"):
        return whole_money(round(value), unit.removeprefix("money:"))
    kind = unit_of(unit)
    return _WRITERS[kind.style](value, kind.digits)


def rough(value: Number, unit: str) -> str:
    """Write a figure that is told roughly as such: about 1,230, an amount of money without digits that look exact.

    Nothing, and 0 for what is counted or paid, stand for too few people to be told: not shown.
    """
    if value is None or isinstance(value, str) or (not value and unit_of(unit).style != "share"):
        return _("not shown")
    if unit.startswith("money:"):
        whole = round(value)
        value = round(whole, PRECISE - len(str(abs(whole))))
    return _("about %(figure)s") % {"figure": in_unit(value, unit)}


def between(since: date, until: date) -> str:
    """The days from one to another, both of them inside: Nov 1 – 14, 2026, 2026年11月1日至14日."""
    written = format_interval(since, until, "yMMMd", locale=locale())  # type: ignore[no-untyped-call]
    return str(written)


def listed(words: Iterable[Any]) -> str:
    """Several words in a row, as the reader's language parts them: A, B and in Chinese A、B."""
    return ("、" if _is_chinese() else ", ").join(str(word) for word in words)


def sentences(*said: Any) -> str:
    """Sentences one after the other, as the reader's language parts them: by a blank, in Chinese by nothing.

    The title of an error ends without a stop: it gets one before the next sentence.
    """
    *before, last = [str(one) for one in said if one] or [""]
    return gap().join([*(one if one.endswith(ENDS) else one + _stop() for one in before), last])


def _stop() -> str:
    return "。" if _is_chinese() else "."


def gap() -> str:
    """What stands between two sentences."""
    return "" if _is_chinese() else " "


def named(name: Any, value: Any) -> str:
    """A name and what it is: Role: Marketer, in Chinese 角色：营销人员."""
    return f"{name}{'：' if _is_chinese() else ': '}{value}"


def in_brackets(value: Any) -> str:
    """Something said beside a text: a blank and (value), in Chinese （value） without one."""
    return f"（{value}）" if _is_chinese() else f" ({value})"


def _is_chinese() -> bool:
    return (get_language() or "en").startswith("zh")
