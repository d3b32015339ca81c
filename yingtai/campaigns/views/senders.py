"""Senders of the brand: the list, a new one, and out of the list."""

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from yingtai.campaigns.forms import SenderForm
from yingtai.campaigns.listing import SENDERS
from yingtai.campaigns.senders import get_sender, list_senders
from yingtai.campaigns.services import keeping_senders
from yingtai.kernel.acting import decide
from yingtai.kernel.http import ActingRequest, page
from yingtai.kernel.labels import Label
from yingtai.organization.api import list_brands, units_at
from yingtai.ui.lists import listing
from yingtai.ui.pages import render_page
from yingtai.ui.sheets import can_be_taken

ARCHIVED = "archived"


@require_http_methods(["GET", "POST"])
@page(action="view", place="campaigns.campaign")
@can_be_taken
def sender_list(request: ActingRequest) -> HttpResponse:
    """Whom mails come from, and who did."""
    brands = list_brands(request.acting.scope)
    may_edit = decide(request.acting, "edit", Label.L2, "campaigns.campaign").allowed
    form = SenderForm(request.POST if may_edit and request.POST else None, brands=brands)
    if form.is_valid():
        given = dict(form.cleaned_data)
        keeping_senders.keep_sender(request.acting, node_no=given.pop("brand"), **given)
        return redirect("campaigns:sender_list")
    show, shown = (
        request.GET.get("show", ""),
        listing(request, SENDERS, without=() if len(brands) > 1 else ("place",)),
    )
    rows = list_senders(request.acting, is_archived=show == ARCHIVED, sort=shown.sort)
    places = units_at([row.node_no for row in rows])
    context = {
        "form": form, "rows": [(row, places.get(row.node_no)) for row in rows], "listing": shown, "show": show,
        "shows": [("", _("In use")), (ARCHIVED, _("Archived"))], "may_edit": may_edit,
    }  # fmt: skip
    status = 422 if form.errors else 200
    return render_page(request, "campaigns/sender_list.html", context, fragment="rows", status=status)


@require_POST
@page(action="edit", place="campaigns.campaign")
def sender_archive(request: ActingRequest, sender_id: UUID) -> HttpResponse:
    """Offer a sender no longer, or again."""
    is_back = get_sender(request.acting, sender_id).archived_at is not None
    do = keeping_senders.restore_sender if is_back else keeping_senders.archive_sender
    do(request.acting, sender_id)
    return redirect("campaigns:sender_list")
