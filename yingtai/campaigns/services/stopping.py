from uuid import UUID

from yingtai.campaigns import deeds
from yingtai.campaigns.errors import NothingToStop, NotScheduled
from yingtai.campaigns.models import Campaign
from yingtai.campaigns.queries import CampaignView, view_campaign
from yingtai.campaigns.services.drafting import found
from yingtai.campaigns.services.ledger import stop_owed
from yingtai.kernel.acting import Acting
from yingtai.kernel.scoping import acting_transaction


def stop_campaign(acting: Acting, campaign_id: UUID) -> CampaignView:
    """Stop a campaign: at most the mails being handed over this moment still go out.

    Raises: CampaignNotFound, NothingToStop
    """
    with acting_transaction(acting):
        campaign = found(campaign_id, is_locked=True)
        if not view_campaign(campaign).is_running:
            raise NothingToStop
        campaign.state, campaign.finished_at = Campaign.State.STOPPED, acting.at
        campaign.save(update_fields=["state", "finished_at"])
        stop_owed(campaign.campaign_no, campaign.node_no)
        deeds.note(acting, deeds.STOPPED, campaign)
        return view_campaign(campaign)


def unschedule_campaign(acting: Acting, campaign_id: UUID) -> CampaignView:
    """Make a campaign that has not begun a draft again: it can be changed, and nothing goes out until it is launched
    anew.

    Raises: CampaignNotFound, NotScheduled once it has begun
    """
    with acting_transaction(acting):
        campaign = found(campaign_id, is_locked=True)
        is_held_up = campaign.state == Campaign.State.PAUSED and campaign.decided_at is None
        if campaign.state != Campaign.State.SCHEDULED and not is_held_up:
            raise NotScheduled
        campaign.state, campaign.launched_at, campaign.launched_by = Campaign.State.DRAFT, None, ""
        campaign.notice_version, campaign.changed_at = None, acting.at
        campaign.changed_by = acting.actor
        campaign.most_people, campaign.alone_people, campaign.agreed = None, None, ""
        campaign.trouble, campaign.trouble_facts = "", {}
        campaign.save()
        deeds.note(acting, deeds.TAKEN_BACK, campaign)
        return view_campaign(campaign)
