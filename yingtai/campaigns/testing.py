"""Ready-made people, audiences and campaigns for tests, ours and others'."""

import hashlib
import secrets
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pyarrow as pa

from yingtai.audiences.api import create_audience
from yingtai.audiences.testing import write_people
from yingtai.campaigns.queries import CampaignView, get_campaign
from yingtai.campaigns.services import deciding, drafting
from yingtai.collect.api import ensure_source
from yingtai.compliance.testing import grant_email, make_purposes
from yingtai.content.testing import make_template
from yingtai.customers.api import EventSet, load_sets
from yingtai.kernel.acting import Acting, system
from yingtai.kernel.scope import EVERYTHING
from yingtai.lake.api import scoped

WHO_SENT = "SELECT message_hash, profile_no FROM events WHERE source_no = $source_no"
EVERYONE: dict[str, Any] = {"join": "all", "parts": []}


def make_people(acting: Acting, node_no: int, emails: Sequence[str | None]) -> list[int]:
    """Make profiles through the bulk door, one for each e-mail address or None; return their numbers in order."""
    mark = secrets.token_hex(6)
    source = ensure_source(acting, node_no, name=f"people {mark}", kind="import")
    count = len(emails)
    rows = {
        "message_hash": pa.array([_hash(f"{mark}{place}") for place in range(count)], pa.binary(16)),
        "kind": ["identify"] * count,
        "event": ["Identified"] * count,
        "occurred_at": [acting.at - timedelta(days=30)] * count,
        "received_at": [acting.at] * count,
        "node_no": [node_no] * count,
        "source_no": pa.array([source.source_no] * count, pa.int32()),
        "id_user": [f"{mark}-{place}" for place in range(count)],
        "id_email": list(emails),
    }
    events = EventSet.of(pa.table(rows))
    load_sets(
        system("test", EVERYTHING, acting.at),
        source_no=source.source_no,
        load_id=f"people-{mark}",
        sets=[events],
    )
    found = scoped(acting.scope).query(WHO_SENT, {"source_no": source.source_no}).to_pylist()
    numbers = {row["message_hash"]: row["profile_no"] for row in found}
    return [numbers[_hash(f"{mark}{place}")] for place in range(count)]


def make_campaign(
    acting: Acting,
    node_no: int,
    people: Sequence[int],
    *,
    hold_out_share: int = 0,
    are_willing: bool = True,
    template: dict[str, str] | None = None,
    **values: Any,
) -> CampaignView:
    """Make a complete draft for these people, who have agreed to marketing by e-mail unless said otherwise."""
    make_purposes(acting, node_no)
    if are_willing:
        grant_email(acting, node_no, people)
    write_people(node_no, dict.fromkeys(people, node_no), at=acting.at)
    audience_id = create_audience(acting, node_no=node_no, name="Everyone", definition=EVERYONE)
    version = make_template(acting, node_no, **(template or {}))
    draft = drafting.create_campaign(acting, node_no=node_no, name="Spring news", from_name="Nova")
    complete = {
        "audience_id": audience_id,
        "version_id": version.id,
        "from_address": "news@nova.example.com",
        "hold_out_share": hold_out_share,
    }
    return drafting.change_campaign(acting, draft.id, complete | values)


def launch_and_decide(acting: Acting, campaign: CampaignView) -> CampaignView:
    """Launch a draft and write its ledger, as the job does."""
    deciding.launch(acting, campaign.id)
    deciding.decide(product(acting, campaign), campaign.campaign_no)
    return get_campaign(acting, campaign.id)


def product(acting: Acting, campaign: CampaignView) -> Acting:
    """Return the acting that jobs of this campaign have."""
    return system("campaigns", acting.scope.of(campaign.node_no), acting.at, campaign.purpose)


def _hash(text: str) -> bytes:
    return hashlib.blake2b(text.encode(), digest_size=16).digest()
