"""What the sample's marketer has under way: one campaign that is over, one that waits for its time, one begun."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from yingtai.campaigns.api import (
    CampaignView,
    change_campaign,
    create_campaign,
    keep_sender,
    launch,
    list_campaigns,
    sent_from,
)
from yingtai.content.api import (
    REACTIVATION,
    THANKS,
    WELCOME,
    create_template,
    keep_look,
    language_of,
    list_templates,
    make_version,
    start_of,
)
from yingtai.kernel.acting import Acting
from yingtai.kernel.jobs import JOBS
from yingtai.organization.api import get_unit_at
from yingtai.sample.group import BrandPlan
from yingtai.sample.work import BUYERS, LAPSED, LOOKED, Words

GOAL_DAYS = 21
HELD_OUT = 4500
"""In hundredths of a percent: enough people for a verdict even at the smallest brand."""
FINISHED: Words = {"en": "Thank-you offer to customers", "zh": "老客户回馈"}
SCHEDULED: Words = {"en": "Bring lapsed customers back", "zh": "沉睡客户唤醒"}
DRAFT: Words = {"en": "Invite those who looked at cars", "zh": "看车客户邀约"}
COLORS = {
    "linghui": "#0f766e",
    "yuanshan": "#14532d",
    "haitang": "#be123c",
    "jinlu": "#ca8a04",
    "aurora": "#4338ca",
}


def prepare_campaigns(acting: Acting, node_no: int, brand: BrandPlan, audiences: Mapping[str, UUID]) -> None:
    """Make a brand's look, templates, sender and three campaigns; the workers launch the first, as of a month ago.

    Mails are written in the language of the brand's customers. Repeating it changes nothing.
    """
    if list_campaigns(acting).rows:
        return
    keep_look(acting, node_no=node_no, color=COLORS[brand.code])
    versions = _make_versions(acting, node_no)
    sender = keep_sender(
        acting, node_no=node_no, name=brand.name_zh or brand.name, address=f"news@{brand.code}.example.com"
    )

    def draft(name: Words, audience: Words, version_id: UUID, **values: Any) -> CampaignView:
        made = create_campaign(acting, node_no=node_no, name=name[brand.language])
        chosen = {"audience_id": audiences[audience[brand.language]], "version_id": version_id}
        return change_campaign(acting, made.id, chosen | sent_from(sender) | values)

    measured = {"hold_out_share": HELD_OUT, "goal_event": "Order Completed", "goal_days": GOAL_DAYS}
    finished = draft(FINISHED, BUYERS, versions[REACTIVATION], **measured).campaign_no
    JOBS["sample.finish_campaign"].enqueue(acting, campaign_no=finished)
    later = _next_morning(acting.at + timedelta(days=3), brand.time_zone)
    launch(acting, draft(SCHEDULED, LAPSED, versions[REACTIVATION], scheduled_at=later, **measured).id)
    draft(DRAFT, LOOKED, versions[WELCOME])


def _make_versions(acting: Acting, node_no: int) -> dict[str, UUID]:
    """Return the version of each example, in the language of the brand's country."""
    language = language_of(get_unit_at(node_no).country)
    known = {template.name: template.id for template in list_templates(acting).rows}
    versions = {}
    for key in (WELCOME, THANKS, REACTIVATION):
        start = start_of(key, language)
        template_id = known.get(start.name) or create_template(
            acting, node_no=node_no, name=start.name, subject=start.subject, html=start.html, basis=start.basis
        ).id  # fmt: skip
        versions[key] = make_version(acting, template_id).id
    return versions


def _next_morning(at: datetime, time_zone: str) -> datetime:
    return at.astimezone(ZoneInfo(time_zone)).replace(hour=10, minute=0, second=0, microsecond=0)
