"""Campaigns for the search of the frame."""

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from yingtai.campaigns.queries import list_campaigns
from yingtai.campaigns.reasons import STATES
from yingtai.kernel.acting import Acting, decide
from yingtai.kernel.contributions import Searcher, searchers
from yingtai.kernel.labels import Label
from yingtai.ui.panels import Found


def find_campaigns(acting: Acting, text: str) -> list[Found]:
    """Return campaigns whose name holds a text, the latest first."""
    if not decide(acting, "view", Label.L2, "campaigns.campaign").allowed:
        return []
    states = dict(STATES)
    return [
        Found(
            title=one.name,
            url=reverse("campaigns:campaign" if one.is_draft else "campaigns:monitor", args=[one.id]),
            note=str(states[one.state]),
        )
        for one in list_campaigns(acting, search=text).rows
    ]


searchers.register("campaigns", Searcher(_("Campaigns"), find_campaigns), order=30)
