"""The mail of a campaign before it goes out: as it will arrive, and as a test to colleagues."""

from uuid import UUID

from csp.decorators import csp
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import ngettext
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_GET, require_http_methods

from yingtai.campaigns import queries
from yingtai.campaigns.errors import NobodyFound
from yingtai.campaigns.forms import ProofForm
from yingtai.campaigns.previewing import preview_of
from yingtai.campaigns.services import proofs
from yingtai.content.api import find_person
from yingtai.kernel.errors import ProductError
from yingtai.kernel.http import ActingRequest, page
from yingtai.ui.formats import number
from yingtai.ui.frames import FRAME_POLICY
from yingtai.ui.pages import render_page


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
    """Send the mail to oneself and colleagues."""
    found = queries.get_campaign(request.acting, campaign_id)
    colleagues = proofs.who_may_get(request.acting, found.node_no)
    form, problem = ProofForm(request.POST or None, colleagues=colleagues), None
    if form.is_valid():
        try:
            return _sent(request, campaign_id, form)
        except ProductError as error:
            problem = error
    context = {"campaign": found, "form": form, "problem": problem}
    status = problem.status if problem else 422 if form.errors else 200
    return render_page(request, "campaigns/proof.html", context, status=status)


def _sent(request: ActingRequest, campaign_id: UUID, form: ProofForm) -> HttpResponse:
    asked = form.cleaned_data["person"]
    person = find_person(request.acting, asked) if asked else None
    if asked and person is None:
        raise NobodyFound(field="person")
    taken = proofs.send_proof(request.acting, campaign_id, to=form.cleaned_data["to"], person=person)
    words = ngettext("%(count)s test mail is on its way.", "%(count)s test mails are on their way.", taken)
    messages.success(request, words % {"count": number(taken)})
    return redirect("campaigns:campaign", campaign_id)
