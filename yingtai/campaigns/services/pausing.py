"""A campaign that cannot go on says so, waits, and goes on when somebody says so: nothing fails again and again."""

from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID

from yingtai.campaigns import deeds
from yingtai.campaigns import queueing as queue
from yingtai.campaigns.errors import NothingToResume, SendingFailed
from yingtai.campaigns.models import Campaign
from yingtai.campaigns.queries import CampaignView, view_campaign
from yingtai.campaigns.services.drafting import found
from yingtai.campaigns.troubles import kept_form
from yingtai.kernel.acting import Acting
from yingtai.kernel.errors import ProductError
from yingtai.kernel.jobs import is_passing_trouble
from yingtai.kernel.scoping import acting_transaction

RUNNING = (Campaign.State.SCHEDULED, Campaign.State.DECIDING, Campaign.State.SENDING)


@contextmanager
def pausing_at_trouble(acting: Acting, campaign_no: int) -> Iterator[None]:
    """Pause the campaign when work on it fails for a reason that waiting does not mend.

    A foreseen problem is shown and that is all; a mistake of ours is raised too, so that it is logged and counted.
    """
    try:
        yield
    except ProductError as problem:
        pause(acting, campaign_no, problem)
    except Exception as trouble:
        if not is_passing_trouble(trouble):
            pause(acting, campaign_no, SendingFailed(why=type(trouble).__name__))
        raise


def pause(acting: Acting, campaign_no: int, problem: ProductError) -> None:
    """Let a running campaign wait for somebody, and say why. What is owed stays owed."""
    with acting_transaction(acting):
        running = Campaign.objects.filter(campaign_no=campaign_no, state__in=RUNNING)
        if running.update(state=Campaign.State.PAUSED, **kept_form(problem)):
            deeds.note(acting, deeds.PAUSED, Campaign.objects.get(campaign_no=campaign_no))


def note_trouble(acting: Acting, campaign_no: int, problem: ProductError | None) -> None:
    """Say what holds a campaign up that goes on by itself, or that nothing does any more."""
    with acting_transaction(acting):
        Campaign.objects.filter(campaign_no=campaign_no).update(**kept_form(problem))


def resume_campaign(acting: Acting, campaign_id: UUID) -> CampaignView:
    """Go on with a campaign that is paused, or try at once what waits for its time.

    Raises: CampaignNotFound, NothingToResume
    """
    with acting_transaction(acting):
        campaign = found(campaign_id, is_locked=True)
        is_paused = campaign.state == Campaign.State.PAUSED
        if not is_paused and not (campaign.state in RUNNING and campaign.trouble):
            raise NothingToResume
        if is_paused:
            is_decided = campaign.decided_at is not None
            campaign.state = Campaign.State.SENDING if is_decided else Campaign.State.DECIDING
        campaign.resumed_at = acting.at
        campaign.trouble, campaign.trouble_facts = "", {}
        campaign.save(update_fields=["state", "resumed_at", "trouble", "trouble_facts"])
        deeds.note(acting, deeds.RESUMED, campaign)
        if campaign.state == Campaign.State.SENDING:
            queue.send(acting, campaign)
        else:
            queue.decide(acting, campaign)
        return view_campaign(campaign)
