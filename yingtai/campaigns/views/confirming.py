"""How a brand lets people confirm by mail the addresses that pages give: on or off, whom from, and in which words."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from yingtai.campaigns.confirmations import MOST_MAILS, confirming_of, how_many, shown_words
from yingtai.campaigns.forms import ConfirmingForm
from yingtai.campaigns.senders import list_senders
from yingtai.campaigns.services.confirming import choose_confirming
from yingtai.kernel.acting import decide
from yingtai.kernel.errors import ProductError
from yingtai.kernel.http import ActingRequest, page
from yingtai.kernel.labels import Label
from yingtai.organization.api import UnitView, list_brands, read_seen, seen_by_form, status_of
from yingtai.ui.components import Tab
from yingtai.ui.pages import render_page


@require_GET
@page(action="view", place="campaigns.campaign")
def first_confirming(request: ActingRequest) -> HttpResponse:
    """Open the choice of the first brand there is."""
    brands = list_brands(request.acting.scope)
    if not brands:
        raise Http404
    return redirect("campaigns:confirming", brands[0].id)


@require_http_methods(["GET", "POST"])
@page(action="view", place="campaigns.campaign")
def confirming(request: ActingRequest, brand_id: UUID) -> HttpResponse:
    """What a brand chose, how it goes, and what people get."""
    acting, brands = request.acting, list_brands(request.acting.scope)
    brand = _brand(brands, brand_id)
    node_no, problem, posted = brand.node_no or 0, None, request.POST.get("seen", "")
    may_edit = decide(acting, "send", Label.L3, "campaigns.campaign").allowed and acting.scope.covers(node_no)
    is_sent = may_edit and request.method == "POST"
    held, senders = confirming_of(acting, node_no), list_senders(acting, node_no=node_no)
    form = ConfirmingForm(request.POST if is_sent else None, held=held, senders=senders)
    if is_sent and form.is_valid():
        try:
            choose_confirming(acting, node_no=node_no, seen=read_seen(posted), **form.cleaned_data)
        except ProductError as refused:
            problem = refused
        else:
            messages.success(request, _("Saved."))
            return redirect("campaigns:confirming", brand_id)
    context = {
        "brand": brand, "held": held, "form": form, "problem": problem, "may_edit": may_edit, "senders": senders,
        "seen": seen_by_form(posted, problem, changed_at=held.changed_at) if held else None,
        "numbers": how_many(acting, node_no), "mails": shown_words(acting, brand), "most_mails": MOST_MAILS,
        "tabs": [
            Tab(one.title, reverse("campaigns:confirming", args=[one.id]), one.id == brand.id) for one in brands
        ],
    }  # fmt: skip
    return render_page(request, "campaigns/confirming.html", context, status=status_of(form, problem))


def _brand(brands: list[UnitView], brand_id: UUID) -> UnitView:
    brand = next((one for one in brands if one.id == brand_id), None)
    if brand is None:
        raise Http404
    return brand
