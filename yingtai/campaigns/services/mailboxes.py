"""How often a mailbox was asked, whatever the spelling of its address, and whom to ask next.

Whoever reads the public key can give any address as often as they like. So mails are counted by mailbox, and the
mails of an hour, of a brand and to a host, are shared among the networks that addresses came from (ADR 0109).
"""

import heapq
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from django.db.models import Count, F, Q, QuerySet

from yingtai.campaigns.addresses import BUSY_HOSTS, NotAnAddress, folded_address, untagged_address
from yingtai.campaigns.models import AskedMailbox, Confirmation, SuppressedAddress
from yingtai.customers.api import open_addresses
from yingtai.kernel.acting import Acting
from yingtai.kernel.scope import brand_node
from yingtai.kernel.scoping import acting_transaction
from yingtai.organization.api import entity_no_at
from yingtai.vault import api as vault

HOUR = timedelta(hours=1)
MOST_OF_A_DOMAIN = 10
"""So many mails within an hour go to one host, until as many of its addresses were confirmed: they may all be one's."""


@dataclass(frozen=True)
class Mailbox:
    """What is counted of an address, as digests: `mailbox`, `untagged` and `domain` of `Confirmation`."""

    mailbox: bytes
    untagged: bytes | None
    domain: bytes | None

    @property
    def counted(self) -> set[bytes]:
        """By what mails to it are counted."""
        return {self.mailbox} if self.untagged is None else {self.mailbox, self.untagged}


def mailboxes_of(
    node_no: int, addresses: Mapping[int, str], networks: Mapping[int, str]
) -> dict[int, Mailbox]:
    """Return by number what is counted of addresses; one that no mail is sent to is left out.

    In: networks  by number, the network that gave the address, for those that one gave
    """
    folded: dict[int, str] = {}
    for number, address in addresses.items():
        try:
            folded[number] = folded_address(address)
        except NotAnAddress:
            continue
    hosts = [one.rpartition("@")[2] for one in folded.values()]
    mailboxes = _digests("mailbox", node_no, list(folded.values()))
    domains = _digests("mail-domain", node_no, hosts)
    untagged = _untagged(node_no, folded, networks)
    return {
        number: Mailbox(mailbox, untagged.get(number), None if host in BUSY_HOSTS else domain)
        for number, host, mailbox, domain in zip(folded, hosts, mailboxes, domains, strict=True)
    }


def asked_mailboxes(node_no: int, mailboxes: Collection[bytes]) -> dict[bytes, AskedMailbox]:
    """Return what is known of mailboxes, locked."""
    held = AskedMailbox.objects.filter(node_no=node_no, mailbox__in=mailboxes).order_by("id")
    return {bytes(one.mailbox): one for one in held.select_for_update()}


def waiting_mailboxes(node_no: int, mailboxes: Collection[bytes]) -> dict[bytes, Confirmation]:
    """Return by mailbox what is owed a mail already."""
    owed = [Confirmation.State.OWED, Confirmation.State.ATTEMPTING]
    mine = Q(mailbox__in=mailboxes) | Q(untagged__in=mailboxes)
    held = Confirmation.objects.filter(mine, node_no=node_no, state__in=owed)
    return {digest: one for one in held for digest in counted_of(one)}


def burdens(acting: Acting, node_no: int, given: Iterable[str]) -> Counter[str]:
    """Return by network how many addresses it gave that wait or were asked within the hour, and of those given now."""
    lately = Q(state=Confirmation.State.OWED) | Q(promised_at__gt=acting.at - HOUR)
    held = Confirmation.objects.filter(lately, node_no=node_no).values_list("network")
    return Counter(given) + Counter(dict(held.annotate(count=Count("confirmation_no"))))


def has_precedence(network: str, rivals: Collection[Confirmation], burden: Mapping[str, int]) -> bool:
    """Say whether a mailbox goes to a network that gave it now, of those that it waits for already.

    Else whoever floods could let somebody else's address wait behind a thousand of their own.
    """
    return all(
        one.state == Confirmation.State.OWED and burden.get(network, 0) < burden.get(one.network, 0)
        for one in rivals
    )


def counted_of(one: Confirmation) -> set[bytes]:
    """Return by what mails to an address are counted."""
    return {bytes(digest) for digest in (one.mailbox, one.untagged) if digest is not None}


def count_mail(acting: Acting, one: Confirmation) -> None:
    """Count a mail that was promised to a mailbox."""
    # In one order, so that two senders never wait for each other.
    for mailbox in sorted(counted_of(one)):
        held, _is_new = AskedMailbox.objects.get_or_create(node_no=one.node_no, mailbox=mailbox)
        AskedMailbox.objects.filter(pk=held.pk).update(mails=F("mails") + 1, promised_at=acting.at)


def uncount_mail(one: Confirmation) -> None:
    """Take back the count of a mail that nobody got; the one before it was at least a day earlier."""
    mine = AskedMailbox.objects.filter(node_no=one.node_no, mailbox__in=counted_of(one), mails__gt=0)
    mine.update(mails=F("mails") - 1, promised_at=None)


def begin_anew(one: Confirmation) -> None:
    """Forget how often a mailbox was asked that answered yes."""
    AskedMailbox.objects.filter(node_no=one.node_no, mailbox__in=counted_of(one)).update(
        mails=0, promised_at=None, is_closed=False
    )


