import secrets
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from yingtai.campaigns import deeds
from yingtai.campaigns.addresses import checked_sender_address, checked_sender_name, one_line
from yingtai.campaigns.errors import (
    CampaignIsArchived,
    CampaignIsFixed,
    CampaignNotFound,
    CampaignStillRuns,
    CampaignWasUsed,
)
from yingtai.campaigns.models import Campaign, Send
from yingtai.campaigns.queries import RUNNING, CampaignView, view_campaign
from yingtai.kernel.acting import Acting
from yingtai.kernel.copies import free_name
from yingtai.kernel.scope import brand_node
from yingtai.kernel.scoping import acting_transaction
from yingtai.organization.api import require_unchanged

LONGEST_NAME = 120
WRITABLE = frozenset(
    (
        *(
            "name",
            "audience_id",
            "version_id",
            "purpose",
            "from_name",
            "from_address",
            "reply_to",
            "hold_out_share",
        ),
        *("goal_event", "goal_days", "per_minute", "scheduled_at"),
    )
)
CHECKED = {
    "from_name": checked_sender_name, "from_address": checked_sender_address, "reply_to": checked_sender_address,
}  # fmt: skip
CHANGES_WHO = frozenset({"audience_id", "purpose", "hold_out_share"})


def create_campaign(acting: Acting, *, node_no: int, name: str, from_name: str = "") -> CampaignView:
    """Start a draft at a brand.

    Raises: SenderNameNotUnderstood
    """
    with acting_transaction(acting):
        campaign = Campaign.objects.create(
            node_no=brand_node(node_no), name=name, from_name=checked_sender_name(from_name),
            salt=secrets.token_hex(16), created_at=acting.at, created_by=acting.actor, changed_at=acting.at,
            changed_by=acting.actor,
        )  # fmt: skip
        return view_campaign(campaign)


def copy_campaign(acting: Acting, campaign_id: UUID, *, name: str) -> CampaignView:
    """Start a draft like another campaign, under a name that no other has; others will be held out.

    Raises: CampaignNotFound
    """
    with acting_transaction(acting):
        source = found(campaign_id)
        made = create_campaign(acting, node_no=source.node_no, name=_free_name(source.node_no, name))
        kept = {field: getattr(source, field) for field in WRITABLE - {"name", "scheduled_at"}}
        kept["from_name"] = one_line(source.from_name)
        return change_campaign(acting, made.id, kept)


def change_campaign(
    acting: Acting, campaign_id: UUID, values: Mapping[str, Any], *, seen: datetime | None = None
) -> CampaignView:
    """Change a draft.

    In: seen  the `changed_at` that whoever changes it looked at; None for who did not look

    Raises: CampaignNotFound, CampaignIsFixed, SenderNameNotUnderstood, SenderAddressNotUnderstood, ChangedMeanwhile
    """
    with acting_transaction(acting):
        campaign = found(campaign_id, is_locked=True)
        if campaign.state != Campaign.State.DRAFT:
            raise CampaignIsFixed
        require_unchanged(acting, seen, changed_at=campaign.changed_at, changed_by=campaign.changed_by)
        for field, given in values.items():
            if field in WRITABLE:
                value = CHECKED[field](given) if field in CHECKED else given
                if field in CHANGES_WHO and getattr(campaign, field) != value:
                    campaign.forecast = None
                setattr(campaign, field, value)
        campaign.changed_at, campaign.changed_by = acting.at, acting.actor
        campaign.save()
        return view_campaign(campaign)


def _free_name(node_no: int, name: str) -> str:
    """Return the name, with a number behind it when another campaign of the brand has it."""
    taken = Campaign.objects.filter(node_no=node_no).values_list("name", flat=True)
    return free_name(name, set(taken), longest=LONGEST_NAME)


def found(campaign_id: UUID, *, is_locked: bool = False) -> Campaign:
    """Return the row of a campaign, inside the caller's transaction.

    Raises: CampaignNotFound
    """
    rows = Campaign.objects.select_for_update() if is_locked else Campaign.objects
    campaign = rows.filter(id=campaign_id).first()
    if campaign is None:
        raise CampaignNotFound
    if is_locked and campaign.archived_at:
        raise CampaignIsArchived
    return campaign


def archive_campaign(acting: Acting, campaign_id: UUID) -> None:
    """Take a campaign that is not running out of the lists; its record stays. Repeating it changes nothing.

    Raises: CampaignNotFound, CampaignStillRuns
    """
    with acting_transaction(acting):
        campaign = Campaign.objects.select_for_update().filter(id=campaign_id).first()
        if campaign is None:
            raise CampaignNotFound
        if campaign.state in RUNNING:
            raise CampaignStillRuns(name=campaign.name)
        if campaign.archived_at is None:
            campaign.archived_at = acting.at
            campaign.save(update_fields=["archived_at"])
            deeds.note(acting, deeds.ARCHIVED, campaign)


def restore_campaign(acting: Acting, campaign_id: UUID) -> None:
    """Take an archived campaign back into the lists. Repeating it changes nothing.

    Raises: CampaignNotFound
    """
    with acting_transaction(acting):
        campaign = Campaign.objects.select_for_update().filter(id=campaign_id).first()
        if campaign is None:
            raise CampaignNotFound
        if campaign.archived_at is not None:
            campaign.archived_at = None
            campaign.save(update_fields=["archived_at"])
            deeds.note(acting, deeds.RESTORED, campaign)


def delete_campaign(acting: Acting, campaign_id: UUID) -> None:
    """Delete a draft that was never launched, for good; that it was is in the audit log.

    Raises: CampaignNotFound, CampaignWasUsed
    """
    with acting_transaction(acting):
        campaign = Campaign.objects.select_for_update().filter(id=campaign_id).first()
        if campaign is None:
            raise CampaignNotFound
        if campaign.launched_at or Send.objects.filter(campaign_no=campaign.campaign_no).exists():
            raise CampaignWasUsed(name=campaign.name)
        deeds.note(acting, deeds.DELETED, campaign)
        campaign.delete()


def keep_forecast(campaign: Campaign, forecast: dict[str, int], at: datetime, *, sample: int | None) -> None:
    """Keep what a check found, for the page that asks for confirmation; `sample`: of how many it made the mail."""
    campaign.forecast, campaign.forecast_at, campaign.forecast_sample = forecast, at, sample
    campaign.save(update_fields=["forecast", "forecast_at", "forecast_sample"])
