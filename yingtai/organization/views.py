from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from yingtai.kernel.acting import decide, require
from yingtai.kernel.errors import ProductError
from yingtai.kernel.http import ActingRequest, page, public
from yingtai.kernel.labels import Label
from yingtai.organization import queries, services
from yingtai.organization.forms import ColleagueForm, KeyForm, RoleForm, UnitForm
from yingtai.organization.middleware import WORKPLACE
from yingtai.organization.models import Role
from yingtai.ui.pages import render_page


@public("chooses among one's own workplaces only; shows nothing")
@require_POST
def switch_workplace(request: ActingRequest) -> HttpResponse:
    """Go on working in another of one's own places. A place that is not one's own changes nothing."""
    chosen = request.POST.get("place", "")
    if any(place.unit.code == chosen for place in request.workplaces):
        request.session[WORKPLACE] = chosen
    # What the page showed belongs to the place left behind, so everyone begins again at its list.
    back = request.POST.get("next", "/")
    is_ours = url_has_allowed_host_and_scheme(back, allowed_hosts={request.get_host()})
    return redirect(back if is_ours else "/")


@require_http_methods(["GET", "POST"])
@page(action="view", place="organization.unit", label=Label.L1)
def tree(request: ActingRequest) -> HttpResponse:
    """Group, legal entities, brands and regions; who may, adds a unit below one of them."""
    rows = queries.list_tree(request.acting.scope)
    form = UnitForm(request.POST or None, parents=[row.unit for row in rows])
    problem = None
    if request.method == "POST":
        require(request.acting, "administer", Label.L1, "organization.unit")
        if form.is_valid():
            problem = _tried(lambda: services.grow_tree(request.acting, **form.cleaned_data))
            if problem is None:
                return redirect("organization:tree")
    context = {"rows": rows, "form": form, "problem": problem, "may_add": _may_administer(request)}
    return render_page(request, "organization/tree.html", context, status=422 if problem else 200)


@require_GET
@page(action="view", place="organization.unit", label=Label.L1)
def region(request: ActingRequest, code: str) -> HttpResponse:
    """The dealers of a region."""
    unit = queries.get_unit(code)
    dealers = queries.list_dealers(request.acting.scope, unit)
    return render_page(request, "organization/region.html", {"unit": unit, "dealers": dealers})


@require_http_methods(["GET", "POST"])
@page(action="administer", place="organization.staff")
def staff_list(request: ActingRequest) -> HttpResponse:
    """Colleagues and their roles; invite one, give or take a role."""
    places = queries.list_places(request.acting.scope)
    form = ColleagueForm(request.POST or None, places=places)
    problem, password = None, ""
    if form.is_valid():
        try:
            password = services.invite_colleague(request.acting, **form.cleaned_data)
            form = ColleagueForm(None, places=places)
        except ProductError as error:
            problem = error
    context = {
        "colleagues": queries.list_staff(request.acting.scope),
        "form": form, "problem": problem, "password": password, "roles": dict(Role.choices),
        "own_id": request.user.pk,
    }  # fmt: skip
    return render_page(request, "organization/staff_list.html", context, status=422 if problem else 200)


@require_http_methods(["GET", "POST"])
@page(action="administer", place="organization.staff")
def role_give(request: ActingRequest, staff_id: UUID) -> HttpResponse:
    """Give a colleague one more role."""
    colleague = queries.find_colleague(request.acting.scope, staff_id)
    form = RoleForm(request.POST or None, places=queries.list_places(request.acting.scope))
    problem = None
    if form.is_valid():
        given = form.cleaned_data
        problem = _tried(lambda: services.give_role(request.acting, staff_id=staff_id, **given))
        if problem is None:
            messages.success(request, _("%s has the role now.") % colleague.name)
            return redirect("organization:staff_list")
    context = {"colleague": colleague, "form": form, "problem": problem}
    status = problem.status if problem else 422 if form.errors else 200
    return render_page(request, "organization/role_give.html", context, status=status)


@require_POST
@page(action="administer", place="organization.staff")
def role_take(request: ActingRequest, assignment_id: int) -> HttpResponse:
    """Take a role away."""
    services.take_role(request.acting, assignment_id)
    return redirect("organization:staff_list")


@require_http_methods(["GET", "POST"])
@page(action="administer", place="organization.key")
def key_list(request: ActingRequest) -> HttpResponse:
    """Keys of programs; a new one is shown once."""
    places = queries.list_places(request.acting.scope)
    form = KeyForm(request.POST or None, places=places)
    problem, key = None, ""
    if form.is_valid():
        try:
            key = services.issue_key(request.acting, **form.cleaned_data)
            form = KeyForm(None, places=places)
        except ProductError as error:
            problem = error
    context = {"keys": queries.list_keys(request.acting.scope), "form": form, "problem": problem, "key": key}
    return render_page(request, "organization/key_list.html", context, status=422 if problem else 200)


@require_POST
@page(action="administer", place="organization.key")
def key_revoke(request: ActingRequest, key_id: UUID) -> HttpResponse:
    """End a key at once."""
    services.revoke_key(request.acting, key_id)
    return redirect("organization:key_list")


def _may_administer(request: ActingRequest) -> bool:
    return decide(request.acting, "administer", Label.L1, "organization.unit").allowed


def _tried(work: Any) -> ProductError | None:
    try:
        work()
    except ProductError as error:
        return error
    return None
