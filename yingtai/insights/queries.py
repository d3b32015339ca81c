"""Asking metrics, with the answers kept for a minute: a dashboard's eight cards cost eight scans once, not per look."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from hashlib import sha256
from time import perf_counter
from typing import Any
from zoneinfo import ZoneInfo

from yingtai.insights.errors import MetricNotFound, PeriodNotUnderstood
from yingtai.insights.periods import GRAINS, USUAL, Period, period_between, period_named
from yingtai.kernel.acting import Acting, decide
from yingtai.kernel.caches import near
from yingtai.kernel.contributions import metric_subjects
from yingtai.kernel.labels import Label
from yingtai.kernel.protecting import is_protected, protected_row
from yingtai.lake.api import Metric, scoped
from yingtai.lake.metrics import CATALOGUE
from yingtai.organization.api import count_question, list_brands

KEPT_SECONDS = 60
Row = dict[str, Any]


@dataclass(frozen=True)
class Answer:
    """What a metric answered: its rows, and how fresh they are. `as_of` is the latest event it knows.

    is_rough  its figures are told roughly: numbers of people, and sums of money without the right to them
    has_rough_people  its numbers of people (`counts`) are told roughly, whatever its money is
    """

    metric: Metric
    rows: list[Row]
    took_ms: float
    as_of: datetime | None
    asked_at: datetime
    is_rough: bool = False
    has_rough_people: bool = False

    def total(self, column: str = "value") -> Any:
        return sum(row[column] or 0 for row in self.rows)


def ask(
    acting: Acting, name: str, period: Period | None = None, about: Mapping[str, Any] | None = None
) -> Answer:
    """Return the answer of a metric in the actor's scope, at most a minute old.

    In:     about  the values of a metric that is about one thing
    Raises: MetricNotFound, TooManyQuestions
    Cost:   one query of the lake, once a minute for each scope and period
    """
    metric = find_metric(name)
    wanted = dict(about or (period.parameters if period else {}))
    question = _question(acting, metric, wanted)
    is_rough = bool(metric.counts) and is_protected(acting)
    if is_rough:
        count_question(acting, question)
    asked = json.dumps([name, acting.scope.text(), wanted], sort_keys=True, default=str)
    key = f"metric:{sha256(asked.encode()).hexdigest()}"
    known = near.get(key)
    if known is None:
        known = _ask(acting, metric, wanted)
        near.set(key, known, KEPT_SECONDS)
    rows, took_ms, as_of, asked_at = known
    if is_rough:
        rows = _in_told_order(metric, [as_told(acting, metric, row, about=question) for row in rows])
    is_exact = bool(metric.sums) and reads_money(acting)
    return Answer(metric, rows, took_ms, as_of, asked_at, is_rough and not is_exact, is_rough)


def _question(acting: Acting, metric: Metric, wanted: dict[str, Any]) -> list[Any]:
    """Return what is asked, for `protecting`: two windows are two questions, so that their difference tells nothing."""
    # A campaign that is running ends now: asked again in a moment, it is the same question.
    is_about = is_about_one_thing(metric)
    used = {"campaign_no": wanted.get("campaign_no")} if is_about else _used(metric, wanted)
    return [metric.name, acting.scope.text(), used]


def _used(metric: Metric, wanted: dict[str, Any]) -> dict[str, Any]:
    """Return the values that the query of a metric reads: what it does not read makes no other question."""
    sql = metric()
    return {name: value for name, value in wanted.items() if f"${name}" in sql}


def as_told(acting: Acting, metric: Metric, row: Row, *, about: Any) -> Row:
    """Return a row with its numbers of people told roughly, and its shares and averages worked out from those.

    Sums of money as they are for whoever has the right to them, such as executives.
    """
    told = protected_row(acting, row, *metric.counts, about=about, sums=metric.sums)
    anew = metric.anew(told, row) if metric.anew else {}
    return told | anew | ({name: row[name] for name in metric.sums} if reads_money(acting) else {})


def reads_money(acting: Acting) -> bool:
    """Say whether the actor reads sums of money as they are, though numbers of people only roughly."""
    return decide(acting, "view", Label.L3, "insights.money").allowed


def _in_told_order(metric: Metric, rows: list[Row]) -> list[Row]:
    """Return a ranking by what is told, what is withheld last: the true order would tell what a row may not."""
    if not metric.sums or not rows or any(isinstance(value, date) for value in rows[0].values()):
        return rows
    by = metric.sums[0]
    return sorted(rows, key=lambda row: (row.get("currency") or "", row[by] is None, -(row[by] or 0)))


def find_metric(name: str) -> Metric:
    """Return a metric of the catalogue.

    Raises: MetricNotFound
    """
    metric = CATALOGUE.find(name)
    if metric is None:
        raise MetricNotFound(name=name)
    return metric


def is_about_one_thing(metric: Metric) -> bool:
    """Say whether a metric is about one thing of its module: a campaign, say."""
    return metric_subjects.find(metric.name.partition(".")[0]) is not None


def may_ask(acting: Acting, metric: Metric) -> bool:
    """Say whether the actor may have the answer: rows of single people are for whoever may see people."""
    if not decide(acting, "view", min(metric.label, Label.L2), "insights.metric").allowed:
        return False
    return metric.label < Label.L3 or decide(acting, "view", metric.label, "customers.profile").allowed


def list_metrics(acting: Acting) -> list[Metric]:
    """Return the metrics that the actor may see, by name."""
    return [metric for metric in CATALOGUE.all() if may_ask(acting, metric)]


def covered(acting: Acting) -> tuple[date | None, date | None]:
    """Return the first and the latest day on which somebody in scope did something, the latest by their calendar."""
    answer = ask(acting, "insights.time_covered")
    [row] = answer.rows
    if row["latest_at"] is None:
        return None, None
    # The lake's days are Greenwich's: an evening there is the next morning in Shanghai.
    zone, _currency = zone_and_currency(acting)
    return row["first_day"], row["latest_at"].astimezone(ZoneInfo(zone)).date()


def years_with_orders(acting: Acting) -> dict[int, date]:
    """Return the years that have orders with the latest day that has one, the latest year first."""
    return {row["year"]: row["latest_day"] for row in ask(acting, "insights.orders_by_year").rows}


def period_asked(acting: Acting, since: date | None, until: date | None, grain: str = "") -> Period | None:
    """Return the period between two dates as far as there is data, or the usual one; None when nothing lies between.

    Raises: PeriodNotUnderstood
    """
    if grain and grain not in GRAINS:
        raise PeriodNotUnderstood(field="grain")
    zone, _currency = zone_and_currency(acting)
    first, latest = covered(acting)
    if since is None and until is None:
        usual = period_named(USUAL, first=first, latest=latest, zone=zone, now=acting.at)
        return replace(usual, grain=grain) if usual and grain else usual
    if since is None or until is None:
        raise PeriodNotUnderstood(field="until" if since else "since")
    asked = period_between(since, until, zone, grain)
    if first is None or latest is None or asked.since > latest or asked.until <= first:
        return None
    # Nothing is read for days that no event lies on, however many somebody asks for.
    bounded = (max(asked.since, first), min(asked.until, latest + timedelta(days=1)))
    return period_between(*bounded, zone, grain)


def zone_and_currency(acting: Acting) -> tuple[str, str]:
    """Return the time zone and currency of the brand someone works in; of the first, when it is several."""
    brands = list_brands(acting.scope)
    return (brands[0].time_zone, brands[0].currency) if brands else ("UTC", "")


def currencies_of_brands(acting: Acting) -> frozenset[str]:
    """Return the money of all brands in scope."""
    return frozenset(brand.currency for brand in list_brands(acting.scope))


def _ask(
    acting: Acting, metric: Metric, wanted: dict[str, Any]
) -> tuple[list[Row], float, datetime | None, datetime]:
    began = perf_counter()
    lake = scoped(acting.scope)
    rows = lake.query(metric(), _used(metric, wanted)).to_pylist()
    return rows, (perf_counter() - began) * 1000, lake.freshness, acting.at
