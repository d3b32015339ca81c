"""The look of a brand: what its recipients see around the words."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from yingtai.content.colors import contrast, edge_of, ink_on
from yingtai.content.forms import LookForm
from yingtai.content.looks import keep_look, look_of
from yingtai.kernel.acting import decide
from yingtai.kernel.errors import ProductError
from yingtai.kernel.http import ActingRequest, page, takes_files
from yingtai.kernel.labels import Label
from yingtai.organization.api import UnitView, list_brands, read_seen, seen_by_form, status_of
from yingtai.ui.components import Tab
from yingtai.ui.pages import render_page

MOST_SENT_BYTES = 32 * 1024 * 1024
"""A photo that is far too large is read to its end, so that its page can say so; only its beginning is kept."""


@require_GET
@page(action="view", place="content.template")
def first_look(request: ActingRequest) -> HttpResponse:
    """Open the look of the first brand there is."""
    return redirect("content:look", list_brands(request.acting.scope)[0].id)


@takes_files(MOST_SENT_BYTES)
@require_http_methods(["GET", "POST"])
@page(action="view", place="content.template")
def look(request: ActingRequest, brand_id: UUID) -> HttpResponse:
    """The color and logo of a brand, and how they look."""
    brand, problem, posted = _brand(request, brand_id), None, request.POST.get("seen", "")
    may_edit = decide(request.acting, "edit", Label.L2, "content.template").allowed
    is_sent = may_edit and request.method == "POST"
    found = look_of(request.acting, brand.node_no)
    data, files = (request.POST, request.FILES) if is_sent else (None, None)
    form = LookForm(data, files, initial={"color": found.color})
    if is_sent and form.is_valid():
        try:
            color = form.cleaned_data["color"].lower()
            keep_look(
                request.acting,
                node_no=brand.node_no,
                color=color,
                logo=form.logo_given,
                seen=read_seen(posted),
            )
        except ProductError as refused:
            problem = refused
        else:
            messages.success(request, _("The look is saved. Links in mails show it from now on."))
            return redirect("content:look", brand_id)
    brands = list_brands(request.acting.scope)
    seen = seen_by_form(posted, problem, changed_at=found.changed_at) if found.changed_at else None
    context = {
        "seen": seen, "form": form, "problem": problem, "look": found, "brand": brand, "may_edit": may_edit,
        "ink": ink_on(found.color), "edge": edge_of(found.color),
        "ratio": round(contrast(found.color, ink_on(found.color)), 1),
        "tabs": [Tab(one.title, f"/content/look/{one.id}/", one.id == brand.id) for one in brands],
    }  # fmt: skip
    return render_page(request, "content/look.html", context, status=status_of(form, problem))


@require_GET
@page(action="view", place="content.template")
def look_logo(request: ActingRequest, brand_id: UUID) -> HttpResponse:
    """The logo, for the page."""
    found = look_of(request.acting, _brand(request, brand_id).node_no)
    if not found.logo:
        raise Http404
    return HttpResponse(found.logo, content_type=found.logo_type)


def _brand(request: ActingRequest, brand_id: UUID) -> UnitView:
    brand = next((one for one in list_brands(request.acting.scope) if one.id == brand_id), None)
    if brand is None:
        raise Http404
    return brand
