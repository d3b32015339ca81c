"""Metrics over the API: the catalogue, and the answer of each."""

from datetime import date, datetime
from typing import Any

from ninja import Router, Schema

from yingtai.insights import queries
from yingtai.insights.periods import USUAL, period_between, period_named
from yingtai.kernel.acting import require
from yingtai.kernel.http import ActingRequest

router = Router(tags=["metrics"])


class MetricOut(Schema):
    """One metric of the catalogue."""

    name: str
    unit: str
    meaning: str
    reads: list[str]


class AnswerOut(Schema):
    """The rows of a metric, and how fresh they are."""

    name: str
    unit: str
    since: date
    until: date
    as_of: datetime | None
    rows: list[dict[str, Any]]


@router.get("/metrics", response=list[MetricOut])
def list_metrics(request: ActingRequest) -> Any:
    """Return every metric by name."""
    acting = request.acting
    return [
        MetricOut(name=metric.name, unit=metric.unit, meaning=metric.meaning, reads=list(metric.reads))
        for metric in queries.list_metrics(acting)
    ]


@router.get("/metrics/{name}", response=AnswerOut)
def get_metric(
    request: ActingRequest, name: str, since: date | None = None, until: date | None = None, grain: str = ""
) -> Any:
    """Return what a metric answers in the key's scope, for half-open dates of the brand's calendar."""
    metric = queries.find_metric(name)
    require(request.acting, "view", metric.label, "insights.metric")
    zone, _currency = queries.zone_and_currency(request.acting)
    if since and until:
        period = period_between(since, until, zone, grain)
    else:
        first, latest = queries.covered(request.acting)
        period = period_named(USUAL, first=first, latest=latest, zone=zone, now=request.acting.at)
    answer = queries.ask(request.acting, name, period)
    return AnswerOut(
        name=name,
        unit=metric.unit,
        since=period.since,
        until=period.until,
        as_of=answer.as_of,
        rows=answer.rows,
    )
