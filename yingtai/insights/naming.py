"""Metrics and units as a reader of any language knows them."""

from django.utils.translation import gettext_lazy as _

from yingtai.kernel.contributions import MetricWords, metric_words
from yingtai.kernel.units import MONEY
from yingtai.lake.api import Metric

UNIT_WORDS = {
    "count": _("number"),
    "number": _("number"),
    "people": _("people"),
    "events": _("events"),
    "orders": _("orders"),
    MONEY: _("money, each currency by itself"),
    "ratio": _("share"),
    "days": _("days"),
    "hours": _("hours"),
    "seconds": _("seconds"),
    "score": _("score from 1 to 5"),
    "rows": _("rows"),
}
"""The units of `kernel.units` in words."""


def words_of(metric: Metric) -> MetricWords:
    """Return title and definition; a metric that nobody put into words is called by its name."""
    return metric_words.find(metric.name) or MetricWords(metric.name, metric.meaning)
