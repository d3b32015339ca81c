"""Sending the mails that ask addresses: promised in the books, journalled on the wire, once each whoever is killed.

As campaigns are sent (ADR 0081, 0090), but for one: a mail nobody knows about counts as sent. Whoever wants it
gives the address again on another day.
"""

from datetime import timedelta
from time import monotonic

from django.db.models import QuerySet

from yingtai.campaigns.addresses import NotAnAddress
from yingtai.campaigns.answers import Meaning, meaning_of
from yingtai.campaigns.confirmations import mail_of, offered_purposes
from yingtai.campaigns.errors import MailServerNotReached, MailServerNotUnderstood
from yingtai.campaigns.letterheads import mail_server
from yingtai.campaigns.mail import Mail
from yingtai.campaigns.models import Confirmation, Confirming, SuppressedAddress
from yingtai.campaigns.reasons import BOUNCED
from yingtai.campaigns.senders import view_sender
from yingtai.campaigns.services import ledger
from yingtai.campaigns.services.journal import Journal, Left, forget_journal, open_journal, read_journal
from yingtai.campaigns.services.mailboxes import count_mail, give_up, next_in_turn, uncount_mail
from yingtai.campaigns.smtp import Answer, Connection, Interrupted, Server, without_address
from yingtai.compliance.api import latest_notice_version
from yingtai.customers.api import open_addresses
from yingtai.kernel.acting import Acting
from yingtai.kernel.scoping import acting_transaction

NO_CAMPAIGN = 0
MOST_AT_ONCE = 50
LONGEST_SECONDS = 45.0
PAUSE = timedelta(minutes=15)
GIVEN_UP_AFTER = timedelta(hours=24)
State = Confirmation.State
Pair = tuple[Confirmation, Mail]


def ask_addresses(acting: Acting, *, server: Server | None = None) -> None:
    """Send what brands owe to addresses, as many as each brand's ceiling of an hour allows.

    What a sender that died had promised is cleared up first. A mail server that cannot be reached is tried again later.
    After some seconds the rest waits for the next run, so that campaigns take turns with it.
    """
    _recover(acting)
    with acting_transaction(acting):
        brands = list(Confirming.objects.filter(is_on=True).values_list("node_no", flat=True))
        owed = set(_owed(acting).values_list("node_no", flat=True).distinct())
    until, asking = monotonic() + LONGEST_SECONDS, [one for one in brands if one in owed]
    # Some of each brand in turn, so that none waits for another's thousands.
    while asking and monotonic() < until:
        asking = [node_no for node_no in asking if _ask_some(acting, node_no, server)]


def _ask_some(acting: Acting, node_no: int, server: Server | None) -> bool:
    """Send some of what a brand owes; say whether there may be more that it may send now."""
    with ledger.living_sender() as sender_no, open_journal(NO_CAMPAIGN, sender_no) as journal:
        return _hand_over(acting, _promised(acting, node_no, sender_no), journal, server)


def _owed(acting: Acting) -> QuerySet[Confirmation]:
    return Confirmation.objects.filter(state=State.OWED, due_at__lte=acting.at)


def _promised(acting: Acting, node_no: int, sender_no: int) -> list[Pair]:
    """Promise to try some mails, in one commit, and return them."""
    with acting_transaction(acting):
        # Locked, so that two senders at once do not pass the ceiling together.
        chosen = Confirming.objects.select_for_update().select_related("sender").get(node_no=node_no)
        give_up(_owed(acting).filter(node_no=node_no, asked_at__lt=acting.at - GIVEN_UP_AFTER))
        waiting = list(_owed(acting).filter(node_no=node_no).select_for_update().order_by("confirmation_no"))
        some = next_in_turn(acting, waiting, most_an_hour=chosen.most_an_hour, room=MOST_AT_ONCE)
        addresses = open_addresses(acting, [one.alias_no for one in some])
        return [
            pair
            for one in some
            if (pair := _made(acting, chosen, one, addresses.get(one.alias_no), sender_no)) is not None
        ]


def _made(
    acting: Acting, chosen: Confirming, one: Confirmation, address: str | None, sender_no: int
) -> Pair | None:
    """Return a mail with its promise; None for one that is owed no more: erased, suppressed, for no purpose in use."""
    offered = offered_purposes(acting, one.node_no)
    is_closed = SuppressedAddress.objects.filter(alias_no=one.alias_no, lifted_at=None).exists()
    if address is None or is_closed or not offered.keys() & set(one.purposes):
        one.delete()
        return None
    one.mails += 1
    try:
        mail = mail_of(acting, one, view_sender(chosen.sender), address, offered)
    except NotAnAddress:
        one.state = State.REFUSED
        one.save(update_fields=["state"])
        return None
    one.state, one.claimed_by, one.promised_at = State.ATTEMPTING, sender_no, acting.at
    one.notices = {
        code: latest_notice_version(acting, node_no=one.node_no, purpose=code)
        for code in one.purposes
        if code in offered
    }
    one.said = {**one.said, str(one.mails): one.notices}
    one.save()
    count_mail(acting, one)
    return one, mail


