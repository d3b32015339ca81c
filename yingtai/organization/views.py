from datetime import timedelta
from operator import itemgetter
from typing import Any, cast
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import get_language, gettext_lazy, pgettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from yingtai.kernel.acting import decide, require
from yingtai.kernel.contributions import deed_words, second_person
from yingtai.kernel.errors import ProductError
from yingtai.kernel.http import ActingRequest, page, public, words_of
from yingtai.kernel.labels import Label
from yingtai.organization import approving, deeds, inviting, list_views, queries, services
from yingtai.organization.errors import TooManyViews
from yingtai.organization.forms import ColleagueForm, JoinForm, KeyForm, RoleForm, UnitForm
from yingtai.organization.listing import APPROVALS, RECORD, STAFF
from yingtai.organization.middleware import WORKPLACE
from yingtai.organization.models import Role, Staff
from yingtai.organization.record_words import about_of, abouts_in_words, details_in_words
from yingtai.organization.staff_rows import staff_lines
from yingtai.ui.lists import list_kinds, listing
from yingtai.ui.pages import render_page
from yingtai.ui.sheets import can_be_taken

TIMES = [
    ("", gettext_lazy("All times")), ("1", gettext_lazy("The latest 24 hours")),
    ("7", gettext_lazy("The latest 7 days")), ("30", gettext_lazy("The latest 30 days")),
    ("365", gettext_lazy("The latest year")),
]  # fmt: skip
WAITS = gettext_lazy("It now waits for a second person, who finds it under Approvals.")


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


@require_POST
@page(action="view", place="home", label=Label.L1)
def view_keep(request: ActingRequest) -> HttpResponse:
    """Keep what a list is filtered and sorted by now, under a name of one's own."""
    kind = list_kinds.find(request.POST.get("list", ""))
    name = request.POST.get("name", "").strip()
    if kind is None or not name:
        return redirect("/")
    query = request.POST.get("query", "")
    try:
        list_views.keep_view(cast(Staff, request.user), kind, name=name, query=query)
    except TooManyViews as problem:
        messages.error(request, " ".join(words_of(problem)))
    return redirect(kind.url_with(query))


@require_POST
@page(action="view", place="home", label=Label.L1)
def view_remove(request: ActingRequest, view_id: UUID) -> HttpResponse:
    """Remove a view of one's own."""
    kind = list_kinds.find(list_views.remove_view(cast(Staff, request.user), view_id))
    return redirect(kind.url if kind else "/")


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
@can_be_taken
def staff_list(request: ActingRequest) -> HttpResponse:
    """Colleagues and whoever is invited, with their roles; invite one, give or take a role.

    What is looked for is posted: the name of a colleague in an address would stand in histories and logs.
    """
    search, is_search = request.POST.get("search", "").strip()[:120], "search" in request.POST
    role = (request.POST if is_search else request.GET).get("role", "")
    if is_search and not search:
        return redirect(f"{request.path}?{urlencode({'role': role})}" if role else request.path)
    places = queries.list_places(request.acting.scope)
    form = ColleagueForm(None if is_search else request.POST or None, places=places)
    problem = None
    if form.is_valid():
        try:
            waits = services.invite_colleague(request.acting, **form.cleaned_data)
        except ProductError as error:
            problem = error
        else:
            messages.success(request, WAITS if waits else _("The invitation is on its way."))
            return redirect("organization:staff_list")
    shown = listing(request, STAFF)
    context = {
        "lines": staff_lines(request.acting, search=search, role=role, sort=shown.sort), "search": search,
        "listing": shown, "role": role, "choices": [("", _("All roles")), *Role.choices],
        "form": form, "problem": problem, "roles": dict(Role.choices), "own_id": request.user.pk,
    }  # fmt: skip
    status = 422 if problem else 200
    return render_page(request, "organization/staff_list.html", context, fragment="rows", status=status)


@require_http_methods(["GET", "POST"])
@page(action="administer", place="organization.staff")
def role_give(request: ActingRequest, staff_id: UUID) -> HttpResponse:
    """Give a colleague one more role."""
    colleague = queries.find_colleague(request.acting.scope, staff_id)
    form = RoleForm(request.POST or None, places=queries.list_places(request.acting.scope))
    problem = None
    if form.is_valid():
        try:
            waits = services.give_role(request.acting, staff_id=staff_id, **form.cleaned_data)
        except ProductError as error:
            problem = error
        else:
            messages.success(request, WAITS if waits else _("%s has the role now.") % colleague.name)
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
            key = services.issue_key(request.acting, **form.cleaned_data) or ""
            form = KeyForm(None, places=places)
        except ProductError as error:
            problem = error
        else:
            if not key:
                messages.success(request, WAITS)
                return redirect("organization:key_list")
    return _keys(request, form, problem, key)


