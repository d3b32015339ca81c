"""The sender: claims what is owed in batches, asks consent again, hands mails over one at a time.

docs/algorithms/sending.md tells the whole of it, ADR 0081 why.
"""

from collections import Counter
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from time import monotonic

from django.db import connection
from django.db.models import Min

from yingtai.campaigns import queueing as queue
from yingtai.campaigns.addresses import checked_sender_address
from yingtai.campaigns.errors import MailServerNotReached, MailServerNotUnderstood, SenderIsMissing
from yingtai.campaigns.letterheads import letterhead_of, mail_server
from yingtai.campaigns.mail import Letterhead, Mail
from yingtai.campaigns.models import Campaign, Send
from yingtai.campaigns.reasons import NO_ADDRESS
from yingtai.campaigns.services import ledger
from yingtai.campaigns.services.addressing import choose_addresses
from yingtai.campaigns.services.composing import composed
from yingtai.campaigns.services.deciding import require_purpose_in_use
from yingtai.campaigns.services.following import follow_survivors
from yingtai.campaigns.services.handing import Hands, Pace, Pair
from yingtai.campaigns.services.journal import Journal, open_journal
from yingtai.campaigns.services.ledger import PAUSE_WHEN_NOT_REACHED, Claimed, Clock, Desk, Outcome
from yingtai.campaigns.services.pausing import note_trouble, pausing_at_trouble
from yingtai.campaigns.services.recovering import Inquiry, ask_development_mailbox, recover
from yingtai.campaigns.services.sweeping import sweep_journals
from yingtai.campaigns.services.telling import tell_sent
from yingtai.campaigns.smtp import Connection, Server
from yingtai.campaigns.tokens import Link
from yingtai.content.api import CompiledTemplate, compiled, values_of
from yingtai.customers import api as customers
from yingtai.kernel.acting import Acting
from yingtai.kernel.scope import EVERYTHING
from yingtai.kernel.scoping import acting_transaction
from yingtai.kernel.sets import new_set

BATCH = 500
SECONDS_PER_BATCH = 5
"""With a speed limit a batch is what goes out in this time, so that consent is never asked long before."""
SECONDS_PER_TURN = 5.0

FEW = "SET LOCAL enable_hashjoin = off; SET LOCAL enable_mergejoin = off"
"""A batch is few people: without this the planner reads the answers and addresses of everybody for each."""


@dataclass(frozen=True)
class Work:
    """What a sender needs for one campaign."""

    campaign: Campaign
    desk: Desk
    template: CompiledTemplate
    letterhead: Letterhead
    clock: Clock


def send_for_a_while(
    acting: Acting,
    campaign_no: int,
    *,
    clock: Clock,
    server: Server | None = None,
    inquiry: Inquiry = ask_development_mailbox,
) -> None:
    """Send what a campaign owes for some seconds, then queue the next turn, so that campaigns take turns.

    A mail server that does not answer is noted on the campaign, and tried again later.
    """
    with acting_transaction(acting):
        campaign = Campaign.objects.filter(campaign_no=campaign_no, state=Campaign.State.SENDING).first()
    if campaign is None:
        return
    with pausing_at_trouble(acting, campaign_no):
        with ledger.living_sender() as sender_no, open_journal(campaign_no, sender_no) as journal:
            work = _work(acting, campaign, sender_no, clock)
            recover(work.desk, campaign, work.letterhead, inquiry)
            try:
                with Connection(server or mail_server(), local_name=work.letterhead.domain) as connection_:
                    _send_until(work, connection_, journal, monotonic() + SECONDS_PER_TURN)
            except (MailServerNotReached, MailServerNotUnderstood) as trouble:
                note_trouble(acting, campaign_no, trouble)
            finally:
                work.desk.release()
                tell_sent(acting, campaign_no)
        _finish_or_go_on(acting.at_time(clock()), campaign)


def keep_going(acting: Acting) -> None:
    """Queue a turn for every campaign that is being sent or decided, in case a crash lost one, and sweep up what dead
    senders left that nobody needs."""
    with acting_transaction(Acting(acting.actor, EVERYTHING, acting.purpose, acting.at, acting.roles)):
        for campaign in Campaign.objects.filter(state=Campaign.State.SENDING):
            queue.send(acting, campaign)
        overdue = Campaign.objects.filter(state=Campaign.State.SCHEDULED, scheduled_at__lte=acting.at)
        for campaign in overdue | Campaign.objects.filter(state=Campaign.State.DECIDING):
            queue.decide(acting, campaign)
    sweep_journals(acting)


def _work(acting: Acting, campaign: Campaign, sender_no: int, clock: Clock) -> Work:
    if campaign.version_id is None:
        raise LookupError("a campaign that is being sent has a template")
    if not checked_sender_address(campaign.from_address):
        raise SenderIsMissing
    require_purpose_in_use(acting, campaign)
    desk = Desk(acting, campaign.campaign_no, campaign.node_no, sender_no)
    return Work(campaign, desk, compiled(acting, campaign.version_id), letterhead_of(campaign), clock)


