"""What the builder asks while one types: how many, who, and what could stand in a blank."""

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET, require_POST

from yingtai.audiences import queries, suggestions
from yingtai.audiences.comparing import DETAILS
from yingtai.audiences.counting import count_now
from yingtai.audiences.definition import Group
from yingtai.audiences.doubts import doubts_about
from yingtai.audiences.errors import DefinitionNotUnderstood, DefinitionTooDeep
from yingtai.audiences.forms import read_form
from yingtai.audiences.names import Names, read_asked
from yingtai.audiences.services.looking import Look
from yingtai.audiences.services.looking import look as look_at
from yingtai.audiences.views.building import place_in, places_of
from yingtai.audiences.wording import in_words
from yingtai.collect.api import event_title
from yingtai.compliance.api import channel_title, list_purposes
from yingtai.kernel.http import ActingRequest, page
from yingtai.kernel.protecting import is_protected
from yingtai.kernel.reading import read_whole
from yingtai.ui.widgets import translated


@require_POST
@page(action="view", place="audiences.audience")
def count(request: ActingRequest) -> HttpResponse:
    """How many people the form chooses, and the definition in words."""
    try:
        place = _place(request)
        definition = _asked(request, place)
        counted = count_now(request.acting, definition, node_no=place)
        doubts = doubts_about(request.acting, definition, node_no=place)
    except (DefinitionNotUnderstood, DefinitionTooDeep) as problem:
        near = problem.facts.get("near")
        # Names that are offered as buttons need not stand in the sentence as well.
        told = DefinitionNotUnderstood(what=problem.facts["wrong"]) if near else problem
        context = {"problem": translated(told), "said": problem.facts.get("said"), "near": near}
        return render(request, "audiences/count.html", context)
    context = {
        "count": counted, "lines": _lines(request, definition), "is_protected": is_protected(request.acting),
        "doubts": doubts,
    }  # fmt: skip
    return render(request, "audiences/count.html", context)


@require_POST
@page(action="view", place="audiences.audience")
def look(request: ActingRequest) -> HttpResponse:
    """Ten of the people the form chooses, masked, and who of all would not be written to."""
    try:
        place = _place(request)
        return _look(request, _asked(request, place), place, request.POST.get("gate", ""))
    except (DefinitionNotUnderstood, DefinitionTooDeep) as problem:
        return render(request, "audiences/look.html", {"problem": translated(problem)})


@require_GET
@page(action="view", place="audiences.audience")
def people(request: ActingRequest, audience_id: UUID) -> HttpResponse:
    """The same for a saved audience."""
    view = queries.get_audience(request.acting, audience_id)
    return _look(request, view.definition, view.node_no, request.GET.get("gate", ""), url=request.path)


@require_GET
@page(action="view", place="audiences.audience")
def suggest_events(request: ActingRequest) -> HttpResponse:
    """Names of events for the builder."""
    names = Names(request.acting, _place(request))
    offered = suggestions.events_to_offer(request.acting, names.node_no)
    titled = [(name, names.called("event", name), event_title(name)) for name in offered]
    return render(request, "audiences/suggestions.html", {"titled": titled})


@require_GET
@page(action="view", place="audiences.audience")
def suggest_values(request: ActingRequest) -> HttpResponse:
    """Values for the blank of one sentence; its other blanks come along under their own names."""
    part = {name.rpartition(".")[2]: value for name, value in request.GET.dict().items()}
    first = next(
        (
            one
            for one in DETAILS
            if one and request.headers.get("HX-Trigger-Name", "").endswith(f".{one}value")
        ),
        "",
    )
    place = _place(request)
    values = suggestions.values_to_offer(
        request.acting, place, Names(request.acting, place).under_own(part), first
    )
    return render(request, "audiences/suggestions.html", {"values": values})


def _asked(request: ActingRequest, place: int | None) -> Group:
    return read_asked(request.acting, read_form(request.POST.dict()), node_no=place)


def _place(request: ActingRequest) -> int | None:
    given = request.POST.get("place") or request.GET.get("place", "")
    chosen = read_whole(given)
    if chosen is not None and request.acting.scope.covers(chosen):
        return chosen
    return place_in(request, places_of(request)) or None


def _look(
    request: ActingRequest, definition: Group, node_no: int | None, chosen: str, *, url: str = ""
) -> HttpResponse:
    gates = [
        (f"{purpose.code}:{channel}", f"{purpose.title} · {channel_title(channel)}")
        for purpose in list_purposes(request.acting, is_archived=False) for channel in purpose.channels
    ]  # fmt: skip
    gates = list(dict(gates).items())
    gate = chosen if chosen in dict(gates) else next((key for key, _title in gates), "")
    purpose, _colon, channel = gate.partition(":")
    found = look_at(request.acting, definition, node_no=node_no, purpose=purpose, channel=channel)
    context: dict[str, Any] = {
        "look": found, "gates": gates, "gate": gate, "reasons": _reasons(found), "url": url,
        "is_protected": is_protected(request.acting),
    }  # fmt: skip
    return render(request, "audiences/look.html", context)


def _reasons(found: Look) -> list[tuple[str, int]]:
    return sorted(
        ((reason, people) for reason, people in found.by_reason.items() if reason), key=lambda row: -row[1]
    )


def _lines(request: ActingRequest, definition: Group) -> Any:
    return in_words(definition, names=queries.names_of(request.acting, list(definition.audience_nos)))
