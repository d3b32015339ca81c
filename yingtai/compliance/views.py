from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from yingtai.compliance import queries
from yingtai.compliance.channels import CHANNELS
from yingtai.compliance.errors import PurposeNotFound
from yingtai.compliance.forms import BASES, BrandsForm, NoticeForm, PurposeForm
from yingtai.compliance.listing import PURPOSES
from yingtai.compliance.policy import ACTIONS, FOR_EVERYONE, RULES, Rule
from yingtai.compliance.policy_words import ACTION_WORDS, LABEL_WORDS, OF_NOBODY, PLACE_WORDS
from yingtai.compliance.services.purposes import (
    archive_purpose,
    install_standard_purposes,
    publish_notice,
    register_purposes,
    restore_purpose,
)
from yingtai.kernel.acting import decide
from yingtai.kernel.errors import ProductError
from yingtai.kernel.http import ActingRequest, page
from yingtai.kernel.labels import Label
from yingtai.kernel.protecting import is_protected
from yingtai.organization.api import Role, UnitView, list_brands, read_seen, seen_by_form, status_of, units_at
from yingtai.ui import charts
from yingtai.ui.formats import listed
from yingtai.ui.lists import listing
from yingtai.ui.pages import render_page
from yingtai.ui.sheets import can_be_taken
from yingtai.ui.ticked import ARCHIVED, Deeds, actions, do_with_ticked, shows

DEEDS = Deeds(archive=archive_purpose, restore=restore_purpose)


@require_GET
@page(action="view", place="compliance.purpose")
@can_be_taken
def overview(request: ActingRequest) -> HttpResponse:
    """Purposes, and how many people said yes or no to each."""
    acting, channels, bases = request.acting, dict(CHANNELS), dict(BASES)
    show = request.GET.get("show", "")
    purposes, numbers = queries.list_purposes(acting), queries.count_consents(acting)
    places = units_at([purpose.node_no for purpose in purposes])
    has_brands = len(list_brands(acting.scope)) > 1
    shown = listing(request, PURPOSES, without=() if has_brands else ("place",), is_bulk=_may_edit(request))
    silent = _without_purposes(request, purposes)
    basis, channel = request.GET.get("basis", ""), request.GET.get("channel", "")
    context = {
        "listing": shown,
        "show": show,
        "shows": shows(),
        "actions": actions(show),
        "basis": basis,
        "channel": channel,
        "basis_choices": [("", _("Every basis")), *BASES],
        "channel_choices": [("", _("Every channel")), *CHANNELS],
        "has_purposes": bool(purposes),
        "purposes": [
            (
                purpose,
                places.get(purpose.node_no),
                bases.get(purpose.basis, purpose.basis),
                listed([channels.get(one, one) for one in purpose.channels]),
            )
            for purpose in _in_order(purposes, shown.sort)
            if (purpose.archived_at is not None) == (show == ARCHIVED)
            and basis in ("", purpose.basis)
            and (not channel or channel in purpose.channels)
        ],
        "numbers": [
            (row, places.get(row.purpose.node_no), channels.get(row.channel, row.channel)) for row in numbers
        ],
        "has_places": has_brands,
        "silent": listed([brand.title for brand in silent]) if purposes else "",
        "usual": BrandsForm(brands=silent) if silent else None,
        "trend": _trend(queries.consent_trend(acting)),
        "now": acting.at,
        "may_edit": _may_edit(request),
        "is_protected": is_protected(acting),
    }
    return render_page(request, "compliance/overview.html", context, fragment="rows", whole_for="show")


@require_http_methods(["GET", "POST"])
@page(action="edit", place="compliance.purpose")
def several(request: ActingRequest) -> HttpResponse:
    """Archive or restore the purposes that were ticked."""
    return do_with_ticked(request, PURPOSES, DEEDS)


def _in_order(purposes: list[queries.PurposeView], sort: str) -> list[queries.PurposeView]:
    """Return purposes as they are asked for; those of equal worth by brand and code."""
    worth: dict[str, Callable[[queries.PurposeView], Any]] = {
        "title": lambda one: one.title.casefold(),
        "code": lambda one: one.code,
        "retention": lambda one: one.retention_days,
    }
    return sorted(purposes, key=worth[sort.removeprefix("-")], reverse=sort.startswith("-"))


@require_GET
@page(action="view", place="compliance.purpose")
def purpose(request: ActingRequest, purpose_id: UUID) -> HttpResponse:
    """One purpose: its answers over time and every version of its notice."""
    found = _purpose(request, purpose_id)
    context = {
        "purpose": found,
        "brand": units_at([found.node_no]).get(found.node_no),
        "notices": queries.list_notices(request.acting, found),
        "trend": _trend(queries.consent_trend(request.acting, purpose_no=found.purpose_no)),
        "channels": listed([dict(CHANNELS)[one] for one in found.channels if one in dict(CHANNELS)]),
        "basis": dict(BASES)[found.basis],
        "may_edit": _may_edit(request),
        "is_protected": is_protected(request.acting),
    }
    return render_page(request, "compliance/purpose.html", context)


