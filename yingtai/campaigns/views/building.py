"""From a draft to the launch: one page to build, one that asks, one that starts."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from yingtai.campaigns import queries
from yingtai.campaigns.addresses import one_line
from yingtai.campaigns.checking import problems_of
from yingtai.campaigns.forms import CampaignForm, initial_of
from yingtai.campaigns.previewing import shown_mail
from yingtai.campaigns.reasons import HOLD_OUT, WORDS
from yingtai.campaigns.senders import list_senders, sent_from
from yingtai.campaigns.services import asking, deciding, drafting, keeping_senders, stopping
from yingtai.compliance.api import PurposeNotFound, get_purpose
from yingtai.kernel.acting import Acting
from yingtai.kernel.copies import copied_name
from yingtai.kernel.errors import ProductError
from yingtai.kernel.http import ActingRequest, page
from yingtai.kernel.labels import Label
from yingtai.kernel.spacing import closed_up
from yingtai.organization.api import ChangedMeanwhile, list_brands, read_seen
from yingtai.ui import charts
from yingtai.ui.components import steps
from yingtai.ui.formats import moment_in_words, named, number
from yingtai.ui.pages import Confirmation, render_confirmation, render_page
from yingtai.ui.widgets import problems_in

WAITS = gettext_lazy(
    "So many people, with what else you launch alone within a day, need a second person to approve. A colleague finds "
    "the launch under Approvals; any change voids the request."
)


@require_POST
@page(action="edit", place="campaigns.campaign")
def campaign_new(request: ActingRequest) -> HttpResponse:
    """Start a draft and open it."""
    brand = list_brands(request.acting.scope)[0]
    made = drafting.create_campaign(
        request.acting,
        node_no=brand.node_no or 0,
        name=_("New campaign"),
        from_name=one_line(brand.own_title),
    )
    if latest := list_senders(request.acting, node_no=made.node_no)[:1]:
        drafting.change_campaign(request.acting, made.id, sent_from(latest[0]))
    return redirect("campaigns:campaign", made.id)


@require_POST
@page(action="edit", place="campaigns.campaign")
def campaign_copy(request: ActingRequest, campaign_id: UUID) -> HttpResponse:
    """Start a draft like this one."""
    source = queries.get_campaign(request.acting, campaign_id)
    made = drafting.copy_campaign(request.acting, campaign_id, name=copied_name(source.name))
    return redirect("campaigns:campaign", made.id)


@require_http_methods(["GET", "POST"])
@page(action="edit", place="campaigns.campaign")
def campaign(request: ActingRequest, campaign_id: UUID) -> HttpResponse:
    """The builder: who, what, when, and what stands in the way."""
    found = queries.get_campaign(request.acting, campaign_id)
    if not found.is_draft:
        return redirect("campaigns:monitor", campaign_id)
    form = CampaignForm(
        request.POST or None, acting=request.acting, campaign=found, initial=initial_of(found)
    )
    problem: ProductError | None = None
    if request.method == "POST" and form.is_valid():
        try:
            return _saved(request, campaign_id, form)
        except ChangedMeanwhile as late:
            problem = late
    context = _ready(request, found, form) | {
        # The form that comes back has seen the other change, so that the next save is meant.
        "seen": request.POST.get("seen", "") if form.errors else found.changed_at.isoformat(),
        "late": problem,
        "mail": shown_mail(request.acting, found),
        "steps": steps([_("Who"), _("What"), _("When"), _("Check"), _("Launch")], _step_of(found)),
    }
    status = 409 if problem else 422 if form.errors else 200
    return render_page(request, "campaigns/campaign.html", context, status=status)


@require_POST
@page(action="edit", place="campaigns.campaign")
def ready(request: ActingRequest, campaign_id: UUID) -> HttpResponse:
    """The part of the builder that says what is missing, by what is chosen and not saved yet."""
    found = queries.get_campaign(request.acting, campaign_id)
    if not found.is_draft:
        return redirect("campaigns:monitor", campaign_id)
    form = CampaignForm(request.POST, acting=request.acting, campaign=found)
    context = _ready(request, form.as_chosen(found), form)
    return render_page(request, "campaigns/campaign.html", context, fragment="ready")


def _ready(request: ActingRequest, shown: queries.CampaignView, form: CampaignForm) -> dict[str, Any]:
    problems = problems_in(problems_of(request.acting, shown))
    return {"campaign": shown, "form": form, "problems": problems}


def _saved(request: ActingRequest, campaign_id: UUID, form: CampaignForm) -> HttpResponse:
    changed = drafting.change_campaign(
        request.acting, campaign_id, form.values(), seen=read_seen(request.POST.get("seen", ""))
    )
    if changed.from_name and changed.from_address and not form.has_senders:
        keeping_senders.keep_sender(
            request.acting, node_no=changed.node_no, name=changed.from_name, address=changed.from_address
        )
    return redirect("campaigns:launch" if "launch" in request.POST else "campaigns:campaign", campaign_id)


@require_GET
@page(action="view", place="campaigns.campaign")
def check(request: ActingRequest, campaign_id: UUID) -> HttpResponse:
    """The part of the builder that counts: who would get it now, and who falls out why."""
    counts = deciding.forecast(request.acting, campaign_id)
    found = queries.get_campaign(request.acting, campaign_id)
    counts = queries.as_may_be_read(request.acting, counts, found.campaign_no)
    context: dict[str, Any] = {"campaign": found, "counts": _explained(counts), "owed": counts.get("owed", 0)}
    context["is_service"] = _is_service(request.acting, found)
    context["as_of"] = request.acting.at
    if request.GET.get("picture"):
        context["picture"] = _picture(context["owed"], context["counts"])
    return render_page(request, "campaigns/check.html", context)


@require_http_methods(["GET", "POST"])
@page(action="send", place="campaigns.campaign", label=Label.L3)
def launch(request: ActingRequest, campaign_id: UUID) -> HttpResponse:
    """Ask before mails go out: how many get one, who does not and why, what cannot be undone."""
    problem: ProductError | None = None
    if request.method == "POST":
        try:
            waits = asking.launch_or_ask(request.acting, campaign_id)
            if waits:
                messages.success(request, WAITS)
            return redirect("campaigns:campaign" if waits else "campaigns:monitor", campaign_id)
        except ProductError as error:
            problem = error
    found = queries.get_campaign(request.acting, campaign_id)
    if not found.is_draft:
        return redirect("campaigns:monitor", campaign_id)
    problems = problems_of(request.acting, found) or ([problem] if problem else [])
    if problems:
        context: dict[str, Any] = {"campaign": found, "problems": problems}
        return render_page(request, "campaigns/not_ready.html", context, status=422)
    counts = deciding.forecast(request.acting, campaign_id)
    if not counts.get("owed"):
        found = queries.get_campaign(request.acting, campaign_id)
        context = {"campaign": found, "problems": problems_of(request.acting, found)}
        return render_page(request, "campaigns/not_ready.html", context, status=422)
    asked = _asked(found, counts, _is_service(request.acting, found))
    context = {"confirmation": asked, "campaign": found, "mail": shown_mail(request.acting, found)}
    return render_page(request, "campaigns/launch.html", context)


@require_POST
@page(action="send", place="campaigns.campaign", label=Label.L3)
def unschedule(request: ActingRequest, campaign_id: UUID) -> HttpResponse:
    """Take a scheduled campaign back into the builder: nothing goes out until it is launched anew."""
    found = queries.get_campaign(request.acting, campaign_id)
    if not found.is_draft:  # Else it is the second half of a double click.
        stopping.unschedule_campaign(request.acting, campaign_id)
    words = _("“{name}” is a draft again: nothing goes out until you launch it anew.")
    messages.success(request, words.format(name=found.name))
    return redirect("campaigns:campaign", campaign_id)


@require_http_methods(["GET", "POST"])
@page(action="send", place="campaigns.campaign", label=Label.L3)
def stop(request: ActingRequest, campaign_id: UUID) -> HttpResponse:
    """Stop a campaign, at once when the button of the monitor says so."""
    found = queries.get_campaign(request.acting, campaign_id)
    if not found.is_running:
        # Stopped by the first half of a double click, or over meanwhile: its page says which.
        return redirect("campaigns:monitor", campaign_id)
    if request.method == "POST":
        stopping.stop_campaign(request.acting, campaign_id)
        return redirect("campaigns:monitor", campaign_id)
    lead, consequences = _stopping(found, queries.progress_of(request.acting, found))
    return render_confirmation(
        request,
        Confirmation(
            title=_("Stop %s") % found.name,
            lead=lead,
            consequences=consequences,
            irreversible=_("A stopped campaign cannot go on; make a copy to send to those who are left.")
            if found.decided_at
            else _("A stopped campaign cannot go on; to send the mail after all, make a copy."),
            action=_("Stop now"),
            cancel_url=reverse("campaigns:monitor", args=[campaign_id]),
        ),
    )


def _stopping(found: queries.CampaignView, progress: queries.CampaignProgress) -> tuple[str, tuple[str, ...]]:
    """Return what stopping does now: the mails that stay away, and those that cannot be called back, if any."""
    if found.decided_at is None:
        lead = _("It has not begun: nobody got the mail, and nobody will.")
        other = _("To change it and send it later, take it back instead.")
        return lead, (other,) if found.has_not_begun else ()
    lead = ngettext(
        "%(count)s mail that has not gone out yet will not be sent.",
        "%(count)s mails that have not gone out yet will not be sent.",
        progress.owed,
    ) % {"count": number(progress.owed)}
    if not progress.sent:
        return lead, (_("Nothing has been sent so far."),)
    stays = ngettext(
        "%(count)s mail has been sent and stays sent.",
        "%(count)s mails have been sent and stay sent.",
        progress.sent,
    )
    return lead, (stays % {"count": number(progress.sent)},)


def _people(count: int) -> str:
    return ngettext("%(count)s person", "%(count)s people", count) % {"count": number(count)}


def _asked_of_people(is_service: bool) -> list[str]:
    if is_service:
        return [
            _(
                "It is a service mail: people who unsubscribed from marketing get it too, and nobody is "
                "asked for consent."
            )
        ]
    return [_("Everyone's consent is checked again when the mail is sent.")]


def _is_service(acting: Acting, found: queries.CampaignView) -> bool:
    try:
        return get_purpose(acting, code=found.purpose, node_no=found.node_no).basis != "consent"
    except PurposeNotFound:
        return False


def _asked(found: queries.CampaignView, counts: dict[str, int], is_service: bool) -> Confirmation:
    owed = counts.get("owed", 0)
    lead = ngettext("%(count)s person will get this mail.", "%(count)s people will get this mail.", owed)
    others = [named(words, _people(count)) for words, count in _explained(counts)]
    at = {"at": moment_in_words(found.scheduled_at)} if found.scheduled_at else {}
    when = closed_up(_("It is sent at %(at)s."), at) % at if at else _("It is sent as soon as you confirm.")
    return Confirmation(
        title=_("Send %s") % found.name,
        lead=lead % {"count": number(owed)},
        consequences=(
            *others,
            when,
            *_asked_of_people(is_service),
            *(
                [_("Until then you can take the campaign back and edit it; a mail that was sent stays sent.")]
                if found.scheduled_at
                else []
            ),
        ),
        irreversible=""
        if found.scheduled_at
        else _("A mail that was sent cannot be taken back, and the campaign cannot be changed."),
        action=(_("Schedule for %s people") if found.scheduled_at else _("Send to %s people")) % number(owed),
        cancel_url=reverse("campaigns:campaign", args=[found.id]),
        # Until its time comes it can be taken back.
        is_danger=found.scheduled_at is None,
    )


def _explained(counts: dict[str, int]) -> list[tuple[str, int]]:
    """Return who falls out and why, the hold-out first, then the largest group."""
    out = [(reason, count) for reason, count in counts.items() if reason != "owed" and count]
    out.sort(key=lambda item: (item[0] != HOLD_OUT, -item[1]))
    return [(str(WORDS.get(reason, reason)), count) for reason, count in out]


def _picture(owed: int, others: list[tuple[str, int]]) -> charts.Chart:
    """Draw who gets the mail beside those who do not, each with the reason."""
    points = [(_("get the mail"), owed), *others]
    return charts.bars(
        _("Who gets it, and who does not"),
        points,
        x=_("Reason"),
        y=_("People"),
        unit="count",
        is_horizontal=True,
    )


def _step_of(found: queries.CampaignView) -> int:
    if found.audience_id is None:
        return 1
    if found.version_id is None:
        return 2
    return 3 if not found.from_address else 4
