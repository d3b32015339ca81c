"""The numbers of a metric as a table to take along: sums over many people, never anything of one person."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _

from yingtai.insights.periods import Period
from yingtai.insights.queries import Answer, Row
from yingtai.kernel.money import decimals_of
from yingtai.kernel.spreadsheets import sheet
from yingtai.kernel.units import MONEY

COLUMNS = {
    "currency": _("Currency"),
    "orders": _("Orders"),
    "buyers": _("Buyers"),
    "people_about": _("People (about)"),
    "repeaters": _("Bought again"),
    "low": _("At least (95%)"),
    "high": _("At most (95%)"),
    "product_id": _("Product number"),
    "name": _("Product"),
    "brand": _("Brand"),
    "pieces": _("Pieces less returns"),
    "viewed": _("Viewed a product"),
    "added": _("Put in the cart, configured or asked"),
    "ordered": _("Ordered"),
    "recency_score": _("Recency score"),
    "frequency_score": _("Frequency score"),
    "people": _("People"),
}
RANKED_BY = {"insights.top_products": _("Net revenue")}
DIGITS = 4
"""Of a share: a hundredth of a percent, finer than any of them is known."""
BEGINS = {"day": _("Day"), "week": _("Week from"), "month": _("Month")}


def numbers(answer: Answer, title: Any, period: Period) -> str:
    """Return the rows of an answer as CSV; money in whole units of the currency beside it.

    In:  title   what the column of values is called, as on the card; a ranking's is named for what it ranks by
         period  whose days, weeks or months each have a row, those without anything too
    """
    rows = _without_gaps(answer, period)
    named = {"value": RANKED_BY.get(answer.metric.name, title), **COLUMNS, "period": BEGINS[period.grain]}
    # A column without a name is for other formulas: money that is not told by currency, say.
    columns = [column for column in (rows[0] if rows else ["value"]) if column in named]
    header = [named[column] for column in columns]
    return sheet(header, ([_cell(answer, row, column) for column in columns] for row in rows))


def _without_gaps(answer: Answer, period: Period) -> Sequence[Row]:
    """Return the rows with a 0 for each piece of time, in each currency, that has none: as the picture draws it."""
    rows = answer.rows
    if not rows or "period" not in rows[0]:
        return rows
    found = {(row["period"], row.get("currency")): row for row in rows}
    nothing = dict.fromkeys(rows[0]) | dict.fromkeys(answer.metric.counts, 0)
    return [
        found.get((start, currency))
        or nothing | {"period": start, "value": 0} | ({"currency": currency} if "currency" in nothing else {})
        for start in period.starts()
        for currency in dict.fromkeys(row.get("currency") for row in rows)
    ]


def _cell(answer: Answer, row: Row, column: str) -> Any:
    value = row[column]
    if value == 0 and answer.has_rough_people and column in answer.metric.counts:
        return _("fewer than 20")
    if answer.metric.unit == MONEY and column == "value" and value is not None and row.get("currency"):
        digits = decimals_of(row["currency"])
        return float(round(Decimal(value) / 10**digits, digits))
    if isinstance(value, float):
        return int(value) if value.is_integer() else round(value, DIGITS)
    return value.isoformat() if isinstance(value, date) else value
