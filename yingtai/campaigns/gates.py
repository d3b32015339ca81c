"""What must be right before a launch; each gate says one thing that is not."""

from yingtai.audiences.api import AudienceNotFound, get_audience
from yingtai.campaigns.errors import (
    AudienceIsMissing,
    LaunchTimePast,
    MarketingUnderService,
    NobodyToReach,
    NoticeIsMissing,
    SenderIsMissing,
    ServiceUnderMarketing,
    TemplateHasProblem,
    TemplateIsMissing,
    UnsubscribeLinkIsMissing,
)
from yingtai.campaigns.queries import CampaignView
from yingtai.compliance.api import PurposeIsArchived, PurposeNotFound, get_purpose, latest_notice_version
from yingtai.content.api import TemplateNotFound, compiled, get_version
from yingtai.kernel.acting import Acting
from yingtai.kernel.contributions import launch_gates
from yingtai.kernel.errors import ProductError
from yingtai.ui.formats import listed, moment_in_words


def has_audience(acting: Acting, campaign: CampaignView) -> ProductError | None:
    """An audience is chosen and still there."""
    try:
        if campaign.audience_id is not None:
            get_audience(acting, campaign.audience_id)
            return None
    except AudienceNotFound:
        pass
    return AudienceIsMissing(field="audience_id")


def has_template(acting: Acting, campaign: CampaignView) -> ProductError | None:
    """A version of a template is chosen, can be read, and lets people unsubscribe."""
    if campaign.version_id is None:
        return TemplateIsMissing(field="version_id")
    try:
        template = compiled(acting, campaign.version_id)
    except TemplateNotFound:
        return TemplateIsMissing(field="version_id")
    except ProductError as problem:
        return problem
    if template.unknown_fields:
        return TemplateHasProblem(field="version_id", name=listed(template.unknown_fields))
    if not template.has_unsubscribe_link:
        return UnsubscribeLinkIsMissing(field="version_id")
    return None


def has_purpose(acting: Acting, campaign: CampaignView) -> ProductError | None:
    """The purpose is registered for the channel, and people were told about it."""
    try:
        purpose = get_purpose(acting, code=campaign.purpose, node_no=campaign.node_no)
    except PurposeNotFound as problem:
        return problem
    if purpose.archived_at:
        return PurposeIsArchived(field="purpose", purpose=purpose.title)
    if campaign.channel not in purpose.channels:
        return NoticeIsMissing(field="purpose", purpose=campaign.purpose)
    if latest_notice_version(acting, node_no=campaign.node_no, purpose=campaign.purpose) is None:
        return NoticeIsMissing(field="purpose", purpose=campaign.purpose)
    return None


def has_right_kind(acting: Acting, campaign: CampaignView) -> ProductError | None:
    """A service purpose carries no marketing, and a service mail names the ground it stands on."""
    if campaign.version_id is None:
        return None
    try:
        purpose = get_purpose(acting, code=campaign.purpose, node_no=campaign.node_no)
        version = get_version(acting, campaign.version_id)
    except (PurposeNotFound, TemplateNotFound):
        return None  # Other gates say so.
    if version.basis == purpose.basis:
        return None
    if version.is_service:
        return ServiceUnderMarketing(field="purpose", purpose=purpose.title)
    return MarketingUnderService(field="purpose", purpose=purpose.title)


def has_time(acting: Acting, campaign: CampaignView) -> ProductError | None:
    """A draft is not planned for a time that has passed."""
    if campaign.state != "draft" or campaign.scheduled_at is None or campaign.scheduled_at > acting.at:
        return None
    return LaunchTimePast(field="scheduled_at", at=moment_in_words(campaign.scheduled_at))


def has_sender(acting: Acting, campaign: CampaignView) -> ProductError | None:
    """The mail says whom it is from."""
    if campaign.from_name and campaign.from_address:
        return None
    return SenderIsMissing(field="from_address")


def reaches_somebody(acting: Acting, campaign: CampaignView) -> ProductError | None:
    """The latest check found at least one person to write to."""
    if campaign.forecast is not None and not campaign.forecast.get("owed"):
        return NobodyToReach(field="audience_id")
    return None


GATES = (has_audience, has_template, has_purpose, has_right_kind, has_sender, has_time, reaches_somebody)
for place, gate in enumerate(GATES):
    launch_gates.register(f"campaigns.{gate.__name__}", gate, order=10 * place)
