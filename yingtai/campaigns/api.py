"""The one door into `campaigns`. Other modules import this file, nothing else."""

from yingtai.campaigns.queries import (
    CampaignView,
    SendView,
    campaign_by_no,
    campaign_names,
    list_campaigns,
    list_sends,
)
from yingtai.campaigns.results import Lift, Result, result_of
from yingtai.campaigns.senders import SenderView, sent_from
from yingtai.campaigns.services.answering import note_click, note_open, unsubscribe
from yingtai.campaigns.services.deciding import decide, launch
from yingtai.campaigns.services.drafting import change_campaign, create_campaign
from yingtai.campaigns.services.keeping_senders import keep_sender
from yingtai.campaigns.services.sending import send_for_a_while
from yingtai.campaigns.visitors import Visit

__all__ = [
    "CampaignView",
    "Lift",
    "Result",
    "SendView",
    "SenderView",
    "Visit",
    "campaign_by_no",
    "campaign_names",
    "change_campaign",
    "create_campaign",
    "decide",
    "keep_sender",
    "launch",
    "list_campaigns",
    "list_sends",
    "note_click",
    "note_open",
    "result_of",
    "send_for_a_while",
    "sent_from",
    "unsubscribe",
]
