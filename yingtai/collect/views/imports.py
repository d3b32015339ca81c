"""Imports: all of them, one with what became of it, and what a person asks of it."""

from dataclasses import replace
from typing import cast
from uuid import UUID

from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from yingtai.collect.errors import (
    AnswerSaidBefore,
    PurposeNotRegistered,
)
from yingtai.collect.importing.mapping import mapping_of
from yingtai.collect.importing.writing import mapping_text
from yingtai.collect.listing import IMPORTS
from yingtai.collect.queries.imports import (
    ImportView,
    came_before,
    get_import,
    has_unsure_amounts,
    list_imports,
    read_errors,
    same_file_taken,
)
from yingtai.collect.services.imports import (
    ask_for_check,
    ask_for_import,
    stop_import,
)
from yingtai.collect.views.import_report import (
    as_told,
    figures_of,
    first_lines,
    progress_of,
    reads_amounts,
    state_words,
    unrecorded,
)
from yingtai.collect.views.import_wizard import wizard_steps
from yingtai.collect.views.words import reason_words, reasons_in_words
from yingtai.kernel.contributions import import_next_steps
from yingtai.kernel.http import ActingRequest, page
from yingtai.kernel.labels import Label
from yingtai.kernel.protecting import is_protected
from yingtai.kernel.tasks import find_task
from yingtai.organization.api import list_brands, units_at
from yingtai.ui.components import Step
from yingtai.ui.downloads import call_download
from yingtai.ui.lists import listing
from yingtai.ui.pages import is_swap, render_page
from yingtai.ui.sheets import can_be_taken


@require_GET
@page(action="view", place="collect.import")
@can_be_taken
def import_list(request: ActingRequest) -> HttpResponse:
    """All imports, newest first."""
    found = list_imports(request.acting, cursor=request.GET.get("after"))
    places = units_at([row.node_no for row in found.rows])
    rows = [
        (
            replace(row, report=row.report and as_told(request.acting, row)),
            state_words(row),
            places.get(row.node_no),
        )
        for row in found.rows
    ]
    has_brands = len(list_brands(request.acting.scope)) > 1
    shown = listing(request, IMPORTS, without=() if has_brands else ("place",))
    context = {
        "page": found,
        "rows": rows,
        "listing": shown,
        "now": request.acting.at,
        "is_protected": is_protected(request.acting),
    }
    return render_page(request, "collect/import_list.html", context, fragment="rows")


@require_GET
@page(action="view", place="collect.import")
def show_import(request: ActingRequest, import_id: UUID) -> HttpResponse:
    """One import: how far it is, what its dry run found, what it did."""
    found = get_import(request.acting, import_id)
    task = find_task(request.acting, found.task_id) if found.task_id else None
    if is_swap(request) and task is not None and not task.is_over:
        return render_page(request, "collect/import_progress.html", {"progress": progress_of(found, task)})
    report = found.report or {}
    told = as_told(request.acting, found)
    may_run = (
        found.state in {"checked", "failed"}
        and found.report is not None
        and bool(report.get("rows"))
        and not (found.is_given_up or found.is_hopeless)
    )
    mapping = mapping_of(found.mapping) if found.mapping else None
    context = {
        "found": found,
        "progress": progress_of(found, task) if task and (not task.is_over or task.problem) else None,
        "lacks_purpose": task is not None and (task.problem or {}).get("code") == PurposeNotRegistered.code,
        "is_stopped": task is not None and task.state == "stopped",
        "next_steps": _next_steps() if found.is_over else [],
        "figures": figures_of(told, is_over=found.is_over),
        "report": told,
        "is_protected": is_protected(request.acting),
        "taken": sum(report.get(name, 0) for name in ("events", "orders", "refunds", "people"))
        - report.get("repeats", 0),
        "rejected_count": sum(report.get("rejected", {}).values()),
        "rejected": [(count, *reason_words(code)) for code, count in report.get("rejected", {}).items()],
        "noted": [
            (count, *reason_words(code))
            for code, count in report.get("noted", {}).items()
            if code != AnswerSaidBefore.code
        ],
        "unrecorded": unrecorded(report) if found.is_over else None,
        "left_out": [(row, reason_words(row["reason"])[0]) for row in report.get("left_out", [])],
        "more_left_out": report.get("left_out_kinds", 0) > len(report.get("left_out", [])),
        "first": first_lines(report),
        "amounts": told.get("amounts", []),
        "reads_amounts": reads_amounts(request.acting, found),
        "has_unsure": may_run and has_unsure_amounts(report),
        "may_run": may_run,
        "mapping": mapping,
        "before": came_before(request.acting, found.node_no, found.digest, mapping)
        if mapping and may_run
        else None,
        "taken_before": same_file_taken(request.acting, found.node_no, found.digest, mapping)
        if mapping and may_run
        else None,
        "steps": _steps(found),
        "state": state_words(found),
    }
    response = render_page(request, "collect/import.html", context)
    if is_swap(request):
        # The progress bar asked; now that it is over, the whole page tells the result.
        response = HttpResponse(status=204)
        response["HX-Refresh"] = "true"
    return response


