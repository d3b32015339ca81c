"""The list of audiences, the page of one, and the grid of recency and frequency."""

from datetime import timedelta
from time import perf_counter
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from yingtai.audiences import jobs, presets, queries
from yingtai.audiences.errors import AudienceIsNotArchived, AudienceWasUsed
from yingtai.audiences.listing import AUDIENCES
from yingtai.audiences.metrics import rfm_grid
from yingtai.audiences.saying import said_in_words
from yingtai.audiences.services.definitions import (
    archive_audience,
    copy_audience,
    restore_audience,
    what_needs,
)
from yingtai.audiences.services.looking import who_they_are
from yingtai.audiences.uses import uses_of
from yingtai.customers.api import count_search, find_profiles
from yingtai.kernel.acting import Acting, decide
from yingtai.kernel.copies import copied_name
from yingtai.kernel.errors import NotConfirmed
from yingtai.kernel.http import ActingRequest, page
from yingtai.kernel.labels import Label
from yingtai.kernel.protecting import is_protected, protected_row
from yingtai.kernel.tasks import TaskView, find_task, list_tasks
from yingtai.lake.api import scoped
from yingtai.organization.api import get_unit_at, names_of_staff, units_at
from yingtai.ui import charts
from yingtai.ui.components import Progress
from yingtai.ui.formats import listed, number
from yingtai.ui.lists import listing
from yingtai.ui.pages import Confirmation, render_confirmation, render_page, require_confirmation
from yingtai.ui.sheets import can_be_taken
from yingtai.ui.ticked import ARCHIVED, Deeds, actions, do_with_ticked, shows

SHOWN_DAYS = 90
SHOWN_REFRESHES = 12
SCALE = (1, 2, 3, 4, 5)
DEEDS = Deeds(
    archive=archive_audience, restore=restore_audience, delete=jobs.delete_for_good, named=queries.named,
    keeps=gettext_lazy("An audience that something needs stays and says so. The people stay exactly as they are."),
)  # fmt: skip


@require_GET
@page(action="view", place="audiences.audience")
@can_be_taken
def audience_list(request: ActingRequest) -> HttpResponse:
    """Every audience of the place: how many people, how fresh, who came and went."""
    began = perf_counter()
    search, show = request.GET.get("search", "").strip()[:120], request.GET.get("show", "")
    has_places = queries.stand_in_many_places(request.acting)
    shown = listing(
        request, AUDIENCES, without=() if has_places else ("place",), is_bulk=_may_edit(request),
        unsorted=queries.OF_PEOPLE if is_protected(request.acting) else (),
    )  # fmt: skip
    found = queries.list_audiences(
        request.acting, search=search, after=request.GET.get("after"), sort=shown.sort,
        is_archived=show == ARCHIVED,
    )  # fmt: skip
    places = units_at([row.node_no for row in found.rows])
    rows = [
        {"audience": row, "state": state_of(row, request.acting.at), "place": places.get(row.node_no)}
        for row in found.rows
    ]
    context = {
        "page": found, "rows": rows, "search": search, "presets": presets.PRESETS, "now": request.acting.at,
        "may_edit": _may_edit(request), "listing": shown, "show": show,
        "is_protected": is_protected(request.acting),
        "shows": shows(),
        "actions": actions(show, may_delete=show == ARCHIVED),
        "took_ms": round((perf_counter() - began) * 1000),
    }  # fmt: skip
    return render_page(request, "audiences/audience_list.html", context, fragment="rows", whole_for="show")


@require_http_methods(["GET", "POST"])
@page(action="edit", place="audiences.audience")
def several(request: ActingRequest) -> HttpResponse:
    """Archive, restore or delete the audiences that were ticked."""
    return do_with_ticked(request, AUDIENCES, DEEDS)


@require_GET
@page(action="view", place="audiences.audience")
def audience(request: ActingRequest, audience_id: UUID) -> HttpResponse:
    """One audience: who is in it in words and numbers, how it moved, what uses it."""
    acting = request.acting
    view = queries.get_audience(acting, audience_id, or_archived=True)
    sizes = queries.list_sizes(acting, view.audience_no)
    context = {
        "audience": view,
        "state": state_of(view, acting.at),
        "place": get_unit_at(view.node_no) if view.node_no else None,
        "author": names_of_staff(acting, [view.created_by]).get(view.created_by, ""),
        "lines": said_in_words(request.acting, view),
        "chart": _size_chart(sizes),
        "is_first": len(sizes) == 1,
        "refreshes": sizes[::-1][:SHOWN_REFRESHES],
        "uses": uses_of(acting, view.audience_no),
        "task": _task(request, view),
        "may_edit": _may_edit(request),
        "is_protected": is_protected(acting),
    }
    return render_page(request, "audiences/audience.html", context)


