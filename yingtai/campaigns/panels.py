from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from yingtai.audiences.api import Use, audience_uses
from yingtai.campaigns import queries
from yingtai.campaigns.confirmations import asked_addresses
from yingtai.campaigns.reasons import SEND_STATES, STATES, WORDS
from yingtai.campaigns.waiting import campaigns_wait
from yingtai.kernel.acting import Acting, decide
from yingtai.kernel.contributions import (
    FirstStep,
    fact_names,
    first_steps,
    home_panels,
    home_todos,
    profile_panels,
    template_actions,
)
from yingtai.kernel.labels import Label
from yingtai.kernel.protecting import is_protected
from yingtai.organization.api import list_brands, units_at
from yingtai.ui.panels import Panel


def sends(acting: Acting, profile_no: int) -> Panel | None:
    """Show which campaigns a person was owed, and what became of each."""
    if not decide(acting, "view", Label.L2, "campaigns.campaign").allowed:
        return None
    rows = queries.sends_of(acting, profile_no)
    names = queries.campaign_names(acting, [row.campaign_no for row in rows])
    shown = [
        (row, *names[row.campaign_no], WORDS.get(row.reason or "", SEND_STATES[row.state]))
        for row in rows
        if row.campaign_no in names
    ]
    context = {
        "rows": shown,
        "asked": asked_addresses(acting, profile_no),
        "suppressions": queries.suppressions_of(acting, profile_no),
        "may_lift": decide(acting, "send", Label.L3, "campaigns.campaign").allowed,
    }
    return Panel(title=_("Campaigns"), template="campaigns/sends_panel.html", context=context)


def running(acting: Acting) -> Panel | None:
    """Show the campaigns that run now or wait for their time, with their brands where there are several."""
    if not decide(acting, "view", Label.L2, "campaigns.campaign").allowed:
        return None
    rows = queries.list_running(acting)
    if not rows:
        return None
    tallies = queries.tallies_of(acting, [row.campaign_no for row in rows])
    places = units_at([row.node_no for row in rows]) if len(list_brands(acting.scope)) > 1 else {}
    alike: dict[tuple[Any, ...], list[Any]] = {}
    for row in rows:
        alike.setdefault((row.name, row.state, row.scheduled_at), []).append((row, places.get(row.node_no)))
    context = {
        "groups": [
            (
                same[0][0],
                dict(STATES)[same[0][0].state],
                _in_all(tallies[row.campaign_no] for row, _ in same),
                same,
            )
            for same in alike.values()
        ],
        "is_rough": is_protected(acting),
    }
    return Panel(
        title=_("Running and scheduled campaigns"), template="campaigns/running_panel.html", context=context,
        url=reverse("campaigns:campaign_list"),
    )  # fmt: skip


def _in_all(tallies: Iterable[Mapping[str, int]]) -> dict[str, int]:
    """Return what several campaigns have sent and still owe."""
    counted: Counter[str] = Counter()
    for one in tallies:
        counted.update({name: one.get(name) or 0 for name in ("sent", "owed")})
    return dict(counted)


def campaigns_to(acting: Acting, audience_no: int) -> list[Use]:
    """List the campaigns to an audience; without the right to see campaigns, none."""
    if not decide(acting, "view", Label.L2, "campaigns.campaign").allowed:
        return []
    states = dict(STATES)
    return [
        Use(
            one.name,
            reverse("campaigns:campaign" if one.is_draft else "campaigns:monitor", args=[one.id]),
            str(states[one.state]),
            needs_it=not one.is_draft,
        )
        for one in queries.list_campaigns_to(acting, audience_no)
    ]


def named(acting: Acting, campaign_nos: Sequence[int]) -> dict[int, tuple[str, str]]:
    """Name campaigns by number, with their pages; without the right to see campaigns, none."""
    if not decide(acting, "view", Label.L2, "campaigns.campaign").allowed:
        return {}
    found = queries.campaign_names(acting, campaign_nos)
    return {no: (name, reverse("campaigns:monitor", args=[id_])) for no, (id_, name) in found.items()}


fact_names.register("campaign_no", named)
profile_panels.register("campaigns.sends", sends, order=50)
home_panels.register("campaigns.running", running, order=20)
home_todos.register("campaigns", campaigns_wait, order=10)
template_actions.register(
    "campaigns.proof",
    (
        gettext_lazy("Send a test mail"),
        lambda template_id: reverse("campaigns:proof_of_template", args=[template_id]),
    ),
)
audience_uses.register("campaigns", campaigns_to)
first_steps.register(
    "campaigns.campaign",
    FirstStep(
        gettext_lazy("Launch the first campaign"), gettext_lazy("with a group held out, so that its effect shows"),
        "campaigns:campaign_list", queries.has_launched,
    ),
    order=50,
)  # fmt: skip