def close_mailboxes(node_no: int, mailboxes: Collection[bytes]) -> None:
    """Let a brand ask mailboxes never again."""
    held = [AskedMailbox(node_no=node_no, mailbox=one, is_closed=True) for one in set(mailboxes)]
    AskedMailbox.objects.bulk_create(
        held,
        update_conflicts=True,
        unique_fields=["node_no", "mailbox"],
        update_fields=["is_closed"],
    )


def give_up(waiting: QuerySet[Confirmation]) -> None:
    """Owe no mail any more; what was never asked is forgotten."""
    waiting.filter(mails=0).delete()
    waiting.update(state=Confirmation.State.SENT)


def crowded_out(waiting: Sequence[Confirmation], most: int) -> list[Confirmation]:
    """Return who has no place among so many that may wait: the oldest of the networks that have most."""
    places = Counter[str]()
    ranked: list[tuple[int, int, Confirmation]] = []
    for one in sorted(waiting, key=lambda one: (one.asked_at, one.confirmation_no), reverse=True):
        places[one.network] += 1
        ranked.append((places[one.network], len(ranked), one))
    return [one for _rank, _place, one in sorted(ranked)[most:]]


def close_suppressed(acting: Acting, profile_nos: Collection[int]) -> None:
    """Let the suppressed addresses of people who are being erased never be asked anew: that they are is forgotten."""
    with acting_transaction(acting):
        suppressed = SuppressedAddress.objects.filter(profile_no__in=profile_nos, lifted_at=None)
        by_brand: dict[int, list[int]] = defaultdict(list)
        for node_no, alias_no in suppressed.values_list("node_no", "alias_no"):
            by_brand[brand_node(node_no)].append(alias_no)
        for node_no, alias_nos in by_brand.items():
            counted = mailboxes_of(node_no, open_addresses(acting, alias_nos), {})
            close_mailboxes(node_no, [one.mailbox for one in counted.values()])


def next_in_turn(
    acting: Acting, waiting: Sequence[Confirmation], *, most_an_hour: int, room: int
) -> list[Confirmation]:
    """Return whom to ask next, of what waits at one brand.

    A network gets as many of an hour as are still free for others: alone half of all, beside another that floods a
    third; so one that comes new is asked at once. Likewise of the mails to one host. The network that had least goes
    first, with its newest address.
    """
    if not waiting:
        return []
    spent = _spent_lately(acting, waiting[0].node_no)
    networks, hosts = Counter(one.network for one in spent), _hosts(waiting[0].node_no, spent)
    free = most_an_hour - len(spent)
    queues: dict[str, list[Confirmation]] = defaultdict(list)
    for one in sorted(waiting, key=lambda one: (one.asked_at, one.confirmation_no)):
        queues[one.network].append(one)
    turns = [(networks[network], place, network) for place, network in enumerate(queues)]
    heapq.heapify(turns)
    chosen: list[Confirmation] = []
    while turns and len(chosen) < room and turns[0][0] < free:
        had, place, network = heapq.heappop(turns)
        newest = _newest(queues[network], hosts)
        if newest is not None:
            chosen.append(newest)
            free -= 1
            heapq.heappush(turns, (had + 1, place, network))
    return chosen


@dataclass(frozen=True)
class _Hosts:
    """Mails of an hour to hosts: how many may count, how many each network tried, where there is no limit."""

    came: Counter[bytes]
    tried: Counter[tuple[bytes, str]]
    known: set[bytes]

    def take(self, one: Confirmation) -> bool:
        """Take a place at the host of an address, or say that its network has none left there."""
        if one.domain is None or bytes(one.domain) in self.known:
            return True
        domain = bytes(one.domain)
        if self.tried[domain, one.network] >= MOST_OF_A_DOMAIN - self.came[domain]:
            return False
        self.came[domain] += 1
        self.tried[domain, one.network] += 1
        return True


def _hosts(node_no: int, spent: Sequence[Confirmation]) -> _Hosts:
    at_hosts = [(bytes(one.domain), one) for one in spent if one.domain is not None]
    # What a server refused or put off reached nobody; it is held against the network that gave it alone.
    nobody = (Confirmation.State.REFUSED, Confirmation.State.OWED)
    return _Hosts(
        came=Counter(domain for domain, one in at_hosts if one.state not in nobody),
        tried=Counter((domain, one.network) for domain, one in at_hosts),
        known=_known_domains(node_no),
    )


def _spent_lately(acting: Acting, node_no: int) -> list[Confirmation]:
    lately = Confirmation.objects.filter(node_no=node_no, promised_at__gt=acting.at - HOUR)
    return list(lately.only("network", "domain", "state"))


def _newest(queue: list[Confirmation], hosts: _Hosts) -> Confirmation | None:
    while queue:
        one = queue.pop()
        if hosts.take(one):
            return one
    return None


def _known_domains(node_no: int) -> set[bytes]:
    confirmed = Confirmation.objects.filter(node_no=node_no, state=Confirmation.State.CONFIRMED)
    counted = confirmed.exclude(domain=None).values("domain").annotate(count=Count("confirmation_no"))
    return {bytes(one["domain"] or b"") for one in counted.filter(count__gte=MOST_OF_A_DOMAIN)}


def _untagged(node_no: int, folded: Mapping[int, str], networks: Mapping[int, str]) -> dict[int, bytes]:
    counted = {
        number: f"{network} {address}"
        for number, network in networks.items()
        if number in folded and (address := untagged_address(folded[number])) is not None
    }
    return dict(zip(counted, _digests("mailbox", node_no, list(counted.values())), strict=True))


def _digests(kind: str, node_no: int, values: list[str]) -> list[bytes]:
    return vault.blind(kind, entity_no_at(node_no), values) if values else []
