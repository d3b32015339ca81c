"""The mail of a campaign before it goes out: as it will arrive, and as a test to colleagues."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from csp.decorators import csp
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_GET, require_http_methods

from yingtai.campaigns import queries
from yingtai.campaigns.errors import NobodyFound
from yingtai.campaigns.forms import ProofForm
from yingtai.campaigns.previewing import preview_of
from yingtai.campaigns.senders import list_senders
from yingtai.campaigns.services import proofs
from yingtai.content.api import Person, find_person, get_template
from yingtai.kernel.errors import ProductError
from yingtai.kernel.http import ActingRequest, page
from yingtai.ui.formats import number
from yingtai.ui.frames import FRAME_POLICY
from yingtai.ui.pages import render_page


@dataclass(frozen=True)
class Crumb:
    """Where a test mail was asked for: the list, and the one in it."""

    up: str
    up_url: str
    name: str
    url: str


@require_GET
@page(action="view", place="campaigns.campaign")
@xframe_options_sameorigin
@csp(FRAME_POLICY)  # type: ignore[untyped-decorator]
def mail(request: ActingRequest, campaign_id: UUID) -> HttpResponse:
    """The mail as it will arrive, for a frame; filled in for an invented person."""
    found = queries.get_campaign(request.acting, campaign_id)
    try:
        return HttpResponse(preview_of(request.acting, found).rendered.html)
    except ProductError:
        # The page around the frame says what is wrong.
        return HttpResponse("", status=422)


@require_http_methods(["GET", "POST"])
@page(action="edit", place="campaigns.campaign")
def proof(request: ActingRequest, campaign_id: UUID) -> HttpResponse:
    """Send the mail of a campaign to oneself and colleagues."""
    found = queries.get_campaign(request.acting, campaign_id)
    form = ProofForm(request.POST or None, colleagues=proofs.who_may_get(request.acting, found.node_no))

    def send(given: dict[str, Any]) -> int:
        return proofs.send_proof(request.acting, campaign_id, **given)

    back = reverse("campaigns:campaign", args=[campaign_id])
    return _answer(
        request, form, send, Crumb(_("Campaigns"), reverse("campaigns:campaign_list"), found.name, back)
    )


@require_http_methods(["GET", "POST"])
@page(action="edit", place="campaigns.campaign")
def proof_of_template(request: ActingRequest, template_id: UUID) -> HttpResponse:
    """Send the draft of a template to oneself and colleagues."""
    found = get_template(request.acting, template_id)
    form = ProofForm(
        request.POST or None, colleagues=proofs.who_may_get(request.acting, found.node_no),
        senders=list_senders(request.acting, node_no=found.node_no),
    )  # fmt: skip

    def send(given: dict[str, Any]) -> int:
        return proofs.send_proof_of_template(request.acting, template_id, **given)

    back = reverse("content:template", args=[template_id])
    return _answer(
        request, form, send, Crumb(_("Content"), reverse("content:template_list"), found.name, back)
    )


def _answer(
    request: ActingRequest, form: ProofForm, send: Callable[[dict[str, Any]], int], crumb: Crumb
) -> HttpResponse:
    problem: ProductError | None = None
    if form.is_valid():
        try:
            taken = send(form.cleaned_data | {"person": _person(request, form.cleaned_data["person"])})
        except ProductError as error:
            problem = error
        else:
            words = ngettext(
                "%(count)s test mail is on its way.", "%(count)s test mails are on their way.", taken
            )
            messages.success(request, words % {"count": number(taken)})
            return redirect(crumb.url)
    context = {"form": form, "problem": problem, "crumb": crumb}
    status = problem.status if problem else 422 if form.errors else 200
    return render_page(request, "campaigns/proof.html", context, status=status)


def _person(request: ActingRequest, asked: str) -> Person | None:
    found = find_person(request.acting, asked) if asked else None
    if asked and found is None:
        raise NobodyFound(field="person")
    return found
