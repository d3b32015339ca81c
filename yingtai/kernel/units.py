"""The units of figures: the one table that metrics, pages and pictures read."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Unit:
    """How a figure of a unit is written: as a whole number, a number, a share of one, or a length of time.

    digits  how many stand behind the point
    """

    style: str
    digits: int = 0


MONEY = "money"
"""A metric's amounts, each with the currency of its row. A single figure says which: `money:CNY`, minor units."""

UNITS = {
    "count": Unit("whole"),
    "people": Unit("whole"),
    "events": Unit("whole"),
    "orders": Unit("whole"),
    "rows": Unit("whole"),
    "score": Unit("whole"),
    "number": Unit("number", 2),
    "ratio": Unit("share", 1),
    "days": Unit("days", 1),
    "hours": Unit("hours", 1),
    "seconds": Unit("seconds", 2),
    MONEY: Unit("money"),
}


def unit_of(code: str) -> Unit:
    """Return the unit of a code; `money:CNY` is money.

    Raises: KeyError for a code that nobody declared
    """
    return UNITS[code.partition(":")[0]]
