"""Asking metrics, with the answers kept for a minute: a dashboard's eight cards cost eight scans once, not per look."""

import json
from dataclasses import dataclass
from datetime import date, datetime
from hashlib import sha256
from time import perf_counter
from typing import Any

from django.core.cache import cache

from yingtai.insights.errors import MetricNotFound
from yingtai.insights.periods import Period
from yingtai.kernel.acting import Acting, decide
from yingtai.lake.api import Metric, scoped
from yingtai.lake.metrics import CATALOGUE
from yingtai.organization.api import list_brands

KEPT_SECONDS = 60
Row = dict[str, Any]


@dataclass(frozen=True)
class Answer:
    """What a metric answered: its rows, and how fresh they are. `as_of` is the latest event it knows."""

    metric: Metric
    rows: list[Row]
    took_ms: float
    as_of: datetime | None
    asked_at: datetime

    def total(self, column: str = "value") -> Any:
        return sum(row[column] or 0 for row in self.rows)


def ask(acting: Acting, name: str, period: Period | None = None) -> Answer:
    """Return the answer of a metric in the actor's scope, at most a minute old.

    Raises: MetricNotFound
    Cost:   one query of the lake, once a minute for each scope and period
    """
    metric = find_metric(name)
    wanted = period.parameters if period else {}
    asked = json.dumps([name, acting.scope.text(), wanted], sort_keys=True)
    key = f"metric:{sha256(asked.encode()).hexdigest()}"
    known = cache.get(key)
    if known is None:
        known = _ask(acting, metric, wanted)
        cache.set(key, known, KEPT_SECONDS)
    rows, took_ms, as_of, asked_at = known
    return Answer(metric, rows, took_ms, as_of, asked_at)


def find_metric(name: str) -> Metric:
    """Return a metric of the catalogue.

    Raises: MetricNotFound
    """
    metric = CATALOGUE.find(name)
    if metric is None:
        raise MetricNotFound(name=name)
    return metric


def list_metrics(acting: Acting) -> list[Metric]:
    """Return the metrics that the actor may see, by name."""
    return [
        metric
        for metric in CATALOGUE.all()
        if decide(acting, "view", metric.label, "insights.metric").allowed
    ]


def covered(acting: Acting) -> tuple[date | None, date | None]:
    """Return the first and the latest day that have events in the actor's scope."""
    [row] = ask(acting, "insights.time_covered").rows
    return row["first_day"], row["latest_day"]


def zone_and_currency(acting: Acting) -> tuple[str, str]:
    """Return the time zone and currency of the brand someone works in; of the first, when it is several."""
    brands = list_brands(acting.scope)
    return (brands[0].time_zone, brands[0].currency) if brands else ("UTC", "")


def _ask(
    acting: Acting, metric: Metric, wanted: dict[str, str]
) -> tuple[list[Row], float, datetime | None, datetime]:
    began = perf_counter()
    lake = scoped(acting.scope)
    sql = metric()
    used = {name: value for name, value in wanted.items() if f"${name}" in sql}
    rows = lake.query(sql, used).to_pylist()
    return rows, (perf_counter() - began) * 1000, lake.freshness, acting.at
