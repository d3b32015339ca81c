"""Making mails without sending them: what would stand in the way of people who may be written to."""

from collections import Counter
from dataclasses import dataclass, replace

from django.db import connection

from yingtai.campaigns.addresses import checked_sender_address
from yingtai.campaigns.errors import SenderAddressNotUnderstood
from yingtai.campaigns.letterheads import letterhead_of
from yingtai.campaigns.mail import Letterhead
from yingtai.campaigns.models import Campaign
from yingtai.campaigns.reasons import NO_ADDRESS
from yingtai.campaigns.services.composing import composed
from yingtai.campaigns.services.ledger import Outcome
from yingtai.campaigns.tokens import Link
from yingtai.content.api import compiled, values_of
from yingtai.customers.api import open_contacts
from yingtai.kernel.acting import Acting
from yingtai.kernel.sets import ProfileSet, new_set

MOST_TRIED = 1000
SOMEBODY = "sender@example.com"
"""Stands for the sender of a draft that has none yet; the launch asks for one."""

# Every so many-th by a hash, so that who is tried does not depend on when people came.
TRY = """
    INSERT INTO {tried} (profile_no, node_no, alias_no)
    SELECT profile_no, node_no, alias_no FROM {people}
    WHERE reason IS NULL AND (hashint8(profile_no)::bigint & 2147483647) %% %(step)s = 0
"""


@dataclass(frozen=True)
class Trial:
    """How many mails were made, of how many, and how many people fell out for each reason, all taken together."""

    tried: int
    of: int
    reasons: dict[str, int]

    @property
    def is_sample(self) -> bool:
        return self.tried < self.of


def try_mails(acting: Acting, campaign: Campaign, people: ProfileSet) -> Trial:
    """Make the mails of those in the set who would get one, of more than a thousand some, as sending makes them.

    Out:  reasons scaled to all of them
    Cost: up to two thousand mails, a few tenths of a second
    """
    count = people.count_by_reason().get(None, 0)
    if campaign.version_id is None or not count:
        return Trial(0, 0, {})
    tried = new_set()
    with connection.cursor() as cursor:
        cursor.execute(
            TRY.format(tried=tried.table, people=people.table), {"step": max(1, count // MOST_TRIED)}
        )
        number = int(cursor.rowcount)
    template = compiled(acting, campaign.version_id)
    letterhead = _letterhead(campaign)
    addresses = dict(open_contacts(acting, tried, campaign.channel))
    values = values_of(acting, list(addresses), template.person_fields)
    reasons = Counter({NO_ADDRESS: number - len(addresses)})
    for profile_no, address in addresses.items():
        made = composed(
            template, letterhead, Link(0, campaign.node_no), address, values.get(profile_no, {}), at=acting.at
        )
        if isinstance(made, Outcome):
            reasons[made.reason or made.state] += 1
    scale = count / number if number else 0
    return Trial(number, count, {reason: round(found * scale) for reason, found in reasons.items() if found})


def _letterhead(campaign: Campaign) -> Letterhead:
    letterhead = letterhead_of(campaign)
    try:
        checked_sender_address(letterhead.from_address)
    except SenderAddressNotUnderstood:
        return replace(letterhead, from_address=SOMEBODY)
    return letterhead if letterhead.from_address else replace(letterhead, from_address=SOMEBODY)
