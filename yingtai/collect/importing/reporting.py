"""What an import did, in numbers and in lines: which could not be used, in which column, why, value masked.

A value that can be of nobody, such as "yesterday" for a time, is shown as it is.
"""

import csv
from collections import Counter
from dataclasses import dataclass, field
from typing import Any, TextIO

from yingtai.collect.importing.amounts import Amounts
from yingtai.collect.importing.plain import is_plain
from yingtai.kernel.errors import ProductError
from yingtai.kernel.spreadsheets import plain_cell
from yingtai.vault.api import mask

SHOWN = 100
CURRENCIES_SHOWN = 20
LEFT_OUT_SHOWN, LEFT_OUT_COUNTED = 20, 5_000

KINDS = {"email": "email", "phone": "phone"}
"""How a value of an identifier is masked; every other value of a person as text."""
OF_NOBODY = "plain"
"""The kind of times, amounts and answers: what is in them is shown when it is plainly not a person's."""
ANSWER = "answer"
"""The kind of cells that stand more than once beside many answers: a short word there is one too, to be mapped."""
LONGEST_ANSWER = 12


@dataclass(frozen=True)
class Rejected:
    """One line that was not taken, or one value that was not used."""

    line: int
    column: str
    reason: str
    masked: str


@dataclass
class Report:
    """Counts of one run. `rejected` are lines not taken by reason, `noted` values not used by reason.

    answers   what people of the file said about consent; `consents` are those that were recorded
    erased    what came of people who were erased
    renamed   products that would get another name; the present ones of the first
    amounts   what the amounts of orders and returns add up to, and which are very large
    left_out  identifiers that were not used, by column, reason and masked value
    """

    rows: int = 0
    events: int = 0
    orders: int = 0
    refunds: int = 0
    lines: int = 0
    people: int = 0
    repeats: int = 0
    profiles_new: int = 0
    profiles_touched: int = 0
    consents: int = 0
    answers: int = 0
    erased: int = 0
    products: int = 0
    renamed: int = 0
    first_renamed: list[str] = field(default_factory=list)
    amounts: Amounts = field(default_factory=Amounts)
    seconds: float = 0.0
    is_given_up: bool = False
    rejected: Counter[str] = field(default_factory=Counter)
    noted: Counter[str] = field(default_factory=Counter)
    left_out: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    first: list[Rejected] = field(default_factory=list)
    first_noted: list[Rejected] = field(default_factory=list)
    errors: "ErrorList | None" = None

    @property
    def is_hopeless(self) -> bool:
        """Whether there were lines and none of them could be used."""
        return self.rejected.total() > 0 and not (self.events or self.orders or self.refunds or self.people)

    def reject(
        self, line: int, column: str, reason: type[ProductError], value: str, kind: str = OF_NOBODY
    ) -> None:
        """Count a line that was not taken."""
        self.rejected[reason.code] += 1
        self._keep(self.first, line, column, reason, value, kind)

    def note(
        self, line: int, column: str, reason: type[ProductError], value: str, kind: str = OF_NOBODY
    ) -> None:
        """Count a value that was not used, though its line was."""
        self.noted[reason.code] += 1
        self._keep(self.first_noted, line, column, reason, value, kind)

    def leave_out(
        self, column: str, reason: type[ProductError], value: str, kind: str, lines: int = 1
    ) -> None:
        """Count an identifier that stands for nobody or for many. Of very many different ones the later go uncounted
        here; `noted` counts them all."""
        key = (column, reason.code, mask(kind, value[:200]))
        if key in self.left_out or len(self.left_out) < LEFT_OUT_COUNTED:
            self.left_out[key] += lines

    def _keep(
        self, first: list[Rejected], line: int, column: str, reason: type[ProductError], value: str, kind: str
    ) -> None:
        if len(first) >= SHOWN and self.errors is None:
            return
        one = Rejected(line, column, reason.code, _shown(kind, value) if value else "")
        if len(first) < SHOWN:
            first.append(one)
        if self.errors is not None:
            self.errors.add(one)

    def document(self) -> dict[str, Any]:
        """Return the report for machines."""
        return {
            "rows": self.rows,
            "events": self.events,
            "orders": self.orders,
            "refunds": self.refunds,
            "lines": self.lines,
            "people": self.people,
            "rejected": dict(self.rejected),
            "noted": dict(self.noted),
            "repeats": self.repeats,
            "profiles_new": self.profiles_new,
            "profiles_touched": self.profiles_touched,
            "answers": self.answers,
            "erased": self.erased,
            "consents": self.consents,
            "products": self.products,
            "renamed": self.renamed,
            "first_renamed": self.first_renamed,
            "amounts": self.amounts.documents()[:CURRENCIES_SHOWN],
            "seconds": round(self.seconds, 2),
            "is_given_up": self.is_given_up,
            "left_out": [
                {"column": column, "reason": reason, "value": masked, "count": count}
                for (column, reason, masked), count in self.left_out.most_common(LEFT_OUT_SHOWN)
            ],
            "left_out_kinds": len(self.left_out),
            "first_rejected": [
                {"line": one.line, "column": one.column, "reason": one.reason, "value": one.masked}
                for one in [*self.first, *self.first_noted][:SHOWN]
            ],
        }


def _shown(kind: str, value: str) -> str:
    if kind in (OF_NOBODY, ANSWER) and is_plain(value):
        return value
    if (
        kind == ANSWER
        and len(value) <= LONGEST_ANSWER
        and not any(sign.isdigit() or sign == "@" for sign in value)
    ):
        return value
    return mask("text" if kind == ANSWER else kind, value[:200])


class ErrorList:
    """Every rejected line as CSV, for people to open in a spreadsheet: cells cannot be taken for formulas."""

    def __init__(self, into: TextIO) -> None:
        self._writer = csv.writer(into)
        self._writer.writerow(("line", "column", "reason", "value"))

    def add(self, one: Rejected) -> None:
        """Write one line."""
        self._writer.writerow((one.line, plain_cell(one.column), one.reason, plain_cell(one.masked)))
