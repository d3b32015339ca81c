"""One mail as it goes over the wire: RFC 5322 headers, text and HTML, RFC 8058 unsubscribe. Pure."""

import binascii
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from email.header import Header
from email.utils import format_datetime, formataddr
from functools import cached_property

from yingtai.campaigns.addresses import ascii_address, one_line
from yingtai.campaigns.tokens import CLICK, DYNAMIC_LINK, OPEN, UNSUBSCRIBE, VIEW, Link, Tokens
from yingtai.content.api import CompiledTemplate, Rendered, unescaped, with_links

BODY_END = re.compile(r"</body\s*>", re.IGNORECASE)
LONGEST_DYNAMIC_LINK = 1500
LONGEST_PLAIN_HEADER = 900
"""RFC 5322 ends a line at 998 bytes; longer texts are encoded, which folds them."""


@dataclass(frozen=True)
class Letterhead:
    """What all mails of a campaign share."""

    campaign_no: int
    campaign_name: str
    brand_name: str
    brand_node: int
    from_name: str
    from_address: str
    web_url: str
    reply_to: str = ""

    @cached_property
    def sender(self) -> str:
        """The address mails come from, as SMTP carries it.

        Raises: NotAnAddress
        """
        return ascii_address(self.from_address)

    @cached_property
    def domain(self) -> str:
        return self.sender.rpartition("@")[2]

    @cached_property
    def mailbox(self) -> str:
        """Name and address as the From header has them."""
        return formataddr((_encoded(self.from_name), self.sender))

    @cached_property
    def answers(self) -> tuple[tuple[str, str], ...]:
        """The header that says where answers go, when that is not the sender.

        Raises: NotAnAddress
        """
        return (("Reply-To", f"<{ascii_address(self.reply_to)}>"),) if self.reply_to else ()

    @property
    def is_trackable(self) -> bool:
        return bool(self.web_url)


@dataclass(frozen=True)
class Mail:
    """A finished mail: envelope and message."""

    send_no: int
    sender: str
    recipient: str
    message: bytes


def links_of(letterhead: Letterhead, tokens: Tokens, link: Link) -> dict[str, str]:
    """Return the person's own addresses: to unsubscribe, to choose, to view the mail, and the open pixel."""
    base = letterhead.web_url
    unsubscribe = f"{base}/u/{tokens.make(UNSUBSCRIBE, link)}"
    return {
        "unsubscribe_url": unsubscribe,
        "preferences_url": f"{unsubscribe}/preferences",
        "view_url": f"{base}/v/{tokens.make(VIEW, link)}",
        "open_url": f"{base}/o/{tokens.make(OPEN, link)}.gif",
    }


def compose(
    template: CompiledTemplate,
    letterhead: Letterhead,
    tokens: Tokens,
    *,
    link: Link,
    recipient: str,
    person: Mapping[str, object],
    at: datetime,
) -> Mail:
    """Return the mail for one person.

    Raises: FieldMissing, RenderingStopped; NotAnAddress, also for one that needs SMTPUTF8
    """
    recipient = ascii_address(recipient)
    addresses = links_of(letterhead, tokens, link)
    values = {
        "person": person,
        "brand": {"name": letterhead.brand_name},
        "campaign": {"name": letterhead.campaign_name},
        **addresses,
    }
    rendered = template.render(values)
    own = {addresses["unsubscribe_url"], addresses["preferences_url"], addresses["view_url"]}
    tracked = track(rendered.html, template.links, letterhead, tokens, link, leave=own)
    head = headers(letterhead, link.send_no, recipient, rendered.subject, addresses["unsubscribe_url"], at)
    body = with_pixel(tracked, addresses["open_url"])
    return Mail(
        link.send_no, letterhead.sender, recipient, head + multipart(rendered.text, body, link.send_no)
    )


def as_proof(
    rendered: Rendered, letterhead: Letterhead, *, number: int, mark: str, recipient: str, unsubscribe_url: str,
    at: datetime,
) -> Mail:  # fmt: skip
    """Return a test mail: what people would get, marked in its subject; nothing about it is counted.

    In:     number  makes its Message-ID; no send has it
    Raises: NotAnAddress
    """
    recipient = ascii_address(recipient)
    head = headers(letterhead, number, recipient, f"{mark} {rendered.subject}", unsubscribe_url, at)
    return Mail(number, letterhead.sender, recipient, head + multipart(rendered.text, rendered.html, number))


