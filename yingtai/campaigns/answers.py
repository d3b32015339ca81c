"""What a mail server's answer means: is it about this address, about this mail, about us, or about this moment?

Source: RFC 5321 §4.2, RFC 3463 and its registry (enhanced codes), RFC 7504 (521, 556), and the words that servers
use when they give no enhanced code. docs/algorithms/sending.md has the table. Pure.
"""

import re
import unicodedata
from enum import Enum

LONGEST_ANSWER = 180
ENHANCED = re.compile(r"(?<![\d.])([245])\.(\d{1,3})\.(\d{1,3})(?![\d.]*\d)")


class Meaning(Enum):
    """What follows from an answer."""

    TAKEN = "the mail is theirs now"
    LATER = "the same mail may be taken at another time"
    NO_MAILBOX = "the address is at fault and stays so"
    REFUSED = "this mail does not reach this person; the address is not at fault"
    UNWRITABLE = "the server cannot carry this address"
    BLOCKED = "they do not want mails like these, or from us: the next would be answered alike"


# Of X.1.n these are about the sender's address, not the recipient's.
ABOUT_SENDER = {7, 8}
BY_SUBJECT = {1: Meaning.NO_MAILBOX, 2: Meaning.REFUSED, 3: Meaning.REFUSED, 4: Meaning.LATER,
              5: Meaning.REFUSED, 6: Meaning.BLOCKED, 7: Meaning.BLOCKED}  # fmt: skip
BY_DETAIL = {
    (2, 2): Meaning.LATER,  # the mailbox is full
    (3, 1): Meaning.LATER,  # their disk is full
    (3, 2): Meaning.LATER,  # not accepting mail now
    (5, 3): Meaning.LATER,  # too many recipients
    (6, 7): Meaning.UNWRITABLE,  # it needs SMTPUTF8
    (6, 9): Meaning.UNWRITABLE,
    (7, 17): Meaning.NO_MAILBOX,  # the mailbox has changed hands since (RFC 7293)
    (7, 18): Meaning.NO_MAILBOX,  # the domain has changed hands since
}
BY_CODE = {
    **dict.fromkeys((500, 502, 503, 504, 521, 523, 530, 534, 535, 538, 554, 555), Meaning.BLOCKED),
    501: Meaning.UNWRITABLE,
    556: Meaning.NO_MAILBOX,  # the domain says that it takes no mail
}
FULL = re.compile(
    r"mailbox (is )?full|quota|over ?quota|exceed\w* storage|storage (allocation|exceeded|limit)|insufficient|"
    r"no space|disk full|out of space|容量|已满|空间不足|超过.{0,6}限额"
)
UNKNOWN = re.compile(
    r"(user|recipient|mailbox|account|addressee?|address|person|member|alias|inbox)\b.{0,40}?"
    r"\b(unknown|not (found|known|exist\w*|recogni[sz]ed|listed|here)|(does|do|did)(n'?t| not) exist|is invalid|"
    r"invalid|no longer (exists|valid|active|available)|not a (known|valid) user)|"
    r"(unknown|no such|invalid|nonexist\w*|non-exist\w*|bad|undeliverable|unrout\w+) "
    r"(local )?(user|recipient|mailbox|account|address|person|destination|alias|local.part)|"
    r"no (mailbox|account|user)\b.{0,20}(here|by that name|exists?|with that name)|not our customer|"
    r"(用户|收件人|邮箱|帐号|账号|地址|信箱).{0,6}(不存在|未找到|无效|没有找到|已注销)|"
    r"不存在.{0,4}(用户|收件人|邮箱)|无此(用户|邮箱|收件人)|"
    r"unbekannt|existiert nicht|inconnu|n'existe pas|desconocid[oa]|no existe|inesistente|sconosciuto"
)
ABOUT_US = re.compile(
    r"sender|from address|reverse|helo|ehlo|client host|your (ip|server|domain|host|network)|relay"
)
UNWANTED = re.compile(
    r"block|spam|junk|black ?list|denied|denylist|policy|policies|reputation|rbl\b|dnsbl|spamhaus|spamcop|"
    r"relay|not allowed|not permitted|not authori[sz]ed|unauthori[sz]ed|banned|prohibit|\bspf\b|\bdkim\b|dmarc|"
    r"suspicious|virus|malware|phish|unsolicited|bulk|content|reject|refus|rate limit|listed|abuse|"
    r"authenticat|垃圾|拒绝|拦截|屏蔽|黑名单|禁止|不允许|拒收|信誉"
)
MALFORMED = re.compile(
    r"mailbox name not allowed|(bad|invalid|malformed|illegal) (address |recipient )?syntax|syntax incorrect"
)
TOO_LARGE = re.compile(r"too (large|big|long)|message size|size limit|maximum size|邮件过大|邮件太大")


def meaning_of(code: int, text: str, part: str) -> Meaning:
    """Return what an answer means.

    In: code  three digits; text  all its lines; part  what it answers: sender, recipient or message
    """
    if 200 <= code < 300:
        return Meaning.TAKEN
    if not 500 <= code < 600:
        # 4 is for later; a number outside the standard says nothing that could be held against anybody.
        return Meaning.LATER
    found = ENHANCED.search(text)
    if found and found.group(1) == "4":
        return Meaning.LATER
    if found and found.group(1) == "5" and found.group(2) != "0":
        meaning = _by_enhanced(int(found.group(2)), int(found.group(3)))
    else:
        meaning = _by_words(code, text.casefold(), part)
    if part == "sender" and meaning in {Meaning.NO_MAILBOX, Meaning.REFUSED, Meaning.UNWRITABLE}:
        # Refused before they heard who it is for: nobody it could be held against, and the next is alike.
        return Meaning.BLOCKED
    return meaning


def readable(raw: bytes) -> str:
    """Return what a server said as text: in UTF-8, else as Chinese servers write, without signs that cannot be
    shown or kept."""
    if raw.isascii() and (plain := raw.decode("ascii")).isprintable():
        return " ".join(plain.split())[:LONGEST_ANSWER]
    for encoding in ("utf-8", "gb18030", "latin-1"):
        try:
            text = raw.decode(encoding)
            break
        except UnicodeDecodeError:
            continue
    shown = "".join(sign if unicodedata.category(sign)[0] != "C" else " " for sign in text)
    return " ".join(shown.split())[:LONGEST_ANSWER]


def _by_enhanced(subject: int, detail: int) -> Meaning:
    if subject == 1 and detail in ABOUT_SENDER:
        return Meaning.BLOCKED
    return BY_DETAIL.get((subject, detail)) or BY_SUBJECT.get(subject, Meaning.REFUSED)


def _by_words(code: int, text: str, part: str) -> Meaning:
    """Return what an answer without an enhanced code means. A doubt is never held against the address."""
    if FULL.search(text):
        return Meaning.LATER
    if TOO_LARGE.search(text):
        return Meaning.REFUSED
    if MALFORMED.search(text) and part == "recipient":
        return Meaning.UNWRITABLE
    is_about_us = ABOUT_US.search(text) is not None
    if UNKNOWN.search(text) and not is_about_us:
        return Meaning.NO_MAILBOX
    if is_about_us or UNWANTED.search(text):
        return Meaning.BLOCKED
    if code in BY_CODE:
        return BY_CODE[code]
    # After the whole mail was read, a refusal is about what it says.
    return Meaning.BLOCKED if part == "message" and code == 550 else Meaning.REFUSED
