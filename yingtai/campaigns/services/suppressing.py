"""Addresses that are not written to again, because a server said that they do not exist; until somebody lifts it."""

from datetime import datetime

from django.db import connection

from yingtai.campaigns.errors import ReasonIsMissing, SuppressionNotFound
from yingtai.campaigns.models import SuppressedAddress
from yingtai.campaigns.reasons import BOUNCED, SUPPRESSED
from yingtai.campaigns.services.ledger import Claimed
from yingtai.compliance.api import looks_personal
from yingtai.kernel.acting import Acting
from yingtai.kernel.scoping import acting_transaction
from yingtai.kernel.sets import ProfileSet

LONGEST_REASON = 200
MARK = f"""
    UPDATE {{table}} AS people SET reason = '{SUPPRESSED}'
    FROM campaigns_suppressedaddress AS held
    WHERE held.alias_no = people.alias_no AND held.lifted_at IS NULL AND people.reason IS NULL
"""


def suppress(acting: Acting, one: Claimed, *, channel: str, answer: str, at: datetime) -> None:
    """Note that there is no mailbox behind the address a mail went to. Repeating it changes nothing."""
    if one.alias_no is None:
        return
    with acting_transaction(acting):
        SuppressedAddress.objects.get_or_create(
            alias_no=one.alias_no,
            lifted_at=None,
            defaults={
                "profile_no": one.profile_no, "node_no": one.node_no, "channel": channel, "reason": BOUNCED,
                "answer": answer[:200], "at": at,
            },
        )  # fmt: skip


def mark_suppressed(people: ProfileSet) -> None:
    """Mark everyone in the set whose chosen address is not written to. Cost: one statement"""
    with connection.cursor() as cursor:
        cursor.execute(MARK.format(table=people.table))


def lift_suppression(acting: Acting, suppression_no: int, *, reason: str) -> int:
    """Write to an address again from now on and return whose it was; who said so and why is kept for good.

    Raises: SuppressionNotFound, ReasonIsMissing
    """
    words = " ".join(reason.split())
    if not words or len(words) > LONGEST_REASON or not words.isprintable() or looks_personal(words):
        raise ReasonIsMissing(field="reason")
    with acting_transaction(acting):
        held = SuppressedAddress.objects.select_for_update().filter(suppression_no=suppression_no).first()
        if held is None or held.lifted_at is not None:
            raise SuppressionNotFound
        held.lifted_at, held.lifted_by, held.lifted_because = acting.at, acting.actor, words
        held.save(update_fields=["lifted_at", "lifted_by", "lifted_because"])
        return held.profile_no
