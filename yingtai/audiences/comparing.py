"""Comparisons of a column with what a person typed, as expressions that DuckDB and Spark understand alike."""

from math import isfinite

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as later
from sqlglot import exp

from yingtai.audiences.blanks import shown
from yingtai.audiences.errors import DefinitionNotUnderstood

COMPARISONS = (
    ("is", later("is")),
    ("is_not", later("is not")),
    ("contains", later("contains")),
    ("at_least", later("is at least")),
    ("at_most", later("is at most")),
)

COLUMNS = (
    ("product_id", later("product")),
    ("category", later("category")),
    ("channel", later("channel")),
    ("page_path", later("page")),
    ("utm_source", later("traffic source")),
    ("utm_campaign", later("traffic campaign")),
    ("device_class", later("device")),
    ("region_code", later("region")),
    ("quantity", later("quantity")),
)


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
        number = float(value)
    except ValueError:
        number = float("nan")
    if not isfinite(number):
        raise DefinitionNotUnderstood(what=_("“{value}” is not a number").format(value=shown(value)))
    return repr(number)


def _ways_to_write(value: str) -> list[str]:
    # A column of fractions writes 3 as 3.0; people write 3.
    whole = value.lstrip("-").isascii() and value.lstrip("-").isdigit() and str(int(value)) == value
    return [value, f"{value}.0"] if whole else [value]