@require_POST
@page(action="administer", place="organization.key")
def key_collect(request: ActingRequest, approval_id: UUID) -> HttpResponse:
    """Make the key that somebody else approved, and show it this once."""
    key = services.collect_key(request.acting, approval_id)
    return _keys(request, KeyForm(None, places=queries.list_places(request.acting.scope)), None, key)


def _keys(request: ActingRequest, form: KeyForm, problem: ProductError | None, key: str) -> HttpResponse:
    context = {
        "keys": queries.list_keys(request.acting.scope), "form": form, "problem": problem, "key": key,
        "approved": approving.list_approved(request.acting, "key.issue"), "roles": dict(Role.choices),
    }  # fmt: skip
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


@require_POST
@page(action="administer", place="organization.staff")
def invitation_withdraw(request: ActingRequest, invitation_id: UUID) -> HttpResponse:
    """End an invitation that was not accepted yet."""
    inviting.withdraw_invitation(request.acting, invitation_id)
    return redirect("organization:staff_list")


@public("whoever reads the invited mailbox chooses a password; the link works once")
@require_http_methods(["GET", "POST"])
def join(request: ActingRequest, token: str) -> HttpResponse:
    """Accept an invitation."""
    invitation = inviting.find_invitation(token, request.acting.at)
    form, problem = JoinForm(request.POST or None), None
    if form.is_valid():
        try:
            language = get_language() or ""
            inviting.join(request.acting, token, password=form.cleaned_data["password"], language=language)
        except ProductError as error:
            problem = error
        else:
            messages.success(request, _("Welcome. Sign in with your address and the password you chose."))
            return redirect("account_login")
    context = {"invitation": invitation, "form": form, "problem": problem}
    status = 422 if problem or form.errors else 200
    return render_page(request, "organization/join.html", context, status=status)


@require_GET
@page(action="view", place="home", label=Label.L1)
@can_be_taken
def approval_list(request: ActingRequest) -> HttpResponse:
    """What waits for a second person, and what was decided: one's own wishes, and those that one may decide."""
    show, what = request.GET.get("show", ""), request.GET.get("what", "")
    shown = listing(request, APPROVALS)
    found = approving.list_waiting(
        request.acting, is_over=show == "over", what=what, sort=shown.sort, after=request.GET.get("after")
    )
    kinds = [(code, act.title) for code, act in second_person.items()]
    context = {
        "page": found, "listing": shown, "show": show, "what": what, "kinds": [("", _("Everything")), *kinds],
        "shows": [("", _("Waiting")), ("over", _("Decided or expired"))],
    }  # fmt: skip
    return render_page(request, "organization/approval_list.html", context, fragment="rows")


@require_http_methods(["GET", "POST"])
@page(action="view", place="home", label=Label.L1)
def approval_decide(request: ActingRequest, approval_id: UUID) -> HttpResponse:
    """Read what somebody asked for; approve or decline it."""
    if request.method == "GET":
        found = approving.get_approval(request.acting, approval_id)
        return render_page(request, "organization/approval.html", {"one": found})
    is_approved = request.POST.get("decision") == "approve"
    approving.decide_approval(request.acting, approval_id, is_approved=is_approved)
    messages.success(request, _("Approved and done.") if is_approved else _("Declined."))
    return redirect("organization:approval_list")


@require_GET
@page(action="audit", place="organization.record")
@can_be_taken
def record(request: ActingRequest) -> HttpResponse:
    """Who changed rights, or saw, copied, erased or let out what is private."""
    what, by, days = (request.GET.get(name, "") for name in ("what", "by", "days"))
    since = request.acting.at - timedelta(days=int(days)) if days in dict(TIMES) and days else None
    found = deeds.list_deeds(request.acting, what=what, by=by, since=since, after=request.GET.get("after"))
    doers = deeds.list_doers(request.acting)
    names = queries.names_of_staff(request.acting, [*doers, *(row.by for row in found.rows)])
    words = dict(deed_words.items())
    places = queries.units_at([row.node_no for row in found.rows])
    has_brands = len(queries.list_brands(request.acting.scope)) > 1
    abouts = abouts_in_words(request.acting, found.rows)
    context = {
        "page": found, "what": what, "by": by, "days": days, "times": TIMES,
        "doers": [
            ("", pgettext("record", "Everybody")),
            *sorted(((one, names.get(one) or one) for one in doers), key=itemgetter(1)),
        ],
        "kinds": [("", _("Everything")), *words.items()],
        "listing": listing(request, RECORD, without=() if has_brands else ("place",)),
        "rows": [
            (
                row, names.get(row.by) or row.by, words.get(row.what, row.what), places.get(row.node_no),
                about_of(row, abouts), said,
            )
            for row, said in zip(found.rows, details_in_words(request.acting, found.rows, abouts), strict=True)
        ],
    }  # fmt: skip
    return render_page(request, "organization/record.html", context, fragment="rows")
