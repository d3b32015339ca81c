"""Test mails: a campaign's mail to oneself and colleagues, over the real mail server, counted nowhere."""

import secrets
from collections.abc import Callable, Collection
from dataclasses import dataclass
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from yingtai.campaigns.addresses import NotAnAddress, checked_sender_address
from yingtai.campaigns.errors import (
    CampaignIsArchived,
    MailServerSaysLater,
    NobodyToTest,
    ProofNotTaken,
    SenderIsMissing,
    SenderNotFound,
    TooManyTests,
    TooManyToTest,
)
from yingtai.campaigns.letterheads import mail_server, tokens
from yingtai.campaigns.mail import Mail, as_proof
from yingtai.campaigns.previewing import Preview, preview_of, preview_of_draft
from yingtai.campaigns.queries import get_campaign
from yingtai.campaigns.senders import get_sender
from yingtai.campaigns.smtp import Connection, Interrupted, Server, without_address
from yingtai.campaigns.tokens import UNSUBSCRIBE, VIEW, Link
from yingtai.content.api import Person, get_template
from yingtai.kernel.acting import Acting
from yingtai.kernel.contributions import deed_words
from yingtai.kernel.counters import count_up
from yingtai.kernel.env import env
from yingtai.organization.api import Colleague, colleague_of, list_colleagues, record_deed

MOST_RECIPIENTS = 10
MOST_AN_HOUR = 50
HOUR_SECONDS = 3600
WAITED_SECONDS = 10.0
"""Somebody looks at the page meanwhile."""
PROOF = 0
"""The number of no send: what its links say, so that they do nothing to anybody."""

deed_words.register("mail.tested", gettext_lazy("sent a test mail"))


Links = dict[str, str]


@dataclass(frozen=True)
class Subject:
    """What is tested: where it belongs, and its name."""

    node_no: int
    name: str


def proof_links(node_no: int) -> Links:
    """Return the recipient's own links in a test mail; each leads to a page that says that it is one."""
    token = Link(PROOF, node_no)
    unsubscribe = f"{env().web_url}/u/{tokens().make(UNSUBSCRIBE, token)}"
    return {
        "unsubscribe_url": unsubscribe,
        "preferences_url": f"{unsubscribe}/preferences",
        "view_url": f"{env().web_url}/v/{tokens().make(VIEW, token)}",
    }


def who_may_get(acting: Acting, node_no: int) -> list[Colleague]:
    """Return whom a test mail can go to: oneself first, then the colleagues of the brand by name."""
    own = colleague_of(acting.actor)
    others = [one for one in list_colleagues(node_no) if own is None or one.id != own.id]
    return [own, *others] if own else others


def send_proof(
    acting: Acting, campaign_id: UUID, *, to: Collection[UUID], person: Person | None = None,
    server: Server | None = None,
) -> int:  # fmt: skip
    """Send the mail of a campaign to colleagues, and return how many the mail server took.

    Private values of a person are clear only in one's own copy, when one's role may reveal them; that is recorded.

    Raises: CampaignNotFound, CampaignIsArchived, SenderIsMissing, NobodyToTest, TooManyToTest, TooManyTests,
            ProofNotTaken, MailServerNotReached, and what `preview_of` raises
    """
    campaign = get_campaign(acting, campaign_id)
    if campaign.archived_at:
        raise CampaignIsArchived
    if not campaign.from_name or not checked_sender_address(campaign.from_address):
        raise SenderIsMissing(field="from_address")

    def made(is_own: bool, links: Links) -> Preview:
        return preview_of(acting, campaign, person=person, is_clear=is_own, links=links)

    return _send(acting, Subject(campaign.node_no, campaign.name), made, to, server)


def send_proof_of_template(
    acting: Acting, template_id: UUID, *, sender_id: UUID, to: Collection[UUID], person: Person | None = None,
    server: Server | None = None,
) -> int:  # fmt: skip
    """Send the draft of a template to colleagues, as `send_proof` does.

    Raises: TemplateNotFound, SenderNotFound, what is wrong with the draft, and what `send_proof` raises
    """
    template, sender = get_template(acting, template_id), get_sender(acting, sender_id)
    if sender.node_no != template.node_no:
        raise SenderNotFound(field="sender_id")

    def made(is_own: bool, links: Links) -> Preview:
        return preview_of_draft(acting, template, sender, person=person, is_clear=is_own, links=links)

    return _send(acting, Subject(template.node_no, template.name), made, to, server)


def _send(
    acting: Acting, subject: Subject, made: Callable[[bool, Links], Preview], to: Collection[UUID],
    server: Server | None,
) -> int:  # fmt: skip
    chosen = _chosen(acting, subject.node_no, to)
    _count(acting, len(chosen))
    mails = _mails(acting, subject, made, chosen)
    taken, problem = _handed_over(mails, server or mail_server(), mails[0].sender.rpartition("@")[2])
    if taken:
        record_deed(acting, "mail.tested", node_no=subject.node_no, about=subject.name, people=taken)
    if problem is not None and not taken:
        raise problem
    return taken


def _chosen(acting: Acting, node_no: int, to: Collection[UUID]) -> list[Colleague]:
    chosen = [one for one in who_may_get(acting, node_no) if one.id in set(to)]
    if not chosen:
        raise NobodyToTest(field="to")
    if len(chosen) > MOST_RECIPIENTS:
        raise TooManyToTest(field="to", most=MOST_RECIPIENTS)
    return chosen


def _mails(
    acting: Acting, subject: Subject, made: Callable[[bool, Links], Preview], chosen: list[Colleague]
) -> list[Mail]:
    """Return a mail for each; what colleagues get is made once."""
    links = proof_links(subject.node_no)
    by_kind: dict[bool, Preview] = {}
    mails = []
    for one in chosen:
        is_own = acting.actor == f"staff:{one.id}"
        shown = by_kind[is_own] = by_kind.get(is_own) or made(is_own, links)
        try:
            mails.append(
                as_proof(
                    shown.rendered, shown.letterhead, number=secrets.randbits(62), mark=_("[Test]"),
                    recipient=one.email, unsubscribe_url=links["unsubscribe_url"], at=acting.at,
                )
            )  # fmt: skip
        except NotAnAddress:
            raise ProofNotTaken(answer=one.name) from None
    return mails


def _count(acting: Acting, number: int) -> None:
    if count_up(f"test-mails-of-{acting.actor}", number, seconds=HOUR_SECONDS) > MOST_AN_HOUR:
        raise TooManyTests(most=MOST_AN_HOUR)


def _handed_over(
    mails: list[Mail], server: Server, local_name: str
) -> tuple[int, ProofNotTaken | MailServerSaysLater | None]:
    """Return how many mails were taken, and what the server said to the last that was not."""
    taken, problem = 0, None
    with Connection(server, local_name=local_name, timeout=WAITED_SECONDS) as connection:
        for mail in mails:
            try:
                answer = connection.hand_over(mail)
            except Interrupted as trouble:
                return taken, MailServerSaysLater(answer=without_address(trouble.said, mail.recipient) or "—")
            if answer.is_taken:
                taken += 1
            else:
                said = without_address(answer.text, mail.recipient)
                problem = ProofNotTaken(answer=f"{answer.code} {said}"[:200])
    return taken, problem
