from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from yingtai.audiences.api import id_of_audience
from yingtai.campaigns.errors import CampaignNotFound
from yingtai.campaigns.models import Campaign, Send, SuppressedAddress, Tally
from yingtai.campaigns.troubles import words_of_trouble
from yingtai.customers.api import masked_contacts
from yingtai.kernel.acting import Acting
from yingtai.kernel.pages import ROWS_PER_PAGE, Page, decode_cursor, encode_cursor, moment, number
from yingtai.kernel.protecting import is_protected, protected_row, roughly
from yingtai.kernel.scoping import acting_transaction
from yingtai.kernel.sorting import Order, sort_or, sorted_page

OPENED, PROXIED, CLICKED, UNSUBSCRIBED = "opened", "proxied", "clicked", "unsubscribed"
MOST_AT_ONCE = 100
RUNNING = frozenset(
    {Campaign.State.SCHEDULED, Campaign.State.DECIDING, Campaign.State.SENDING, Campaign.State.PAUSED}
)
ORDERS = {
    "made": Order("campaign_no", number),
    "name": Order("name"),
    "launched": Order("launched_at", moment),
    "changed": Order("changed_at", moment),
}
NOT_REASONS = frozenset({"owed", "sent", "unknown", OPENED, CLICKED, UNSUBSCRIBED, PROXIED})


@dataclass(frozen=True)
class CampaignView:
    """A campaign as pages and other modules see it; `hold_out_share` is in hundredths of a percent."""

    campaign_no: int
    id: UUID
    node_no: int
    name: str
    state: str
    channel: str
    audience_id: UUID | None
    version_id: UUID | None
    purpose: str
    from_name: str
    from_address: str
    reply_to: str
    hold_out_share: int
    goal_event: str
    goal_days: int
    per_minute: int | None
    scheduled_at: datetime | None
    forecast: dict[str, int] | None
    forecast_at: datetime | None
    launched_at: datetime | None
    launched_by: str
    decided_at: datetime | None
    finished_at: datetime | None
    trouble: str
    trouble_facts: dict[str, Any]
    resumed_at: datetime | None
    forecast_sample: int | None
    created_by: str
    changed_at: datetime
    archived_at: datetime | None

    @property
    def is_draft(self) -> bool:
        return self.state == Campaign.State.DRAFT

    @property
    def is_running(self) -> bool:
        """Not over yet; one that is paused goes on when somebody says so."""
        return self.state in RUNNING

    @property
    def is_paused(self) -> bool:
        return self.state == Campaign.State.PAUSED

    @property
    def has_not_begun(self) -> bool:
        """Launched, and nobody is owed anything yet: it can be taken back."""
        is_held_up = self.state == Campaign.State.PAUSED and self.decided_at is None
        return self.state == Campaign.State.SCHEDULED or is_held_up

    @property
    def trouble_words(self) -> tuple[str, str]:
        """What holds it up and what to do, in the reader's language."""
        return words_of_trouble(self.trouble, self.trouble_facts)

    @property
    def hold_out_ratio(self) -> float:
        return self.hold_out_share / 10_000

    @property
    def counts_until(self) -> datetime | None:
        """The end of the time in which what people do counts."""
        return self.decided_at + timedelta(days=self.goal_days) if self.decided_at else None


@dataclass(frozen=True)
class CampaignProgress:
    """How far a campaign is; `proxied` are mails whose pictures only a mail service fetched, so nobody knows
    whether they were read."""

    owed: int
    sent: int
    unknown: int
    opened: int
    proxied: int
    clicked: int
    unsubscribed: int
    reasons: dict[str, int]
    latest_sent_at: datetime | None
    per_minute: float | None
    ends_at: datetime | None

    @property
    def total(self) -> int:
        return self.owed + self.sent + self.unknown + sum(self.reasons.values())

    @property
    def held_out(self) -> int:
        return self.reasons.get("hold_out", 0)


@dataclass(frozen=True)
class SendView:
    """One line of the ledger."""

    send_no: int
    profile_no: int
    campaign_no: int
    state: str
    reason: str | None
    answer: str | None
    sent_at: datetime | None
    opened_at: datetime | None
    proxied_at: datetime | None
    clicked_at: datetime | None
    unsubscribed_at: datetime | None


def view_campaign(campaign: Campaign) -> CampaignView:
    return CampaignView(**{name: getattr(campaign, name) for name in CampaignView.__dataclass_fields__})


