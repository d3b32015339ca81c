"""Audiences for the search of the frame."""

from functools import partial

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from yingtai.audiences.queries import AudienceView, list_audiences
from yingtai.kernel.acting import Acting, decide
from yingtai.kernel.contributions import Searcher, searchers
from yingtai.kernel.labels import Label
from yingtai.kernel.pages import Page
from yingtai.ui.mistyped import rows_named
from yingtai.ui.panels import Found


def find_audiences(acting: Acting, text: str) -> list[Found]:
    """Return audiences whose name holds a text or resembles it, the latest first."""
    if not decide(acting, "view", Label.L2, "audiences.audience").allowed:
        return []
    page_of = partial(_page, acting)
    return [
        Found(title=one.name, url=reverse("audiences:audience", args=[one.id]), note=one.about)
        for one in rows_named(text, page_of)
    ]


def _page(acting: Acting, search: str, after: str | None) -> Page[AudienceView]:
    return list_audiences(acting, search=search, after=after)


searchers.register("audiences", Searcher(_("Audiences"), find_audiences), order=20)
