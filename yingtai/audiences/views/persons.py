"""What audiences tell on the page of one person."""

from uuid import UUID

from django.http import HttpResponse
from django.views.decorators.http import require_GET

from yingtai.audiences.queries import audiences_of
from yingtai.audiences.scores import scores_of
from yingtai.customers.api import get_profile
from yingtai.kernel.acting import require
from yingtai.kernel.http import ActingRequest, page
from yingtai.kernel.labels import Label
from yingtai.ui.pages import render_page


@require_GET
@page(action="view", place="customers.profile", label=Label.L3)
def of_person(request: ActingRequest, profile_id: UUID) -> HttpResponse:
    """Which audiences hold a person, and how they score."""
    acting = request.acting
    require(acting, "view", Label.L2, "audiences.audience")
    view = get_profile(acting, profile_id)
    context = {
        "audiences": audiences_of(acting, view.profile_no),
        "scores": scores_of(acting, view.profile_no, view.node_no),
    }
    return render_page(request, "audiences/of_person.html", context)
