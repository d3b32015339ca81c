"""The development mailbox takes what real senders send, and shows it to those who may send for that node."""

import asyncio
import smtplib
import threading
from datetime import UTC, datetime
from email.message import EmailMessage

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yingtai.kernel.scope import EVERYTHING, Scope
from yingtai.web.mailbox import Box, answer
from yingtai.web.smtp import MOST_MAIL_BYTES, Smtp
from yingtai.web.testing import free_ports

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


@pytest.fixture
def box():
    return Box()


@pytest.fixture
def port(box):
    """The port of a mailbox that runs beside the test."""
    loop = asyncio.new_event_loop()
    port = free_ports(1)
    taking = lambda: Smtp(lambda sender, recipients, raw: box.put(sender, recipients, raw, NOON))  # noqa: E731
    server = loop.run_until_complete(loop.create_server(taking, "127.0.0.1", port))
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    yield port
    loop.call_soon_threadsafe(server.close)
    loop.call_soon_threadsafe(loop.stop)
    thread.join()
    loop.close()


def a_mail(subject="Hello", to="anna@example.com", node_no=None, text="Dear Anna\n"):
    mail = EmailMessage()
    mail["Subject"], mail["From"], mail["To"] = subject, "shop@example.com", to
    if node_no is not None:
        mail["X-Yingtai-Node"] = str(node_no)
    mail.set_content(text)
    return mail


def test_a_sender_may_use_one_connection_for_many_mails(box, port):
    with smtplib.SMTP("127.0.0.1", port) as sender:
        for number in range(30):
            sender.send_message(a_mail(subject=f"Mail {number}"))

    assert len(box) == 30
    assert b"Subject: Mail 29" in box.find(30).raw


def test_a_line_that_begins_with_a_dot_arrives_as_it_was(box, port):
    with smtplib.SMTP("127.0.0.1", port) as sender:
        sender.sendmail("a@example.com", ["b@example.com"], b".first\r\n..second\r\nend\r\n")

    assert box.find(1).raw == b".first\r\n..second\r\nend\r\n"


def test_a_mail_that_is_too_large_is_refused_and_the_next_one_taken(box, port):
    with smtplib.SMTP("127.0.0.1", port) as sender:
        sender.ehlo()
        with pytest.raises(smtplib.SMTPException):
            sender.sendmail("a@example.com", ["b@example.com"], b"x" * (MOST_MAIL_BYTES + 1))
        sender.rset()
        sender.docmd("MAIL", "FROM:<a@example.com>")
        sender.docmd("RCPT", "TO:<b@example.com>")
        code, _ = sender.data(b"x" * (MOST_MAIL_BYTES + 1))
        sender.sendmail("a@example.com", ["b@example.com"], b"small\r\n")

    assert code == 552
    assert (len(box), box.find(1).raw) == (1, b"small\r\n")


def test_commands_out_of_order_are_told_so(box, port):
    with smtplib.SMTP("127.0.0.1", port) as sender:
        codes = [
            sender.docmd("DATA")[0],
            sender.docmd("RCPT", "TO:<b@example.com>")[0],
            sender.docmd("MAIL", "no address")[0],
            sender.docmd("BREW", "coffee")[0],
        ]

    assert codes == [503, 503, 501, 500]
    assert len(box) == 0


class Deaf:
    """A transport that remembers what was written to it."""

    def __init__(self):
        self.written = b""

    def write(self, data):
        self.written += data

    def close(self):
        self.written += b"<closed>"


@given(st.lists(st.integers(min_value=1, max_value=40), min_size=1, max_size=60))
def test_mails_arrive_whole_however_the_network_cuts_them(cuts):
    wire = (
        b"EHLO me\r\nMAIL FROM:<a@example.com>\r\nRCPT TO:<b@example.com>\r\nDATA\r\n"
        b"..dot\r\nline\r\n.\r\nMAIL FROM:<>\r\nRCPT TO:<c@example.com>\r\nDATA\r\n.\r\nQUIT\r\n"
    )
    taken = []
    talk = Smtp(lambda *mail: taken.append(mail))
    talk.connection_made(Deaf())

    place = 0
    for cut in [*cuts, len(wire)]:
        talk.data_received(wire[place : place + cut])
        place += cut

    assert taken == [
        ("a@example.com", ("b@example.com",), b".dot\r\nline\r\n"),
        ("", ("c@example.com",), b""),
    ]