def _seen(acting: Acting, campaign: Campaign) -> CampaignView:
    """Return a campaign as the actor may read it: what holds it up may say how many people would get it."""
    view = view_campaign(campaign)
    if not view.trouble_facts or not is_protected(acting):
        return view
    about = ["held up", view.campaign_no]
    told = {
        name: str(roughly(int(fact), [name, about])) if str(fact).isdecimal() else fact
        for name, fact in view.trouble_facts.items()
    }
    return replace(view, trouble_facts=told)


def list_campaigns(
    acting: Acting, *, search: str = "", state: str = "", after: str | None = None, sort: str = "",
    is_archived: bool = False,
) -> Page[CampaignView]:  # fmt: skip
    """Return one page of campaigns that are not archived, newest first, or of those that are.

    In:   sort  a name of ORDERS, with `-` before it for the largest first
    Cost: 2 queries
    """
    with acting_transaction(acting):
        found = Campaign.objects.filter(archived_at__isnull=not is_archived)
        if search:
            found = found.filter(name__icontains=search)
        if state:
            found = found.filter(state=state)
        total = found.count()
        rows, cursor = sorted_page(
            found, ORDERS, sort=sort_or(sort, ORDERS, "-made"), after=after, key="campaign_no"
        )
    return Page([_seen(acting, campaign) for campaign in rows], cursor, total)


def has_launched(acting: Acting) -> bool:
    """Say whether any campaign ever left the desk."""
    with acting_transaction(acting):
        return Campaign.objects.exclude(state=Campaign.State.DRAFT).exists()


def list_running(acting: Acting) -> list[CampaignView]:
    """Return the campaigns that are scheduled, being sent or paused."""
    with acting_transaction(acting):
        found = Campaign.objects.filter(state__in=RUNNING)
        return [_seen(acting, campaign) for campaign in found.order_by("-campaign_no")[:10]]


def list_launched(acting: Acting, *, since: datetime) -> list[CampaignView]:
    """Return the latest campaigns that were launched since then, at most a hundred."""
    with acting_transaction(acting):
        found = Campaign.objects.filter(launched_at__gte=since).order_by("-campaign_no")
        return [_seen(acting, campaign) for campaign in found[:MOST_AT_ONCE]]


def list_drafts_of(acting: Acting, actor: str) -> list[CampaignView]:
    """Return somebody's drafts, newest first, at most a hundred."""
    with acting_transaction(acting):
        found = Campaign.objects.filter(state=Campaign.State.DRAFT, created_by=actor, archived_at=None)
        return [_seen(acting, campaign) for campaign in found.order_by("-campaign_no")[:MOST_AT_ONCE]]


def get_campaign(acting: Acting, campaign_id: UUID) -> CampaignView:
    """Return one campaign.

    Raises: CampaignNotFound
    """
    with acting_transaction(acting):
        campaign = Campaign.objects.filter(id=campaign_id).first()
    if campaign is None:
        raise CampaignNotFound
    return _seen(acting, campaign)


def campaign_names(acting: Acting, campaign_nos: Sequence[int]) -> dict[int, tuple[UUID, str]]:
    """Return (id, name) by number, for a list in one query."""
    with acting_transaction(acting):
        found = Campaign.objects.filter(campaign_no__in=set(campaign_nos))
        return {number: (id_, name) for number, id_, name in found.values_list("campaign_no", "id", "name")}


def named(acting: Acting, ids: Sequence[UUID]) -> list[str]:
    """Return the names of those campaigns that are there, in order."""
    with acting_transaction(acting):
        return list(Campaign.objects.filter(id__in=ids).order_by("name").values_list("name", flat=True))


def tallies_of(acting: Acting, campaign_nos: Sequence[int]) -> dict[int, dict[str, int]]:
    """Return the tallies of campaigns, for a list in one query."""
    found: dict[int, dict[str, int]] = {number: {} for number in campaign_nos}
    with acting_transaction(acting):
        for row in Tally.objects.filter(campaign_no__in=set(campaign_nos)):
            found[row.campaign_no][row.what] = row.count
    return {number: as_may_be_read(acting, tally, number) for number, tally in found.items()}


def as_may_be_read(acting: Acting, counts: dict[str, int], campaign_no: int) -> dict[str, int]:
    """Return numbers of people of a campaign; whoever may not see people reads them roughly."""
    return protected_row(acting, counts, *counts, about=["campaign", campaign_no])


