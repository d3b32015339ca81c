"""What a brand keeps longer than its tracking plan says, and the beginning of its removal."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from yingtai.collect.api import event_title
from yingtai.customers.services.expiring import PLACE, begin_retention, retention_of
from yingtai.kernel.acting import decide
from yingtai.kernel.http import ActingRequest, page
from yingtai.kernel.labels import Label
from yingtai.organization.api import UnitNotFound, list_brands, names_of_staff
from yingtai.ui.formats import number
from yingtai.ui.pages import Confirmation, render_confirmation, render_page

MOST_BRANDS = 20


@require_GET
@page(action="view", place=PLACE)
def retention(request: ActingRequest) -> HttpResponse:
    """By brand: each declared event, how long it may be kept, and how much is older."""
    acting = request.acting
    brands = list_brands(acting.scope)[:MOST_BRANDS]
    found = [(brand, retention_of(acting, brand.node_no or 0)) for brand in brands]
    names = names_of_staff(acting, [view.begun_by for _brand, view in found if view.begun_by])
    context = {
        "brands": [
            (
                brand,
                view,
                names.get(view.begun_by, view.begun_by),
                [(one, event_title(one.event)) for one in view.events if one.rows],
                sum(not one.rows for one in view.events),
            )
            for brand, view in found
        ],
        "may_begin": decide(acting, "edit", Label.L3, PLACE).allowed,
        "now": acting.at,
    }
    return render_page(request, "customers/retention.html", context)


@require_http_methods(["GET", "POST"])
@page(action="edit", place=PLACE, label=Label.L3)
def begin(request: ActingRequest, node_no: int) -> HttpResponse:
    """Begin to remove what is older than declared, after saying how much that is."""
    brand = next((one for one in list_brands(request.acting.scope) if one.node_no == node_no), None)
    if brand is None:
        raise UnitNotFound(code=str(node_no))
    if request.method == "POST":
        begin_retention(request.acting, node_no)
        messages.success(request, _("Expired events of %s are removed from tonight on.") % brand.title)
        return redirect("customers:retention")
    view = retention_of(request.acting, node_no)
    if view.is_damaged:
        messages.error(request, _("The lake is damaged; the operator sees where. Nothing was begun."))
        return redirect("customers:retention")
    confirmation = Confirmation(
        title=_("Remove expired events of %s") % brand.title,
        lead=_(
            "Events older than the tracking plan says: %s. They are removed tonight, and from then on every night."
        )
        % number(view.rows),
        consequences=(
            _(
                "Audiences, dashboards and timelines no longer know them; lines of orders go with their orders."
            ),
            _("Profiles, consent and what was sent stay as they are."),
            _("How many were removed is in the audit log each time."),
        ),
        irreversible=_("Removed events cannot be brought back; only a backup holds them."),
        action=_("Remove them from tonight on"),
        cancel_url=reverse("customers:retention"),
    )
    return render_confirmation(request, confirmation)
