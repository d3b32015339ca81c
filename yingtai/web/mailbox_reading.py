"""Reading the development mailbox: asks its process, and takes a mail apart for a page."""

import email
import json
import re
import socket
from dataclasses import dataclass, replace
from datetime import datetime
from email.headerregistry import HeaderRegistry, UnstructuredHeader
from email.message import EmailMessage
from email.policy import EmailPolicy
from typing import Any, cast

from django.utils.translation import gettext as _

from yingtai.kernel.scope import Scope
from yingtai.vault.api import mask
from yingtai.web.mailbox import address

ANSWER_SECONDS = 3
LONGEST_TEXT, LONGEST_FORM = 2_000, 300
"""Characters of a header: of plain text, and of one with a form (addresses, types), whose parser takes their square."""
CAMPAIGN = re.compile(r"<([0-9]{1,9})\.[0-9]+@")
# Whatever holds a slash: a link whose beginning is cut off still opens.
LINK = re.compile(r"[!-~]*/[!-~]*")


@dataclass(frozen=True)
class MailRow:
    """One mail in a list; `campaign_no` as the mail has it, when it is one of a campaign.

    asks_address  it asks an address to confirm: of no campaign, and sent by a program for a reason of the recipient's
    """

    no: int
    node_no: int
    received_at: datetime
    recipients: tuple[str, ...]
    sender: str
    subject: str
    campaign_no: int | None = None
    asks_address: bool = False


@dataclass(frozen=True)
class MailView:
    """One mail, opened."""

    row: MailRow
    headers: tuple[tuple[str, str], ...]
    html: str
    text: str


HEADERS = HeaderRegistry()


class Cautious(EmailPolicy):
    """Reads headers that anybody may have written: long ones in part, and one that cannot be read as empty."""

    def header_fetch_parse(self, name: str, value: str) -> Any:
        is_text = issubclass(HEADERS[name], UnstructuredHeader)
        try:
            return super().header_fetch_parse(name, value[: LONGEST_TEXT if is_text else LONGEST_FORM])
        except Exception:  # the parser of the standard library raises what it likes
            return super().header_fetch_parse(name, "")


CAUTIOUS = Cautious()


def list_mails(
    scope: Scope, *, to: str = "", before: int = 0, limit: int = 50, is_account: bool = False
) -> list[MailRow] | None:
    """Return the newest mails sent for nodes of the scope, or None when the mailbox does not answer.

    In:  to          a whole address; "" for everybody's
         is_account  mails about colleagues' accounts instead of those to customers
    """
    question = {"to": to, "before": before, "limit": limit}
    heads = ask({"ask": "list", **question, "ranges": scope.ranges, "is_account": is_account})
    if heads is None:
        return None
    return [_row(head, _parse(head["head"])) for head in heads]


def find_mail(scope: Scope, no: int, *, is_account: bool = False) -> MailView | None:
    """Return one mail of the scope, in clear, or None when it fell out or the mailbox does not answer."""
    found = ask({"ask": "read", "no": no, "ranges": scope.ranges, "is_account": is_account})
    if not found:
        return None
    message = _parse(found["raw"])
    return MailView(
        row=_row(found, message),
        headers=tuple((name, str(value)) for name, value in message.items()),
        html=_part(message, "html"),
        text=_part(message, "plain"),
    )


def without_links(mail: MailView) -> MailView:
    """Return a mail about an account for somebody else: whoever has its link could take the account over."""
    text = LINK.sub(f"[{_('The link is only for the addressee.')}]", mail.text)
    return replace(mail, text=text, html="")


def masked_row(row: MailRow) -> MailRow:
    """Return a mail of a list with the addresses it went to masked."""
    return replace(row, recipients=tuple(mask("email", address) for address in row.recipients))


def ask(question: dict[str, Any]) -> Any:
    """Return the mailbox's answer to one question (`mailbox.answer`), or None when it does not answer."""
    with socket.socket(socket.AF_UNIX) as asking:
        asking.settimeout(ANSWER_SECONDS)
        try:
            asking.connect(str(address()))
            with asking.makefile("rwb") as line:
                line.write(json.dumps(question).encode() + b"\n")
                line.flush()
                return json.loads(line.readline() or b"null")
        except (OSError, TimeoutError):
            return None


def _parse(text: str) -> EmailMessage:
    return email.message_from_bytes(text.encode("latin-1"), policy=cast(Any, CAUTIOUS))


def _row(head: dict[str, Any], message: EmailMessage) -> MailRow:
    campaign = CAMPAIGN.match(str(message.get("Message-ID", "")))
    return MailRow(
        no=head["no"],
        node_no=head["node_no"],
        received_at=datetime.fromisoformat(head["received_at"]),
        recipients=tuple(head["recipients"]),
        sender=str(message.get("From") or head["sender"]),
        subject=str(message.get("Subject", "")),
        campaign_no=int(campaign[1]) if campaign else None,
        asks_address=campaign is not None and campaign[1] == "0" and "Auto-Submitted" in message,
    )


def _part(message: EmailMessage, kind: str) -> str:
    part = message.get_body(preferencelist=(kind,))
    if part is None:
        return ""
    try:
        return str(part.get_content())
    except (LookupError, ValueError):  # a character set nobody knows
        return cast(bytes, part.get_payload(decode=True)).decode("latin-1")