@require_http_methods(["GET", "POST"])
@page(action="edit", place="compliance.purpose")
def purpose_new(request: ActingRequest) -> HttpResponse:
    """Register a purpose."""
    form = PurposeForm(request.POST or None, brands=list_brands(request.acting.scope))
    problem: ProductError | None = None
    if form.is_valid():
        given = {name: value for name, value in form.cleaned_data.items() if name != "brands"}
        try:
            made = register_purposes(request.acting, [one.node_no or 0 for one in form.chosen], **given)
            if len(made) > 1:
                messages.success(
                    request, _("Registered for %s.") % listed([one.title for one in form.chosen])
                )
                return redirect("compliance:overview")
            return redirect("compliance:purpose", made[0].id)
        except ProductError as error:
            problem = error
    return _form(request, form, problem, title=_("New purpose"), lead="")


@require_POST
@page(action="edit", place="compliance.purpose")
def purposes_standard(request: ActingRequest) -> HttpResponse:
    """Register the usual purposes with a first wording, for the brands that were chosen of those without any."""
    purposes = queries.list_purposes(request.acting)
    form = BrandsForm(request.POST, brands=_without_purposes(request, purposes))
    for brand in form.chosen if form.is_valid() else []:
        install_standard_purposes(request.acting, node_no=brand.node_no or 0)
    return redirect("compliance:overview")


def _without_purposes(request: ActingRequest, purposes: list[queries.PurposeView]) -> list[UnitView]:
    have = {purpose.node_no for purpose in purposes}
    return [brand for brand in list_brands(request.acting.scope) if brand.node_no not in have]


@require_http_methods(["GET", "POST"])
@page(action="edit", place="compliance.purpose")
def notice_new(request: ActingRequest, purpose_id: UUID) -> HttpResponse:
    """Publish the next version of a notice."""
    found = _purpose(request, purpose_id)
    form, posted = NoticeForm(request.POST or None), request.POST.get("seen", "")
    problem: ProductError | None = None
    if form.is_valid():
        try:
            publish_notice(
                request.acting, node_no=found.node_no, purpose=found.code, texts=form.texts(),
                seen=read_seen(posted),
            )  # fmt: skip
            return redirect("compliance:purpose", found.id)
        except ProductError as error:
            problem = error
    notices = queries.list_notices(request.acting, found)
    seen = seen_by_form(posted, problem, changed_at=notices[0].published_at if notices else found.created_at)
    lead = _("A published version cannot be changed again. People who agreed to an older one keep theirs.")
    look_url = reverse("compliance:purpose", args=[found.id])
    title = _("Publish a notice for %s") % found.title
    return _form(request, form, problem, title=title, lead=lead, seen=seen, look_url=look_url)


@require_GET
@page(action="view", place="compliance.policy")
def policy(request: ActingRequest) -> HttpResponse:
    """Which role may do what, as it is decided for every page and every call."""
    roles: list[tuple[Any, tuple[Rule, ...]]] = [(_("Everyone who works here"), FOR_EVERYONE)]
    roles += [(Role(role).label, rules) for role, rules in RULES.items()]
    shown = [(title, [_in_words(line) for line in rules]) for title, rules in roles]
    return render_page(request, "compliance/policy.html", {"roles": shown})


def _in_words(line: Rule) -> tuple[list[tuple[str, str]], tuple[str, str], tuple[str, str]]:
    """Return actions, place and label of a line, each with its code and its words."""
    actions = [(action, str(ACTION_WORDS[action])) for action in ACTIONS if action in line.actions]
    place = (line.place, str(PLACE_WORDS[line.place]))
    return actions, place, (line.up_to.name, str(OF_NOBODY.get(line.place, LABEL_WORDS[line.up_to])))


def _may_edit(request: ActingRequest) -> bool:
    return decide(request.acting, "edit", Label.L2, "compliance.purpose").allowed


def _form(
    request: ActingRequest, form: Any, problem: ProductError | None, *, title: str, lead: str, **seen: Any
) -> HttpResponse:
    context = {"form": form, "problem": problem, "title": title, "lead": lead, **seen}
    return render_page(request, "compliance/form.html", context, status=status_of(form, problem))


def _purpose(request: ActingRequest, purpose_id: UUID) -> queries.PurposeView:
    for found in queries.list_purposes(request.acting):
        if found.id == purpose_id:
            return found
    raise PurposeNotFound(purpose=purpose_id)


def _trend(days: list[Any]) -> charts.Chart:
    labels = [f"{day:%m-%d}" for day, _yes, _no in days]
    has_any = any(yes or no for _day, yes, no in days)
    return charts.stacked(
        _("Answers per day"),
        labels if has_any else [],
        {
            _("Granted"): [yes for _day, yes, _no in days] if has_any else [],
            _("Denied or withdrawn"): [no for _day, _yes, no in days] if has_any else [],
        },
        x=_("Day"),
        y=_("Answers"),
        unit="count",
        note=_("latest 30 days"),
    )
