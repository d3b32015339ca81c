from collections.abc import Mapping
from functools import partial
from typing import Any, cast
from uuid import UUID

from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from yingtai.collect.errors import (
    AnswerForNoPurpose,
    AnswerOfNobody,
    AnswerWithoutAddress,
    PurposeNotRegistered,
)
from yingtai.collect.forms import SHAPE_NAMES, MappingForm, UploadForm
from yingtai.collect.importing.guessing import (
    AS_CONSENT,
    AS_CONSENT_TIME,
    BY_WAY_OF,
    TRAIT_NAMED,
    document_of,
    guess_shape,
    guess_targets,
)
from yingtai.collect.importing.mapping import SHAPES, FileOptions, mapping_of
from yingtai.collect.importing.opening import ENCODINGS
from yingtai.collect.importing.writing import mapping_text
from yingtai.collect.listing import IMPORTS
from yingtai.collect.queries.imports import (
    FileLook,
    ImportView,
    came_before,
    get_import,
    list_imports,
    list_presets,
    look_at_file,
    read_errors,
    same_file_taken,
)
from yingtai.collect.queries.planning import plan_of
from yingtai.collect.services.imports import (
    ask_for_check,
    ask_for_import,
    map_import,
    save_preset,
    start_import,
    stop_import,
)
from yingtai.collect.services.uploads import save_upload
from yingtai.collect.uploading import SealingHandler
from yingtai.collect.views.places import node_of, unit_of, zones_of
from yingtai.collect.views.words import in_sentences, in_words_of_the_page, reason_words, reasons_in_words
from yingtai.compliance.api import ErasureStands, WithdrawalStands, channel_title, list_purposes
from yingtai.kernel.acting import Acting
from yingtai.kernel.contributions import import_next_steps
from yingtai.kernel.errors import ProductError
from yingtai.kernel.http import ActingRequest, page
from yingtai.kernel.labels import Label
from yingtai.kernel.scope import brand_node, brand_of
from yingtai.kernel.tasks import TaskView, find_task
from yingtai.organization.api import list_brands, units_at
from yingtai.ui import formats
from yingtai.ui.components import Problem, Progress, Step, steps
from yingtai.ui.lists import listing
from yingtai.ui.pages import is_swap, render_page
from yingtai.ui.sheets import can_be_taken
from yingtai.vault.api import mask

NOT_RECORDED = (
    *(one.code for one in (AnswerWithoutAddress, AnswerOfNobody, AnswerForNoPurpose)),
    WithdrawalStands.code,
    ErasureStands.code,
)
"""Why an answer that was read is not recorded."""
SHOWN_LINES = 20
FIGURES = (
    "rows",
    "orders",
    "refunds",
    "lines",
    "events",
    "people",
    "repeats",
    "profiles_new",
    "profiles_touched",
)


@require_GET
@page(action="view", place="collect.import")
@can_be_taken
def import_list(request: ActingRequest) -> HttpResponse:
    """All imports, newest first."""
    found = list_imports(request.acting, cursor=request.GET.get("after"))
    places = units_at([row.node_no for row in found.rows])
    rows = [(row, _state_words(row), places.get(row.node_no)) for row in found.rows]
    has_brands = len(list_brands(request.acting.scope)) > 1
    shown = listing(request, IMPORTS, without=() if has_brands else ("place",))
    context = {"page": found, "rows": rows, "listing": shown, "now": request.acting.at}
    return render_page(request, "collect/import_list.html", context, fragment="rows")


@csrf_exempt
@require_http_methods(["GET", "POST"])
@page(action="edit", place="collect.import", label=Label.L3)
def import_new(request: ActingRequest) -> HttpResponse:
    """Take a file; it is sealed while it arrives, which has to be arranged before the form is read."""
    handler = SealingHandler(request)
    request.upload_handlers = [handler]
    try:
        return _import_new(request)
    finally:
        handler.settle()


@csrf_protect
def _import_new(request: ActingRequest) -> HttpResponse:
    form = UploadForm(request.POST or None, request.FILES or None)
    problem: ProductError | None = None
    if request.method == "POST" and form.is_valid():
        acting, node_no, sealed = request.acting, node_of(request), form.cleaned_data["file"]
        upload_id = save_upload(acting, sealed.arriving, node_no=node_no, name=sealed.name)
        try:
            look_at_file(acting, upload_id, FileOptions())
            made = start_import(acting, node_no=node_no, upload_id=upload_id)
            _handler(request).keep()
            return redirect("collect:import_columns", made)
        except ProductError as error:
            problem = error
    context = {"form": form, "problem": problem, "steps": _steps(1)}
    return render_page(
        request, "collect/import_new.html", context, status=422 if problem or form.errors else 200
    )


