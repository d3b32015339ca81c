"""The cards of the dashboard: which metric each shows, and how it is drawn."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from yingtai.insights.periods import Period
from yingtai.insights.queries import Answer, ask
from yingtai.kernel.acting import Acting
from yingtai.ui import charts
from yingtai.ui.charts import Chart

MOST_PRODUCTS = 10
GRADES = ("1", "2", "3", "4", "5")


@dataclass(frozen=True)
class Drawn:
    """A card ready for its template: any of a chart, figures above it, a table below it."""

    answer: Answer
    chart: Chart | None = None
    figures: list[dict[str, Any]] = field(default_factory=list)
    products: list[tuple[str, list[dict[str, Any]]]] = field(default_factory=list)
    links: list[tuple[str, str]] = field(default_factory=list)


@dataclass(frozen=True)
class Card:
    """A place on the dashboard."""

    name: str
    title: str | Promise
    metric: str
    draw: Callable[[Acting, Period, str], Drawn]
    is_wide: bool = False


def _over_time(
    metric: str, words: Promise, draw: Callable[..., Chart], *, adds_up: bool = True
) -> Callable[..., Drawn]:
    def card(acting: Acting, period: Period, currency: str) -> Drawn:
        answer = ask(acting, metric, period)
        found = {row["period"]: row["value"] for row in answer.rows}
        points = [(_label(start, period), found.get(start, 0)) for start in period.starts()]
        chart = draw(str(words), points, x=_("Period"), y=str(words), unit="count", note=_span(period))
        figures = []
        # People who came in two weeks are one person: their weeks must not be added up.
        if adds_up:
            before = ask(acting, metric, period.before)
            figures.append(_figure(words, answer.total(), before.total(), "count"))
        return Drawn(answer, chart if answer.rows else None, figures)

    return card


def _revenue(acting: Acting, period: Period, currency: str) -> Drawn:
    answer = ask(acting, "insights.net_revenue", period)
    before = ask(acting, "insights.net_revenue", period.before)
    value_of_order = ask(acting, "insights.average_order_value", period)
    currencies = sorted({row["currency"] for row in answer.rows}, key=lambda one: (one != currency, one))
    figures = []
    for one in currencies:
        now, then = (
            sum(row["value"] for row in got.rows if row["currency"] == one) for got in (answer, before)
        )
        figures.append(_figure(_("Net revenue"), now, then, f"money:{one}"))
    figures += [
        _figure(_("Average order"), row["value"], None, f"money:{row['currency']}")
        for row in value_of_order.rows
        if row["currency"] in currencies[:1]
    ]
    if not currencies:
        return Drawn(answer)
    found = {row["period"]: row["value"] for row in answer.rows if row["currency"] == currencies[0]}
    points = [(_label(start, period), found.get(start, 0)) for start in period.starts()]
    unit = f"money:{currencies[0]}"
    chart = charts.bars(
        _("Net revenue"), points, x=_("Period"), y=_("Net revenue"), unit=unit, note=_span(period)
    )
    return Drawn(answer, chart, figures)


def _repeat(acting: Acting, period: Period, currency: str) -> Drawn:
    answer = ask(acting, "insights.repeat_rate", period)
    [row] = answer.rows
    if not row["buyers"]:
        return Drawn(answer)
    band = _("95 %% sure between %(low)s and %(high)s") % {
        "low": f"{row['low']:.1%}", "high": f"{row['high']:.1%}"
    }  # fmt: skip
    figure = _figure(_("Repeat rate"), row["value"], None, "ratio") | {
        "note": f"{band} · {_('of')} {row['buyers']:,} {_('buyers')}"
    }
    return Drawn(answer, figures=[figure])


def _rfm(acting: Acting, period: Period, currency: str) -> Drawn:
    answer = ask(acting, "audiences.rfm_grid")
    cells = {(row["recency_score"], row["frequency_score"]): row["people"] for row in answer.rows}
    values = [[cells.get((6 - line, column)) for column in range(1, 6)] for line in range(1, 6)]
    chart = charts.heat(
        _("Customers by recency and frequency"), GRADES, GRADES[::-1], values, x=_("How often (5 = most often)"),
        y=_("How recently (5 = most recently)"), unit="count", note=_("all customers with an order"),
    )  # fmt: skip
    links = [
        (_("Champions"), "recency=4-5&frequency=4-5"),
        (_("New customers"), "recency=4-5&frequency=1-2"),
        (_("At risk: often, but not lately"), "recency=1-2&frequency=4-5"),
    ]
    return Drawn(answer, chart if answer.rows else None, links=links)


def _products(acting: Acting, period: Period, currency: str) -> Drawn:
    answer = ask(acting, "insights.top_products", period)
    ranked: dict[str, list[dict[str, Any]]] = {}
    for row in answer.rows:
        unit = f"money:{row['currency']}"
        ranked.setdefault(row["currency"] or "", []).append(
            row | {"unit": unit, "name": row["name"] or row["product_id"]}
        )
    own_first = sorted(ranked, key=lambda one: (one != currency, one))
    return Drawn(answer, products=[(one, ranked[one][:MOST_PRODUCTS]) for one in own_first])


def _steps(acting: Acting, period: Period, currency: str) -> Drawn:
    answer = ask(acting, "insights.steps_to_order", period)
    [row] = answer.rows
    stages = [
        (_("Viewed a product"), row["viewed"]),
        (_("Put in the cart, configured or asked"), row["added"] or 0),
        (_("Ordered"), row["ordered"] or 0),
    ]
    chart = charts.funnel(_("From looking to ordering"), stages, unit="count", note=_span(period))
    return Drawn(answer, chart if row["viewed"] else None)


def _figure(label: Any, value: float, before: float | None, unit_code: str) -> dict[str, Any]:
    change = (value - before) / before if before else None
    return {"label": label, "value": value, "change": change, "unit_code": unit_code}


def _label(start: date, period: Period) -> str:
    return f"{start:%Y-%m}" if period.grain == "month" else f"{start:%m-%d}"


def _span(period: Period) -> str:
    return f"{period.since:%Y-%m-%d} – {period.latest:%Y-%m-%d}"


CARDS = (
    Card("revenue", gettext_lazy("Revenue"), "insights.net_revenue", _revenue, is_wide=True),
    Card("orders", gettext_lazy("Orders"), "insights.orders",
         _over_time("insights.orders", gettext_lazy("Orders"), charts.bars)),
    Card("new", gettext_lazy("New profiles"), "insights.new_profiles",
         _over_time("insights.new_profiles", gettext_lazy("New profiles"), charts.line)),
    Card("active", gettext_lazy("Active profiles"), "insights.active_profiles",
         _over_time("insights.active_profiles", gettext_lazy("Active profiles"), charts.line, adds_up=False)),
    Card("steps", gettext_lazy("From looking to ordering"), "insights.steps_to_order", _steps),
    Card("repeat", gettext_lazy("Repeat rate"), "insights.repeat_rate", _repeat, is_wide=True),
    Card("rfm", gettext_lazy("Recency and frequency"), "audiences.rfm_grid", _rfm, is_wide=True),
    Card("products", gettext_lazy("Top products"), "insights.top_products", _products, is_wide=True),
)  # fmt: skip
