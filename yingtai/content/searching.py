"""Templates for the search of the frame."""

from functools import partial

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from yingtai.content.queries import TemplateView, list_templates
from yingtai.kernel.acting import Acting, decide
from yingtai.kernel.contributions import Searcher, searchers
from yingtai.kernel.labels import Label
from yingtai.kernel.pages import Page
from yingtai.ui.mistyped import rows_named
from yingtai.ui.panels import Found


def find_templates(acting: Acting, text: str) -> list[Found]:
    """Return templates whose name holds a text or resembles it, the latest first."""
    if not decide(acting, "view", Label.L2, "content.template").allowed:
        return []
    page_of = partial(_page, acting)
    return [
        Found(title=one.name, url=reverse("content:template", args=[one.id]), note=one.draft_subject)
        for one in rows_named(text, page_of)
    ]


def _page(acting: Acting, search: str, after: str | None) -> Page[TemplateView]:
    return list_templates(acting, search=search, after=after)


searchers.register("content", Searcher(_("Templates"), find_templates), order=40)