@require_http_methods(["GET", "POST"])
@page(action="edit", place="collect.import", label=Label.L3)
def import_columns(request: ActingRequest, import_id: UUID) -> HttpResponse:
    """Say what the columns of the file mean."""
    found = get_import(request.acting, import_id)
    options = _file_options(request, found)
    look = look_at_file(request.acting, found.upload_id, FileOptions(**options))
    shape, initial, targets = _start(request, found, look)
    purposes = _purposes(request.acting, found, initial.get("purpose", ""))
    form = MappingForm(
        request.POST or None,
        shape=shape,
        header=look.header,
        targets=targets,
        initial=initial,
        traits=plan_of(brand_of(unit_of(request).node_no or 0)).traits,
        zones=zones_of(request),
        purposes=purposes,
    )
    problem: ProductError | Problem | None = None
    if request.method == "POST" and form.is_valid():
        try:
            _keep_columns(request, import_id, form, look, options)
            return redirect("collect:import", import_id)
        except ProductError as error:
            problem = in_words_of_the_page(error)
    # Whoever brought the file knows what is in it; for everybody else its values are masked like any other.
    shown = str if found.started_by == request.acting.actor else partial(mask, "text")
    context = {
        "form": form,
        "problem": problem,
        "found": found,
        "look": look,
        "options": options,
        "encodings": ENCODINGS,
        "shape": shape,
        "shapes": SHAPE_NAMES,
        "columns": [
            (column, field, [shown(row[place] or "") for row in look.rows[:3]])
            for place, (column, field) in enumerate(form.columns())
        ],
        "presets": list_presets(request.acting),
        "steps": _steps(2, import_id),
    }
    return render_page(
        request, "collect/import_columns.html", context, status=422 if problem or form.errors else 200
    )


def _keep_columns(
    request: ActingRequest, import_id: UUID, form: MappingForm, look: FileLook, options: Mapping[str, Any]
) -> None:
    document = document_of(
        shape=form.cleaned_data["shape"],
        general={
            name: str(value) for name, value in form.cleaned_data.items() if not name.startswith("column_")
        },
        targets=form.targets(),
        header=look.header,
        rows=look.rows,
        options=options,
    )
    map_import(request.acting, import_id, document)
    if name := request.POST.get("preset_name", "").strip():
        save_preset(request.acting, node_of(request), name=name, document=document)
    ask_for_check(request.acting, import_id)


@require_GET
@page(action="view", place="collect.import")
def show_import(request: ActingRequest, import_id: UUID) -> HttpResponse:
    """One import: how far it is, what its dry run found, what it did."""
    found = get_import(request.acting, import_id)
    task = find_task(request.acting, found.task_id) if found.task_id else None
    if is_swap(request) and task is not None and not task.is_over:
        return render_page(request, "collect/import_progress.html", {"progress": _progress(found, task)})
    report = found.report or {}
    may_run = (
        found.state in {"checked", "failed"}
        and found.report is not None
        and bool(report.get("rows"))
        and not (found.is_given_up or found.is_hopeless)
    )
    mapping = mapping_of(found.mapping) if found.mapping else None
    context = {
        "found": found,
        "progress": _progress(found, task) if task and (not task.is_over or task.problem) else None,
        "lacks_purpose": task is not None and (task.problem or {}).get("code") == PurposeNotRegistered.code,
        "is_stopped": task is not None and task.state == "stopped",
        "next_steps": _next_steps() if found.is_over else [],
        "figures": _figures(report, is_over=found.is_over),
        "report": report,
        "taken": sum(report.get(name, 0) for name in ("events", "orders", "refunds", "people"))
        - report.get("repeats", 0),
        "rejected_count": sum(report.get("rejected", {}).values()),
        "rejected": [(count, *reason_words(code)) for code, count in report.get("rejected", {}).items()],
        "noted": [(count, *reason_words(code)) for code, count in report.get("noted", {}).items()],
        "unrecorded": _unrecorded(report) if found.is_over else None,
        "left_out": [(row, reason_words(row["reason"])[0]) for row in report.get("left_out", [])],
        "more_left_out": report.get("left_out_kinds", 0) > len(report.get("left_out", [])),
        "first": _first_lines(report),
        "may_run": may_run,
        "mapping": mapping,
        "before": came_before(request.acting, found.node_no, found.digest, mapping)
        if mapping and may_run
        else None,
        "taken_before": same_file_taken(request.acting, found.node_no, found.digest, mapping)
        if mapping and may_run
        else None,
        "steps": _steps(4 if found.state in {"queued", "begun", "done", "failed"} else 3, import_id),
        "state": _state_words(found),
    }
    response = render_page(request, "collect/import.html", context)
    if is_swap(request):
        # The progress bar asked; now that it is over, the whole page tells the result.
        response = HttpResponse(status=204)
        response["HX-Refresh"] = "true"
    return response


