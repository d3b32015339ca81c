"""What the sentences of one or more audiences ask of the lake, gathered so that one scan answers them all."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

from sqlglot import exp

from yingtai.audiences.blanks import shown
from yingtai.audiences.errors import DefinitionNotUnderstood

SCORES = ("recency", "frequency", "monetary")
TRAIT_PREFIX = "trait_"
ORDERED, REFUNDED = "Order Completed", "Order Refunded"


@dataclass(frozen=True)
class Measure:
    """A number counted per person over the events that satisfy a condition since a moment (None: ever)."""

    name: str
    value: exp.Expression
    condition: exp.Expression
    since: datetime | None


@dataclass
class Asking:
    """Collects what is asked; each method returns the expression that stands for the answer.

    at             the moment that "the last 30 days" counts back from
    trait_columns  the columns that the traits table has now
    minor_digits   how many digits the smallest unit of the place's money has
    """

    at: datetime
    trait_columns: Collection[str]
    minor_digits: int = 2
    measures: dict[tuple[str, str], Measure] = field(default_factory=dict)
    audiences: list[int] = field(default_factory=list)
    asks_scores: bool = False

    def times(self, condition: exp.Expression, *, within_days: int | None) -> exp.Expression:
        """How many events of a person satisfy a condition; 0 when none does."""
        return self._measure(exp.Literal.number(1), condition, within_days)

    def total(
        self, value: exp.Expression, condition: exp.Expression, *, within_days: int | None
    ) -> exp.Expression:
        """The sum of a value over a person's events that satisfy a condition; 0 when none does."""
        return self._measure(value, condition, within_days)

    def money(self, *, within_days: int | None) -> exp.Expression:
        """What a person spent, less what was paid back, in the smallest unit of the money."""
        amount = exp.column("amount_minor")
        taken_back = exp.Neg(this=exp.func("ABS", amount.copy()))
        value = exp.case().when(exp.column("event").eq(ORDERED), amount).else_(taken_back)
        return self.total(value, exp.column("event").isin(ORDERED, REFUNDED), within_days=within_days)

    def minor(self, amount: int) -> int:
        return amount * int(10**self.minor_digits)

    def trait(self, name: str) -> exp.Expression:
        """A declared trait of the person; null while nobody of the scope has it."""
        column = TRAIT_PREFIX + name
        return exp.column(column, "people", quoted=True) if column in self.trait_columns else exp.null()

    def fact(self, column: str) -> exp.Expression:
        """A column that every person has: first_seen_at, latest_seen_at."""
        return exp.column(column, "people")

    def score(self, name: str) -> exp.Expression:
        """An RFM score, 1 to 5; null without orders."""
        if name not in SCORES:
            raise DefinitionNotUnderstood(what=shown(name))
        self.asks_scores = True
        return exp.column(f"{name}_score", "scores")

    def is_member(self, audience_no: int) -> exp.Expression:
        """Whether the person is in another audience, by its stored membership."""
        if audience_no not in self.audiences:
            self.audiences.append(audience_no)
        return exp.column("profile_no", f"members_{audience_no}").is_(exp.null()).not_()

    def moment(self, days_ago: int) -> exp.Expression:
        return moment(self.at - timedelta(days=days_ago))

    @property
    def earliest_day(self) -> date | None:
        """The first day that any measure needs; None when one of them goes back for ever."""
        since = [measure.since for measure in self.measures.values()]
        known = [at for at in since if at is not None]
        return min(known).astimezone(UTC).date() if len(known) == len(since) and known else None

    def _measure(
        self, value: exp.Expression, condition: exp.Expression, within_days: int | None
    ) -> exp.Expression:
        since = self.at - timedelta(days=within_days) if within_days else None
        if since:
            condition = exp.and_(condition, exp.column("occurred_at") >= moment(since))
        same = (value.sql(), condition.sql())
        if same not in self.measures:
            self.measures[same] = Measure(f"measure_{len(self.measures)}", value, condition, since)
        return exp.func("COALESCE", exp.column(self.measures[same].name, "did"), exp.Literal.number(0))


def moment(at: datetime) -> exp.Expression:
    return exp.cast(exp.Literal.string(at.isoformat()), "timestamptz")
