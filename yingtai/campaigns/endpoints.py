"""Campaigns over the API: what was sent, to whom not and why."""

from datetime import datetime
from typing import Any
from uuid import UUID

from ninja import Router, Schema

from yingtai.campaigns import queries
from yingtai.customers.api import ids_of
from yingtai.kernel.acting import require
from yingtai.kernel.http import ActingRequest
from yingtai.kernel.labels import Label

router = Router(tags=["campaigns"])
PLACE = "campaigns.campaign"


class CampaignOut(Schema):
    """A campaign; `hold_out_ratio` is 0–1."""

    id: UUID
    name: str
    state: str
    channel: str
    purpose: str
    audience_id: UUID | None
    hold_out_ratio: float
    goal_event: str
    goal_days: int
    launched_at: datetime | None
    decided_at: datetime | None
    finished_at: datetime | None


class CampaignDetail(CampaignOut):
    """A campaign with its counts: `not_sent` by reason, hold-out included."""

    owed: int
    sent: int
    unknown: int
    opened: int
    clicked: int
    unsubscribed: int
    not_sent: dict[str, int]


class SendOut(Schema):
    """One line of the ledger."""

    send_no: int
    profile_id: UUID | None
    state: str
    reason: str | None
    sent_at: datetime | None
    opened_at: datetime | None
    clicked_at: datetime | None


class Campaigns(Schema):
    rows: list[CampaignOut]
    next_cursor: str | None


class Sends(Schema):
    rows: list[SendOut]
    next_cursor: str | None


@router.get("/campaigns", response=Campaigns, summary="List campaigns")
def campaigns(request: ActingRequest, after: str | None = None, state: str = "") -> Any:
    """Return one page of campaigns, newest first."""
    require(request.acting, "view", Label.L2, PLACE)
    return queries.list_campaigns(request.acting, state=state, after=after)


@router.get("/campaigns/{campaign_id}", response=CampaignDetail, summary="One campaign")
def campaign(request: ActingRequest, campaign_id: UUID) -> Any:
    """Return one campaign with its counts."""
    require(request.acting, "view", Label.L2, PLACE)
    found = queries.get_campaign(request.acting, campaign_id)
    progress = queries.progress_of(request.acting, found)
    counts = {
        name: getattr(progress, name)
        for name in ("owed", "sent", "unknown", "opened", "clicked", "unsubscribed")
    }
    shown = {name: getattr(found, name) for name in CampaignOut.model_fields}
    return shown | counts | {"not_sent": progress.reasons}


@router.get("/campaigns/{campaign_id}/sends", response=Sends, summary="The ledger of a campaign")
def sends(request: ActingRequest, campaign_id: UUID, after: str | None = None, state: str = "") -> Any:
    """Return one page of sends, with the reason for each that is not sent."""
    require(request.acting, "view", Label.L2, PLACE)
    require(request.acting, "view", Label.L3, "customers.profile")
    found = queries.get_campaign(request.acting, campaign_id)
    ledger = queries.list_sends(request.acting, found, state=state, after=after)
    ids = ids_of(request.acting, [row.profile_no for row in ledger.rows])
    rows = [
        {name: getattr(row, name) for name in SendOut.model_fields if name != "profile_id"}
        | {"profile_id": ids.get(row.profile_no)}
        for row in ledger.rows
    ]
    return {"rows": rows, "next_cursor": ledger.next_cursor}
