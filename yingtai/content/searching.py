"""Templates for the search of the frame."""

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from yingtai.content.queries import list_templates
from yingtai.kernel.acting import Acting, decide
from yingtai.kernel.contributions import Searcher, searchers
from yingtai.kernel.labels import Label
from yingtai.ui.panels import Found


def find_templates(acting: Acting, text: str) -> list[Found]:
    """Return templates whose name holds a text, the latest first."""
    if not decide(acting, "view", Label.L2, "content.template").allowed:
        return []
    return [
        Found(title=one.name, url=reverse("content:template", args=[one.id]), note=one.draft_subject)
        for one in list_templates(acting, search=text).rows
    ]


searchers.register("content", Searcher(_("Templates"), find_templates), order=40)
