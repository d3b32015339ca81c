"""Campaigns for the search of the frame."""

from functools import partial

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from yingtai.campaigns.queries import CampaignView, list_campaigns
from yingtai.campaigns.reasons import STATES
from yingtai.kernel.acting import Acting, decide
from yingtai.kernel.contributions import Searcher, searchers
from yingtai.kernel.labels import Label
from yingtai.kernel.pages import Page
from yingtai.ui.mistyped import rows_named
from yingtai.ui.panels import Found


def find_campaigns(acting: Acting, text: str) -> list[Found]:
    """Return campaigns whose name holds a text or resembles it, the latest first."""
    if not decide(acting, "view", Label.L2, "campaigns.campaign").allowed:
        return []
    states = dict(STATES)
    page_of = partial(_page, acting)
    return [
        Found(
            title=one.name,
            url=reverse("campaigns:campaign" if one.is_draft else "campaigns:monitor", args=[one.id]),
            note=str(states[one.state]),
        )
        for one in rows_named(text, page_of)
    ]


def _page(acting: Acting, search: str, after: str | None) -> Page[CampaignView]:
    return list_campaigns(acting, search=search, after=after)


searchers.register("campaigns", Searcher(_("Campaigns"), find_campaigns), order=30)
