"""The ledger's moves. Each is one statement that also moves the tallies, so the two never differ."""

import secrets
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection

from yingtai.campaigns.answers import Meaning
from yingtai.campaigns.reasons import BAD_ADDRESS, BLOCKED, BOUNCED, GAVE_UP, REFUSED, STOPPED
from yingtai.kernel.acting import Acting
from yingtai.kernel.scoping import acting_transaction

MOST_ATTEMPTS = 6
SOFT_PAUSE = timedelta(seconds=30)
PAUSE_WHEN_NOT_REACHED = timedelta(seconds=15)
Clock = Callable[[], datetime]

CLAIM = """
    WITH picked AS (
        SELECT send_no FROM campaigns_send
        WHERE campaign_no = %(campaign_no)s AND is_open AND state = 'owed'
          AND (due_at IS NULL OR due_at <= %(now)s)
        ORDER BY send_no LIMIT %(size)s FOR UPDATE SKIP LOCKED
    )
    UPDATE campaigns_send AS send SET state = 'claimed', claimed_by = %(sender_no)s
    FROM picked WHERE send.send_no = picked.send_no
    RETURNING send.send_no, send.profile_no, send.node_no, send.attempts, send.alias_no
"""

# Which address it goes to is kept with the mail: what the server says is about that address, not about the person.
ADDRESS = """
    UPDATE campaigns_send AS send
    SET state = CASE WHEN people.reason IS NULL THEN 'claimed' ELSE 'not_sent' END, reason = people.reason,
        is_open = people.reason IS NULL, alias_no = people.alias_no,
        claimed_by = CASE WHEN people.reason IS NULL THEN send.claimed_by END
    FROM {table} AS people
    WHERE send.campaign_no = %(campaign_no)s AND send.profile_no = people.profile_no AND send.state = 'claimed'
    RETURNING send.send_no, send.reason, send.alias_no
"""

# What became of some mails and the promise to try the next are one commit: after a crash no mail was tried
# that is not `attempting`, and the sender's journal says which of those were.
TURN = """
    WITH told AS (
        SELECT * FROM unnest(
            %(send_nos)s::bigint[], %(states)s::text[], %(reasons)s::text[], %(answers)s::text[],
            %(due)s::timestamptz[], %(sent)s::timestamptz[], %(tries)s::int[], %(whats)s::text[]
        ) AS t (send_no, state, reason, answer, due_at, sent_at, tries, what)
    ), done AS (
        UPDATE campaigns_send AS send
        SET state = told.state, reason = told.reason, answer = coalesce(told.answer, send.answer),
            is_open = told.state IN ('sent', 'owed', 'unknown'), sent_at = told.sent_at, due_at = told.due_at,
            claimed_by = NULL, attempts = send.attempts + told.tries
        FROM told WHERE send.send_no = told.send_no AND send.state = 'attempting'
        RETURNING told.what
    ), next AS (
        UPDATE campaigns_send SET state = 'attempting'
        WHERE send_no = ANY(%(next_nos)s) AND state = 'claimed' AND claimed_by = %(sender_no)s
        RETURNING send_no
    ), steps AS (
        SELECT what, count(*) AS step FROM done WHERE what <> 'owed' GROUP BY what
    ), tallied AS (
        INSERT INTO campaigns_tally AS tally (campaign_no, node_no, what, count)
        SELECT %(campaign_no)s, %(brand_node)s, change.what, change.step
        FROM (SELECT * FROM steps UNION ALL SELECT 'owed', -sum(step) FROM steps HAVING count(*) > 0) AS change
        ORDER BY change.what
        ON CONFLICT (campaign_no, what) DO UPDATE SET count = tally.count + excluded.count
    )
    SELECT (SELECT coalesce(array_agg(send_no), '{}') FROM next),
           (SELECT state FROM campaigns_campaign WHERE campaign_no = %(campaign_no)s)
"""