def _steps(found: ImportView) -> list[Step]:
    """Return the steps with this one marked; what runs or is over leads to none of them: it cannot be changed."""
    if found.state in {"queued", "begun", "done"}:
        return wizard_steps(4)
    return wizard_steps(4 if found.state == "failed" else 3, found.id)


def _next_steps() -> list[tuple[str, str]]:
    """Return what to do with what came in: what modules above offer, and who did what when."""
    record = f"{reverse('organization:record')}?what=import.started"
    return [
        *((words, address()) for words, address in import_next_steps.all()),
        (_("Record of imports"), record),
    ]


@require_POST
@page(action="edit", place="collect.import", label=Label.L3)
def import_check(request: ActingRequest, import_id: UUID) -> HttpResponse:
    """Read the whole file once more without loading anything."""
    ask_for_check(request.acting, import_id)
    return redirect("collect:import", import_id)


@require_POST
@page(action="edit", place="collect.import", label=Label.L3)
def import_run(request: ActingRequest, import_id: UUID) -> HttpResponse:
    """Import the file in the background."""
    ask_for_import(
        request.acting,
        import_id,
        again=request.POST.get("again") == "yes",
        amounts_are_right=request.POST.get("amounts") == "yes",
    )
    return redirect("collect:import", import_id)


@require_POST
@page(action="edit", place="collect.import", label=Label.L3)
def import_stop(request: ActingRequest, import_id: UUID) -> HttpResponse:
    """Ask the import to stop at its next step."""
    stop_import(request.acting, import_id)
    return redirect("collect:import", import_id)


@require_GET
@page(action="view", place="collect.import")
def import_errors(request: ActingRequest, import_id: UUID) -> HttpResponse:
    """Every rejected line as CSV, values masked."""
    found = get_import(request.acting, import_id)
    heads = [_("Line"), _("Column"), _("Code of the reason"), _("Reason"), _("Value, masked")]
    rows = read_errors(request.acting, import_id, heads, reasons_in_words())
    response = StreamingHttpResponse(rows, content_type="text/csv; charset=utf-8")
    source = (found.mapping or {}).get("source", "")
    call_download(response, "csv", _("Lines and values"), source, found.finished_at or found.created_at)
    return cast(HttpResponse, response)


@require_GET
@page(action="view", place="collect.import")
def import_mapping(request: ActingRequest, import_id: UUID) -> HttpResponse:
    """The mapping as TOML, for the command line."""
    found = get_import(request.acting, import_id)
    response = HttpResponse(mapping_text(found.mapping or {}), content_type="application/toml; charset=utf-8")
    call_download(response, "toml", _("Mapping"), (found.mapping or {}).get("source", ""))
    return response
