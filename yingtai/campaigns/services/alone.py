"""What one person lets out alone within a day counts together: many small launches are a large one."""

from datetime import datetime, timedelta

from django.db.models import Q, QuerySet, Sum
from django.db.models.functions import Coalesce

from yingtai.campaigns.errors import LaunchesGrew
from yingtai.campaigns.models import Campaign
from yingtai.kernel.counters import one_at_a_time
from yingtai.kernel.env import env
from yingtai.kernel.scope import brand_node, subtree

A_DAY = timedelta(days=1)


def people_alone(actor: str, *, node_no: int, begins_at: datetime) -> int:
    """Return how many people get mail of a brand that somebody launched alone, within a day before or after a moment.

    Who launches twice at once waits here, until the transaction ends.
    """
    one_at_a_time(f"launched-alone-{actor}")
    near = Q(begins_at__gt=begins_at - A_DAY, begins_at__lt=begins_at + A_DAY)
    return _people(_launched_alone(actor, node_no).filter(near))


def count_alone(campaign: Campaign, people: int, at: datetime) -> None:
    """Keep how many people a campaign goes to that nobody else agreed to; the caller saves it.

    Raises: LaunchesGrew when it is too many with what went out within the last day
    """
    if campaign.alone_people is None:
        return
    one_at_a_time(f"launched-alone-{campaign.launched_by}")
    went_out = _launched_alone(campaign.launched_by, campaign.node_no).filter(decided_at__gt=at - A_DAY)
    together = people + _people(went_out.exclude(campaign_no=campaign.campaign_no))
    if together > env().launch_alone:
        raise LaunchesGrew(people=together, most=env().launch_alone)
    campaign.alone_people = people


def _launched_alone(actor: str, node_no: int) -> QuerySet[Campaign]:
    brand = subtree(brand_node(node_no))
    launched = Campaign.objects.filter(
        launched_by=actor, alone_people__isnull=False, node_no__gte=brand.lo, node_no__lt=brand.hi
    )
    # What was stopped before it began reached nobody.
    launched = launched.exclude(state=Campaign.State.STOPPED, decided_at__isnull=True)
    return launched.annotate(begins_at=Coalesce("decided_at", "scheduled_at", "launched_at"))


def _people(campaigns: QuerySet[Campaign]) -> int:
    return int(campaigns.aggregate(people=Sum("alone_people"))["people"] or 0)
