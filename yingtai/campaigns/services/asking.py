"""A launch to many takes two: whoever launches asks, a colleague who may launch too agrees to exactly that."""

from typing import Any
from uuid import UUID

from yingtai.campaigns.agreement import digest_of
from yingtai.campaigns.errors import LaunchChanged
from yingtai.campaigns.queries import get_campaign
from yingtai.campaigns.services import deciding
from yingtai.campaigns.services.alone import people_alone
from yingtai.kernel.acting import Acting
from yingtai.kernel.env import env
from yingtai.kernel.scoping import acting_transaction
from yingtai.organization.api import ask

LAUNCH = "campaign.launch"
GROWTH = 1.1
"""People come and go while a request waits; more than a tenth on top is another launch."""


def launch_or_ask(acting: Acting, campaign_id: UUID) -> bool:
    """Launch a draft, or ask a second person when more people would get it than one may write to alone, together with
    what the same person launches alone within a day of it.

    Out:    True when it waits for a second person
    Raises: what `deciding.launch` raises
    Cost:   one count of the audience
    """
    with acting_transaction(acting):
        found = get_campaign(acting, campaign_id)
        people = deciding.forecast(acting, campaign_id).get("owed", 0) if found.is_draft else 0
        begins_at = max(found.scheduled_at or acting.at, acting.at)
        others = people_alone(acting.actor, node_no=found.node_no, begins_at=begins_at)
        if people + others <= env().launch_alone:
            deciding.launch(acting, campaign_id, most_people=env().launch_alone, alone_people=people)
            return False
        deciding.require_ready(acting, campaign_id)
        asked = {"campaign_id": str(campaign_id), "people": people, "contents": digest_of(acting, found)}
        return ask(acting, LAUNCH, node_no=found.node_no, about=found.name, asked=asked) is not None


def launch_approved(acting: Acting, asked: dict[str, Any]) -> None:
    """Launch what was asked for, when it still is that.

    Raises: LaunchChanged, and what `deciding.launch` raises
    """
    campaign_id = UUID(asked["campaign_id"])
    found = get_campaign(acting, campaign_id)
    if digest_of(acting, found) != asked["contents"]:
        raise LaunchChanged
    most_people = int(asked["people"] * GROWTH)
    if deciding.forecast(acting, campaign_id).get("owed", 0) > most_people:
        raise LaunchChanged
    deciding.launch(acting, campaign_id, most_people=most_people, agreed=asked["contents"])
