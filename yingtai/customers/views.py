from time import perf_counter
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from yingtai.customers import queries, timelines, viewing
from yingtai.customers.codes import code_of
from yingtai.customers.contacting import permissions, phone_of
from yingtai.customers.deeds import count_search
from yingtai.customers.forms import ReasonForm
from yingtai.customers.happenings import HAPPENINGS, events_of
from yingtai.customers.how_many import about_how_many
from yingtai.customers.listing import PEOPLE
from yingtai.customers.merging_views import done_in_words, watching
from yingtai.customers.orders import SHOWN_ORDERS, orders_of, worth_of
from yingtai.customers.services import confirming, erasing, revealing
from yingtai.kernel.acting import Acting, decide
from yingtai.kernel.contributions import privacy_holders, profile_panels
from yingtai.kernel.env import env
from yingtai.kernel.errors import NotConfirmed
from yingtai.kernel.http import ActingRequest, page
from yingtai.kernel.labels import Label
from yingtai.kernel.pages import Page
from yingtai.kernel.scope import is_below_brand
from yingtai.organization.api import ask, find_waiting, list_brands, list_units
from yingtai.ui.downloads import call_download
from yingtai.ui.formats import named
from yingtai.ui.lists import listing
from yingtai.ui.pages import Confirmation, render_confirmation, render_page, require_confirmation

TAKES_TWO = gettext_lazy(
    "It takes two: nothing is erased before a colleague who may erase people too agrees. They find your request under "
    "Approvals."
)
PLACE = "customers.profile"
ERASING = "person.erase"


@require_http_methods(["GET", "POST"])
@page(action="view", place=PLACE, label=Label.L3)
def profile_list(request: ActingRequest) -> HttpResponse:
    """Everyone we know, latest seen first; on request anonymous visitors too; a search finds one by a whole value.

    What is looked for is posted: a phone number in an address would stand in histories and logs.
    """
    began = perf_counter()
    acting = request.acting
    search = request.POST.get("search", "").strip()
    show = request.POST.get("show") or request.GET.get("show", "")
    if request.method == "POST" and not search:
        # What is shown is nobody's own, and a list that goes on needs it in its address.
        return redirect(f"{request.path}?{urlencode({'show': show})}" if show else request.path)
    has_brands = len(list_brands(acting.scope)) > 1
    shown = listing(request, PEOPLE, without=_saying_nothing(acting, has_brands))
    if search:
        count_search(acting)
        found: Page[queries.ProfileRow] = Page(queries.find_profiles(acting, search), None)
    else:
        found = queries.list_latest(acting, only_known=show != "everyone", after=request.GET.get("after"))
    numbers = [row.profile_no for row in found.rows]
    worth = worth_of(acting, numbers) if {"orders", "spent"} & shown.shown else {}
    context = {
        "page": Page(viewing.listed(found.rows, worth), found.next_cursor),
        "listing": shown,
        "show": show,
        "shown": [("", _("Known people")), ("everyone", _("Everyone, anonymous visitors too"))],
        "search": search,
        "is_below_brand": is_below_brand(acting.scope),
        "total": viewing.total_found(len(found.rows)) if search else _total(request),
        "now": acting.at,
        "took_ms": round((perf_counter() - began) * 1000),
    }
    return render_page(request, "customers/profile_list.html", context, fragment="rows")


def _saying_nothing(acting: Acting, has_brands: bool) -> tuple[str, ...]:
    """Return the columns that would say the same of everybody."""
    is_one_place = is_below_brand(acting.scope) and len(list_units(acting.scope, kind="dealer")) < 2
    return (() if has_brands else ("brand",)) + (("place",) if is_one_place else ())


def _total(request: ActingRequest) -> viewing.Total | None:
    return None if request.GET.get("after") else viewing.total(about_how_many(request.acting))


