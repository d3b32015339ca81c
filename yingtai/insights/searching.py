"""Metrics for the search of the frame."""

from django.urls import reverse
from django.utils.text import Truncator
from django.utils.translation import gettext_lazy as _

from yingtai.insights.naming import words_of
from yingtai.insights.queries import list_metrics
from yingtai.kernel.acting import Acting, decide
from yingtai.kernel.contributions import Searcher, searchers
from yingtai.kernel.labels import Label
from yingtai.ui.mistyped import matching
from yingtai.ui.panels import Found
from yingtai.ui.searching import said_in_every_language

NOTE = 80


def find_metrics(acting: Acting, text: str) -> list[Found]:
    """Return metrics whose name holds a text or resembles it, the latest first."""
    if not decide(acting, "view", Label.L2, "insights.metric").allowed:
        return []
    known = [(metric, words_of(metric)) for metric in list_metrics(acting)]
    named = [(said_in_every_language(words.title), (metric, words)) for metric, words in known]
    return [
        Found(
            title=str(words.title),
            url=reverse("insights:metric", args=[metric.name]),
            note=Truncator(words.definition).chars(NOTE),
        )
        for metric, words in matching(text, named)
    ]


searchers.register("insights", Searcher(_("Metrics"), find_metrics), order=50)
