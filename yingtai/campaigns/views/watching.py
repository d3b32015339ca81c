"""While it runs and after: the monitor, the ledger, the result."""

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from yingtai.campaigns import queries, results
from yingtai.campaigns.previewing import shown_mail
from yingtai.campaigns.reasons import HOLD_OUT, SEND_STATES, STATES, WORDS
from yingtai.campaigns.results import Lift, Result
from yingtai.campaigns.services.pausing import resume_campaign
from yingtai.campaigns.services.recovering import send_unknown_again
from yingtai.campaigns.services.suppressing import lift_suppression
from yingtai.campaigns.verdicts import said_of
from yingtai.customers.api import ids_of, names_of
from yingtai.kernel.acting import Acting, require
from yingtai.kernel.http import ActingRequest, page
from yingtai.kernel.labels import Label
from yingtai.kernel.protecting import is_protected
from yingtai.kernel.shares import share
from yingtai.organization.api import get_unit_at
from yingtai.ui import charts
from yingtai.ui.components import Tab
from yingtai.ui.formats import alike_money, in_unit, percent
from yingtai.ui.pages import render_page


@require_GET
@page(action="view", place="campaigns.campaign")
def monitor(request: ActingRequest, campaign_id: UUID) -> HttpResponse:
    """How far it is, asked again every two seconds while it runs."""
    found = queries.get_campaign(request.acting, campaign_id)
    if found.is_draft:
        return redirect("campaigns:campaign", campaign_id)
    progress = queries.progress_of(request.acting, found)
    reasons = sorted(progress.reasons.items(), key=lambda item: (item[0] != HOLD_OUT, -item[1]))
    context = {
        "campaign": found,
        "mail": shown_mail(request.acting, found) if found.has_not_begun else None,
        "said": said_of(found, progress, request.acting.at, is_rough=is_protected(request.acting)),
        "state": dict(STATES)[found.state],
        "progress": progress,
        "share": round(100 * (progress.total - progress.owed) / progress.total) if progress.total else 0,
        "reasons": [(reason, WORDS.get(reason, reason), count) for reason, count in reasons],
        "rates": _rates(request.acting, progress),
        "tabs": _tabs(request.acting, found, "monitor"),
        "now": request.acting.at,
        "may_see_people": not is_protected(request.acting),
    }
    return render_page(request, "campaigns/monitor.html", context, fragment="progress")


@require_GET
@page(action="view", place="customers.profile", label=Label.L3)
def sends(request: ActingRequest, campaign_id: UUID) -> HttpResponse:
    """The ledger: every person of the audience, sent or not, and why; for roles that may look at people."""
    require(request.acting, "view", Label.L2, "campaigns.campaign")
    found = queries.get_campaign(request.acting, campaign_id)
    state = request.GET.get("state", "")
    ledger = queries.list_sends(request.acting, found, state=state, after=request.GET.get("after"))
    numbers = [row.profile_no for row in ledger.rows]
    titles, ids = names_of(request.acting, numbers), ids_of(request.acting, numbers)
    context = {
        "campaign": found,
        "page": ledger,
        "rows": [
            (row, titles.get(row.profile_no) or f"#{row.profile_no}", ids.get(row.profile_no), _words(row))
            for row in ledger.rows
        ],
        "state": state,
        "states": [("", _("All")), ("sent", _("Sent")), ("owed", _("To be sent")), *WORDS.items()],
        "tabs": _tabs(request.acting, found, "sends"),
    }
    return render_page(request, "campaigns/sends.html", context, fragment="rows")


@require_GET
@page(action="view", place="campaigns.campaign")
def result(request: ActingRequest, campaign_id: UUID) -> HttpResponse:
    """What the mail changed, against the hold-out."""
    found = queries.get_campaign(request.acting, campaign_id)
    outcome = results.result_of(request.acting, found)
    tally = queries.tallies_of(request.acting, [found.campaign_no])[found.campaign_no]
    context: dict[str, Any] = {
        "campaign": found,
        "result": outcome,
        "tabs": _tabs(request.acting, found, "result"),
        "proxied": tally.get(queries.PROXIED, 0),
        "may_see_people": not is_protected(request.acting),
    }
    if outcome is not None and outcome.lift is not None:
        currency = get_unit_at(found.node_no).currency
        context |= {
            "goal": results.goal_words(found.goal_event),
            "band": _band(outcome.lift),
            "estimate": _("%s points") % results.points(outcome.lift.difference),
            "forest": _forest(outcome.lift),
            "growth": _growth(outcome),
            "rows": _rows(outcome.lift, currency),
        }
    return render_page(request, "campaigns/result.html", context)


