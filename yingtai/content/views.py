from time import perf_counter
from typing import Any
from uuid import UUID, uuid4

from csp.decorators import csp
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from yingtai.collect.api import websites_of
from yingtai.content import queries, services
from yingtai.content.checking import Check, check_draft, preview_values
from yingtai.content.errors import PersonInAddress, TemplateWasUsed
from yingtai.content.examples import examples
from yingtai.content.forms import DraftForm, StartForm
from yingtai.content.listing import TEMPLATES
from yingtai.content.people import Person, find_person
from yingtai.content.trial import try_out
from yingtai.kernel.acting import decide
from yingtai.kernel.contributions import template_actions
from yingtai.kernel.copies import copied_name
from yingtai.kernel.errors import ProductError
from yingtai.kernel.http import ActingRequest, page
from yingtai.kernel.labels import Label
from yingtai.organization.api import ChangedMeanwhile, get_unit_at, list_brands, read_seen, units_at
from yingtai.ui.frames import FRAME_POLICY
from yingtai.ui.lists import listing
from yingtai.ui.pages import Confirmation, render_confirmation, render_page
from yingtai.ui.sheets import can_be_taken
from yingtai.ui.ticked import ARCHIVED, Deeds, actions, do_with_ticked, shows

DEEDS = Deeds(
    archive=services.archive_template, restore=services.restore_template, delete=services.delete_template,
    named=queries.named,
    keeps=gettext_lazy("A template of which a version was published stays and says so."),
)  # fmt: skip


@require_GET
@page(action="view", place="content.template")
@can_be_taken
def template_list(request: ActingRequest) -> HttpResponse:
    """Every template, latest change first."""
    began = perf_counter()
    search, show = request.GET.get("search", "").strip()[:120], request.GET.get("show", "")
    has_brands = len(list_brands(request.acting.scope)) > 1
    may_edit = decide(request.acting, "edit", Label.L2, "content.template").allowed
    shown = listing(request, TEMPLATES, without=() if has_brands else ("place",), is_bulk=may_edit)
    found = queries.list_templates(
        request.acting, search=search, after=request.GET.get("after"), sort=shown.sort,
        is_archived=show == ARCHIVED,
    )  # fmt: skip
    places = units_at([row.node_no for row in found.rows])
    context = {
        "page": found, "rows": [(row, places.get(row.node_no)) for row in found.rows], "search": search,
        "show": show, "shows": shows(), "listing": shown, "actions": actions(show, may_delete=True),
        "now": request.acting.at, "took_ms": round((perf_counter() - began) * 1000),
    }  # fmt: skip
    return render_page(request, "content/template_list.html", context, fragment="rows", whole_for="show")


@require_http_methods(["GET", "POST"])
@page(action="edit", place="content.template")
def several(request: ActingRequest) -> HttpResponse:
    """Archive, restore or delete the templates that were ticked."""
    return do_with_ticked(request, TEMPLATES, DEEDS)


@require_POST
@page(action="edit", place="content.template")
def copy(request: ActingRequest, template_id: UUID) -> HttpResponse:
    """Start a template like this one and open it."""
    source = queries.get_template(request.acting, template_id)
    name = copied_name(source.name)
    return redirect("content:template", services.copy_template(request.acting, template_id, name=name).id)


@require_http_methods(["GET", "POST"])
@page(action="edit", place="content.template")
def template_new(request: ActingRequest) -> HttpResponse:
    """Choose what to start from; then start a template like it and open it."""
    form = StartForm(
        request.POST if request.method == "POST" else None, brands=list_brands(request.acting.scope)
    )
    if request.method != "POST" or not form.is_valid():
        context = {"form": form}
        return render_page(request, "content/template_new.html", context, status=422 if form.errors else 200)
    start = form.chosen
    made = services.create_template(
        request.acting, node_no=form.brand_chosen.node_no, name=start.name, subject=start.subject,
        html=start.html, basis=start.basis,
    )  # fmt: skip
    return redirect("content:template", made.id)


@require_GET
@page(action="view", place="content.template")
def template(request: ActingRequest, template_id: UUID) -> HttpResponse:
    """The editor: what is said, and what it looks like for a person."""
    found = queries.get_template(request.acting, template_id)
    form = DraftForm(
        initial={
            "name": found.name,
            "basis": found.basis,
            "subject": found.draft_subject,
            "html": found.draft_html,
        }
    )
    return _editor(request, found, form)


@require_POST
@page(action="edit", place="content.template")
def draft(request: ActingRequest, template_id: UUID) -> HttpResponse:
    """Keep what is being typed and answer with how it looks."""
    form = DraftForm(request.POST)
    if not form.is_valid():
        found = queries.get_template(request.acting, template_id)
        return _editor(request, found, form, status=422)
    seen = request.POST.get("seen", "")
    try:
        found = _kept(request, template_id, form)
    except ChangedMeanwhile as late:
        # What is typed on is refused until somebody says that it is to be kept all the same.
        found = queries.get_template(request.acting, template_id)
        return _editor(request, found, form, status=409, late=late, seen=seen)
    return _editor(request, found, form)


@require_GET
@page(action="view", place="content.template")
@xframe_options_sameorigin
@csp(FRAME_POLICY)  # type: ignore[untyped-decorator]
def preview(request: ActingRequest, template_id: UUID) -> HttpResponse:
    """The mail itself, for the frame in the editor."""
    found = queries.get_template(request.acting, template_id)
    return _mail(request, found.draft_subject, found.draft_html, found.node_no)


