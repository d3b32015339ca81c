"""What the amounts of a file add up to, by currency, and which are so large that somebody has to look at them. Pure.

An amount with the digits of a phone number is not told, only its line: it may be one, in the column of the price.
"""

from typing import Any

import numpy as np

from yingtai.kernel.money import SMALL_UNITS, decimals_of
from yingtai.vault.api import is_phone_alone

LARGE, LARGER = 1_000_000, 10_000_000
"""In whole units of a currency, for one line: from the first on an amount is compared with those of the file, above
the second, which is the bound of a public key (ADR 0107), it is large among any."""
OF_SMALL_UNITS = 1_000
TIMES_THE_MEDIAN = 100
MOST_COMPARED = 1_000_000
"""How many amounts of a currency the median is taken of: the first million of a file."""
LARGEST_KEPT, LARGEST_SHOWN = 1_000, 10


class AmountsOf:
    """The amounts of one currency, line by line, in its smallest unit."""

    def __init__(self, currency: str) -> None:
        self._currency = currency
        self._sum, self._count = 0, 0
        self._sizes: list[np.ndarray] = []
        self._largest: list[tuple[int, int]] = []

    def take(self, minor: np.ndarray, lines: np.ndarray) -> None:
        """Count some lines; what is nothing counts as no amount."""
        minor, lines = minor[minor != 0], lines[minor != 0]
        sizes = np.abs(minor)
        if sum(map(len, self._sizes)) < MOST_COMPARED:
            self._sizes.append(sizes[:MOST_COMPARED])
        self._sum += int(minor.sum())
        self._count += len(minor)
        highest = np.argsort(-sizes, kind="stable")[:LARGEST_KEPT]
        pairs = [*self._largest, *zip(minor[highest].tolist(), lines[highest].tolist(), strict=True)]
        self._largest = sorted(pairs, key=lambda one: (-abs(one[0]), one[1]))[:LARGEST_KEPT]

    def document(self) -> dict[str, Any] | None:
        """Return what is told of them; None when there are none. `unsure` counts at most a thousand.

        An amount that may be a phone number is None, and so is the sum, from which it could be worked out.
        """
        if not self._largest:
            return None
        unsure = [one for one in self._largest if abs(one[0]) >= self._ceiling()]
        return {
            "currency": self._currency,
            "count": self._count,
            "sum_minor": None if any(self._told(one) is None for one, _line in self._largest) else self._sum,
            "largest_minor": self._told(self._largest[0][0]),
            "largest_line": self._largest[0][1],
            "unsure": len(unsure),
            "first_unsure": [
                {"amount_minor": self._told(amount), "line": line} for amount, line in unsure[:LARGEST_SHOWN]
            ],
        }

    def _told(self, minor: int) -> int | None:
        """Return the amount, or None when its digits are those of a phone number; an identity card has more digits
        than the largest amount."""
        whole, rest = divmod(abs(minor), 10 ** decimals_of(self._currency))
        digits = {str(whole)} | ({str(abs(minor)), str(abs(minor)).rstrip("0")} if rest else set())
        return None if any(map(is_phone_alone, digits)) else minor

    def _ceiling(self) -> float:
        """Return from which amount on somebody has to say that it is right."""
        unit: int = 10 ** decimals_of(self._currency) * (
            OF_SMALL_UNITS if self._currency in SMALL_UNITS else 1
        )
        usual = float(np.median(np.concatenate(self._sizes)))
        return min(max(LARGE * unit, TIMES_THE_MEDIAN * usual), LARGER * unit)


class Amounts:
    """The amounts of orders and returns of a file, by currency."""

    def __init__(self) -> None:
        self._of: dict[str, AmountsOf] = {}

    def take(self, currencies: np.ndarray, minor: np.ndarray, lines: np.ndarray) -> None:
        """Count some lines: the currency of each, its amount, below zero for a return, and its number in the file."""
        for currency in np.unique(currencies).tolist():
            if currency:
                mine = currencies == currency
                self._of.setdefault(currency, AmountsOf(currency)).take(minor[mine], lines[mine])

    def documents(self) -> list[dict[str, Any]]:
        """Return what is told of each currency, the most frequent first."""
        told = [document for one in self._of.values() if (document := one.document())]
        return sorted(told, key=lambda one: -one["count"])
