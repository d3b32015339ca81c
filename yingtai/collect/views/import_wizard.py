"""The first steps of an import: the file, and what its columns mean."""

from collections.abc import Mapping
from functools import partial
from typing import Any, cast
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_http_methods

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
from yingtai.collect.queries.imports import (
    FileLook,
    ImportView,
    get_import,
    list_presets,
    look_at_file,
)
from yingtai.collect.queries.planning import plan_of
from yingtai.collect.services.imports import (
    ask_for_check,
    map_import,
    save_preset,
    start_import,
)
from yingtai.collect.services.uploads import MOST_BYTES, save_upload
from yingtai.collect.uploading import SealingHandler
from yingtai.collect.views.places import node_of, unit_of, zones_of
from yingtai.collect.views.words import in_words_of_the_page
from yingtai.compliance.api import channel_title, list_purposes
from yingtai.kernel.acting import Acting
from yingtai.kernel.errors import ProductError
from yingtai.kernel.http import ActingRequest, page, takes_files
from yingtai.kernel.labels import Label
from yingtai.kernel.scope import brand_node, brand_of
from yingtai.ui.components import Problem, Step, steps
from yingtai.ui.pages import render_page
from yingtai.vault.api import mask

FORM_BYTES = 1024 * 1024
"""What a form adds to its file."""


@csrf_exempt
@takes_files(MOST_BYTES + FORM_BYTES)
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
    context = {"form": form, "problem": problem, "steps": wizard_steps(1)}
    return render_page(
        request, "collect/import_new.html", context, status=422 if problem or form.errors else 200
    )


@require_http_methods(["GET", "POST"])
@page(action="edit", place="collect.import", label=Label.L3)
def import_columns(request: ActingRequest, import_id: UUID) -> HttpResponse:
    """Say what the columns of the file mean."""
    found = get_import(request.acting, import_id)
    if request.method == "GET" and found.state in {"queued", "begun", "done"}:
        return redirect("collect:import", import_id)
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
        "steps": wizard_steps(2, import_id),
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
    # Who was taken out of the file's name is no part of a source's either.
    source = found.file_name.partition(".")[0].replace("***", "").strip(" _-")
    initial = {"shape": shape, "source": source[:120], "time_zone": unit.time_zone,
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


def wizard_steps(current: int, import_id: UUID | None = None) -> list[Step]:
    titles = [_("Upload"), _("What the columns mean"), _("Dry run"), _("Import")]
    urls = (
        [reverse("collect:import_new"), reverse("collect:import_columns", args=[import_id])]
        if import_id
        else []
    )
    return steps(titles, current, urls)