@require_POST
@page(action="edit", place="content.template")
def version_new(request: ActingRequest, template_id: UUID) -> HttpResponse:
    """Make the draft a version that campaigns can send."""
    form = DraftForm(request.POST)
    if not form.is_valid():
        return _editor(request, queries.get_template(request.acting, template_id), form, status=422)
    try:
        found = _kept(request, template_id, form)
    except ChangedMeanwhile as late:
        found = queries.get_template(request.acting, template_id)
        return _editor(request, found, form, status=409, late=late)
    try:
        made = services.make_version(request.acting, template_id)
    except ProductError:
        # The check of the draft says the same thing beside the preview.
        return _editor(request, found, form, status=422)
    return redirect("content:version", made.id)


@require_GET
@page(action="view", place="content.template")
def version(request: ActingRequest, version_id: UUID) -> HttpResponse:
    """One version, word for word."""
    found = queries.get_version(request.acting, version_id)
    context = {"version": found, "versions": queries.list_versions(request.acting, found.template_id)}
    return render_page(request, "content/version.html", context)


@require_GET
@page(action="view", place="content.template")
@xframe_options_sameorigin
@csp(FRAME_POLICY)  # type: ignore[untyped-decorator]
def version_preview(request: ActingRequest, version_id: UUID) -> HttpResponse:
    """A version as a mail, for a frame."""
    found = queries.get_version(request.acting, version_id)
    return _mail(request, found.subject, found.html, found.node_no)


@require_http_methods(["GET", "POST"])
@page(action="edit", place="content.template")
def archive(request: ActingRequest, template_id: UUID) -> HttpResponse:
    """Take a template out of the lists, after asking."""
    found = queries.get_template(request.acting, template_id)
    if request.method == "POST":
        services.archive_template(request.acting, template_id)
        return redirect("content:template_list")
    asked = Confirmation(
        title=_("Archive %s") % found.name,
        lead=_("The template leaves the lists. Campaigns that use a version of it keep it."),
        action=_("Archive"),
        cancel_url=request.path.removesuffix("archive"),
        is_danger=False,
    )
    return render_confirmation(request, asked)


@require_http_methods(["GET", "POST"])
@page(action="edit", place="content.template")
def delete(request: ActingRequest, template_id: UUID) -> HttpResponse:
    """Delete a template that was never published, after asking."""
    found = queries.get_template(request.acting, template_id)
    if found.latest_version:
        raise TemplateWasUsed(name=found.name)
    if request.method == "POST":
        services.delete_template(request.acting, template_id)
        messages.success(request, _("“{name}” is deleted.").format(name=found.name))
        return redirect("content:template_list")
    asked = Confirmation(
        title=_("Delete “{name}”").format(name=found.name),
        lead=_("The template is deleted. No version of it was published, so no campaign uses it."),
        irreversible=_("Nobody can bring the template back. To take it out of the lists only, archive it."),
        action=_("Delete for good"),
        cancel_url=request.path.removesuffix("delete"),
    )
    return render_confirmation(request, asked)


def _kept(request: ActingRequest, template_id: UUID, form: DraftForm) -> queries.TemplateView:
    seen = read_seen(request.POST.get("seen", ""))
    return services.change_draft(
        request.acting, template_id, **form.cleaned_data, seen=seen, opened=_opened(request)
    )


def _opened(request: ActingRequest) -> UUID | None:
    """Return which opened form a request comes from: two tabs with one template are two."""
    try:
        return UUID(request.POST.get("opened", ""))
    except ValueError:
        return None


def _editor(
    request: ActingRequest, found: queries.TemplateView, form: DraftForm, *, status: int = 200,
    late: ProductError | None = None, seen: str = "",
) -> HttpResponse:  # fmt: skip
    asked = request.POST.get("as", "") or _id_in_address(request)
    context: dict[str, Any] = {
        "template": found,
        "form": form,
        "late": late,
        "seen": seen or found.changed_at.isoformat(),
        "opened": _opened(request) or uuid4(),
        "asked": asked,
        "examples": examples(),
        "versions": queries.list_versions(request.acting, found.id)[:5],
        "actions": [(words, address(found.id)) for words, address in template_actions.all()],
    }
    person, context["not_found"] = _person(request, asked)
    context["person"] = person
    context["check"] = _check(request, found, person)
    return render_page(request, "content/template.html", context, fragment="check", status=status)


def _check(request: ActingRequest, found: queries.TemplateView, person: Person | None) -> Check:
    return check_draft(
        request.acting, subject=found.draft_subject, html=found.draft_html,
        brand_name=get_unit_at(found.node_no).own_title, person=person,
        node_no=found.node_no, basis=found.basis,
    )  # fmt: skip


def _mail(request: ActingRequest, subject: str, html: str, node_no: int) -> HttpResponse:
    person, _not_found = _person(request, _id_in_address(request))
    brand = get_unit_at(node_no).own_title
    websites = websites_of(request.acting, node_no)
    values = preview_values(request.acting, subject, html, person, brand, websites)
    tried = try_out(subject, html, values, websites)
    return HttpResponse(tried.rendered.html) if tried.rendered else HttpResponse("", status=422)


def _id_in_address(request: ActingRequest) -> str:
    """Return whose preview an address asks for: the id of a profile, for anything else would stand in logs.

    Raises: PersonInAddress
    """
    asked = request.GET.get("as", "").strip()
    try:
        return str(UUID(asked)) if asked else ""
    except ValueError:
        raise PersonInAddress(field="as") from None


def _person(request: ActingRequest, asked: str) -> tuple[Person | None, bool]:
    """Return whom a preview is for, and whether somebody was asked for in vain."""
    person = find_person(request.acting, asked.strip()) if asked.strip() else None
    return person, bool(asked.strip()) and person is None