def _send_until(work: Work, connection_: Connection, journal: Journal, deadline: float) -> None:
    connection_.open()
    pace = Pace(work.campaign.per_minute)
    size = max(1, min(BATCH, int(SECONDS_PER_BATCH / pace.pause))) if pace.pause else BATCH
    hands = Hands(work.campaign, work.desk, connection_, journal, work.clock, pace)
    with _Ahead(work, size, is_ahead=not pace.pause) as ahead:
        while monotonic() < deadline:
            mails = ahead.next()
            if not mails or not hands.hand_over(mails, deadline):
                break
    if work.campaign.trouble and hands.trouble is None:
        note_trouble(work.desk.acting, work.campaign.campaign_no, None)


class _Ahead:
    """Makes the next batch in a thread while one is handed over: the books and the mail server wait for us in turn."""

    def __init__(self, work: Work, size: int, *, is_ahead: bool) -> None:
        self._work, self._size, self._is_ahead = work, size, is_ahead
        self._thread = ThreadPoolExecutor(1)
        self._coming: Future[list[Pair]] | None = None

    def __enter__(self) -> "_Ahead":
        return self

    def __exit__(self, *_trouble: object) -> None:
        # What it has claimed is given back after this, so it must have ended.
        self._thread.submit(lambda: connection.close())
        self._thread.shutdown(wait=True)

    def next(self) -> list[Pair]:
        """Return the next batch; an empty one when nothing is due."""
        coming = self._coming or self._thread.submit(self._make)
        mails = coming.result()
        self._coming = self._thread.submit(self._make) if mails and self._is_ahead else None
        return mails

    def _make(self) -> list[Pair]:
        return list(_claimed_mails(self._work, self._size))


def _claimed_mails(work: Work, size: int) -> Iterator[tuple[Claimed, Mail]]:
    """Claim a batch, drop whoever may not get it any more, and make the mails of the others."""
    at = work.clock()
    acting = work.desk.acting.at_time(at)
    with acting_transaction(acting):
        with connection.cursor() as cursor:
            cursor.execute(FEW)
        batch = ledger.claim(work.campaign.campaign_no, work.desk.sender_no, size=size, at=at)
        batch = follow_survivors(acting, work.desk, batch)
        addresses = _still_allowed(work, acting, batch)
        people = values_of(acting, [one.profile_no for one in addresses], work.template.person_fields)
        for one, address in addresses.items():
            link, person = Link(one.send_no, work.campaign.node_no), people.get(one.profile_no, {})
            made = composed(work.template, work.letterhead, link, address, person, at=at)
            if isinstance(made, Outcome):
                work.desk.move([one.send_no], made, before=["claimed"])
            else:
                yield one, made


def _still_allowed(work: Work, acting: Acting, batch: list[Claimed]) -> dict[Claimed, str]:
    """Return the addresses of those who may be written to at this moment; the others leave with the reason."""
    people = new_set()
    people.add((one.profile_no, one.node_no) for one in batch)
    choose_addresses(people, purpose=work.campaign.purpose, channel=work.campaign.channel)
    with connection.cursor() as cursor:
        cursor.execute(ledger.ADDRESS.format(table=people.table), {"campaign_no": work.campaign.campaign_no})
        moved = cursor.fetchall()
    dropped = Counter(reason for _send_no, reason, _alias_no in moved if reason)
    ledger.add_to_tally(
        work.campaign.campaign_no, work.campaign.node_no, dropped | {"owed": -dropped.total()}
    )
    addresses = dict(customers.open_contacts(acting, people, work.campaign.channel))
    aliases = {send_no: alias_no for send_no, reason, alias_no in moved if not reason}
    lost = [one.send_no for one in batch if one.send_no in aliases and one.profile_no not in addresses]
    work.desk.move(lost, Outcome("not_sent", NO_ADDRESS), before=["claimed"])
    return {
        replace(one, alias_no=aliases[one.send_no]): addresses[one.profile_no]
        for one in batch
        if one.send_no in aliases and one.profile_no in addresses
    }


def _finish_or_go_on(acting: Acting, campaign: Campaign) -> None:
    with acting_transaction(acting):
        held = Campaign.objects.select_for_update().get(campaign_no=campaign.campaign_no)
        if held.state != Campaign.State.SENDING:
            return
        rest = Send.objects.filter(campaign_no=held.campaign_no, is_open=True).exclude(
            state=Send.State.UNKNOWN
        )
        if not rest.exists():
            held.state, held.finished_at = Campaign.State.DONE, acting.at
            held.save(update_fields=["state", "finished_at"])
            return
        is_due = rest.filter(due_at=None).exists() or rest.filter(due_at__lte=acting.at).exists()
        pause = acting.at + PAUSE_WHEN_NOT_REACHED
        if held.trouble:
            queue.send(acting, held, at=pause)
        elif is_due:
            queue.send(acting, held)
        else:
            queue.send(acting, held, at=rest.aggregate(at=Min("due_at"))["at"])