@require_POST
@page(action="edit", place="audiences.audience")
def refresh(request: ActingRequest, audience_id: UUID) -> HttpResponse:
    """Look the people up anew, in the background."""
    view = queries.get_audience(request.acting, audience_id)
    jobs.ask_for_refresh(request.acting, view.id, name=view.name, node_no=view.node_no)
    return redirect("audiences:audience", audience_id)


@require_GET
@page(action="view", place="audiences.audience")
def progress(request: ActingRequest, audience_id: UUID, task_id: UUID) -> HttpResponse:
    """How far a refresh is; when it is over, the page is asked to show the new numbers."""
    view = queries.get_audience(request.acting, audience_id)
    task = find_task(request.acting, task_id)
    response = render(request, "audiences/progress.html", {"task": task and _progress(view, task)})
    if task and task.is_over:
        response["HX-Refresh"] = "true"
    return response


@require_http_methods(["GET", "POST"])
@page(action="edit", place="audiences.audience")
def archive(request: ActingRequest, audience_id: UUID) -> HttpResponse:
    """Take an audience out of use, after saying what that means."""
    view = queries.get_audience(request.acting, audience_id)
    if request.method == "POST":
        archive_audience(request.acting, audience_id)
        messages.success(request, _("“{name}” is archived.").format(name=view.name))
        return redirect("audiences:audience_list")
    uses = [use.title for use in uses_of(request.acting, view.audience_no)]
    people = ngettext("%(count)s person", "%(count)s people", view.people or 0) % {
        "count": number(view.people or 0)
    }
    confirmation = Confirmation(
        title=_("Archive “{name}”").format(name=view.name),
        lead=_("The audience leaves the lists; {people} stay exactly as they are.").format(people=people),
        consequences=(
            _("It is not refreshed any more, and no new campaign can use it."),
            _("What was sent to it, and the record of who was in it, are kept."),
            *([_("These use it now: {uses}.").format(uses=listed(uses))] if uses else []),
        ),
        action=_("Archive"),
        cancel_url=reverse("audiences:audience", args=[view.id]),
    )
    return render_confirmation(request, confirmation)


@require_http_methods(["GET", "POST"])
@page(action="edit", place="audiences.audience")
def delete(request: ActingRequest, audience_id: UUID) -> HttpResponse:
    """Delete an archived audience for good, after the word is typed."""
    view = queries.get_audience(request.acting, audience_id, or_archived=True)
    if view.archived_at is None:
        raise AudienceIsNotArchived
    if needing := what_needs(request.acting, view.audience_no, node_no=view.node_no):
        raise AudienceWasUsed(names=listed(needing))
    drafts = [use.title for use in uses_of(request.acting, view.audience_no)]
    asked = Confirmation(
        title=_("Delete “{name}”").format(name=view.name),
        lead=_("The audience and its stored members are deleted. The people stay exactly as they are."),
        consequences=(
            _("These drafts use it and need another audience: {names}.").format(names=listed(drafts))
            if drafts
            else _("Nothing uses it."),
            _("That it was deleted, when and by whom, is in the audit log."),
        ),
        irreversible=_(
            "Nobody can bring the audience back. To have it out of the lists only, leave it archived."
        ),
        action=_("Delete for good"),
        cancel_url=reverse("audiences:audience", args=[view.id]),
        type_to_confirm=_("delete"),
    )
    if request.method == "POST":
        try:
            require_confirmation(request, asked)
        except NotConfirmed as problem:
            return render_confirmation(request, asked, problem=problem)
        jobs.delete_for_good(request.acting, audience_id)
        messages.success(request, _("“{name}” is deleted.").format(name=view.name))
        return redirect(AUDIENCES.url_with(f"show={ARCHIVED}"))
    return render_confirmation(request, asked)


@require_POST
@page(action="edit", place="audiences.audience")
def restore(request: ActingRequest, audience_id: UUID) -> HttpResponse:
    """Take an archived audience back into use."""
    restore_audience(request.acting, audience_id)
    view = queries.get_audience(request.acting, audience_id)
    messages.success(request, _("“{name}” is in use again.").format(name=view.name))
    return redirect("audiences:audience", audience_id)


@require_POST
@page(action="edit", place="audiences.audience")
def copy(request: ActingRequest, audience_id: UUID) -> HttpResponse:
    """Make an audience like this one, have its people looked up, and open it to be changed."""
    source = queries.get_audience(request.acting, audience_id, or_archived=True)
    copied = copy_audience(request.acting, audience_id, name=copied_name(source.name))
    made = queries.get_audience(request.acting, copied)
    jobs.ask_for_refresh(request.acting, copied, name=made.name, node_no=made.node_no)
    messages.success(
        request,
        _("The copy is made as “{name}”. Change it here, or leave it as it is.").format(name=made.name),
    )
    return redirect("audiences:audience_edit", copied)


