"""The list of campaigns, and what is done with several or one of them: archived and restored, or deleted."""

from time import perf_counter
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from yingtai.campaigns import queries
from yingtai.campaigns.errors import CampaignWasUsed
from yingtai.campaigns.listing import CAMPAIGNS
from yingtai.campaigns.reasons import STATES
from yingtai.campaigns.services import drafting
from yingtai.kernel.acting import decide
from yingtai.kernel.http import ActingRequest, page
from yingtai.kernel.labels import Label
from yingtai.kernel.protecting import is_protected
from yingtai.organization.api import list_brands, units_at
from yingtai.ui.lists import listing
from yingtai.ui.pages import Confirmation, render_confirmation, render_page
from yingtai.ui.sheets import can_be_taken
from yingtai.ui.ticked import ARCHIVED, Deeds, actions, do_with_ticked, shows

DEEDS = Deeds(
    archive=drafting.archive_campaign, restore=drafting.restore_campaign, delete=drafting.delete_campaign,
    named=queries.named,
    keeps=gettext_lazy("Only drafts are deleted: a campaign that was launched stays and says so."),
)  # fmt: skip


@require_GET
@page(action="view", place="campaigns.campaign")
@can_be_taken
def campaign_list(request: ActingRequest) -> HttpResponse:
    """Every campaign, newest first, with how far it is."""
    began = perf_counter()
    search, state = request.GET.get("search", "").strip()[:120], request.GET.get("state", "")
    show = request.GET.get("show", "")
    has_brands = len(list_brands(request.acting.scope)) > 1
    may_edit = decide(request.acting, "edit", Label.L2, "campaigns.campaign").allowed
    shown = listing(request, CAMPAIGNS, without=() if has_brands else ("place",), is_bulk=may_edit)
    found = queries.list_campaigns(
        request.acting, search=search, state=state, after=request.GET.get("after"), sort=shown.sort,
        is_archived=show == ARCHIVED,
    )  # fmt: skip
    tallies = queries.tallies_of(request.acting, [row.campaign_no for row in found.rows])
    places = units_at([row.node_no for row in found.rows])
    context = {
        "page": found,
        "rows": [(row, tallies[row.campaign_no], places.get(row.node_no)) for row in found.rows],
        "listing": shown,
        "is_filtered": bool(search or state or show),
        "search": search,
        "state": state,
        "states": [("", _("All")), *STATES],
        "show": show,
        "shows": shows(),
        "actions": actions(show, may_delete=True),
        "words": dict(STATES),
        "now": request.acting.at,
        "is_protected": is_protected(request.acting),
        "took_ms": round((perf_counter() - began) * 1000),
    }
    return render_page(request, "campaigns/campaign_list.html", context, fragment="rows", whole_for="show")


@require_http_methods(["GET", "POST"])
@page(action="edit", place="campaigns.campaign")
def several(request: ActingRequest) -> HttpResponse:
    """Archive, restore or delete the campaigns that were ticked."""
    return do_with_ticked(request, CAMPAIGNS, DEEDS)


@require_http_methods(["GET", "POST"])
@page(action="edit", place="campaigns.campaign")
def delete(request: ActingRequest, campaign_id: UUID) -> HttpResponse:
    """Delete a draft for good, after asking."""
    campaign = queries.get_campaign(request.acting, campaign_id)
    if campaign.launched_at:
        raise CampaignWasUsed(name=campaign.name)
    if request.method == "POST":
        drafting.delete_campaign(request.acting, campaign_id)
        messages.success(request, _("“{name}” is deleted.").format(name=campaign.name))
        return redirect("campaigns:campaign_list")
    asked = Confirmation(
        title=_("Delete “{name}”").format(name=campaign.name),
        lead=_("The draft is deleted. Nothing was sent from it, so no result is lost."),
        consequences=(_("Its audience and its template stay."),),
        irreversible=_("Nobody can bring the draft back. To take it out of the lists only, archive it."),
        action=_("Delete for good"),
        cancel_url=reverse("campaigns:campaign", args=[campaign_id]),
    )
    return render_confirmation(request, asked)


@require_POST
@page(action="edit", place="campaigns.campaign")
def archive(request: ActingRequest, campaign_id: UUID) -> HttpResponse:
    """Take a campaign out of the lists, or back into them; nothing is lost either way."""
    campaign = queries.get_campaign(request.acting, campaign_id)
    if campaign.archived_at:
        drafting.restore_campaign(request.acting, campaign_id)
        messages.success(request, _("“{name}” is in use again.").format(name=campaign.name))
        return redirect("campaigns:monitor" if campaign.launched_at else "campaigns:campaign", campaign_id)
    drafting.archive_campaign(request.acting, campaign_id)
    messages.success(request, _("“{name}” is archived.").format(name=campaign.name))
    return redirect("campaigns:campaign_list")
