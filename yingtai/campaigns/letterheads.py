"""What every mail of a campaign needs from the installation: its address, its secret, its mail server."""

from functools import cache

from yingtai.campaigns.mail import Letterhead
from yingtai.campaigns.models import Campaign
from yingtai.campaigns.queries import CampaignView
from yingtai.campaigns.senders import SenderView
from yingtai.campaigns.smtp import Server, read_server
from yingtai.campaigns.tokens import Tokens
from yingtai.kernel.env import env, secret
from yingtai.organization.api import get_unit_at

MAILBOX_PORT_STEP = 2


def letterhead_of(campaign: Campaign | CampaignView) -> Letterhead:
    """Return what all mails of a campaign share."""
    return Letterhead(
        campaign.campaign_no, campaign.name, get_unit_at(campaign.node_no).own_title, campaign.node_no,
        campaign.from_name, campaign.from_address, env().web_url, campaign.reply_to,
    )  # fmt: skip


def letterhead_from(sender: SenderView, *, campaign_name: str) -> Letterhead:
    """Return what a mail has that comes from a sender and belongs to no campaign."""
    return Letterhead(
        0, campaign_name, get_unit_at(sender.node_no).own_title, sender.node_no, sender.name, sender.address,
        env().web_url, sender.reply_to,
    )  # fmt: skip


@cache
def tokens() -> Tokens:
    """Return the maker of links; its secret is made at first use and kept with the others."""
    return Tokens(secret("campaign-links.key"))


def mail_server() -> Server:
    """Return where mail goes: YINGTAI_SMTP_URL, or the development mailbox.

    Raises: MailServerNotUnderstood
    """
    if env().smtp_url:
        return read_server(env().smtp_url)
    return Server(env().host, env().port + MAILBOX_PORT_STEP)
