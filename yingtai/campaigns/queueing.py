"""Which jobs follow, by name: services queue their own module's jobs, which call services."""

from datetime import datetime

from yingtai.campaigns.models import Campaign
from yingtai.kernel.acting import Acting, system
from yingtai.kernel.jobs import JOBS
from yingtai.kernel.scope import Scope


def decide(acting: Acting, campaign: Campaign, *, at: datetime | None = None) -> None:
    """Have the ledger written, now or at a time."""
    # A campaign taken back and scheduled anew waits under its new time; the job of the old one finds nothing to do.
    lock = f"{campaign.campaign_no}-{at:%Y%m%d%H%M%S}" if at else ""
    _queue("campaigns.decide", acting, campaign, at=at, lock=lock)


def send(acting: Acting, campaign: Campaign, *, at: datetime | None = None) -> None:
    """Have what is owed sent."""
    _queue("campaigns.send", acting, campaign, at=at)


def export(acting: Acting, campaign: Campaign) -> None:
    """Have who was assigned written to the lake."""
    _queue("campaigns.export", acting, campaign)


def confirm_addresses(acting: Acting, node_no: int, *, at: datetime | None = None) -> None:
    """Have addresses of a brand asked, and what was confirmed recorded."""
    product = system("campaigns", Scope.of(node_no), acting.at)
    lock = f"{node_no}-later" if at else str(node_no)
    JOBS["campaigns.confirm_addresses"].enqueue(product, once_per=lock, at=at)


def _queue(
    name: str, acting: Acting, campaign: Campaign, *, at: datetime | None = None, lock: str = ""
) -> None:
    # The product acts: whoever launched it may be gone or work elsewhere when the job runs.
    product = system("campaigns", Scope.of(campaign.node_no), acting.at, campaign.purpose)
    lock = lock or (str(campaign.campaign_no) if at is None else f"{campaign.campaign_no}-later")
    JOBS[name].enqueue(product, once_per=lock, at=at, campaign_no=campaign.campaign_no)