@require_POST
@page(action="send", place="campaigns.campaign", label=Label.L3)
def resend_unknown(request: ActingRequest, campaign_id: UUID) -> HttpResponse:
    """Send again to those of whom nobody knows whether the mail arrived."""
    send_unknown_again(request.acting, campaign_id)
    return redirect("campaigns:monitor", campaign_id)


@require_POST
@page(action="send", place="campaigns.campaign", label=Label.L3)
def resume(request: ActingRequest, campaign_id: UUID) -> HttpResponse:
    """Go on with a campaign that waits for somebody, or try at once what waits for its time."""
    resume_campaign(request.acting, campaign_id)
    return redirect("campaigns:monitor", campaign_id)


@require_POST
@page(action="send", place="campaigns.campaign", label=Label.L3)
def lift(request: ActingRequest, suppression_no: int) -> HttpResponse:
    """Write to an address again; who said so and why is kept."""
    profile_no = lift_suppression(request.acting, suppression_no, reason=request.POST.get("reason", ""))
    return redirect("customers:profile", ids_of(request.acting, [profile_no])[profile_no])


def _rates(acting: Acting, progress: queries.CampaignProgress) -> dict[str, str]:
    counts = {"opened": progress.opened, "clicked": progress.clicked, "unsubscribed": progress.unsubscribed}
    return {name: percent(_share(acting, count, progress.sent)) for name, count in counts.items()}


def _share(acting: Acting, part: int, whole: int) -> float | None:
    """Nobody is a share of 0; of numbers that are told roughly, 0 is fewer than 20."""
    return share(part, whole) if is_protected(acting) or part else 0.0 if whole else None


def _words(row: queries.SendView) -> str:
    return str(WORDS[row.reason]) if row.reason in WORDS else str(SEND_STATES[row.state])


def _tabs(acting: Acting, found: queries.CampaignView, current: str) -> list[Tab]:
    base = f"/campaigns/{found.id}"
    titles = {"monitor": _("Monitor"), "sends": _("Recipients"), "result": _("Result")}
    if is_protected(acting):
        del titles["sends"]
    return [Tab(title, f"{base}/{name}/", name == current) for name, title in titles.items()]


def _band(found: Lift) -> str:
    return _("%(low)s and %(high)s points") % {
        "low": results.points(found.low),
        "high": results.points(found.high),
    }


def _forest(found: Lift) -> charts.Chart:
    return charts.forest(
        _("Share that reached the goal"),
        [
            charts.Estimate(_("Mailed"), found.p1, found.l1, found.u1),
            charts.Estimate(_("Held out"), found.p2, found.l2, found.u2),
            charts.Estimate(_("Difference"), found.difference, found.low, found.high),
        ],
        y=_("Share"),
        unit="ratio",
        note=_("95% intervals"),
    )


def _growth(outcome: Result) -> charts.Chart | None:
    if outcome.lift is None:
        return None
    given, held, labels = 0, 0, []
    lines: dict[str, list[float]] = {_("Mailed"): [], _("Held out"): []}
    for day, new_given, new_held in outcome.days:
        given, held = given + new_given, held + new_held
        labels.append(f"{day:%m-%d}")
        lines[_("Mailed")].append(share(given, outcome.lift.n1) or 0.0)
        lines[_("Held out")].append(share(held, outcome.lift.n2) or 0.0)
    return charts.lines(
        _("Share that reached the goal, day by day"), labels, lines, x=_("Day"), y=_("Share"), unit="ratio"
    )


def _rows(found: Lift, currency: str) -> list[tuple[str, str, str, str, str]]:
    given, held, more, low, high = alike_money(
        (found.spent1, found.spent2, found.spent_difference, found.spent_low, found.spent_high), currency
    )
    return [
        (_("People"), in_unit(found.n1, "count"), in_unit(found.n2, "count"), "", ""),
        (_("Reached the goal"), in_unit(found.hits1, "count"), in_unit(found.hits2, "count"), "", ""),
        (
            _("Share"),
            percent(found.p1),
            percent(found.p2),
            _("%s points") % results.points(found.difference),
            _band(found),
        ),
        (
            _("Revenue per person"),
            given,
            held,
            more,
            _("%(low)s and %(high)s") % {"low": low, "high": high},
        ),
    ]