@given(st.binary(max_size=400))
def test_no_bytes_break_the_conversation(junk):
    talk = Smtp(lambda *mail: None)
    talk.connection_made(Deaf())

    talk.data_received(junk)


def test_the_oldest_make_room(box):
    small = Box(most_mails=3, most_bytes=25)
    for number in range(1, 6):
        small.put("a@example.com", (f"{number}@example.com",), b"0123456789", NOON)

    assert [small.find(number) is None for number in range(1, 6)] == [True, True, True, False, False]
    assert small.received_count == 5


def test_no_flood_of_mails_takes_one_about_an_account_away():
    small = Box(most_mails=3)
    small.put("a@example.com", ("ben@example.com",), b"Subject: you\r\n\r\n", NOON, is_account=True)
    for number in range(10):
        small.put("a@example.com", (f"{number}@example.com",), b"0123456789", NOON)

    assert [small.find(number, is_account=True) is not None for number in (1, 2)] == [True, False]
    assert [small.find(number) is not None for number in (1, 8, 9, 11)] == [False, False, True, True]


def test_a_brand_reads_its_own_mails_only(box):
    ours, theirs = Scope.of(1 << 40), Scope.of(2 << 40)
    box.put("a@example.com", ("anna@example.com",), a_mail(node_no=1 << 40 | 5).as_bytes(), NOON)
    box.put("a@example.com", ("ben@example.com",), a_mail(node_no=0).as_bytes(), NOON)

    def count(scope):
        return len(answer(box, {"ask": "list", "ranges": scope.ranges}))

    assert (count(ours), count(theirs), count(EVERYTHING)) == (1, 0, 2)
    assert answer(box, {"ask": "read", "no": 1, "ranges": theirs.ranges}) is None


def test_mails_are_found_by_the_whole_address_of_a_recipient(box):
    box.put("a@example.com", ("Anna@example.com",), a_mail(node_no=5).as_bytes(), NOON)
    box.put("a@example.com", ("ben@example.com",), a_mail(node_no=5).as_bytes(), NOON)

    def found(to):
        return answer(box, {"ask": "list", "to": to, "ranges": EVERYTHING.ranges})

    assert [head["recipients"] for head in found("ANNA@example.com")] == [["Anna@example.com"]]
    assert found("anna") == []


EVERYWHERE = {"ranges": EVERYTHING.ranges}


@pytest.mark.parametrize(
    "head",
    [b"Subject: nobody's", b"X-Yingtai-Node: 0\r\nX-Yingtai-Account: invitation", b"X-Yingtai-Node: no"],
)
def test_a_mail_by_smtp_is_never_one_about_an_account(box, port, head):
    with smtplib.SMTP("127.0.0.1", port) as sender:
        sender.sendmail("a@example.com", ["ben@example.com"], head + b"\r\n\r\nYour new password\r\n")

    assert len(box) == 1
    for is_account in (False, True):
        assert answer(box, {"ask": "list", "is_account": is_account, **EVERYWHERE}) == []
        assert answer(box, {"ask": "read", "no": 1, "is_account": is_account, **EVERYWHERE}) is None


def test_a_mail_about_an_account_is_brought_by_the_socket(box):
    mail = {"sender": "a@example.com", "recipients": ["ben@example.com"], "raw": "Subject: you\r\n\r\n"}
    assert answer(box, {"ask": "bring", **mail}) == {}

    assert answer(box, {"ask": "list", **EVERYWHERE}) == []
    [head] = answer(box, {"ask": "list", "is_account": True, **EVERYWHERE})
    assert (head["recipients"], head["node_no"]) == (["ben@example.com"], 0)