def _hand_over(acting: Acting, pairs: list[Pair], journal: Journal, server: Server | None) -> bool:
    """Hand mails over; say whether there were any and the server could be reached."""
    if not pairs:
        return False
    try:
        with Connection(
            server or mail_server(), local_name=pairs[0][1].sender.rpartition("@")[2]
        ) as connection:
            while pairs:
                one, mail = pairs[0]
                _try(acting, connection, journal, one, mail)
                pairs.pop(0)
    except (MailServerNotReached, MailServerNotUnderstood):
        for one, _mail in pairs:
            _give_back(acting, one, "")
        return False
    return True


def _try(acting: Acting, connection: Connection, journal: Journal, one: Confirmation, mail: Mail) -> None:
    number = one.confirmation_no
    try:
        answer = connection.hand_over(mail, before_end=lambda: journal.begin(number))
    except Interrupted as trouble:
        if trouble.is_ambiguous:
            _became(acting, one, State.SENT, "")
        else:
            _give_back(acting, one, without_address(trouble.said, mail.recipient))
        return
    answer = Answer(answer.code, without_address(answer.text, mail.recipient), answer.part)
    journal.end(number, answer)
    _judge(acting, one, answer)


def _judge(acting: Acting, one: Confirmation, answer: Answer) -> None:
    meaning, said = meaning_of(answer.code, answer.text, answer.part), f"{answer.code} {answer.text}"[:200]
    if meaning is Meaning.TAKEN:
        _became(acting, one, State.SENT, said)
    elif meaning in (Meaning.LATER, Meaning.BLOCKED):
        _give_back(acting, one, said)
    else:
        _became(acting, one, State.REFUSED, said)
    if meaning is Meaning.NO_MAILBOX:
        _suppress(acting, one, said)


def _became(acting: Acting, one: Confirmation, state: str, answer: str) -> None:
    with acting_transaction(acting):
        # Somebody may have pressed the button already.
        mine = Confirmation.objects.filter(confirmation_no=one.confirmation_no, state=State.ATTEMPTING)
        changed = mine.update(state=state, answer=answer[:200], claimed_by=None)
        if changed and state == State.REFUSED:
            uncount_mail(one)


def _give_back(acting: Acting, one: Confirmation, answer: str, *, pause: timedelta = PAUSE) -> None:
    """Owe a mail again that nobody got, to be tried after a pause; after a day it is given up."""
    with acting_transaction(acting):
        mine = Confirmation.objects.filter(confirmation_no=one.confirmation_no, state=State.ATTEMPTING)
        changed = mine.update(
            state=State.OWED, mails=max(0, one.mails - 1), answer=answer[:200], claimed_by=None,
            due_at=acting.at + pause,
        )  # fmt: skip
        if changed:
            uncount_mail(one)


def _suppress(acting: Acting, one: Confirmation, answer: str) -> None:
    with acting_transaction(acting):
        SuppressedAddress.objects.get_or_create(
            alias_no=one.alias_no, lifted_at=None,
            defaults={
                "profile_no": one.profile_no, "node_no": one.node_no, "channel": "email", "reason": BOUNCED,
                "answer": answer, "at": acting.at,
            },
        )  # fmt: skip


def _recover(acting: Acting) -> None:
    """Clear up what senders that died had promised."""
    with acting_transaction(acting):
        promised = Confirmation.objects.filter(state=State.ATTEMPTING, claimed_by__isnull=False)
        numbers = promised.values_list("claimed_by", flat=True).distinct()
        dead = [number for number in numbers if number is not None and not ledger.is_alive(number)]
    for sender_no in dead:
        left = read_journal(NO_CAMPAIGN, sender_no)
        with acting_transaction(acting):
            rest = Confirmation.objects.filter(state=State.ATTEMPTING, claimed_by=sender_no)
            for one in rest.select_for_update(skip_locked=True):
                _clear_up(acting, one, left)
        forget_journal(NO_CAMPAIGN, sender_no)


def _clear_up(acting: Acting, one: Confirmation, left: Left) -> None:
    if answer := left.answers.get(one.confirmation_no):
        _judge(acting, one, answer)
    elif left.is_whole and one.confirmation_no not in left.begun:
        # No server asked for a pause: it was us who died.
        _give_back(acting, one, "", pause=timedelta())
    else:
        _became(acting, one, State.SENT, "")
