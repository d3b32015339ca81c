"""The builder: one form, drawn anew after every button, saved by the last one."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from yingtai.audiences import presets, queries, suggestions
from yingtai.audiences.builder import Offer, draw
from yingtai.audiences.forms import Document, apply, focus_after, read_form
from yingtai.audiences.jobs import ask_for_refresh
from yingtai.audiences.names import Names, names_in
from yingtai.audiences.services.definitions import change_audience, create_audience
from yingtai.collect.api import trait_title
from yingtai.kernel.errors import ProductError
from yingtai.kernel.http import ActingRequest, page
from yingtai.kernel.reading import read_whole
from yingtai.organization.api import (
    ChangedMeanwhile,
    UnitView,
    Workplace,
    get_unit_at,
    list_brands,
    list_units,
    read_seen,
)
from yingtai.ui.pages import is_swap, render_page

SAVE = "save"
CHANGED = "definition-changed"


@dataclass(frozen=True)
class Draft:
    """What the form holds at the moment; `seen` is when the audience had been changed when the form was drawn."""

    name: str
    about: str
    document: Document
    seen: datetime | None = None


@require_http_methods(["GET", "POST"])
@page(action="edit", place="audiences.audience")
def audience_new(request: ActingRequest) -> HttpResponse:
    """Build an audience, from nothing, a preset or a part of the RFM grid."""
    places = places_of(request)
    node_no = place_in(request, places)
    if request.method == "GET":
        return _page(request, _beginning(request), node_no=node_no, places=places)
    return _after_button(request, node_no=node_no, places=places)


@require_http_methods(["GET", "POST"])
@page(action="edit", place="audiences.audience")
def audience_edit(request: ActingRequest, audience_id: UUID) -> HttpResponse:
    """Change an audience; its stored membership follows at once, in the background."""
    view = queries.get_audience(request.acting, audience_id)
    if request.method == "GET":
        draft = Draft(view.name, view.about, view.document, view.changed_at)
        return _page(request, draft, node_no=view.node_no, audience=view)
    return _after_button(request, node_no=view.node_no, audience=view)


def _after_button(
    request: ActingRequest,
    *,
    node_no: int,
    places: list[UnitView] | None = None,
    audience: queries.AudienceView | None = None,
) -> HttpResponse:
    do = request.POST.get("do", SAVE)
    draft = _posted(request)
    if do != SAVE:
        changed = replace(draft, document=apply(draft.document, do))
        focus = focus_after(changed.document, do)
        return _page(request, changed, node_no=node_no, places=places, audience=audience, focus=focus)
    try:
        return _saved(request, draft, node_no=node_no, audience=audience)
    except ChangedMeanwhile as problem:
        # The form that comes back has seen the other change, so that the next save is meant.
        seen = queries.get_audience(request.acting, audience.id).changed_at if audience else None
        return _page(
            request,
            replace(draft, seen=seen),
            node_no=node_no,
            audience=audience,
            problem=problem,
            is_late=True,
        )
    except ProductError as problem:
        return _page(request, draft, node_no=node_no, places=places, audience=audience, problem=problem)


def _saved(
    request: ActingRequest, draft: Draft, *, node_no: int, audience: queries.AudienceView | None
) -> HttpResponseRedirect:
    acting = request.acting
    if audience:
        audience_id = audience.id
        change_audience(
            acting,
            audience_id,
            name=draft.name,
            about=draft.about,
            definition=draft.document,
            seen=draft.seen,
        )
    else:
        audience_id = create_audience(
            acting, node_no=node_no, name=draft.name, about=draft.about, definition=draft.document
        )
    ask_for_refresh(acting, audience_id, name=draft.name, node_no=node_no)
    messages.success(request, _("Saved. The people in it are being looked up now."))
    return redirect("audiences:audience", audience_id)


def _page(
    request: ActingRequest,
    draft: Draft,
    *,
    node_no: int,
    places: list[UnitView] | None = None,
    audience: queries.AudienceView | None = None,
    problem: ProductError | None = None,
    focus: str | None = None,
    is_late: bool = False,
) -> HttpResponse:
    others = [
        one for one in queries.choices(request.acting) if not audience or one[0] != audience.audience_no
    ]
    kept = names_in(audience.document) if audience else frozenset()
    names = Names(request.acting, node_no, kept=kept)
    checks = {"check": names.problem} if problem else {}
    context: dict[str, Any] = {
        "draft": draft,
        "audience": audience,
        "builder": draw(
            draft.document, Offer(audiences=others, days=names.days, called=names.called, **checks)
        ),
        "places": places or [],
        "node_no": node_no,
        "currency": currency_at(node_no),
        "problem": problem,
        "focus": focus,
        "is_late": is_late,
        "presets": presets.PRESETS,
        "is_empty": not draft.document["parts"],
        "traits": [] if is_swap(request) else _traits(names),
    }
    status = (409 if is_late else 422) if problem else 200
    response = render_page(
        request, "audiences/audience_edit.html", context, fragment="builder", status=status
    )
    if is_swap(request):
        response["HX-Trigger-After-Settle"] = CHANGED
    return response


def _posted(request: ActingRequest) -> Draft:
    posted = request.POST.dict()
    seen = read_seen(posted.get("seen", ""))
    return Draft(posted.get("name", ""), posted.get("about", ""), read_form(posted), seen)


def _beginning(request: ActingRequest) -> Draft:
    preset = presets.preset_named(request.GET.get("preset", ""))
    if preset:
        return Draft(str(preset.title), "", preset.document)
    return Draft("", "", {"join": "all", "parts": presets.parts_of_scores(request.GET.dict())})


def places_of(request: ActingRequest) -> list[UnitView]:
    """Return where someone may keep an audience: their own place, and the brands and regions inside it."""
    workplace: Workplace | None = getattr(request, "workplace", None)
    own = [workplace.unit] if workplace else []
    inside = [*list_brands(request.acting.scope), *list_units(request.acting.scope, kind="region")]
    places = {unit.node_no: unit for unit in [*own, *inside] if unit.node_no > 0}
    return [unit for unit in places.values() if request.acting.scope.covers(unit.node_no)]


def place_in(request: ActingRequest, places: list[UnitView]) -> int:
    """Return the chosen place, or the first there is."""
    wanted = (request.POST if request.method == "POST" else request.GET).get("place", "")
    numbers = [unit.node_no for unit in places]
    chosen = read_whole(wanted)
    return chosen if chosen in numbers else (numbers or [0])[0]


def currency_at(node_no: int) -> str:
    """Return the money that amounts of a place are in."""
    return get_unit_at(node_no).currency if node_no else ""


def _traits(names: Names) -> list[tuple[str, str, str]]:
    offered = suggestions.traits_to_offer(names.acting, names.node_no)
    return [(name, names.called("trait", name), trait_title(name)) for name in offered]
