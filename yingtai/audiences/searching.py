"""Audiences for the search of the frame."""

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from yingtai.audiences.queries import list_audiences
from yingtai.kernel.acting import Acting, decide
from yingtai.kernel.contributions import Searcher, searchers
from yingtai.kernel.labels import Label
from yingtai.ui.panels import Found


def find_audiences(acting: Acting, text: str) -> list[Found]:
    """Return audiences whose name holds a text, the latest first."""
    if not decide(acting, "view", Label.L2, "audiences.audience").allowed:
        return []
    return [
        Found(title=one.name, url=reverse("audiences:audience", args=[one.id]), note=one.about)
        for one in list_audiences(acting, search=text).rows
    ]


searchers.register("audiences", Searcher(_("Audiences"), find_audiences), order=20)
