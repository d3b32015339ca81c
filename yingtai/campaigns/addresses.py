"""Names and addresses as header lines and SMTP commands can carry them: one line, plain ASCII. Pure.

Source: addr-spec of RFC 5322 §3.4.1 without comments and quotes; domains by IDNA 2008 with UTS 46 mapping.
"""

import re
import unicodedata
from functools import lru_cache

import idna

from yingtai.campaigns.errors import SenderAddressNotUnderstood, SenderNameNotUnderstood

LONGEST_ADDRESS = 254
LONGEST_LOCAL_PART = 64
ATOMS = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*")
LABEL = re.compile(r"[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?")
BREAKING = {"Cc", "Cs", "Zl", "Zp"}
"""Unicode categories that end or break a line: controls, halves of characters, line and paragraph separators."""


class NotAnAddress(ValueError):
    """No mail can be written to this text."""


def one_line(text: str) -> str:
    """Return a text as one line: whatever could break a header becomes a space."""
    if text.isprintable():
        return text
    return " ".join("".join(" " if _breaks(sign) else sign for sign in text).split())


def ascii_address(address: str) -> str:
    """Return an address as SMTP carries it without SMTPUTF8: the domain in punycode.

    Raises: NotAnAddress for one with a local part that is not plain, or no domain
    """
    local_part, at, domain = address.strip().rpartition("@")
    if not at or len(local_part) > LONGEST_LOCAL_PART or not ATOMS.fullmatch(local_part):
        raise NotAnAddress
    written = f"{local_part}@{_ascii_domain(domain)}"
    if len(written) > LONGEST_ADDRESS:
        raise NotAnAddress
    return written


def checked_sender_name(name: str) -> str:
    """Return the name mails come from, or refuse one that would not stay on its line.

    Raises: SenderNameNotUnderstood
    """
    if any(_breaks(sign) for sign in name):
        raise SenderNameNotUnderstood(field="from_name")
    return name.strip()


def checked_sender_address(address: str) -> str:
    """Return the address mails come from as it was given, or refuse one that no mail can come from.

    Raises: SenderAddressNotUnderstood
    """
    given = address.strip()
    try:
        if given:
            ascii_address(given)
    except NotAnAddress:
        raise SenderAddressNotUnderstood(field="from_address") from None
    return given


@lru_cache(maxsize=4096)
def _ascii_domain(domain: str) -> str:
    try:
        written = domain if domain.isascii() else idna.encode(domain, uts46=True).decode()
    except (idna.IDNAError, UnicodeError):
        raise NotAnAddress from None
    if not all(len(label) <= 63 and LABEL.fullmatch(label) for label in written.split(".")):
        raise NotAnAddress
    return written


def _breaks(sign: str) -> bool:
    return unicodedata.category(sign) in BREAKING
