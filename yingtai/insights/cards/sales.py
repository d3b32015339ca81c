"""Money and goods. Currencies are never added up; those of hardly any order are told in words."""

from dataclasses import replace
from functools import partial
from typing import Any

from django.utils.translation import gettext as _

from yingtai.insights.cards.card import Drawn, Look, figure
from yingtai.insights.cards.currencies import SALES, noticeable, orders_by_currency, others_in_words
from yingtai.insights.cards.times import drawn_over_time
from yingtai.insights.queries import Answer
from yingtai.kernel.scope import BRAND_SHIFT
from yingtai.organization.api import units_at
from yingtai.ui import charts
from yingtai.ui.charts import Chart

MOST_PRODUCTS = 10


def revenue(look: Look) -> Drawn:
    """Net revenue and the average order: figures and a picture for each currency."""
    by, drawn = _drawn(look)
    whole, before = look.ask(SALES), look.ask_before(SALES)
    averages = _in_currencies(whole, "average")
    then, averages_then = _in_currencies(before, "value"), _in_currencies(before, "average")
    orders = orders_by_currency(look)
    came = {row["currency"] for row in drawn.rows}
    found = noticeable(came, orders, look)
    is_plain = found == [look.currency]
    figures: list[dict[str, Any]] = []
    for one in found:
        suffix = "" if is_plain else f" · {one}"
        unit = f"money:{one}"
        shown = partial(figure, look, unit_code=unit, is_rough=whole.is_rough)
        earned = _in_currencies(whole, "value").get(one, 0)
        figures.append(shown(_("Net revenue") + suffix, earned, then.get(one, 0) if before else None))
        if averages.get(one) is not None:
            figures.append(shown(_("Average order") + suffix, averages[one], averages_then.get(one)))
    # A currency of which no piece can be told has its figure, and no empty picture below it.
    told = {row["currency"] for row in drawn.rows if row["value"]}
    pictures = [_revenue_chart(by, drawn, one, is_plain=is_plain) for one in found if one in told]
    others = others_in_words(came - {*found}, orders)
    return Drawn(drawn, pictures, figures, grain=by.period.grain, others=others)


def products(look: Look) -> Drawn:
    """The products that brought the most, ranked within each currency."""
    answer = look.ask("insights.top_products")
    ranked: dict[str, list[dict[str, Any]]] = {}
    brands = _brands_of(answer)
    for row in answer.rows:
        unit = f"money:{row['currency']}" if row["currency"] else "count"
        named = row | {"unit": unit, "name": row["name"] or row["product_id"]}
        named["brand"] = brands.get(row["brand_no"], "")
        ranked.setdefault(row["currency"] or "", []).append(named)
    if brands:
        answer = replace(
            answer, rows=[row | {"brand": brands.get(row["brand_no"], "")} for row in answer.rows]
        )
    orders = orders_by_currency(look)
    found = noticeable(ranked, orders, look)
    others = others_in_words(ranked.keys() - {*found, ""}, orders)
    return Drawn(answer, products=[(one, ranked[one][:MOST_PRODUCTS]) for one in found], others=others)


def _brands_of(answer: Answer) -> dict[int, str]:
    """Return what the brands of the rows are called; nothing when all are of one: two brands may sell what is called
    alike."""
    nodes = sorted({row["brand_no"] << BRAND_SHIFT for row in answer.rows})
    if len(nodes) < 2:
        return {}
    return {node_no >> BRAND_SHIFT: unit.title for node_no, unit in units_at(nodes).items()}


def _drawn(look: Look) -> tuple[Look, Answer]:
    """Return revenue in pieces of time as short as can be told: of most of them it is that of people enough."""
    for by in look.coarser():
        answer = by.ask_drawn("insights.net_revenue")
        untold = sum(row["value"] is None for row in answer.rows)
        if untold * 2 <= len(answer.rows):
            break
    return by, answer


def _revenue_chart(look: Look, answer: Answer, currency: str, *, is_plain: bool) -> Chart:
    found = {row["period"]: row["value"] for row in answer.rows if row["currency"] == currency}
    words = _("Net revenue") if is_plain else f"{_('Net revenue')} · {currency}"
    return drawn_over_time(look, charts.bars, words, found, f"money:{currency}")


def _in_currencies(answer: Answer | None, column: str) -> dict[str, int | None]:
    """Return a figure by currency; None where it is of too few people for whoever asks."""
    return {row["currency"]: row[column] for row in answer.rows} if answer else {}
