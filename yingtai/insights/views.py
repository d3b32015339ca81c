from dataclasses import replace
from datetime import date
from inspect import getdoc
from zoneinfo import ZoneInfo

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from yingtai.insights import queries
from yingtai.insights.cards import CARDS, Card, Look
from yingtai.insights.errors import MetricNotFound
from yingtai.insights.naming import UNIT_WORDS, words_of
from yingtai.insights.periods import length_asked, period_named
from yingtai.insights.sheets import numbers
from yingtai.kernel.http import ActingRequest, page
from yingtai.kernel.protecting import is_protected
from yingtai.lake.api import Metric
from yingtai.ui.downloads import call_download
from yingtai.ui.pages import render_page


@require_GET
@page(action="view", place="insights.dashboard")
def dashboard(request: ActingRequest) -> HttpResponse:
    """The numbers of the place someone works in; each card loads by itself."""
    _first, latest = queries.covered(request.acting)
    length = length_asked(request.GET.get("period", ""))
    years = queries.years_with_orders(request.acting)
    period = _look(request, length).period
    context = {
        "has_data": latest is not None,
        "is_protected": is_protected(request.acting),
        "reads_money": queries.reads_money(request.acting),
        "latest": latest,
        "is_history": latest is not None and (request.acting.at.date() - latest).days > 2,
        "period": period,
        "length": length,
        "earlier": _latest_before(period.since, years),
        "lengths": [
            ("30d", _("latest 30 days")),
            ("90d", _("latest 13 weeks")),
            ("365d", _("latest 12 months")),
            ("all", _("everything")),
            *((str(year), str(year)) for year in years),
        ],
        "cards": [(card, f"{reverse('insights:card', args=[card.name])}?period={length}") for card in CARDS],
    }
    return render_page(request, "insights/dashboard.html", context, fragment="cards")


@require_GET
@page(action="view", place="insights.dashboard")
def card(request: ActingRequest, name: str) -> HttpResponse:
    """One card of the dashboard."""
    found = _card_named(name)
    length = length_asked(request.GET.get("period", ""))
    look = _look(request, length)
    drawn = found.draw(look)
    context = {"card": found, "drawn": drawn, "length": length, "own_currency": look.currency}
    if drawn.is_empty:
        context["year"] = next(iter(queries.years_with_orders(request.acting)), None)
    return render_page(request, "insights/card.html", context)


@require_GET
@page(action="view", place="insights.dashboard")
def card_numbers(request: ActingRequest, name: str) -> HttpResponse:
    """The numbers of one card as a table to take along."""
    found = _card_named(name)
    look = _look(request, length_asked(request.GET.get("period", "")))
    drawn = found.draw(look)
    period = replace(look.period.drawn, grain=drawn.grain or look.period.grain)
    response = HttpResponse(
        numbers(drawn.answer, found.title, period), content_type="text/csv; charset=utf-8"
    )
    call_download(response, "csv", found.title, period.since, period.latest)
    return response


@require_GET
@page(action="view", place="insights.metric")
def metric_list(request: ActingRequest) -> HttpResponse:
    """Every metric by name: what it answers, in which unit, from which tables."""
    shown = [
        (metric, words_of(metric), UNIT_WORDS[metric.unit]) for metric in queries.list_metrics(request.acting)
    ]
    return render_page(request, "insights/metric_list.html", {"metrics": shown})


@require_GET
@page(action="view", place="insights.metric")
def metric(request: ActingRequest, name: str) -> HttpResponse:
    """One metric: its definition and its SQL."""
    found = queries.find_metric(name)
    context = {
        "metric": found,
        "words": words_of(found),
        "unit": UNIT_WORDS[found.unit],
        "notes": getdoc(found.sql),
        "sql": _sql(found),
    }
    return render_page(request, "insights/metric.html", context)


def _latest_before(since: date, years: dict[int, date]) -> int | None:
    """Return the latest year with orders, when all of them were before a day."""
    year = next(iter(years), None)
    return year if year and years[year] < since else None


def _card_named(name: str) -> Card:
    found = next((card for card in CARDS if card.name == name), None)
    if found is None:
        raise MetricNotFound(name=name)
    return found


def _look(request: ActingRequest, length: str) -> Look:
    acting = request.acting
    first, latest = queries.covered(acting)
    zone, currency = queries.zone_and_currency(acting)
    period = period_named(length, first=first, latest=latest, zone=zone, now=acting.at)
    today = acting.at.astimezone(ZoneInfo(zone)).date()
    return Look(acting, period, currency, first, today, queries.currencies_of_brands(acting))


def _sql(found: Metric) -> str:
    return "\n".join(line.removeprefix("        ") for line in found().strip("\n").splitlines())
