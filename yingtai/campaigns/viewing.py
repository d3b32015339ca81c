"""A mail once more: the page it leads to, and the mail itself for its own recipient."""

from dataclasses import dataclass

from yingtai.campaigns.errors import LinkNotUnderstood
from yingtai.campaigns.letterheads import letterhead_of, tokens
from yingtai.campaigns.mail import links_of
from yingtai.campaigns.models import Campaign, Send
from yingtai.campaigns.tokens import DYNAMIC_LINK, Link
from yingtai.compliance.api import consents_of, get_purpose
from yingtai.content.api import CompiledTemplate, compiled, unescaped, values_of
from yingtai.customers.api import survivors_of
from yingtai.kernel.acting import Acting
from yingtai.kernel.scoping import acting_transaction


@dataclass(frozen=True)
class Offered:
    """What a person may choose: one purpose, and whether they get it now."""

    purpose: str
    is_granted: bool


def target_of(acting: Acting, link: Link) -> str:
    """Return where a link of a mail leads.

    Raises: LinkNotUnderstood
    """
    if link.link_no == DYNAMIC_LINK:
        return link.url
    _campaign, template = _sent(acting, link)
    if link.link_no >= len(template.links):
        raise LinkNotUnderstood
    # The template writes an address as HTML does, with &amp; for &.
    return unescaped(template.links[link.link_no])


def mail_again(acting: Acting, link: Link) -> str:
    """Return the HTML of a mail for the person it was sent to.

    Raises: LinkNotUnderstood, FieldMissing
    """
    campaign, template = _sent(acting, link)
    profile_no = _profile_no(acting, link.send_no)
    people = values_of(acting, [profile_no], template.person_fields)
    letterhead = letterhead_of(campaign)
    values = {
        "person": people.get(profile_no, {}),
        "brand": {"name": letterhead.brand_name},
        "campaign": {"name": campaign.name},
        **links_of(letterhead, tokens(), Link(link.send_no, link.node_no)),
    }
    return template.render(values).html


def offered_to(acting: Acting, send_no: int) -> Offered:
    """Return what the recipient of a mail may choose.

    Raises: LinkNotUnderstood
    """
    with acting_transaction(acting):
        campaign = _campaign_of(send_no)
        profile_no = _profile_no(acting, send_no)
        purpose = get_purpose(acting, code=campaign.purpose, node_no=campaign.node_no)
        is_granted = any(
            view.purpose == campaign.purpose and view.channel == campaign.channel and view.status == "granted"
            for view in consents_of(acting, profile_no)
        )
        return Offered(purpose.title, is_granted)


def language_told(acting: Acting, send_no: int) -> str:
    """Return the language that the recipient of a mail told us, as they or a shop wrote it; "" when none did."""
    with acting_transaction(acting):
        if not Send.objects.filter(send_no=send_no).exists():
            return ""
        profile_no = _profile_no(acting, send_no)
        return str(values_of(acting, [profile_no], ["language"])[profile_no].get("language") or "")[:20]


def _sent(acting: Acting, link: Link) -> tuple[Campaign, CompiledTemplate]:
    with acting_transaction(acting):
        campaign = _campaign_of(link.send_no)
        if campaign.version_id is None:
            raise LinkNotUnderstood
        return campaign, compiled(acting, campaign.version_id)


def _campaign_of(send_no: int) -> Campaign:
    numbers = Send.objects.filter(send_no=send_no).values("campaign_no")
    campaign = Campaign.objects.filter(campaign_no__in=numbers).first()
    if campaign is None:
        raise LinkNotUnderstood
    return campaign


def _profile_no(acting: Acting, send_no: int) -> int:
    profile_no = Send.objects.values_list("profile_no", flat=True).get(send_no=send_no)
    return survivors_of(acting, [profile_no])[profile_no]