def _next_steps() -> list[tuple[str, str]]:
    """Return what to do with what came in: what modules above offer, and who did what when."""
    record = f"{reverse('organization:record')}?what=import.started"
    return [
        *((words, address()) for words, address in import_next_steps.all()),
        (_("Record of imports"), record),
    ]


def _first_lines(report: dict[str, Any]) -> list[tuple[dict[str, Any], str]]:
    """Return some lines that were not taken and some values that were not used, in their order, with the reason."""
    shown = sorted(report.get("first_rejected", [])[:SHOWN_LINES], key=lambda row: int(row["line"]))
    return [(row, reason_words(row["reason"])[0]) for row in shown]


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
    ask_for_import(request.acting, import_id, again=request.POST.get("again") == "yes")
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
    source = slugify((found.mapping or {}).get("source", ""), allow_unicode=True)
    day = (found.finished_at or found.created_at).date()
    name = "-".join(part for part in ("lines-and-values", source, str(day)) if part)
    response["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=f"{name}.csv")
    return cast(HttpResponse, response)


@require_GET
@page(action="view", place="collect.import")
def import_mapping(request: ActingRequest, import_id: UUID) -> HttpResponse:
    """The mapping as TOML, for the command line."""
    found = get_import(request.acting, import_id)
    response = HttpResponse(mapping_text(found.mapping or {}), content_type="application/toml; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="mapping-{import_id}.toml"'
    return response


def _handler(request: ActingRequest) -> SealingHandler:
    (handler,) = request.upload_handlers
    return cast(SealingHandler, handler)


def _start(
    request: ActingRequest, found: ImportView, look: FileLook
) -> tuple[str, dict[str, Any], dict[str, str]]:
    """Return shape, general values and targets the wizard begins with: chosen, kept, or guessed."""
    document = found.mapping or {}
    chosen = request.GET.get("preset", "")
    for preset in list_presets(request.acting):
        if str(preset.id) == chosen:
            document = preset.document
    shape = request.POST.get("shape") or request.GET.get("shape") or document.get("shape")
    if shape not in SHAPES:
        shape = guess_shape(look.header)
    unit = unit_of(request)
    initial = {"shape": shape, "source": found.file_name.partition(".")[0][:120], "time_zone": unit.time_zone,
               "currency": unit.currency, "region": unit.country}  # fmt: skip
    targets = guess_targets(shape, look.header, look.rows)
    if document.get("shape") == shape:
        initial |= {
            name: document[name] for name in ("source", "time_zone", "currency", "region") if name in document
        }
        initial |= _constants(document) | _purpose_of(document)
        targets = dict.fromkeys(look.header, "") | _targets_of(document)
    return shape, initial, targets


def _constants(document: Mapping[str, Any]) -> dict[str, str]:
    found = {"refund_prefix": document.get("refunds", {}).get("prefix", "")}
    for section in ("order", "event"):
        channel = document.get(section, {}).get("channel")
        if isinstance(channel, dict) and channel.get("value"):
            found["channel"] = channel["value"]
        when = document.get(section, {}).get("occurred_at")
        if isinstance(when, dict) and when.get("format"):
            found["time_form"] = when["format"]
    return found


def _targets_of(document: Mapping[str, Any]) -> dict[str, str]:
    mapping = mapping_of(document)
    targets = {one.column: key for key, one in mapping.fields.items() if one.column}
    targets |= {one.column: "property" for one in mapping.properties.values() if one.column not in targets}
    targets |= {
        one.column: TRAIT_NAMED + name for name, one in mapping.traits.items() if one.column not in targets
    }
    times = {one.at.column: AS_CONSENT_TIME for one in mapping.consents if one.at}
    return targets | times | {one.answer.column: AS_CONSENT for one in mapping.consents}


def _purpose_of(document: Mapping[str, Any]) -> dict[str, str]:
    answers = mapping_of(document).consents
    return {"purpose": f"{answers[0].purpose}{BY_WAY_OF}{answers[0].channel}"} if answers else {}


def _purposes(acting: Acting, found: ImportView, chosen: str) -> list[tuple[str, str]]:
    """Return what people of the file may have agreed to, by purpose and channel; one that was kept stays offered."""
    asked = [
        one
        for one in list_purposes(acting)
        if one.basis == "consent" and one.node_no == brand_node(found.node_no)
    ]
    offered = {
        f"{one.code}{BY_WAY_OF}{channel}": (
            one.title if len(one.channels) == 1 else f"{one.title} · {channel_title(channel)}"
        )
        for one in asked
        for channel in one.channels
    }
    if chosen and chosen not in offered:
        offered[chosen] = chosen.replace(BY_WAY_OF, " · ")
    return list(offered.items())


def _file_options(request: ActingRequest, found: ImportView) -> dict[str, Any]:
    """Return what somebody stated about the file: in the address, or earlier in the mapping."""
    kept = dict((found.mapping or {}).get("file", {}))
    for name in ("encoding", "delimiter", "decimal"):
        if name in request.GET:
            kept[name] = {"tab": "\t"}.get(request.GET[name], request.GET[name])
    if "header" in request.GET:
        kept["header"] = request.GET["header"] != "no"
    stated = {name: value for name, value in kept.items() if value != ""}
    mapping_of(
        {"shape": "profiles", "source": "x", "time_zone": "UTC", "file": stated, "person": {"user_id": "x"}}
    )
    return stated


def _progress(found: ImportView, task: TaskView) -> Progress:
    here = reverse("collect:import", args=[found.id])
    problem = ""
    if task.problem:
        title, remedy = reason_words(task.problem["code"], task.problem.get("facts"))
        problem = (
            in_sentences(title, remedy)
            if remedy
            else _("Something broke on our side. It is logged; try again.")
        )
    return Progress(
        title=_("Import") if task.name == "collect.import" else _("Dry run"),
        url=here,
        is_running=not task.is_over,
        done=task.done // 1024,
        total=task.total // 1024 if task.total else None,
        unit="KB",
        stop_url=reverse("collect:import_stop", args=[found.id]),
        problem=problem,
    )


def _steps(current: int, import_id: UUID | None = None) -> list[Step]:
    titles = [_("Upload"), _("What the columns mean"), _("Dry run"), _("Import")]
    urls = (
        [reverse("collect:import_new"), reverse("collect:import_columns", args=[import_id])]
        if import_id
        else []
    )
    return steps(titles, current, urls)


def _state_words(row: ImportView) -> tuple[str, str]:
    return {
        "draft": (_("Not checked yet"), "neutral"),
        "checked": (_("Checked, not imported"), "info"),
        "queued": (_("Running"), "info"),
        "begun": (_("Begun"), "info"),
        "done": (_("Imported"), "good"),
        "failed": (_("Failed"), "bad") if row.is_given_up or row.is_hopeless else (_("Stopped"), "warn"),
    }[row.state]


def _figures(report: Mapping[str, Any], *, is_over: bool) -> list[tuple[str, int]]:
    """Return what there is to count. Answers are what a file says, consents what was recorded of it: a withdrawal
    may stand against them, so their number is told even when it is 0."""
    words = _figure_words()
    shown = [(words[name], report[name]) for name in FIGURES if report.get(name)]
    if report.get("answers"):
        shown.append((words["answers"], report["answers"]))
        if is_over:
            shown.append((words["consents"], report["consents"]))
    return shown


def _unrecorded(report: Mapping[str, Any]) -> tuple[int, str] | None:
    """Return how many answers about consent were not recorded, and why, in words; None when all were."""
    count = report.get("answers", 0) - report.get("consents", 0)
    if count <= 0:
        return None
    noted = report.get("noted", {})
    reasons = [(noted[code], reason_words(code)[0]) for code in NOT_RECORDED if noted.get(code)]
    if rest := count - sum(number for number, _title in reasons):
        reasons.append((rest, _("The answer was recorded before, or a later one holds")))
    return count, _("; ").join(f"{formats.number(each)} × {title}" for each, title in reasons)


def _figure_words() -> dict[str, str]:
    return {
        "rows": _("Lines of the file"),
        "orders": _("Orders"),
        "refunds": _("Returns"),
        "lines": _("Order lines"),
        "events": _("Events"),
        "people": _("People in the file"),
        "repeats": _("Taken before"),
        "profiles_new": _("New profiles"),
        "profiles_touched": _("Profiles touched"),
        "answers": _("Answers about consent"),
        "consents": _("Consents recorded"),
    }
