"""Comparisons of a column with what a person typed, as expressions that DuckDB and Spark understand alike."""

import re
from math import isfinite

from django.utils.translation import gettext, pgettext_lazy
from sqlglot import exp

from yingtai.audiences.blanks import shown
from yingtai.audiences.errors import DefinitionNotUnderstood

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


GROUPED = re.compile(r"-?[1-9]\d{0,2}(?:,\d{3})+(?:\.\d+)?")
YES = frozenset(("true", "yes", "1", "是", "y"))
NO = frozenset(("false", "no", "0", "否", "n"))


def compare(left: exp.Expression, comparison: str, value: str) -> exp.Expression:
    """Return a comparison of a column with what a person typed; it is null where the column is.

    Raises: DefinitionNotUnderstood
    """
    if comparison in {"at_least", "at_most"}:
        number = exp.TryCast(this=left, to=exp.DataType.build("double"))
        limit = exp.Literal.number(_number(value))
        return number >= limit if comparison == "at_least" else number <= limit
    text = exp.cast(left, "varchar")
    if comparison == "contains":
        return exp.func("STRPOS", exp.func("LOWER", text), exp.Literal.string(value.lower())) > 0
    same = text.isin(*[exp.Literal.string(way) for way in _ways_to_write(value)])
    return same if comparison == "is" else exp.not_(same)


def _number(value: str) -> str:
    try:
        number = float(_plain(value))
    except ValueError:
        number = float("nan")
    if not isfinite(number):
        raise DefinitionNotUnderstood(what=gettext("“{value}” is not a number").format(value=shown(value)))
    return repr(number)


def _ways_to_write(value: str) -> list[str]:
    """Return how a column may write what a person typed: 3 as 3.0, a million without commas, yes as true."""
    plain = _plain(value)
    ways = [value, plain]
    if plain.lstrip("-").isascii() and plain.lstrip("-").isdigit() and str(int(plain)) == plain:
        ways.append(f"{plain}.0")
    word = value.strip().casefold()
    ways += [written for written, words in (("true", YES), ("false", NO)) if word in words]
    return list(dict.fromkeys(ways))


def _plain(value: str) -> str:
    text = value.strip()
    return text.replace(",", "") if GROUPED.fullmatch(text) else text
