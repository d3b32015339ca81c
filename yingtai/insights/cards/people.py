"""What people do: whether they come back, how recently and often, how far they get."""

from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _

from yingtai.insights.cards.card import Drawn, Look, figure
from yingtai.insights.queries import ask
from yingtai.kernel.acting import decide
from yingtai.kernel.labels import Label
from yingtai.ui import charts

SCORES = (1, 2, 3, 4, 5)


def repeat(look: Look) -> Drawn:
    """The share of buyers who came back, with how sure that is."""
    answer = look.ask("insights.repeat_rate")
    [row] = answer.rows
    if row["value"] is None:
        return Drawn(answer)
    band = _("95 %% sure between %(low)s and %(high)s") % {
        "low": f"{row['low']:.1%}", "high": f"{row['high']:.1%}"
    }  # fmt: skip
    told = f"{band} · {_('of')} {row['buyers']:,} {_('buyers')}"
    shown = figure(look, _("Repeat rate"), row["value"], unit_code="ratio", is_rough=answer.is_rough)
    return Drawn(answer, figures=[shown | {"note": told, "period": look.span}])


def rfm(look: Look) -> Drawn:
    """Customers by recency and frequency; each cell leads to the audience of its people."""
    answer = ask(look.acting, "audiences.rfm_grid")
    if not answer.rows:
        return Drawn(answer)
    cells = {(row["recency_score"], row["frequency_score"]): row["people"] for row in answer.rows}
    may_build = decide(look.acting, "edit", Label.L2, "audiences.audience").allowed
    grades = [str(score) for score in SCORES]
    chart = charts.heat(
        _("Customers by recency and frequency"), grades, grades[::-1],
        [[cells.get((recency, frequency)) for frequency in SCORES] for recency in SCORES[::-1]],
        x=_("How often (5 = most often)"), y=_("How recently (5 = most recently)"), unit="count",
        note=_("all customers with an order; who ordered equally often shares a score, so a column may be empty"),
        urls=[[_audience(recency, frequency) for frequency in SCORES] for recency in SCORES[::-1]]
        if may_build else (),
    )  # fmt: skip
    links = [
        (_("Champions"), _audience("4-5", "4-5")),
        (_("Occasional, recent"), _audience("4-5", "1")),
        (_("At risk: often, but not lately"), _audience("1-2", "4-5")),
    ]
    return Drawn(answer, [chart], links=links if may_build else [])


def steps(look: Look) -> Drawn:
    """How many people get from looking to ordering."""
    answer = look.ask("insights.steps_to_order")
    [row] = answer.rows
    if not row["viewed"]:
        return Drawn(answer)
    stages = [
        (_("Viewed a product"), row["viewed"]),
        (_("Put in the cart, configured or asked"), row["added"] or 0),
        (_("Ordered"), row["ordered"] or 0),
    ]
    return Drawn(answer, [charts.funnel(_("From looking to ordering"), stages, unit="count", note=look.span)])


def _audience(recency: object, frequency: object) -> str:
    query = urlencode({"recency": recency, "frequency": frequency})
    return f"{reverse('audiences:audience_new')}?{query}"
