"""Who gets the mail: set statements across the doors, a million people in seconds."""

from collections import Counter
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db import connection

from yingtai.audiences.api import fill, refresh_behind
from yingtai.campaigns import deeds
from yingtai.campaigns import queueing as queue
from yingtai.campaigns.agreement import digest_of
from yingtai.campaigns.checking import problems_of
from yingtai.campaigns.errors import (
    CampaignIsFixed,
    LaunchDiffers,
    LaunchGrew,
    NotReadyToLaunch,
    PurposeWasArchived,
)
from yingtai.campaigns.models import Campaign
from yingtai.campaigns.queries import CampaignView, view_campaign
from yingtai.campaigns.reasons import HOLD_OUT
from yingtai.campaigns.services.addressing import choose_addresses
from yingtai.campaigns.services.alone import count_alone
from yingtai.campaigns.services.drafting import found, keep_forecast
from yingtai.campaigns.services.trying import try_mails
from yingtai.compliance.api import get_purpose, latest_notice_version
from yingtai.kernel.acting import Acting
from yingtai.kernel.http import words_of
from yingtai.kernel.scoping import acting_transaction
from yingtai.kernel.sets import ProfileSet, new_set

# Exactly the share, by an order that anyone can repeat: docs/algorithms/lift.md.
MARK_HELD_OUT = f"""
    UPDATE {{table}} SET reason = '{HOLD_OUT}'
    WHERE profile_no IN (
        SELECT profile_no FROM {{table}} WHERE reason IS NULL
        ORDER BY md5(%(salt)s || ':' || profile_no) COLLATE "C"
        LIMIT (SELECT round(count(*) * %(share)s / 10000.0) FROM {{table}} WHERE reason IS NULL)
    )
"""

OWE = f"""
    INSERT INTO campaigns_send
        (campaign_no, profile_no, node_no, state, reason, is_open, is_assigned, attempts)
    SELECT %(campaign_no)s, profile_no, node_no, CASE WHEN reason IS NULL THEN 'owed' ELSE 'not_sent' END,
           reason, reason IS NULL, reason IS NULL OR reason = '{HOLD_OUT}', 0
    FROM {{table}}
"""

TALLY = """
    INSERT INTO campaigns_tally (campaign_no, node_no, what, count)
    SELECT %(campaign_no)s, %(node_no)s, coalesce(reason, 'owed'), count(*) FROM {table} GROUP BY 2, 3
    ON CONFLICT (campaign_no, what) DO UPDATE SET count = excluded.count
"""


def forecast(acting: Acting, campaign_id: UUID) -> dict[str, int]:
    """Count who would get the campaign now and why each other one would not; nothing is owed yet.

    The mails are made as sending makes them, of more than a thousand people some: their share counts for all.
    Out:    people by reason, "owed" for those who would get it
    Raises: CampaignNotFound, AudienceNotFound, TemplateNotFound
    Cost:   as deciding, without the ledger; and making up to two thousand mails
    """
    with acting_transaction(acting):
        campaign = found(campaign_id)
        if campaign.audience_id is None:
            return {}
        people = _decided(acting, campaign)
        trial = try_mails(acting, campaign, people)
        counts = Counter({reason or "owed": count for reason, count in people.count_by_reason().items()})
        counts.update(trial.reasons)
        if trial.reasons:
            counts["owed"] = max(0, counts["owed"] - sum(trial.reasons.values()))
        if campaign.state == Campaign.State.DRAFT:
            keep_forecast(campaign, dict(counts), acting.at, sample=trial.tried if trial.is_sample else None)
    return dict(counts)


def launch(
    acting: Acting,
    campaign_id: UUID,
    *,
    most_people: int | None = None,
    alone_people: int | None = None,
    agreed: str = "",
) -> CampaignView:
    """Launch a draft: now, or at the time it is scheduled for. It cannot be changed after.

    In:     most_people  how many it may go to; should the audience have grown beyond when its time comes, it waits
            alone_people  to how many it goes by the word of one person, whose launches of a day count together
            agreed       the digest that a second person agreed to; that of now when nobody else was asked
    Raises: CampaignNotFound, CampaignIsFixed, NotReadyToLaunch
    """
    with acting_transaction(acting):
        campaign = found(campaign_id, is_locked=True)
        _require_ready(acting, campaign)
        is_later = campaign.scheduled_at is not None and campaign.scheduled_at > acting.at
        campaign.state = Campaign.State.SCHEDULED if is_later else Campaign.State.DECIDING
        campaign.launched_at, campaign.launched_by = acting.at, acting.actor
        campaign.most_people, campaign.alone_people = most_people, alone_people
        campaign.agreed = agreed or digest_of(acting, view_campaign(campaign))
        campaign.notice_version = latest_notice_version(
            acting, node_no=campaign.node_no, purpose=campaign.purpose
        )
        campaign.save()
        deeds.note(acting, deeds.SCHEDULED if is_later else deeds.LAUNCHED, campaign, alone=not agreed)
        queue.decide(acting, campaign, at=campaign.scheduled_at if is_later else None)
        return view_campaign(campaign)


