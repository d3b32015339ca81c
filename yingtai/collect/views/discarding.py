"""Discard a file that was brought and is not wanted, after asking."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from yingtai.collect.queries.imports import get_import
from yingtai.collect.services.discarding import discard_import
from yingtai.kernel.http import ActingRequest, page
from yingtai.kernel.labels import Label
from yingtai.ui.pages import Confirmation, render_confirmation


@require_http_methods(["GET", "POST"])
@page(action="edit", place="collect.import", label=Label.L3)
def import_discard(request: ActingRequest, import_id: UUID) -> HttpResponse:
    """Ask, then remove the file and what was said of its columns."""
    found = get_import(request.acting, import_id)
    if request.method == "POST":
        discard_import(request.acting, import_id)
        messages.success(request, _("“{name}” is discarded.").format(name=found.title))
        return redirect("collect:import_list")
    asked = Confirmation(
        title=_("Discard “{name}”").format(name=found.title),
        lead=_("The file and the settings of its columns are removed. Nothing of it was imported."),
        irreversible=_("To import the file after all, upload it again."),
        action=_("Discard"),
        cancel_url=reverse("collect:import", args=[import_id]),
    )
    return render_confirmation(request, asked)
