"""Addresses that pages give are asked by mail; what is confirmed is proven and agreed to.

ADR 0109 tells who can do what to whom.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from yingtai.campaigns import deeds
from yingtai.campaigns import queueing as queue
from yingtai.campaigns.confirmations import (
    MAILS_APART,
    MOST_MAILS,
    ConfirmingView,
    is_open,
    offered_purposes,
    said_in,
    view_confirming,
)
from yingtai.campaigns.errors import ConfirmationIsOver, SenderNotFound
from yingtai.campaigns.models import AskedMailbox, Confirmation, Confirming, Sender, SuppressedAddress
from yingtai.campaigns.services.mailboxes import (
    Mailbox,
    asked_mailboxes,
    begin_anew,
    burdens,
    close_mailboxes,
    counted_of,
    crowded_out,
    give_up,
    has_precedence,
    mailboxes_of,
    waiting_mailboxes,
)
from yingtai.collect.api import RecordedFact, record
from yingtai.compliance.api import Status, record_consent
from yingtai.customers.api import Holder, holders_of, open_addresses
from yingtai.customers.events import GivenAddress
from yingtai.kernel.acting import Acting, require
from yingtai.kernel.labels import Label
from yingtai.kernel.scope import brand_node
from yingtai.kernel.scoping import acting_transaction
from yingtai.organization.api import require_unchanged

MOST_WAITING = 5_000
"""So many addresses of a brand wait for their mail at once; of more, the oldest of whoever gave most are not asked."""
SOON = timedelta(seconds=2)
LONGEST_WAIT = timedelta(minutes=5)
"""So long the word of who pressed the button is looked for every two seconds; then every minute."""
SOURCE = "double opt-in"
EVENT = "Email Confirmed"


def choose_confirming(
    acting: Acting,
    *,
    node_no: int,
    sender_id: UUID,
    is_on: bool,
    most_an_hour: int,
    seen: datetime | None = None,
) -> ConfirmingView:
    """Let people of a brand confirm by mail the addresses that pages give, or stop it.

    In:     seen  the `changed_at` that whoever changes it looked at; None for who did not look
    Raises: NotAllowed, SenderNotFound, ChangedMeanwhile
    """
    require(acting, "send", Label.L3, "campaigns.campaign")
    with acting_transaction(acting):
        sender = Sender.objects.filter(id=sender_id, node_no=brand_node(node_no)).first()
        if sender is None:
            raise SenderNotFound(field="sender_id")
        held = Confirming.objects.select_for_update().filter(node_no=brand_node(node_no)).first()
        if held:
            require_unchanged(acting, seen, changed_at=held.changed_at, changed_by=held.changed_by)
        chosen = {
            "sender": sender, "is_on": is_on, "most_an_hour": most_an_hour, "changed_at": acting.at,
            "changed_by": acting.actor,
        }  # fmt: skip
        one, _is_new = Confirming.objects.update_or_create(node_no=brand_node(node_no), defaults=chosen)
        what = deeds.CONFIRMING_ON if is_on else deeds.CONFIRMING_OFF
        deeds.note(acting, what, sender, sender=sender.name, most_an_hour=most_an_hour)
        return view_confirming(one)


def note_given(acting: Acting, *, node_no: int, given: Sequence[GivenAddress]) -> None:
    """Owe a mail to addresses that pages gave with a yes, where the brand chose that. Repeating it changes nothing.

    Never to one that is suppressed or answered before, nor to a mailbox that was asked within a day, three times ever,
    or waits already under another spelling, but for a network that gave less than the one it waits for. Of too many
    the newest of each network wait.
    """
    with acting_transaction(acting):
        # Locked, so that two facts about one address are heard one after the other.
        if not Confirming.objects.select_for_update().filter(node_no=node_no, is_on=True).exists():
            return
        offered, numbers = offered_purposes(acting, node_no), [one.alias_no for one in given]
        closed = set(
            SuppressedAddress.objects.filter(alias_no__in=numbers, lifted_at=None).values_list(
                "alias_no", flat=True
            )
        )
        # Locked, so that an answer that comes just now is not written over.
        before = Confirmation.objects.filter(alias_no__in=numbers).order_by("alias_no").select_for_update()
        known = {one.alias_no: one for one in before}
        networks = {one.alias_no: one.network for one in given}
        mailboxes = mailboxes_of(node_no, open_addresses(acting, numbers), networks)
        digests = {digest for one in mailboxes.values() for digest in one.counted}
        asked, waiting = asked_mailboxes(node_no, digests), waiting_mailboxes(node_no, digests)
        burden = burdens(acting, node_no, networks.values()) if waiting else {}
        taken, displaced = set[bytes](), list[int]()
        for one in given:
            purposes, mine = [code for code in one.purposes if code in offered], mailboxes.get(one.alias_no)
            if not purposes or mine is None or one.alias_no in closed or mine.counted & taken:
                continue
            rivals = [waiting[digest] for digest in mine.counted & waiting.keys()]
            may_ask = all(_may_ask(acting, asked.get(digest)) for digest in mine.counted)
            may_ask = may_ask and has_precedence(one.network, rivals, burden)
            if may_ask and _owe(acting, node_no, one, purposes, mine, known.get(one.alias_no)):
                taken |= mine.counted
                displaced += [rival.confirmation_no for rival in rivals if rival.alias_no != one.alias_no]
        give_up(Confirmation.objects.filter(confirmation_no__in=displaced, state=Confirmation.State.OWED))
        _make_room(node_no)
        queue.confirm_addresses(acting, node_no)


def confirm(acting: Acting, confirmation_no: int, *, mail_no: int = 0) -> None:
    """Note that whoever has the mailbox pressed the button. Repeating it changes nothing.

    The product says so to the reader of events as a server would: the address alone. So it becomes proven where a page
    gave it with somebody new, and comes to a person of its own where a page claimed it of somebody known.

    In:     mail_no  which of the mails to this address had the link; only what that one named is agreed to
    Raises: ConfirmationIsOver
    """
    with acting_transaction(acting):
        one = _behind_link(acting, confirmation_no)
        if one.confirmed_at:
            return
        one.notices = said_in(one, mail_no)
        one.purposes = list(one.notices)
        holder = holders_of(acting, [one.alias_no]).get(one.alias_no)
        address = open_addresses(acting, [one.alias_no]).get(one.alias_no)
        if holder is None or address is None:
            raise ConfirmationIsOver
        one.state, one.confirmed_at, one.claimed_by = Confirmation.State.CONFIRMED, acting.at, None
        one.declined_at = None
        one.save(update_fields=["state", "confirmed_at", "declined_at", "claimed_by", "purposes", "notices"])
        begin_anew(one)
        record(acting, [_fact(acting, one, holder, address)])
        queue.confirm_addresses(acting, one.node_no, at=acting.at + SOON)


def decline(acting: Acting, confirmation_no: int) -> None:
    """Note that whoever has the mailbox did not give the address: the brand never asks it again.

    Nothing else changes: mails that the brand owes to a customer at this address are sent. One that was confirmed
    stays so, for an end to that is an unsubscription. Repeating it changes nothing.

    Raises: ConfirmationIsOver
    """
    with acting_transaction(acting):
        one = _behind_link(acting, confirmation_no)
        if one.confirmed_at or one.declined_at:
            return
        one.state, one.declined_at, one.claimed_by = Confirmation.State.DECLINED, acting.at, None
        one.save(update_fields=["state", "declined_at", "claimed_by"])
        close_mailboxes(one.node_no, counted_of(one))


def record_confirmed(acting: Acting) -> None:
    """Record the yes of whom a confirmed address is by now, when the reader of events has heard of it.

    Repeating it changes nothing.
    """
    with acting_transaction(acting):
        confirmed = Confirmation.objects.filter(state=Confirmation.State.CONFIRMED, recorded_at=None)
        waiting = list(confirmed.select_for_update(skip_locked=True).order_by("confirmation_no")[:1_000])
        holders = holders_of(acting, [one.alias_no for one in waiting])
        for one in waiting:
            holder = holders.get(one.alias_no)
            if holder is None:
                one.delete()  # Erased since.
            elif holder.is_proven:
                _record(acting, one, holder)
            elif one.confirmed_at and acting.at - one.confirmed_at < LONGEST_WAIT:
                queue.confirm_addresses(acting, one.node_no, at=acting.at + SOON)


def _behind_link(acting: Acting, confirmation_no: int) -> Confirmation:
    one = Confirmation.objects.select_for_update().filter(confirmation_no=confirmation_no).first()
    if one is None or not (one.confirmed_at or is_open(one, acting.at)):
        raise ConfirmationIsOver
    return one


def _may_ask(acting: Acting, asked: AskedMailbox | None) -> bool:
    if asked is None:
        return True
    is_late = asked.promised_at is None or acting.at - asked.promised_at >= MAILS_APART
    return is_late and not asked.is_closed and asked.mails < MOST_MAILS


def _make_room(node_no: int) -> None:
    owed = Confirmation.objects.filter(node_no=node_no, state=Confirmation.State.OWED)
    if owed.count() > MOST_WAITING:
        numbers = [one.confirmation_no for one in crowded_out(list(owed), MOST_WAITING)]
        give_up(owed.filter(confirmation_no__in=numbers))


def _owe(
    acting: Acting,
    node_no: int,
    given: GivenAddress,
    purposes: list[str],
    mine: Mailbox,
    known: Confirmation | None,
) -> bool:
    """Owe a mail to an address, and return whether it waits now as it was given."""
    said = {
        "node_no": node_no, "profile_no": given.profile_no, "purposes": purposes, "state": Confirmation.State.OWED,
        "asked_at": acting.at, "due_at": acting.at, "network": given.network, "mailbox": mine.mailbox,
        "untagged": mine.untagged, "domain": mine.domain,
    }  # fmt: skip
    if known is None:
        Confirmation.objects.create(alias_no=given.alias_no, **said)
        return True
    if known.state == Confirmation.State.OWED:
        # One that a server put off still waits until it is due.
        said["due_at"] = known.due_at
        Confirmation.objects.filter(confirmation_no=known.confirmation_no).update(**said)
        return True
    # One that was refused and is not suppressed, or no longer, may be asked like one that was silent.
    is_silent = known.state in (Confirmation.State.SENT, Confirmation.State.REFUSED)
    if not is_silent or known.mails >= MOST_MAILS:
        return False
    if known.promised_at and acting.at - known.promised_at < MAILS_APART:
        return False
    Confirmation.objects.filter(confirmation_no=known.confirmation_no).update(**said)
    return True


def _record(acting: Acting, one: Confirmation, holder: Holder) -> None:
    offered, notices = offered_purposes(acting, one.node_no), _versions(one)
    for code in one.purposes:
        if code in offered:
            record_consent(
                acting, profile_no=holder.profile_no, node_no=holder.node_no, purpose=code, channel="email",
                status=Status.GRANTED, source=SOURCE, notice_version=notices.get(code), at=one.confirmed_at,
                evidence={"method": SOURCE, "message": one.confirmation_no}, alias_nos=[one.alias_no],
            )  # fmt: skip
    one.profile_no, one.recorded_at = holder.profile_no, acting.at
    one.save(update_fields=["profile_no", "recorded_at"])


def _versions(one: Confirmation) -> Mapping[str, int]:
    return dict(one.notices)


def _fact(acting: Acting, one: Confirmation, holder: Holder, address: str) -> RecordedFact:
    return RecordedFact(
        event=EVENT, message_id=f"confirmation-{one.confirmation_no}", node_no=holder.node_no,
        occurred_at=acting.at, channel="email", identifiers={"email": address},
    )  # fmt: skip