@require_GET
@page(action="view", place=PLACE, label=Label.L3)
def profile(request: ActingRequest, profile_id: UUID) -> HttpResponse:
    """One person: how they are known, what they did, and what other modules say of them."""
    acting = request.acting
    view = queries.get_profile(acting, profile_id)
    if view.is_erased:
        # Nothing of what they did is read: no event, no order, no panel of another module.
        return _erased(request, view)
    kind = request.GET.get("kind", "")
    happened = timelines.timeline(acting, view.profile_no, events=events_of(kind))
    context = {
        "profile": view,
        "kind": kind if events_of(kind) else "",
        "kinds": [("", _("Everything")), *((name, title) for name, (title, _events) in HAPPENINGS.items())],
        "title": queries.called(view),
        "listed": viewing.listed([view])[0],
        "chips": viewing.chips(view.identifiers),
        "phone": phone_of(view.identifiers),
        "permissions": permissions(acting, view.profile_no, view.node_no),
        "entries": viewing.entries(acting, view.profile_no, happened.rows),
        "next_cursor": happened.next_cursor,
        "has_older": bool(happened.rows) and view.first_seen_at < happened.rows[-1].at,
        "traits": viewing.traits(view),
        "panels": [panel for show in profile_panels.all() if (panel := show(acting, view.profile_no))],
        "waiting": find_waiting(acting, ERASING, str(view.id)),
        "merges": viewing.merges_in_words(acting, queries.list_merges(acting, view.profile_no)),
        "may_reveal": decide(acting, "reveal", Label.L3, PLACE).allowed,
        "may_edit": decide(acting, "edit", Label.L3, PLACE).allowed,
        "under_way": watching(request, view.id) if done_in_words(request, view) is None else None,
    }
    return render_page(request, "customers/profile.html", context, fragment="happened")


def _erased(request: ActingRequest, view: queries.ProfileView) -> HttpResponse:
    by, at = viewing.erased_by(request.acting, view)
    context = {
        "profile": view,
        "title": _("An erased person"),
        "code": view.code,
        "by": by,
        "at": at,
        "place": viewing.listed([view])[0].place,
        "holders": privacy_holders.all(),
    }
    return render_page(request, "customers/erased.html", context)


@require_GET
@page(action="view", place=PLACE, label=Label.L3)
def orders(request: ActingRequest, profile_id: UUID) -> HttpResponse:
    """What a person ordered, and what it comes to; a part of the profile's page that loads by itself."""
    view = queries.get_living(request.acting, profile_id)
    worth, found = orders_of(request.acting, view.profile_no)
    context = {"worth": worth, "orders": viewing.orders(found), "is_cut": len(found) >= SHOWN_ORDERS}
    return render_page(request, "customers/orders.html", context)


@require_GET
@page(action="view", place=PLACE, label=Label.L3)
def timeline(request: ActingRequest, profile_id: UUID) -> HttpResponse:
    """What happened longer ago, from the lake."""
    view = queries.get_living(request.acting, profile_id)
    kind = request.GET.get("kind", "")
    happened = timelines.timeline(
        request.acting, view.profile_no, before=request.GET.get("before"), events=events_of(kind)
    )
    context = {
        "profile": view,
        "entries": viewing.entries(request.acting, view.profile_no, happened.rows),
        "next_cursor": happened.next_cursor,
        "kind": kind,
    }
    return render_page(request, "customers/timeline.html", context, fragment="older")


@require_POST
@page(action="reveal", place=PLACE, label=Label.L3)
def reveal(request: ActingRequest, profile_id: UUID, alias_no: int) -> HttpResponse:
    """Show one identifier in the clear; who saw it is recorded."""
    value = revealing.reveal_identifier(request.acting, profile_id=profile_id, alias_no=alias_no)
    known = queries.get_profile(request.acting, profile_id).identifiers
    kind = next((one.kind for one in known if one.alias_no == alias_no), "")
    context = {
        "value": value,
        "link": viewing.link_to(kind, value),
        "is_call": kind == "phone" and "call" in request.POST,
    }
    return render_page(request, "customers/revealed.html", context)


@require_POST
@page(action="reveal", place=PLACE, label=Label.L3)
def reveal_trait(request: ActingRequest, profile_id: UUID) -> HttpResponse:
    """Show one private trait in the clear; who saw it is recorded."""
    name = request.POST.get("name") or request.GET.get("name", "")
    value = revealing.reveal_trait(request.acting, profile_id=profile_id, name=name)
    context = {"value": value, "link": viewing.link_to(name, value)}
    return render_page(request, "customers/revealed.html", context)


@require_http_methods(["GET", "POST"])
@page(action="edit", place=PLACE, label=Label.L3)
def confirm(request: ActingRequest, profile_id: UUID, alias_no: int) -> HttpResponse:
    """Say that an identifier which a page or an app added is this person's, after saying what follows."""
    view = queries.get_living(request.acting, profile_id)
    chip = next((one for one in viewing.chips(view.identifiers) if one.alias_no == alias_no), None)
    if request.method == "GET":
        if chip and chip.is_claimed:
            return render_confirmation(request, _confirming(view, chip))
        return redirect("customers:profile", profile_id)
    confirming.confirm_identifier(request.acting, profile_id=profile_id, alias_no=alias_no)
    if chip:
        messages.success(
            request,
            _("Confirmed. What they agreed to is asked for anew before marketing goes there.")
            if chip.is_address
            else _("Confirmed."),
        )
    return redirect("customers:profile", profile_id)