def progress_of(acting: Acting, campaign: CampaignView) -> CampaignProgress:
    """Return how far a campaign is. Cost: 3 short queries, whatever its size"""
    tally = tallies_of(acting, [campaign.campaign_no])[campaign.campaign_no]
    with acting_transaction(acting):
        sends = Send.objects.filter(campaign_no=campaign.campaign_no, is_assigned=True)
        latest = (
            sends.filter(sent_at__isnull=False).order_by("-send_no").values_list("sent_at", flat=True).first()
        )
    owed, sent = tally.get("owed", 0), tally.get("sent", 0)
    speed = _per_minute(campaign, sent, latest, acting.at)
    return CampaignProgress(
        owed, sent, tally.get("unknown", 0), tally.get(OPENED, 0), tally.get(PROXIED, 0),
        tally.get(CLICKED, 0),
        tally.get(UNSUBSCRIBED, 0),
        {what: count for what, count in sorted(tally.items()) if what not in NOT_REASONS and count},
        latest, speed, acting.at + timedelta(minutes=owed / speed) if speed and owed else None,
    )  # fmt: skip


def list_sends(
    acting: Acting, campaign: CampaignView, *, state: str = "", after: str | None = None
) -> Page[SendView]:
    """Return one page of a campaign's ledger, in its order."""
    with acting_transaction(acting):
        found = Send.objects.filter(campaign_no=campaign.campaign_no).order_by("send_no")
        if state:
            found = found.filter(state=state) if state in Send.State.values else found.filter(reason=state)
        if place := decode_cursor(after, number):
            found = found.filter(send_no__gt=place[0])
        rows = [_view_send(send) for send in found[: ROWS_PER_PAGE + 1]]
    more = len(rows) > ROWS_PER_PAGE
    shown = rows[:ROWS_PER_PAGE]
    return Page(shown, encode_cursor(shown[-1].send_no) if more else None)


def sends_of(acting: Acting, profile_no: int, *, limit: int = 10) -> list[SendView]:
    """Return the latest sends owed to a person, sent or not."""
    with acting_transaction(acting):
        found = Send.objects.filter(profile_no=profile_no).order_by("-send_no")[:limit]
        return [_view_send(send) for send in found]


def mails_of(acting: Acting, profile_nos: Sequence[int]) -> list[dict[str, Any]]:
    """Return everything owed to these people, sent or not, oldest first: the person's own copy."""
    with acting_transaction(acting):
        rows = list(Send.objects.filter(profile_no__in=profile_nos).order_by("send_no"))
        names = campaign_names(acting, [row.campaign_no for row in rows])
    return [
        {
            "campaign": names[row.campaign_no][1] if row.campaign_no in names else "",
            "state": row.state, "reason": row.reason, "sent_at": row.sent_at, "opened_at": row.opened_at,
            "clicked_at": row.clicked_at, "unsubscribed_at": row.unsubscribed_at,
        }
        for row in rows
    ]  # fmt: skip


def list_campaigns_to(acting: Acting, audience_no: int) -> list[CampaignView]:
    """Return the latest campaigns to an audience, at most a page full."""
    audience_id = id_of_audience(acting, audience_no)
    if audience_id is None:
        return []
    with acting_transaction(acting):
        found = Campaign.objects.filter(audience_id=audience_id).order_by("-campaign_no")
        return [_seen(acting, campaign) for campaign in found[:ROWS_PER_PAGE]]


@dataclass(frozen=True)
class SuppressionView:
    """An address of a person that is not written to; `address` is masked."""

    suppression_no: int
    address: str
    answer: str
    at: datetime


def suppressions_of(acting: Acting, profile_no: int) -> list[SuppressionView]:
    """Return the addresses of a person that are not written to."""
    with acting_transaction(acting):
        known = masked_contacts(acting, profile_no)
        held = SuppressedAddress.objects.filter(alias_no__in=known, lifted_at=None).order_by("suppression_no")
        return [SuppressionView(row.suppression_no, known[row.alias_no], row.answer, row.at) for row in held]


def find_send(acting: Acting, send_no: int) -> SendView | None:
    """Return one line of the ledger."""
    with acting_transaction(acting):
        send = Send.objects.filter(send_no=send_no).first()
    return _view_send(send) if send else None


def campaign_by_no(acting: Acting, campaign_no: int) -> CampaignView:
    """Return one campaign by its number.

    Raises: CampaignNotFound
    """
    with acting_transaction(acting):
        campaign = Campaign.objects.filter(campaign_no=campaign_no).first()
    if campaign is None:
        raise CampaignNotFound
    return _seen(acting, campaign)


def _per_minute(campaign: CampaignView, sent: int, latest: datetime | None, at: datetime) -> float | None:
    if campaign.decided_at is None or not sent or latest is None:
        return None
    until = at if campaign.state == Campaign.State.SENDING else latest
    minutes = max((until - campaign.decided_at).total_seconds(), 1) / 60
    return sent / minutes


def _view_send(send: Any) -> SendView:
    return SendView(**{name: getattr(send, name) for name in SendView.__dataclass_fields__})
