"""The cards of the dashboard: which metric each shows, and how it is drawn."""

from django.utils.translation import gettext_lazy as _

from yingtai.insights.cards.card import Card, Drawn, Look
from yingtai.insights.cards.people import repeat, rfm, steps
from yingtai.insights.cards.sales import products, revenue
from yingtai.insights.cards.times import over_time
from yingtai.ui import charts

__all__ = ["CARDS", "Card", "Drawn", "Look"]

CARDS = (
    Card("revenue", _("Net revenue"), "insights.net_revenue", revenue, is_wide=True),
    Card("orders", _("Orders"), "insights.orders", over_time("insights.orders", _("Orders"), charts.bars)),
    Card("new", _("New profiles"), "insights.new_profiles",
         over_time("insights.new_profiles", _("New profiles"), charts.line)),
    Card("active", _("Active profiles"), "insights.active_profiles",
         over_time("insights.active_profiles", _("Active profiles"), charts.line, adds_up=False)),
    Card("steps", _("From looking to ordering"), "insights.steps_to_order", steps),
    Card("repeat", _("Repeat rate"), "insights.repeat_rate", repeat, is_wide=True),
    Card("rfm", _("Recency and frequency"), "audiences.rfm_grid", rfm, is_wide=True),
    Card("products", _("Top products"), "insights.top_products", products, is_wide=True),
)  # fmt: skip
