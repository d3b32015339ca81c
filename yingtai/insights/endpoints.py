"""Metrics over the API: the catalogue, and the answer of each."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from ninja import Router, Schema
from pydantic import Field

from yingtai.insights import queries
from yingtai.insights.errors import PeriodNotUnderstood, SubjectMissing
from yingtai.insights.periods import GRAINS
from yingtai.kernel.acting import require
from yingtai.kernel.contributions import metric_subjects
from yingtai.kernel.http import ActingRequest
from yingtai.kernel.labels import Label
from yingtai.lake.api import Metric

router = Router(tags=["metrics"])


class MetricOut(Schema):
    """One metric of the catalogue."""

    name: str
    unit: str
    meaning: str
    reads: list[str]
    is_about_one_thing: bool = Field(description="whether it wants `about`, the id of a campaign, say")


class AnswerOut(Schema):
    """The rows of a metric, and how fresh they are."""

    name: str
    unit: str
    since: date | None
    until: date | None
    as_of: datetime | None
    rows: list[dict[str, Any]]


@router.get("/metrics", response=list[MetricOut])
def list_metrics(request: ActingRequest) -> Any:
    """Return every metric by name."""
    acting = request.acting
    return [
        MetricOut(
            name=metric.name,
            unit=metric.unit,
            meaning=metric.meaning,
            reads=list(metric.reads),
            is_about_one_thing=queries.is_about_one_thing(metric),
        )
        for metric in queries.list_metrics(acting)
    ]


@router.get("/metrics/{name}", response=AnswerOut)
def get_metric(
    request: ActingRequest,
    name: str,
    since: date | None = None,
    until: date | None = None,
    grain: str = "",
    about: UUID | None = None,
) -> Any:
    """Return what a metric answers in the key's scope, for half-open dates of the brand's calendar.

    Days without data are not looked at: `since` and `until` in the answer are the days that were. A metric of one thing
    (`is_about_one_thing`) wants `about`, the id of that thing, and no dates: its time is the thing's own.
    """
    metric = queries.find_metric(name)
    require(request.acting, "view", min(metric.label, Label.L2), "insights.metric")
    if metric.label >= Label.L3:
        require(request.acting, "view", metric.label, "customers.profile")
    if grain not in ("", *GRAINS):
        raise PeriodNotUnderstood(field="grain")
    if queries.is_about_one_thing(metric):
        return _about(request, metric, about)
    period = queries.period_asked(request.acting, since, until, grain)
    if period is None:
        return AnswerOut(name=name, unit=metric.unit, since=since, until=until, as_of=None, rows=[])
    answer = queries.ask(request.acting, name, period)
    return AnswerOut(
        name=name,
        unit=metric.unit,
        since=period.since,
        until=period.until,
        as_of=answer.as_of,
        rows=answer.rows,
    )


def _about(request: ActingRequest, metric: Metric, about: UUID | None) -> AnswerOut:
    if about is None:
        raise SubjectMissing(field="about", name=metric.name)
    values = metric_subjects.get(metric.name.partition(".")[0])(request.acting, about)
    answer = queries.ask(request.acting, metric.name, about=values)
    return AnswerOut(
        name=metric.name, unit=metric.unit, since=values["since"].date(), until=values["until"].date(),
        as_of=answer.as_of, rows=answer.rows,
    )  # fmt: skip
