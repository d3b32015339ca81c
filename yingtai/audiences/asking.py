"""What the sentences of one or more audiences ask of the lake, gathered so that few scans answer them all."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta, tzinfo

from sqlglot import exp

from yingtai.audiences.blanks import shown
from yingtai.audiences.errors import DefinitionNotUnderstood

SCORES = ("recency", "frequency", "monetary")
TRAIT_PREFIX = "trait_"
ORDERED, REFUNDED = "Order Completed", "Order Refunded"


@dataclass(frozen=True)
class Between:
    """From a moment (None: ever) to before another one (None: now)."""

    since: datetime | None = None
    before: datetime | None = None


EVER = Between()


@dataclass(frozen=True)
class Measure:
    """A number per person over events of some names; `value` None counts them, else it is summed.

    Only what happened between two moments and satisfies the condition (None: any) is taken.
    """

    name: str
    value: exp.Expression | None
    condition: exp.Expression | None
    between: Between

    @property
    def test(self) -> exp.Expression | None:
        """What an event must satisfy besides its name."""
        since, before = self.between.since, self.between.before
        after = exp.column("occurred_at") >= moment(since) if since else None
        until = exp.column("occurred_at") < moment(before) if before else None
        tests = [test for test in (self.condition, after, until) if test is not None]
        return exp.and_(*tests) if tests else None  # and_ copies


@dataclass
class Scan:
    """What is asked of the events of the same names: answered by reading them once."""

    events: tuple[str, ...]
    measures: dict[str, Measure] = field(default_factory=dict)

    @property
    def earliest_day(self) -> date | None:
        """The first day that any measure needs; None when one of them goes back for ever."""
        moments = [measure.between.since for measure in self.measures.values()]
        known = [at for at in moments if at is not None]
        return min(known).astimezone(UTC).date() if len(known) == len(moments) else None


@dataclass
class Asking:
    """Collects what is asked; each method returns the expression that stands for the answer.

    at             the moment that "the last 30 days" counts back from
    trait_columns  the columns that the traits table has now
    minor_digits   how many digits the smallest unit of the place's money has
    currency       the place's money; empty where there are several places: any
    zone           whose days a day of the calendar is
    """

    at: datetime
    trait_columns: Collection[str]
    minor_digits: int = 2
    zone: tzinfo = UTC
    currency: str = ""
    scans: dict[tuple[str, ...], Scan] = field(default_factory=dict)
    audiences: list[int] = field(default_factory=list)
    asks_scores: bool = False

    def times(
        self,
        events: Sequence[str],
        condition: exp.Expression | None = None,
        *,
        between: Between = EVER,
    ) -> exp.Expression:
        """How many events of these names a person has that satisfy a condition; 0 when none does."""
        return self._measure(events, None, condition, between)

    def total(
        self,
        events: Sequence[str],
        value: exp.Expression,
        condition: exp.Expression | None = None,
        *,
        between: Between = EVER,
    ) -> exp.Expression:
        """The sum of a value over a person's events of these names that satisfy a condition; 0 when none does."""
        return self._measure(events, value, condition, between)

    def money(self, *, between: Between) -> exp.Expression:
        """What a person spent in the place's money, less what was paid back, in its smallest unit.

        Other money is left out: a sum of yen and yuan is neither.
        """
        amount = exp.column("amount_minor")
        taken_back = exp.Neg(this=exp.func("ABS", amount.copy()))
        value = exp.case().when(exp.column("event").eq(ORDERED), amount).else_(taken_back)
        other = exp.column("currency").neq(self.currency)
        own = exp.func("COALESCE", other, exp.false()).not_() if self.currency else None
        return self.total((ORDERED, REFUNDED), value, own, between=between)

    def between(
        self, *, within_days: int | None = None, from_day: str | None = None, to_day: str | None = None
    ) -> Between:
        """The last so many days, and the days of the calendar from one to another, both included."""
        since = [self.at - timedelta(days=within_days)] if within_days else []
        since += [self._midnight(date.fromisoformat(from_day))] if from_day else []
        before = self._midnight(date.fromisoformat(to_day) + timedelta(days=1)) if to_day else None
        return Between(max(since, default=None), before)

    def _midnight(self, day: date) -> datetime:
        return datetime.combine(day, time(), self.zone)

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

    def _measure(
        self,
        events: Sequence[str],
        value: exp.Expression | None,
        condition: exp.Expression | None,
        between: Between,
    ) -> exp.Expression:
        names = tuple(sorted(set(events)))
        scan = self.scans.setdefault(names, Scan(names))
        same = repr((value and value.sql(), condition and condition.sql(), between))
        if same not in scan.measures:
            scan.measures[same] = Measure(f"measure_{len(scan.measures)}", value, condition, between)
        column = exp.column(scan.measures[same].name, scan_name(self, scan))
        return exp.func("COALESCE", column, exp.Literal.number(0))


def scan_name(asking: Asking, scan: Scan) -> str:
    """Return what the answers of a scan are called in the query."""
    return f"did_{list(asking.scans).index(scan.events)}"


def moment(at: datetime) -> exp.Expression:
    return exp.cast(exp.Literal.string(at.isoformat()), "timestamptz")
