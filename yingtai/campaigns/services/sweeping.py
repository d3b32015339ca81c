"""Journals of senders that died when nothing of theirs was open any more: nobody would come for them."""

from dataclasses import replace

from yingtai.campaigns.models import Confirmation, Send
from yingtai.campaigns.services.journal import forget_journal, list_journals
from yingtai.campaigns.services.ledger import is_alive
from yingtai.kernel.acting import Acting
from yingtai.kernel.scope import EVERYTHING
from yingtai.kernel.scoping import acting_transaction


def sweep_journals(acting: Acting) -> int:
    """Remove the journals of dead senders of whose mails none is in doubt, and return how many. A repeat finds none.

    Cost: a look at the open mails of the campaign for each journal of a dead sender
    """
    # Listed first: a sender shows that it lives before it begins its journal.
    dead = [(campaign_no, sender_no) for campaign_no, sender_no in list_journals() if not is_alive(sender_no)]
    over = [one for one in dead if not _is_needed(replace(acting, scope=EVERYTHING), *one)]
    for campaign_no, sender_no in over:
        forget_journal(campaign_no, sender_no)
    return len(over)


def _is_needed(acting: Acting, campaign_no: int, sender_no: int) -> bool:
    with acting_transaction(acting):
        promised = Send.objects.filter(
            campaign_no=campaign_no, is_open=True, state=Send.State.ATTEMPTING, claimed_by=sender_no
        )
        asked = Confirmation.objects.filter(state=Confirmation.State.ATTEMPTING, claimed_by=sender_no)
        return promised.exists() or asked.exists()