MOVE = """
    WITH moved AS (
        UPDATE campaigns_send
        SET state = %(state)s, reason = %(reason)s, answer = %(answer)s, is_open = %(is_open)s,
            claimed_by = NULL, sent_at = %(sent_at)s
        WHERE send_no = ANY(%(send_nos)s) AND state = ANY(%(before)s)
        RETURNING send_no
    ), tallied AS (
        INSERT INTO campaigns_tally AS tally (campaign_no, node_no, what, count)
        SELECT %(campaign_no)s, %(brand_node)s, change.what, change.step * (SELECT count(*) FROM moved)
        FROM (VALUES (%(what_before)s, -1), (%(what)s, 1)) AS change (what, step)
        WHERE %(what)s <> %(what_before)s AND EXISTS (SELECT FROM moved)
        ORDER BY change.what
        ON CONFLICT (campaign_no, what) DO UPDATE SET count = tally.count + excluded.count
    )
    SELECT count(*) FROM moved
"""

ADD_TO_TALLY = """
    INSERT INTO campaigns_tally AS tally (campaign_no, node_no, what, count)
    SELECT %(campaign_no)s, %(brand_node)s, change.what, change.step
    FROM unnest(%(whats)s::text[], %(steps)s::bigint[]) AS change (what, step)
    ORDER BY change.what
    ON CONFLICT (campaign_no, what) DO UPDATE SET count = tally.count + excluded.count
"""

RELEASE = """
    UPDATE campaigns_send SET state = 'owed', claimed_by = NULL
    WHERE campaign_no = %(campaign_no)s AND is_open AND state = 'claimed' AND claimed_by = %(sender_no)s
"""

STOP = """
    UPDATE campaigns_send SET state = 'not_sent', reason = 'stopped', is_open = false, claimed_by = NULL
    WHERE campaign_no = %(campaign_no)s AND is_open AND state IN ('owed', 'claimed')
"""

REASONS = {
    Meaning.NO_MAILBOX: BOUNCED,
    Meaning.REFUSED: REFUSED,
    Meaning.UNWRITABLE: BAD_ADDRESS,
    Meaning.BLOCKED: BLOCKED,
}


@dataclass(frozen=True)
class Claimed:
    """A mail that a sender has claimed."""

    send_no: int
    profile_no: int
    node_no: int
    attempts: int
    alias_no: int | None = None


@dataclass(frozen=True)
class Outcome:
    """What became of one mail; `state` owed with a time means: try again then. `is_tried`: a server said so."""

    state: str
    reason: str | None = None
    answer: str | None = None
    due_at: datetime | None = None
    is_tried: bool = True

    @property
    def what(self) -> str:
        """The tally it counts in."""
        return self.reason or self.state if self.state in {"not_sent", "failed"} else self.state


def outcome_of(meaning: Meaning, answer: str, *, attempts: int, at: datetime) -> Outcome:
    """Return what a server's answer means for the ledger; what is put off is tried a bounded number of times."""
    if meaning is Meaning.TAKEN:
        return Outcome("sent")
    if meaning is Meaning.LATER and attempts + 1 < MOST_ATTEMPTS:
        return Outcome("owed", answer=answer, due_at=at + SOFT_PAUSE * 2**attempts)
    if meaning is Meaning.LATER:
        return Outcome("failed", GAVE_UP, answer)
    return Outcome("not_sent", REASONS[meaning], answer)


@contextmanager
def living_sender() -> Iterator[int]:
    """Be a sender with a number, alive for others as long as this connection holds its lock."""
    sender_no = secrets.randbits(62)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", (sender_no,))
    try:
        yield sender_no
    finally:
        # A broken connection has given the lock back already.
        if connection.is_usable():
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s)", (sender_no,))