def as_confirmation(
    rendered: Rendered, letterhead: Letterhead, *, number: int, recipient: str, at: datetime
) -> Mail:
    """Return a mail that asks whether an address is right: nothing in it can be followed, and it is no list's.

    Raises: NotAnAddress
    """
    recipient = ascii_address(recipient)
    head = headers(letterhead, number, recipient, rendered.subject, "", at)
    return Mail(number, letterhead.sender, recipient, head + multipart(rendered.text, rendered.html, number))


def headers(
    letterhead: Letterhead, send_no: int, recipient: str, subject: str, unsubscribe_url: str, at: datetime
) -> bytes:
    """Return the header block, the lines of RFC 8058 unfolded; without an address to unsubscribe at, it is a mail that
    a program sends to one person for a reason of theirs (RFC 3834).

    Whatever the values hold, each header stays one line: nothing in a name or a subject can begin another.
    """
    lines = (
        ("From", letterhead.mailbox),
        *letterhead.answers,
        ("To", f"<{recipient}>"),
        ("Subject", _encoded(subject)),
        ("Date", format_datetime(at)),
        # The same every time, so that whoever gets it twice after a crash can tell.
        ("Message-ID", message_id(letterhead, send_no)),
        *_list_headers(unsubscribe_url),
        ("X-Yingtai-Node", str(letterhead.brand_node)),
        ("MIME-Version", "1.0"),
        ("Content-Type", f'multipart/alternative; boundary="{_boundary(send_no)}"'),
    )
    return ("\r\n".join(_line(name, value) for name, value in lines) + "\r\n\r\n").encode("ascii")


def _list_headers(unsubscribe_url: str) -> tuple[tuple[str, str], ...]:
    if not unsubscribe_url:
        return (("Auto-Submitted", "auto-generated"),)
    return (
        ("List-Unsubscribe", f"<{unsubscribe_url}>"),
        ("List-Unsubscribe-Post", "List-Unsubscribe=One-Click"),
    )


def message_id(letterhead: Letterhead, send_no: int) -> str:
    """Return the Message-ID of a send."""
    return f"<{letterhead.campaign_no}.{send_no}@{letterhead.domain}>"


def multipart(text: str, body: str, send_no: int) -> bytes:
    """Return text and HTML as multipart/alternative, quoted-printable."""
    mark = b"--" + _boundary(send_no).encode()
    return b"\r\n".join(
        (
            mark, b'Content-Type: text/plain; charset="utf-8"', b"Content-Transfer-Encoding: quoted-printable", b"",
            _quoted(text), mark, b'Content-Type: text/html; charset="utf-8"',
            b"Content-Transfer-Encoding: quoted-printable", b"", _quoted(body), mark + b"--", b"",
        )
    )  # fmt: skip


def track(
    rendered: str,
    known: list[str],
    letterhead: Letterhead,
    tokens: Tokens,
    link: Link,
    *,
    leave: set[str],
) -> str:
    """Lead every link to the web over our redirect, but for those to our own pages."""
    numbers = {url: number for number, url in enumerate(known)}

    def followed(raw: str) -> str | None:
        url = unescaped(raw)
        if url in leave or not url.startswith(("http://", "https://")) or len(url) > LONGEST_DYNAMIC_LINK:
            return None
        number = numbers.get(raw, DYNAMIC_LINK)
        # A link that differs by person is not in the template, so the token itself carries it, sealed.
        target = Link(link.send_no, link.node_no, number, url if number == DYNAMIC_LINK else "")
        return f"{letterhead.web_url}/c/{tokens.make(CLICK, target)}"

    return with_links(rendered, followed)


def with_pixel(rendered: str, url: str) -> str:
    """Put the picture that tells of an opening at the end of the body."""
    pixel = f'<img src="{url}" width="1" height="1" alt="" style="display:none">'
    place = BODY_END.search(rendered)
    return rendered[: place.start()] + pixel + rendered[place.start() :] if place else rendered + pixel


def _line(name: str, value: str) -> str:
    """Return a header; only folds of our own, a line end and a space, may stand in its value."""
    folds = value.split("\r\n ")
    return f"{name}: " + "\r\n ".join(one_line(part) for part in folds)


def _encoded(value: str) -> str:
    line = one_line(value)
    if line.isascii() and len(line) <= LONGEST_PLAIN_HEADER:
        return line
    return Header(line, "utf-8", maxlinelen=70).encode(linesep="\r\n")


def _boundary(send_no: int) -> str:
    return f"=_yingtai_{send_no:x}"


def _quoted(value: str) -> bytes:
    lines = value.replace("\r\n", "\n").replace("\r", "\n").replace("\n", "\r\n")
    return binascii.b2a_qp(lines.encode(errors="replace"), istext=True)
