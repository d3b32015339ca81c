"""What happened to mails, recorded as events, so that it reaches the timeline and the lake like all else."""

from django.db import connection

from yingtai.collect.api import RecordedFact, record
from yingtai.kernel.acting import Acting
from yingtai.kernel.scoping import acting_transaction

MOST_AT_ONCE = 5000

SENT_AND_UNTOLD = f"""
    WITH picked AS (
        SELECT send_no FROM campaigns_send
        WHERE campaign_no = %s AND is_open AND state = 'sent'
        ORDER BY send_no LIMIT {MOST_AT_ONCE} FOR UPDATE SKIP LOCKED
    )
    UPDATE campaigns_send AS send SET is_open = false
    FROM picked WHERE send.send_no = picked.send_no
    RETURNING send.send_no, send.profile_no, send.node_no, send.sent_at
"""


def tell_sent(acting: Acting, campaign_no: int) -> int:
    """Record "Email Sent" for every mail that was sent and not told yet, and return how many.

    The ledger and the inbox change in one transaction, so each is told once.
    """
    told = 0
    while True:
        with acting_transaction(acting):
            with connection.cursor() as cursor:
                cursor.execute(SENT_AND_UNTOLD, (campaign_no,))
                rows = cursor.fetchall()
            record(
                acting,
                [
                    RecordedFact(
                        event="Email Sent", message_id=f"send-{send_no}-sent", node_no=node_no,
                        occurred_at=sent_at, profile_no=profile_no, channel="email", campaign_no=campaign_no,
                        send_no=send_no,
                    )
                    for send_no, profile_no, node_no, sent_at in rows
                ],
            )  # fmt: skip
        told += len(rows)
        if len(rows) < MOST_AT_ONCE:
            return told