def is_alive(sender_no: int) -> bool:
    """Say whether the sender of that number still lives."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", (sender_no,))
        if not cursor.fetchone()[0]:
            return True
        cursor.execute("SELECT pg_advisory_unlock(%s)", (sender_no,))
    return False


def claim(campaign_no: int, sender_no: int, *, size: int, at: datetime) -> list[Claimed]:
    """Claim up to `size` mails that are due, inside the caller's transaction."""
    values: dict[str, Any] = {"campaign_no": campaign_no, "sender_no": sender_no, "size": size, "now": at}
    with connection.cursor() as cursor:
        cursor.execute(CLAIM, values)
        return sorted((Claimed(*row) for row in cursor.fetchall()), key=lambda one: one.send_no)


@dataclass(frozen=True)
class Desk:
    """One campaign's ledger in the hands of one sender."""

    acting: Acting
    campaign_no: int
    brand_node: int
    sender_no: int

    def turn(
        self, done: Sequence[tuple[int, Outcome]], next_nos: Sequence[int], *, at: datetime
    ) -> tuple[set[int], str]:
        """Note what became of some mails and promise to try the next.

        Out: which of the next may be tried, and the state of the campaign
        """
        outcomes = [outcome for _, outcome in done]
        values: dict[str, Any] = {
            "send_nos": [number for number, _ in done],
            "states": [one.state for one in outcomes],
            "reasons": [one.reason for one in outcomes],
            "answers": [one.answer for one in outcomes],
            "due": [one.due_at for one in outcomes],
            "sent": [at if one.state == "sent" else None for one in outcomes],
            "tries": [int(one.is_tried) for one in outcomes],
            "whats": [one.what for one in outcomes],
            "next_nos": list(next_nos),
            "sender_no": self.sender_no,
            "campaign_no": self.campaign_no,
            "brand_node": self.brand_node,
        }
        with acting_transaction(self.acting), connection.cursor() as cursor:
            cursor.execute(TURN, values)
            may_go, state = cursor.fetchone()
        return set(may_go), state

    def release(self) -> None:
        """Give back what was claimed and not tried."""
        with acting_transaction(self.acting), connection.cursor() as cursor:
            cursor.execute(RELEASE, {"campaign_no": self.campaign_no, "sender_no": self.sender_no})

    def move(
        self, send_nos: Sequence[int], outcome: Outcome, *, before: Sequence[str], at: datetime | None = None
    ) -> int:
        """Move sends from states to one other and return how many were there."""
        return move(self.campaign_no, self.brand_node, send_nos, outcome, before=before, at=at)


def move(
    campaign_no: int, brand_node: int, send_nos: Sequence[int], outcome: Outcome, *, before: Sequence[str],
    at: datetime | None = None,
) -> int:  # fmt: skip
    """Move sends from states to one other, inside the caller's transaction, and return how many were there."""
    values: dict[str, Any] = {
        "state": outcome.state, "reason": outcome.reason, "answer": outcome.answer, "sent_at": at,
        "is_open": outcome.state in {"sent", "owed"}, "send_nos": list(send_nos), "before": list(before),
        "campaign_no": campaign_no, "brand_node": brand_node, "what": outcome.what,
        "what_before": "unknown" if list(before) == ["unknown"] else "owed",
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(MOVE, values)
        return int(cursor.fetchone()[0])


def add_to_tally(campaign_no: int, brand_node: int, steps: dict[str, int]) -> None:
    """Move tallies, inside the caller's transaction."""
    if any(steps.values()):
        values: dict[str, Any] = {
            "campaign_no": campaign_no,
            "brand_node": brand_node,
            "whats": list(steps),
            "steps": list(steps.values()),
        }
        with connection.cursor() as cursor:
            cursor.execute(ADD_TO_TALLY, values)


def stop_owed(campaign_no: int, brand_node: int) -> int:
    """Leave unsent whatever is not being handed over this moment, inside the caller's transaction."""
    with connection.cursor() as cursor:
        cursor.execute(STOP, {"campaign_no": campaign_no})
        count = cursor.rowcount
    add_to_tally(campaign_no, brand_node, {"owed": -count, STOPPED: count})
    return int(count)
