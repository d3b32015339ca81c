from datetime import datetime

from yingtai.campaigns.models import Suppression
from yingtai.campaigns.reasons import BOUNCED
from yingtai.campaigns.services.ledger import Claimed
from yingtai.kernel.acting import Acting
from yingtai.kernel.scoping import acting_transaction


def suppress(acting: Acting, one: Claimed, *, channel: str, answer: str, at: datetime) -> None:
    """Note that a person's mailbox refused for good. Repeating it changes nothing."""
    with acting_transaction(acting):
        Suppression.objects.get_or_create(
            profile_no=one.profile_no,
            channel=channel,
            defaults={"node_no": one.node_no, "reason": BOUNCED, "answer": answer[:200], "at": at},
        )
