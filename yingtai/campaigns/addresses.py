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
SAME_HOSTS = {
    "googlemail.com": "gmail.com", "me.com": "icloud.com", "mac.com": "icloud.com", "pm.me": "proton.me",
    "protonmail.com": "proton.me",
}  # fmt: skip
"""Hosts where one mailbox has an address at each."""
TAGGING_HOSTS = re.compile(
    r"(gmail|icloud|fastmail|msn|zoho)\.com|fastmail\.fm|proton\.me|"
    r"(outlook|hotmail|live|yahoo|yandex)\.(com|[a-z]{2}|com?\.[a-z]{2})"
)
"""Where `name+tag` is known to be the mailbox of `name`. Elsewhere it may be somebody else's."""
UNCOUNTED_SIGNS = {"gmail.com": ".", "proton.me": "._-"}
"""By host, what can be left out of a name without naming another mailbox."""
BUSY_HOSTS = frozenset(
    ("gmail.com", "qq.com", "foxmail.com", "163.com", "126.com", "yeah.net", "sina.com", "sina.cn", "sohu.com",
     "139.com", "189.cn", "aliyun.com", "outlook.com", "hotmail.com", "live.com", "msn.com", "yahoo.com",
     "yahoo.co.jp", "icloud.com", "proton.me", "gmx.de", "gmx.net", "web.de", "t-online.de", "freenet.de", "aol.com")
)  # fmt: skip
"""Where so many people have a mailbox that mails to many of them there trouble no one."""
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


def folded_address(address: str) -> str:
    """Return what all spellings of one mailbox have in common: no capitals; no tags and dots where its host is known
    to pass over them.

    To count mails to a mailbox, for nothing else.

    Raises: NotAnAddress, also for one that could name a way to somewhere else (`a%b.example@c.example`)
    """
    local_part, _at, domain = ascii_address(address).lower().rpartition("@")
    if set("%!") & set(local_part):
        raise NotAnAddress
    domain = SAME_HOSTS.get(domain, domain)
    if TAGGING_HOSTS.fullmatch(domain):
        local_part = _untagged(local_part, "+")
        if domain.startswith("yahoo."):
            local_part = _untagged(local_part, "-")
    for sign in UNCOUNTED_SIGNS.get(domain, ""):
        local_part = local_part.replace(sign, "") or local_part
    return f"{local_part}@{domain}"


def untagged_address(folded: str) -> str | None:
    """Return what a folded address is without a tag, where its host may know tags or not; None where that is known."""
    local_part, _at, domain = folded.rpartition("@")
    return None if TAGGING_HOSTS.fullmatch(domain) else f"{_untagged(local_part, '+')}@{domain}"


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


def _untagged(local_part: str, sign: str) -> str:
    return local_part.partition(sign)[0] or local_part


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