def require_ready(acting: Acting, campaign_id: UUID) -> None:
    """Make sure that a campaign could be launched now.

    Raises: CampaignNotFound, CampaignIsFixed, NotReadyToLaunch
    """
    with acting_transaction(acting):
        _require_ready(acting, found(campaign_id))


def _require_ready(acting: Acting, campaign: Campaign) -> None:
    if campaign.state != Campaign.State.DRAFT:
        raise CampaignIsFixed
    problems = problems_of(acting, view_campaign(campaign))
    if problems:
        raise NotReadyToLaunch(what=words_of(problems[0])[0])


def decide(acting: Acting, campaign_no: int) -> bool:
    """Write the ledger of a launched campaign and return whether it was done now. A repeat does nothing.

    Raises: LaunchDiffers, LaunchGrew when other or more people would get it than was agreed to, LaunchesGrew; what a
            gate of the launch says that would not let it through now
    Cost:   one question to the lake and half a dozen set statements; 1 million people in some seconds
    """
    _refresh_behind(acting, campaign_no)
    with acting_transaction(acting):
        campaign = Campaign.objects.select_for_update().filter(campaign_no=campaign_no).first()
        if campaign is None or campaign.state not in {Campaign.State.SCHEDULED, Campaign.State.DECIDING}:
            return False
        if campaign.scheduled_at and campaign.scheduled_at > acting.at + timedelta(seconds=1):
            return False
        _refuse_difference(acting, campaign)
        _refuse_what_is_not_right(acting, campaign)
        people = _decided(acting, campaign)
        owed = people.count_by_reason().get(None, 0)
        _refuse_growth(campaign, owed)
        count_alone(campaign, owed, acting.at)
        values = {"campaign_no": campaign_no, "node_no": campaign.node_no}
        with connection.cursor() as cursor:
            cursor.execute(OWE.format(table=people.table), values)
            cursor.execute(TALLY.format(table=people.table), values)
        campaign.state, campaign.decided_at = Campaign.State.SENDING, acting.at
        campaign.save(update_fields=["state", "decided_at", "alone_people"])
        queue.send(acting, campaign)
        queue.export(acting, campaign)
    return True


def _refresh_behind(acting: Acting, campaign_no: int) -> None:
    """Let no stored members of an edit that was taken back get a mail: they are part of whom the audience names."""
    with acting_transaction(acting):
        to_decide = {Campaign.State.SCHEDULED, Campaign.State.DECIDING}
        found = Campaign.objects.filter(campaign_no=campaign_no, state__in=to_decide)
        audience_id = found.values_list("audience_id", flat=True).first()
    if audience_id is not None:
        refresh_behind(acting, audience_id)


def _refuse_difference(acting: Acting, campaign: Campaign) -> None:
    # What an older release launched has no digest.
    if campaign.agreed and campaign.agreed != digest_of(acting, view_campaign(campaign)):
        raise LaunchDiffers


def _refuse_what_is_not_right(acting: Acting, campaign: Campaign) -> None:
    """What was right when it was launched may not be any more: a purpose that was archived, a template, an audience."""
    require_purpose_in_use(acting, campaign)
    for problem in problems_of(acting, view_campaign(campaign)):
        raise problem


def require_purpose_in_use(acting: Acting, campaign: Campaign) -> None:
    """Make sure that nobody archived the purpose since the campaign was launched.

    Raises: PurposeWasArchived
    """
    if get_purpose(acting, code=campaign.purpose, node_no=campaign.node_no).archived_at:
        raise PurposeWasArchived


def _refuse_growth(campaign: Campaign, people: int) -> None:
    if campaign.most_people is not None and people > campaign.most_people:
        raise LaunchGrew(people=people, most=campaign.most_people)


def _decided(acting: Acting, campaign: Campaign) -> ProfileSet:
    """Return everybody in the audience with the reason why not; the hold-out is drawn from who is left."""
    people = new_set()
    if campaign.audience_id is not None:
        fill(acting, people, campaign.audience_id)
    choose_addresses(people, purpose=campaign.purpose, channel=campaign.channel)
    values: dict[str, Any] = {"salt": campaign.salt, "share": campaign.hold_out_share}
    with connection.cursor() as cursor:
        cursor.execute(MARK_HELD_OUT.format(table=people.table), values)
    return people
