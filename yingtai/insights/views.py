from inspect import getdoc

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from yingtai.insights import queries
from yingtai.insights.cards import CARDS
from yingtai.insights.errors import MetricNotFound
from yingtai.insights.naming import UNITS, words_of
from yingtai.insights.periods import USUAL, Period, period_named
from yingtai.kernel.http import ActingRequest, page
from yingtai.lake.api import Metric
from yingtai.ui.pages import render_page


@require_GET
@page(action="view", place="insights.dashboard")
def dashboard(request: ActingRequest) -> HttpResponse:
    """The numbers of the place someone works in; each card loads by itself."""
    _first, latest = queries.covered(request.acting)
    length = request.GET.get("period", USUAL)
    period = _period(request, length)
    context = {
        "has_data": latest is not None,
        "latest": latest,
        "is_history": latest is not None and (request.acting.at.date() - latest).days > 2,
        "period": period,
        "length": length,
        "lengths": [
            ("30d", _("latest 30 days")),
            ("90d", _("latest 90 days")),
            ("365d", _("latest 12 months")),
            ("all", _("everything")),
        ],
        "cards": [(card, f"{reverse('insights:card', args=[card.name])}?period={length}") for card in CARDS],
    }
    return render_page(request, "insights/dashboard.html", context, fragment="cards")


@require_GET
@page(action="view", place="insights.dashboard")
def card(request: ActingRequest, name: str) -> HttpResponse:
    """One card of the dashboard."""
    found = next((card for card in CARDS if card.name == name), None)
    if found is None:
        raise MetricNotFound(name=name)
    _zone, currency = queries.zone_and_currency(request.acting)
    period = _period(request, request.GET.get("period", USUAL))
    context = {"card": found, "drawn": found.draw(request.acting, period, currency), "period": period}
    return render_page(request, "insights/card.html", context)


@require_GET
@page(action="view", place="insights.metric")
def metric_list(request: ActingRequest) -> HttpResponse:
    """Every metric by name: what it answers, in which unit, from which tables."""
    shown = [
        (metric, words_of(metric), UNITS[metric.unit]) for metric in queries.list_metrics(request.acting)
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
        "unit": UNITS[found.unit],
        "notes": getdoc(found.sql),
        "sql": _sql(found),
    }
    return render_page(request, "insights/metric.html", context)


def _period(request: ActingRequest, length: str) -> Period:
    first, latest = queries.covered(request.acting)
    zone, _currency = queries.zone_and_currency(request.acting)
    return period_named(length, first=first, latest=latest, zone=zone, now=request.acting.at)


def _sql(found: Metric) -> str:
    return "\n".join(line.removeprefix("        ") for line in found().strip("\n").splitlines())
