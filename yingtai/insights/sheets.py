"""The numbers of a metric as a table to take along: sums over many people, never anything of one person."""

from datetime import date
from decimal import Decimal
from typing import Any

from babel.numbers import get_currency_precision
from django.utils.translation import gettext_lazy as _

from yingtai.insights.queries import Answer, Row
from yingtai.kernel.spreadsheets import sheet
from yingtai.kernel.units import MONEY

COLUMNS = {
    "period": _("Begins"),
    "currency": _("Currency"),
    "orders": _("Orders"),
    "buyers": _("Buyers"),
    "repeaters": _("Bought again"),
    "low": _("At least (95%)"),
    "high": _("At most (95%)"),
    "product_id": _("Product number"),
    "name": _("Product"),
    "pieces": _("Pieces"),
    "viewed": _("Viewed a product"),
    "added": _("Put in the cart, configured or asked"),
    "ordered": _("Ordered"),
    "recency_score": _("Recency score"),
    "frequency_score": _("Frequency score"),
    "people": _("People"),
}


def numbers(answer: Answer, title: Any) -> str:
    """Return the rows of an answer as CSV; money in whole units of the currency beside it.

    In:  title  what the column of values is called
    """
    named = {"value": title, **COLUMNS}
    # A column without a name is for other formulas: money that is not told by currency, say.
    columns = [column for column in (answer.rows[0] if answer.rows else ["value"]) if column in named]
    header = [named[column] for column in columns]
    is_money = answer.metric.unit == MONEY
    return sheet(
        header, ([_cell(row, column, is_money=is_money) for column in columns] for row in answer.rows)
    )


def _cell(row: Row, column: str, *, is_money: bool) -> Any:
    value = row[column]
    if is_money and column == "value" and value is not None and row.get("currency"):
        digits = get_currency_precision(row["currency"])
        return float(round(Decimal(value) / 10**digits, digits))
    return value.isoformat() if isinstance(value, date) else value
