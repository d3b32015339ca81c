"""What a launch is agreed to: one digest of all that decides who gets what, when and from whom."""

import hashlib
import json
from dataclasses import replace

from yingtai.audiences.api import definitions_behind
from yingtai.campaigns.queries import CampaignView
from yingtai.kernel.acting import Acting
from yingtai.kernel.scope import Scope


def digest_of(acting: Acting, found: CampaignView) -> str:
    """Return the digest of a campaign with its audience and every audience that this one is made of.

    Asked in the scope of the campaign's brand, so that whoever asks, whoever agrees and the job find the same.
    """
    place = replace(acting, scope=Scope.of(found.node_no))
    audiences = sorted(definitions_behind(place, found.audience_id).items()) if found.audience_id else []
    parts = [
        found.audience_id, audiences, found.version_id, found.purpose, found.channel, found.from_name,
        found.from_address, found.reply_to, found.hold_out_share, found.per_minute, found.scheduled_at,
    ]  # fmt: skip
    return hashlib.sha256(json.dumps(parts, sort_keys=True, default=str).encode()).hexdigest()
