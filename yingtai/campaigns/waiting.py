"""What campaigns has for Home: drafts of one's own, mails to look at, results that are ready."""

from collections.abc import Sequence
from datetime import timedelta

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from yingtai.campaigns import queries
from yingtai.campaigns.confirmations import crowds_of
from yingtai.campaigns.queries import CampaignView
from yingtai.kernel.acting import Acting, decide
from yingtai.kernel.labels import Label
from yingtai.kernel.protecting import is_protected
from yingtai.organization.api import list_brands
from yingtai.ui.formats import number
from yingtai.ui.panels import Todo

LATELY = timedelta(days=30)
RESULT_IS_NEWS = timedelta(days=7)
UNKNOWN = "unknown"
Tallies = dict[int, dict[str, int]]
FAILURES = ("refused", "gave_up", "bad_address", "field_missing", "bad_link", "blocked")


def campaigns_wait(acting: Acting) -> list[Todo]:
    """What somebody who builds campaigns has to look at, the most urgent first."""
    if not decide(acting, "edit", Label.L2, "campaigns.campaign").allowed:
        return []
    lately = queries.list_launched(acting, since=acting.at - LATELY)
    tallies = queries.tallies_of(acting, [one.campaign_no for one in lately])
    waiting = [
        *_crowded(acting),
        *_troubled([one for one in lately if one.trouble and one.is_running]),
        *_unknown([one for one in lately if tallies[one.campaign_no].get(UNKNOWN)], tallies),
        *_failed([one for one in lately if _count(tallies[one.campaign_no], FAILURES)], tallies),
        *_drafts(queries.list_drafts_of(acting, acting.actor)),
    ]
    ready = [
        one
        for one in lately
        if one.hold_out_share
        and one.counts_until
        and timedelta(0) < acting.at - one.counts_until < RESULT_IS_NEWS
    ]
    return [*waiting, *_results(ready)]


def _troubled(found: Sequence[CampaignView]) -> list[Todo]:
    if not found:
        return []
    title = ngettext("%s campaign cannot be sent", "%s campaigns cannot be sent", len(found))
    return [
        _todo(title, len(found), found, "campaigns:monitor", note=found[0].trouble_words[0], is_urgent=True)
    ]


def _crowded(acting: Acting) -> list[Todo]:
    if is_protected(acting):
        return []
    brands = {one.node_no: one for one in list_brands(acting.scope)}
    return [
        Todo(
            title=_("Many addresses to confirm come from one network"),
            url=reverse("campaigns:confirming", args=[brands[node_no].id]),
            note=brands[node_no].title,
        )
        for node_no in crowds_of(acting)
        if node_no in brands
    ]


def _unknown(found: Sequence[CampaignView], tallies: Tallies) -> list[Todo]:
    count = sum(_count(tallies[one.campaign_no], (UNKNOWN,)) for one in found)
    if not count:
        return []
    title = ngettext("%s mail may or may not have arrived", "%s mails may or may not have arrived", count)
    note = _("decide whether to send again: %s") % _names(found)
    return [_todo(title, count, found, "campaigns:monitor", note=note, is_urgent=True)]


def _failed(found: Sequence[CampaignView], tallies: Tallies) -> list[Todo]:
    count = sum(_count(tallies[one.campaign_no], FAILURES) for one in found)
    if not count:
        return []
    title = ngettext("%s mail failed", "%s mails failed", count)
    return [_todo(title, count, found, "campaigns:monitor", note=_names(found))]


def _drafts(found: Sequence[CampaignView]) -> list[Todo]:
    if not found:
        return []
    title = ngettext("%s draft of yours is not launched", "%s drafts of yours are not launched", len(found))
    here = f"{reverse('campaigns:campaign_list')}?state=draft"
    return [_todo(title, len(found), found, "campaigns:campaign", several=here, note=_names(found))]


def _results(found: Sequence[CampaignView]) -> list[Todo]:
    if not found:
        return []
    title = ngettext(
        "The result of %s campaign is ready", "The results of %s campaigns are ready", len(found)
    )
    return [_todo(title, len(found), found, "campaigns:result", note=_names(found))]


def _todo(
    title: str, count: int, found: Sequence[CampaignView], page: str, *, several: str = "", note: str = "",
    is_urgent: bool = False,
) -> Todo:  # fmt: skip
    """One campaign is opened itself; several are found in the list."""
    one = reverse(page, args=[found[0].id])
    url = one if len(found) == 1 else several or reverse("campaigns:campaign_list")
    return Todo(title=title % number(count), url=url, note=note, is_urgent=is_urgent)


def _count(tally: dict[str, int], whats: Sequence[str]) -> int:
    return sum(tally.get(what, 0) for what in whats)


def _names(found: Sequence[CampaignView]) -> str:
    shown = _(", ").join(one.name for one in found[:3])
    return f"{shown}…" if len(found) > 3 else shown
