"""The one door into `campaigns`. Other modules import this file, nothing else."""

from yingtai.campaigns.queries import CampaignView, campaign_names, list_campaigns
from yingtai.campaigns.results import Lift, Result, result_of
from yingtai.campaigns.senders import SenderView, sent_from
from yingtai.campaigns.services.deciding import decide, launch
from yingtai.campaigns.services.drafting import change_campaign, create_campaign
from yingtai.campaigns.services.keeping_senders import keep_sender

__all__ = [
    "CampaignView",
    "Lift",
    "Result",
    "SenderView",
    "campaign_names",
    "change_campaign",
    "create_campaign",
    "decide",
    "keep_sender",
    "launch",
    "list_campaigns",
    "result_of",
    "sent_from",
]