@require_http_methods(["GET", "POST"])
@page(action="view", place="customers.profile", label=Label.L3)
def members(request: ActingRequest, audience_id: UUID) -> HttpResponse:
    """Everyone in an audience as of its latest refresh, masked; for roles that may look at people.

    Somebody is found by a whole value, which is posted, counted and recorded like every search for a person.
    """
    acting = request.acting
    view = queries.get_audience(acting, audience_id, or_archived=True)
    search, sort = request.POST.get("search", "").strip(), request.GET.get("sort", "")
    if request.method == "POST" and not search:
        return redirect(request.path)
    if search:
        count_search(acting)
        known = [row.profile_no for row in find_profiles(acting, search)]
        found = queries.members_among(acting, audience_id, known)
    elif sort in queries.MEMBER_SORTS:
        found = queries.members_by_time(acting, audience_id, sort=sort, after=request.GET.get("after"))
    else:
        found = queries.members_of(acting, audience_id, after=request.GET.get("after"))
    people = who_they_are(acting, [number for number, _since in found.rows])
    rows = [(people[number], since) for number, since in found.rows if number in people]
    return render_page(
        request,
        "audiences/members.html",
        {"audience": view, "page": found, "rows": rows, "search": search},
        fragment="rows",
    )


@require_GET
@page(action="view", place="audiences.audience")
def rfm(request: ActingRequest) -> HttpResponse:
    """How recently and how often people bought: the grid, and audiences to begin from it."""
    lake = scoped(request.acting.scope)
    people = grid_of(request.acting, lake.query(rfm_grid()).to_pylist())
    total = sum(people.values())
    segments = [
        {"segment": one, "people": sum(n for cell, n in people.items() if one.holds(*cell)), "total": total}
        for one in presets.SEGMENTS
    ]
    context = {
        "chart": _grid_chart(people), "segments": segments, "total": total, "scale": SCALE,
        "cells": [(r, [(f, people.get((r, f), 0)) for f in SCALE]) for r in SCALE[::-1]],
        "as_of": lake.freshness, "may_edit": _may_edit(request), "is_protected": is_protected(request.acting),
    }  # fmt: skip
    return render_page(request, "audiences/rfm.html", context)


def grid_of(acting: Acting, rows: list[dict[str, Any]]) -> dict[tuple[int, int], int]:
    """Return the people of each pair of scores, as the actor may read them."""
    about = [rfm_grid.name, acting.scope.text()]
    shown = [protected_row(acting, row, *rfm_grid.counts, about=about) for row in rows]
    return {(row["recency_score"], row["frequency_score"]): row["people"] for row in shown}


def state_of(view: queries.AudienceView, now: Any) -> tuple[str, str]:
    """Return the state of an audience in a word, and its tone."""
    if view.archived_at:
        return _("Archived"), "neutral"
    if view.refreshed_at is None:
        return _("Being looked up"), "info"
    if not view.is_current:
        return _("Changed since"), "warn"
    return (
        (_("Out of date"), "warn")
        if now - view.refreshed_at > queries.STALE_AFTER
        else (_("Up to date"), "good")
    )


def _may_edit(request: ActingRequest) -> bool:
    return decide(request.acting, "edit", Label.L2, "audiences.audience").allowed


def _size_chart(sizes: list[queries.SizeView]) -> charts.Chart | None:
    # One point per day: the last refresh of it, in the reader's zone.
    by_day = {timezone.localtime(size.at).date().isoformat(): size.people for size in sizes}
    points = list(by_day.items())[-SHOWN_DAYS:]
    if len(points) < 2:
        return None
    return charts.line(_("People in the audience"), points, x=_("Day"), y=_("People"), unit="count")


def _grid_chart(people: dict[tuple[int, int], int]) -> charts.Chart:
    values = [[people.get((recency, frequency)) for frequency in SCALE] for recency in SCALE[::-1]]
    return charts.heat(
        _("People by score"), [str(score) for score in SCALE], [str(score) for score in SCALE[::-1]], values,
        x=_("Frequency score"), y=_("Recency score"), unit="count", note=_("5 is the highest fifth"),
    )  # fmt: skip


def _task(request: ActingRequest, view: queries.AudienceView) -> Progress | None:
    tasks = list_tasks(request.acting, name=f"audiences.refresh.{view.id}", limit=1)
    task = tasks[0] if tasks else None
    if task is None or task.is_over or request.acting.at - task.created_at > timedelta(hours=1):
        return None
    return _progress(view, task)


def _progress(view: queries.AudienceView, task: TaskView) -> Progress:
    problem = (
        _("The audience could not be looked up; its numbers are as before.") if task.state == "failed" else ""
    )
    return Progress(
        title=_("Looking up the people"), url=reverse("audiences:progress", args=[view.id, task.id]),
        is_running=not task.is_over, problem=problem,
    )  # fmt: skip