def _confirming(view: queries.ProfileView, chip: viewing.Chip) -> Confirmation:
    written_to = (
        _("Mails and messages of the service may go there."),
        _(
            "Marketing goes there only after they agree for it; what they agreed to before was for other addresses."
        ),
    )
    return Confirmation(
        title=_("Confirm: it is theirs"),
        lead=named(chip.kind, chip.masked or _("kept as a fingerprint only")),
        consequences=(
            _("Confirm it only when the person told you, or you checked it."),
            *(written_to if chip.is_address else ()),
            _("It is recorded that you said so."),
        ),
        action=_("It is theirs"),
        cancel_url=reverse("customers:profile", args=[view.id]),
        is_danger=False,
    )


@require_GET
@page(action="view", place=PLACE, label=Label.L3)
def kept(request: ActingRequest, profile_id: UUID) -> HttpResponse:
    """What every module keeps of a person, and what becomes of it when they are erased."""
    view = queries.get_profile(request.acting, profile_id)
    counts = erasing.count_kept(request.acting, profile_id=profile_id)
    context = {
        "profile": view,
        "title": queries.called(view),
        "waiting": None if view.is_erased else find_waiting(request.acting, ERASING, str(view.id)),
        "holders": [(holder, counts[name]) for name, holder in privacy_holders.items()],
        "now": request.acting.at,
    }
    return render_page(request, "customers/kept.html", context)


@require_POST
@page(action="reveal", place=PLACE, label=Label.L3)
def copy(request: ActingRequest, profile_id: UUID) -> HttpResponse:
    """A person's copy of what is kept of them, as a file; who asked for it is recorded."""
    found = queries.get_living(request.acting, profile_id)
    document = erasing.export_person(request.acting, profile_id=profile_id)
    options = {"ensure_ascii": False, "indent": 2}
    response = JsonResponse(document, json_dumps_params=options)
    call_download(response, "json", _("What we keep"), code_of(found.profile_no), request.acting.at)
    return response


@require_http_methods(["GET", "POST"])
@page(action="edit", place="customers.erasure", label=Label.L3)
def erase(request: ActingRequest, profile_id: UUID) -> HttpResponse:
    """Erase a person for good, after saying what that means; what waits for a colleague already is not asked again."""
    view = queries.get_living(request.acting, profile_id)
    if waiting := find_waiting(request.acting, ERASING, str(profile_id)):
        messages.info(request, _("It was requested already and is waiting for a colleague."))
        if waiting.may_open:
            return redirect("organization:approval_decide", waiting.id)
        return redirect("customers:profile", profile_id)
    form = None if env().alone else ReasonForm(request.POST or None)
    confirmation = Confirmation(
        title=_("Erase this person"),
        lead=_("Everything private we hold of this person is destroyed, in backups too."),
        consequences=(
            _("Identifiers, private traits and the order index are removed."),
            _("What happened stays counted, under a number that leads to nobody."),
            *(() if env().alone else (TAKES_TWO,)),
        ),
        irreversible=_("Nobody can bring the values back."),
        action=_("Erase for good") if env().alone else _("Ask a second person to agree"),
        cancel_url=reverse("customers:profile", args=[view.id]),
        type_to_confirm=_("erase"),
    )
    if request.method == "POST":
        try:
            require_confirmation(request, confirmation)
        except NotConfirmed as problem:
            return render_confirmation(request, confirmation, form=form, problem=problem)
        if form and not form.is_valid():
            return render_confirmation(request, confirmation, form=form, status=422)
        waits = ask(
            request.acting, ERASING, node_no=view.node_no, about=str(profile_id), asked={"profile_id": str(profile_id)},
            reason=form.cleaned_data["reason"] if form else "",
        )  # fmt: skip
        messages.success(
            request,
            _("Asked. Nothing is erased until a colleague agrees, under Approvals.")
            if waits
            else _("The person is being erased."),
        )
        return redirect("customers:profile", profile_id) if waits else redirect("customers:profile_list")
    return render_confirmation(request, confirmation, form=form)
