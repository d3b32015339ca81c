"""Comparisons of a column with what a person typed, as expressions that DuckDB and Spark understand alike."""

import re
from datetime import date
from math import isfinite

from django.utils.translation import gettext, pgettext_lazy
from sqlglot import exp

from yingtai.audiences.blanks import Text, shown
from yingtai.audiences.errors import DefinitionNotUnderstood
from yingtai.kernel.reading import read_whole

COMPARISONS = (
    ("is", pgettext_lazy("audience", "is")),
    ("is_not", pgettext_lazy("audience", "is not")),
    ("contains", pgettext_lazy("audience", "contains")),
    ("at_least", pgettext_lazy("audience", "is at least")),
    ("at_most", pgettext_lazy("audience", "is at most")),
)

COLUMNS = (
    ("product_id", pgettext_lazy("audience", "product")),
    ("category", pgettext_lazy("audience", "category")),
    ("channel", pgettext_lazy("audience", "channel")),
    ("page_path", pgettext_lazy("audience", "page")),
    ("utm_source", pgettext_lazy("audience", "traffic source")),
    ("utm_campaign", pgettext_lazy("audience", "traffic campaign")),
    ("device_class", pgettext_lazy("audience", "device")),
    ("region_code", pgettext_lazy("audience", "region")),
    ("quantity", pgettext_lazy("audience", "quantity")),
)


NUMBERS = {"quantity": dict(COLUMNS)["quantity"]}
"""The columns of events that hold numbers."""
DETAILS = ("", "and_", "also_")
"""What the blanks of the first, second and third detail of an event begin with."""
EXACT = 2**53
DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
GROUPED = re.compile(r"-?[1-9]\d{0,2}(?:,\d{3})+(?:\.\d+)?")
YES = frozenset(("true", "yes", "1", "是", "y"))
NO = frozenset(("false", "no", "0", "否", "n"))


def compare(left: exp.Expression, comparison: str, value: str) -> exp.Expression:
    """Return a comparison of a column with what a person typed; it is null where the column is.

    A day (2026-03-02) is compared with the days of what the column holds, whatever time of day stands behind it.

    Raises: DefinitionNotUnderstood
    """
    text = exp.cast(left, "varchar")
    if comparison in {"at_least", "at_most"}:
        found, limit = _days(text, value) if is_day(value) else _numbers(left, value)
        return found >= limit if comparison == "at_least" else found <= limit
    if comparison == "contains":
        return exp.func("STRPOS", exp.func("LOWER", text), exp.Literal.string(value.lower())) > 0
    same = text.isin(*[exp.Literal.string(way) for way in _ways_to_write(value)])
    if is_day(value):
        found, day = _days(text.copy(), value)
        same = exp.paren(exp.or_(same, exp.func("COALESCE", found.eq(day), exp.false())))
    return same if comparison == "is" else exp.not_(same)


def value_of_kind(kind: str, comparison: str, value: str, *, of: Text) -> str:
    """Return a value as a trait or a detail of that type writes it; what it can never be is refused.

    In:     kind  as the tracking plan declares it; of  what it is called
    Raises: DefinitionNotUnderstood
    """
    if comparison in {"is_known", "contains"}:
        return value
    words = {
        "number": gettext("“{name}” holds numbers, and “{value}” is none"),
        "integer": gettext("“{name}” holds whole numbers, and “{value}” is none"),
        "boolean": gettext("“{name}” is yes or no, not “{value}”"),
        "datetime": gettext("“{name}” holds dates; write “{value}” as a day, like 2026-03-02"),
    }
    if not _can_be(kind, comparison, value):
        raise DefinitionNotUnderstood(what=words[kind].format(name=of, value=shown(value)))
    number = _read_number(value) if kind in {"number", "integer"} else None
    if number is None:
        return value
    return str(int(number)) if number.is_integer() and abs(number) < EXACT else repr(number)


def is_day(value: str) -> bool:
    """Say whether a text is a day of the calendar."""
    try:
        return DAY.fullmatch(value.strip()) is not None and bool(date.fromisoformat(value.strip()))
    except ValueError:
        return False


def _can_be(kind: str, comparison: str, value: str) -> bool:
    if kind in {"number", "integer"}:
        number = _read_number(value)
        return number is not None and (
            kind == "number" or comparison in {"at_least", "at_most"} or number.is_integer()
        )
    if kind == "boolean":
        return comparison in {"is", "is_not"} and value.strip().casefold() in YES | NO
    return kind != "datetime" or is_day(value)


def _numbers(left: exp.Expression, value: str) -> tuple[exp.Expression, exp.Expression]:
    number = exp.TryCast(this=left, to=exp.DataType.build("double"))
    return number, exp.Literal.number(_number(value))


def _days(text: exp.Expression, value: str) -> tuple[exp.Expression, exp.Expression]:
    beginning = exp.Substring(this=text, start=exp.Literal.number(1), length=exp.Literal.number(10))
    day = exp.TryCast(this=beginning, to=exp.DataType.build("date"))
    return day, exp.cast(exp.Literal.string(value.strip()), "date")


def _number(value: str) -> str:
    number = _read_number(value)
    if number is None:
        raise DefinitionNotUnderstood(what=gettext("“{value}” is not a number").format(value=shown(value)))
    return repr(number)


def _read_number(value: str) -> float | None:
    try:
        number = float(_plain(value))
    except ValueError:
        return None
    return number if isfinite(number) else None


def _ways_to_write(value: str) -> list[str]:
    """Return how a column may write what a person typed: 3 as 3.0, a million without commas, yes as true."""
    plain = _plain(value)
    ways = [value, plain]
    if read_whole(plain.removeprefix("-")) is not None and str(int(plain)) == plain:
        ways.append(f"{plain}.0")
    word = value.strip().casefold()
    ways += [written for written, words in (("true", YES), ("false", NO)) if word in words]
    return list(dict.fromkeys(ways))


def _plain(value: str) -> str:
    text = value.strip()
    return text.replace(",", "") if GROUPED.fullmatch(text) else text
