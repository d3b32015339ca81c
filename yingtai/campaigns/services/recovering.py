"""After a crash: what a dead sender had claimed is owed again, what it was handing over is cleared up.

A mail in `attempting` was promised to be tried; the sender's journal says which of them the server answered, and
which one was on the wire (ADR 0090). That one the server may have taken or not; SMTP cannot be asked. The
development mailbox can be asked by Message-ID; elsewhere it stays `unknown` until a person decides (ADR 0081).
"""

import json
import socket
from collections.abc import Callable, Sequence
from typing import Any
from uuid import UUID

from django.db import connection

from yingtai.campaigns import deeds
from yingtai.campaigns import queueing as queue
from yingtai.campaigns.answers import Meaning, meaning_of
from yingtai.campaigns.mail import Letterhead, message_id
from yingtai.campaigns.models import Campaign, Send
from yingtai.campaigns.services.drafting import found
from yingtai.campaigns.services.handing import judged
from yingtai.campaigns.services.journal import Left, forget_journal, read_journal
from yingtai.campaigns.services.ledger import Claimed, Desk, Outcome, is_alive, move
from yingtai.kernel.acting import Acting
from yingtai.kernel.env import env, socket_folder
from yingtai.kernel.scope import subtree
from yingtai.kernel.scoping import acting_transaction

CLAIMANTS = """
    SELECT DISTINCT claimed_by FROM campaigns_send
    WHERE campaign_no = %s AND is_open AND state IN ('claimed', 'attempting') AND claimed_by IS NOT NULL
"""
TAKE_BACK = """
    UPDATE campaigns_send SET state = 'owed', claimed_by = NULL
    WHERE campaign_no = %s AND is_open AND claimed_by = %s AND state = 'claimed'
"""
PROMISED = """
    SELECT send_no, profile_no, node_no, attempts, alias_no FROM campaigns_send
    WHERE campaign_no = %s AND is_open AND claimed_by = %s AND state = 'attempting'
    ORDER BY send_no FOR UPDATE
"""
SECONDS = 5
MAILS_AT_ONCE = 1000
Inquiry = Callable[[Sequence[str]], set[str] | None]
"""Which of these Message-IDs were taken; None when nobody can be asked."""


def recover(desk: Desk, campaign: Campaign, letterhead: Letterhead, inquiry: Inquiry) -> None:
    """Take back what senders that died had claimed, and clear up what they were handing over."""
    with acting_transaction(desk.acting), connection.cursor() as cursor:
        cursor.execute(CLAIMANTS, (desk.campaign_no,))
        dead = [number for (number,) in cursor.fetchall() if not is_alive(number)]
        for sender_no in dead:
            cursor.execute(TAKE_BACK, (desk.campaign_no, sender_no))
            cursor.execute(PROMISED, (desk.campaign_no, sender_no))
            promised = [Claimed(*row) for row in cursor.fetchall()]
            left = read_journal(desk.campaign_no, sender_no)
            told = [(one.send_no, _became(desk, campaign, one, left)) for one in promised]
            desk.turn(told, [], at=desk.acting.at)
    for sender_no in dead:
        forget_journal(desk.campaign_no, sender_no)
    _clear_up(desk, letterhead, inquiry)


def _became(desk: Desk, campaign: Campaign, one: Claimed, left: Left) -> Outcome:
    """Return what became of a mail that a dead sender had promised to try, as far as its journal knows."""
    if answer := left.answers.get(one.send_no):
        meaning, said = (
            meaning_of(answer.code, answer.text, answer.part),
            f"{answer.code} {answer.text}"[:200],
        )
        if meaning is Meaning.BLOCKED:
            return Outcome("owed", answer=said, is_tried=False)
        return judged(desk, one, meaning, said, campaign.channel, at=desk.acting.at)
    if left.is_whole and one.send_no not in left.begun:
        return Outcome("owed", is_tried=False)
    return Outcome("unknown")


def send_unknown_again(acting: Acting, campaign_id: UUID) -> int:
    """Owe the mails again of which nobody knows whether they arrived; a person decided so.

    Raises: CampaignNotFound
    """
    with acting_transaction(acting):
        campaign = found(campaign_id, is_locked=True)
        numbers = _unknown(campaign.campaign_no)
        count = move(campaign.campaign_no, campaign.node_no, numbers, Outcome("owed"), before=["unknown"])
        if count and campaign.state == Campaign.State.DONE:
            campaign.state, campaign.finished_at = Campaign.State.SENDING, None
            campaign.save(update_fields=["state", "finished_at"])
            queue.send(acting, campaign)
        if count:
            deeds.note(acting, deeds.RESENT, campaign, count=count)
    return count


def ask_development_mailbox(message_ids: Sequence[str]) -> set[str] | None:
    """Return which of these mails lie in the built-in mailbox; None when real mail goes elsewhere."""
    if env().smtp_url:
        return None
    taken: set[str] = set()
    before = 0
    try:
        while len(taken) < len(message_ids):
            mails = _listed(before)
            heads = "\n".join(mail["head"] for mail in mails)
            taken |= {one for one in message_ids if one in heads}
            if len(mails) < MAILS_AT_ONCE:
                break
            before = mails[-1]["no"]
    except (OSError, ValueError):
        return None
    return taken


def _listed(before: int) -> list[dict[str, Any]]:
    """Return mails of the development mailbox, newest first, older than a number."""
    question = {"ask": "list", "ranges": [list(subtree(0))], "limit": MAILS_AT_ONCE, "before": before}
    with socket.socket(socket.AF_UNIX) as client:
        client.settimeout(SECONDS)
        client.connect(str(socket_folder("mailbox") / "mailbox.sock"))
        client.sendall(json.dumps(question).encode() + b"\n")
        with client.makefile() as answer:
            return list(json.loads(answer.readline()))


def _clear_up(desk: Desk, letterhead: Letterhead, inquiry: Inquiry) -> None:
    with acting_transaction(desk.acting):
        numbers = _unknown(desk.campaign_no)
    if not numbers:
        return
    names = {message_id(letterhead, number): number for number in numbers}
    taken = inquiry(list(names))
    if taken is None:
        return
    arrived = [names[name] for name in taken]
    with acting_transaction(desk.acting):
        desk.move(arrived, Outcome("sent"), before=["unknown"], at=desk.acting.at)
        desk.move(
            [number for number in numbers if number not in arrived], Outcome("owed"), before=["unknown"]
        )


def _unknown(campaign_no: int) -> list[int]:
    found = Send.objects.filter(campaign_no=campaign_no, is_open=True, state=Send.State.UNKNOWN)
    return list(found.values_list("send_no", flat=True))
