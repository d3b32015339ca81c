"""Claims follow people: when two recipients turn out to be one, one mail is sent."""

from collections.abc import Iterable, Sequence

from django.db import connection

from yingtai.campaigns import queueing as queue
from yingtai.campaigns.models import Campaign, Confirmation, SuppressedAddress
from yingtai.campaigns.reasons import DUPLICATE_PERSON, ERASED
from yingtai.campaigns.services.ledger import Claimed, Desk, Outcome, add_to_tally
from yingtai.customers.api import survivors_of
from yingtai.kernel.acting import Acting
from yingtai.kernel.scoping import acting_transaction

# Of all sends of a campaign to what is now one person the one that went furthest is kept; the earliest of equals.
FOLLOW = f"""
    WITH pairs AS (
        SELECT * FROM unnest(%(survivors)s::bigint[], %(duplicates)s::bigint[]) AS t (survivor, duplicate)
    ), members AS (
        SELECT survivor, duplicate AS member FROM pairs UNION SELECT survivor, survivor FROM pairs
    ), ranked AS (
        SELECT send.send_no, send.campaign_no, send.profile_no, send.state, send.node_no, members.survivor,
               row_number() OVER (
                   PARTITION BY send.campaign_no, members.survivor
                   ORDER BY CASE send.state WHEN 'sent' THEN 0 WHEN 'unknown' THEN 1 WHEN 'attempting' THEN 1
                                 WHEN 'claimed' THEN 2 WHEN 'owed' THEN 3 ELSE 4 END,
                            send.profile_no = members.survivor DESC, send.send_no) AS place
        FROM campaigns_send AS send JOIN members ON members.member = send.profile_no
    ), dropped AS (
        UPDATE campaigns_send AS send
        SET state = CASE WHEN send.state IN ('owed', 'claimed') THEN 'not_sent' ELSE send.state END,
            is_open = CASE WHEN send.state IN ('owed', 'claimed') THEN false ELSE send.is_open END,
            claimed_by = CASE WHEN send.state IN ('owed', 'claimed') THEN NULL ELSE send.claimed_by END,
            reason = '{DUPLICATE_PERSON}'
        FROM ranked
        WHERE ranked.send_no = send.send_no AND ranked.place > 1
          AND send.reason IS DISTINCT FROM '{DUPLICATE_PERSON}'
        RETURNING send.campaign_no, ranked.state AS before, old.reason AS reason_before
    )
    SELECT campaign_no, before, reason_before, count(*) FROM dropped GROUP BY 1, 2, 3
"""

# Second, because within one statement the unique key would still see the dropped rows in their old place.
MOVE = f"""
    UPDATE campaigns_send AS send SET profile_no = pairs.survivor
    FROM (SELECT * FROM unnest(%(survivors)s::bigint[], %(duplicates)s::bigint[]) AS t (survivor, duplicate)) AS pairs
    WHERE send.profile_no = pairs.duplicate AND send.reason IS DISTINCT FROM '{DUPLICATE_PERSON}'
      AND NOT EXISTS (
          SELECT FROM campaigns_send AS other
          WHERE other.profile_no = pairs.survivor AND other.campaign_no = send.campaign_no)
    RETURNING send.campaign_no
"""

FORGET = f"""
    UPDATE campaigns_send
    SET state = 'not_sent', reason = '{ERASED}', is_open = false, claimed_by = NULL
    WHERE profile_no = ANY(%s) AND state IN ('owed', 'claimed')
    RETURNING campaign_no
"""


def follow_merges(acting: Acting, pairs: Iterable[tuple[int, int]]) -> None:
    """Let sends follow merges of (survivor, duplicate): nobody is owed a campaign twice.

    Repeating it changes nothing.
    """
    pairs = [pair for pair in pairs if pair[0] != pair[1]]
    if not pairs:
        return
    values = {"survivors": [a for a, _ in pairs], "duplicates": [b for _, b in pairs]}
    with acting_transaction(acting):
        with connection.cursor() as cursor:
            cursor.execute(FOLLOW, values)
            dropped = cursor.fetchall()
            cursor.execute(MOVE, values)
            moved = {campaign_no for (campaign_no,) in cursor.fetchall()}
        campaigns = Campaign.objects.in_bulk({row[0] for row in dropped} | moved)
        for survivor_no, duplicate_no in pairs:
            Confirmation.objects.filter(profile_no=duplicate_no).update(profile_no=survivor_no)
        for campaign_no, before, reason_before, count in dropped:
            what = "owed" if before in {"owed", "claimed"} else reason_before or before
            add_to_tally(campaign_no, campaigns[campaign_no].node_no, {what: -count, DUPLICATE_PERSON: count})
        for campaign in campaigns.values():
            queue.export(acting, campaign)


def follow_survivors(acting: Acting, desk: Desk, batch: list[Claimed]) -> list[Claimed]:
    """Return the batch without people that were merged meanwhile; their sends follow the survivor."""
    survivors = survivors_of(acting, [one.profile_no for one in batch])
    merged = [(now, then) for then, now in survivors.items() if now != then]
    if not merged:
        return batch
    gone = {then for _now, then in merged}
    desk.move([one.send_no for one in batch if one.profile_no in gone], Outcome("owed"), before=["claimed"])
    follow_merges(acting, merged)
    return [one for one in batch if one.profile_no not in gone]


def forget_people(acting: Acting, profile_nos: Sequence[int]) -> None:
    """Owe nothing any more to people who were erased. Repeating it changes nothing."""
    with acting_transaction(acting):
        with connection.cursor() as cursor:
            cursor.execute(FORGET, (list(profile_nos),))
            numbers = [row[0] for row in cursor.fetchall()]
        SuppressedAddress.objects.filter(profile_no__in=profile_nos).delete()
        Confirmation.objects.filter(profile_no__in=profile_nos).delete()
        campaigns = Campaign.objects.in_bulk(set(numbers))
        for campaign_no, campaign in campaigns.items():
            count = numbers.count(campaign_no)
            add_to_tally(campaign_no, campaign.node_no, {"owed": -count, ERASED: count})
