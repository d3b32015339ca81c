"""What mail servers answer, as they really write it, and what follows."""

import pytest

from yingtai.campaigns.answers import Meaning, meaning_of, readable

TAKEN, LATER, NO_MAILBOX = Meaning.TAKEN, Meaning.LATER, Meaning.NO_MAILBOX
REFUSED, UNWRITABLE, BLOCKED = Meaning.REFUSED, Meaning.UNWRITABLE, Meaning.BLOCKED

TO_RECIPIENT = [
    ("250 OK", TAKEN),
    ("251 User not local; will forward", TAKEN),
    # the address is at fault
    (
        "550 5.1.1 <anna@example.com>: Recipient address rejected: User unknown in virtual mailbox table",
        NO_MAILBOX,
    ),
    ("550 5.1.1 The email account that you tried to reach does not exist.\n5.1.1 Please try", NO_MAILBOX),
    ("550 5.1.2 Bad destination system: no such domain", NO_MAILBOX),
    ("553 5.1.3 bad syntax", NO_MAILBOX),
    ("550 5.1.6 mailbox has moved", NO_MAILBOX),
    ("550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found by SMTP address lookup", NO_MAILBOX),
    ("556 5.1.10 Recipient address has null MX", NO_MAILBOX),
    ("550 #5.1.0 Address rejected.", NO_MAILBOX),
    ("550 User unknown", NO_MAILBOX),
    ("550 No such user here", NO_MAILBOX),
    ("550 unknown user", NO_MAILBOX),
    ("550 Mailbox not found", NO_MAILBOX),
    ("550 Requested action not taken: mailbox does not exist", NO_MAILBOX),
    ("550 Invalid recipient <x>", NO_MAILBOX),
    ("550 Recipient address rejected: user unknown", NO_MAILBOX),
    ("550 sorry, no mailbox here by that name (#5.1.1)", NO_MAILBOX),
    ("554 delivery error: dd This user doesn't have an account, user does not exist", NO_MAILBOX),
    ("550 用户不存在", NO_MAILBOX),
    ("550 收件人不存在", NO_MAILBOX),
    ("550 unrouteable address", NO_MAILBOX),
    ("556 domain does not accept mail", NO_MAILBOX),
    # the mailbox is full, or they are busy
    ("552 5.2.2 Mailbox full", LATER),
    ("552 Requested mail action aborted: exceeded storage allocation", LATER),
    ("550 user over quota", LATER),
    ("550 4.2.2 The email account is over quota", LATER),
    ("554 mailbox is full", LATER),
    ("550 邮箱容量已满", LATER),
    ("421 4.7.0 Try again later, closing connection", LATER),
    ("450 4.2.0 greylisted", LATER),
    ("451 Temporary local problem", LATER),
    ("452 4.5.3 Too many recipients", LATER),
    ("450 5.1.1 not yet", LATER),
    ("550 5.4.1 Recipient address rejected: Access denied", LATER),
    ("554 5.4.4 Host not found", LATER),
    ("552 5.3.1 mail system full", LATER),
    ("200", TAKEN),
    ("999 who knows", LATER),
    # this mail, this person; nothing about the address
    ("550 5.2.1 The mailbox is disabled", REFUSED),
    ("552 5.2.3 message length exceeds administrative limit", REFUSED),
    ("552 5.3.4 Message size exceeds fixed limit", REFUSED),
    ("550", REFUSED),
    ("550 Requested action not taken: mailbox unavailable", REFUSED),
    ("551 User not local; please try <forward>", REFUSED),
    ("550 This mailbox is disabled", REFUSED),
    ("553 Requested action not taken: mailbox name not allowed", UNWRITABLE),
    ("553 5.6.7 SMTPUTF8 required", UNWRITABLE),
    ("501 Syntax error in parameters", UNWRITABLE),
    # they do not want it, or us
    ("550 5.7.1 Service unavailable; client host blocked using zen.spamhaus.org", BLOCKED),
    ("554 5.7.1 Relay access denied", BLOCKED),
    ("550 5.7.26 Unauthenticated email is not accepted due to the domain's DMARC policy", BLOCKED),
    ("554 5.7.0 no", BLOCKED),
    ("550 5.1.8 Sender address rejected: Domain not found", BLOCKED),
    ("550 5.1.7 bad sender", BLOCKED),
    ("550 blocked", BLOCKED),
    ("550 Blocked: see https://example.org/192.0.2.1", BLOCKED),
    ("550 rejected because 192.0.2.1 is in a black list", BLOCKED),
    ("550 Mail content denied", BLOCKED),
    ("550 SPF check failed", BLOCKED),
    ("550 sender address unknown user", BLOCKED),
    ("550 reverse host lookup failed: unknown address", BLOCKED),
    ("554 Transaction failed", BLOCKED),
    ("554", BLOCKED),
    ("521 host does not accept mail", BLOCKED),
    ("530 Authentication required", BLOCKED),
    ("503 bad sequence", BLOCKED),
    ("550 您的邮件被拒收", BLOCKED),
    ("550 5.6.0 content refused", BLOCKED),
]


@pytest.mark.parametrize(("line", "meaning"), TO_RECIPIENT, ids=lambda value: str(value)[:40])
def test_an_answer_to_the_recipient(line, meaning):
    code, _, text = line.partition(" ")

    assert meaning_of(int(code), text, "recipient") is meaning


@pytest.mark.parametrize(
    ("line", "part", "meaning"),
    [
        ("550 5.1.1 unknown sender", "sender", BLOCKED),
        ("550 User unknown", "sender", BLOCKED),
        ("501 5.1.7 Bad sender address syntax", "sender", BLOCKED),
        ("452 4.3.1 Insufficient system storage", "sender", LATER),
        ("550 5.1.1 user unknown", "message", NO_MAILBOX),
        ("550 no", "message", BLOCKED),
        ("554 Message refused", "message", BLOCKED),
        ("552 Message size exceeds maximum size", "message", REFUSED),
        ("552 5.2.2 over quota", "message", LATER),
        ("451 4.7.1 greylisted", "message", LATER),
    ],
)
def test_an_answer_to_the_sender_or_the_message(line, part, meaning):
    code, _, text = line.partition(" ")

    assert meaning_of(int(code), text, part) is meaning


def test_an_ip_address_is_no_enhanced_code():
    assert meaning_of(550, "blocked 5.1.1.7 at 10.5.1.1", "recipient") is BLOCKED


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        ("用户不存在".encode(), "用户不存在"),
        ("用户不存在".encode("gb18030"), "用户不存在"),
        (b"no\x00 user\x1b[31m\r\nhere", "no user [31m here"),
        (b"", ""),
        (b"x" * 5000, "x" * 180),
    ],
)
def test_what_a_server_says_is_kept_as_readable_text(raw, text):
    assert readable(raw) == text
