"""What a colleague sees of the development mailbox, with its real process beside the test."""

import smtplib
import subprocess
import sys
from email.message import EmailMessage

import pytest
from django.test import Client

from yingtai.kernel.env import env
from yingtai.web.mailbox import address
from yingtai.web.tests.running import waited_for


@pytest.fixture
def mailbox():
    serving = subprocess.Popen([sys.executable, "-m", "yingtai.web.command", "serve", "mailbox"])
    assert waited_for(address().exists)
    yield
    serving.terminate()
    serving.wait()
    address().unlink(missing_ok=True)


def send(subject, node_no):
    mail = EmailMessage()
    mail["Subject"], mail["From"], mail["To"] = subject, "shop@example.com", "anna@example.com"
    mail["X-Yingtai-Node"] = str(node_no)
    mail.set_content("Dear Anna")
    mail.add_alternative('<p style="color:red">Dear <b>Anna</b></p>', subtype="html")
    with smtplib.SMTP("127.0.0.1", env().port + 2) as sender:
        sender.send_message(mail)


def test_a_marketer_reads_the_mails_of_the_own_brand_only(mailbox, sign_in, brand, neighbour):
    marketer = sign_in("marketer")
    send("Für Anna 你好", brand.dealer_no)
    send("Not for us", neighbour.node_no)

    page = marketer.get("/mailbox/").content.decode()
    ours, theirs = marketer.get("/mailbox/1/"), marketer.get("/mailbox/2/")

    assert "Für Anna 你好" in page
    assert "Not for us" not in page
    assert "Dear Anna" in ours.content.decode()
    assert theirs.status_code == 404


def test_the_content_of_a_mail_may_run_nothing(mailbox, sign_in, brand):
    send("Hello", brand.node_no)

    content = sign_in().get("/mailbox/1/content")

    assert '<p style="color:red">Dear <b>Anna</b></p>' in content.content.decode()
    assert "sandbox allow-popups allow-popups-to-escape-sandbox" in content["Content-Security-Policy"]
    assert "default-src 'none'" in content["Content-Security-Policy"]
    assert content["X-Frame-Options"] == "SAMEORIGIN"


def test_a_mailbox_that_starts_again_is_said_to(sign_in):
    page = sign_in().get("/mailbox/")

    assert page.status_code == 200
    assert "The mailbox does not answer" in page.content.decode()


def test_nobody_reads_mail_without_signing_in(books):
    assert Client().get("/mailbox/").status_code == 302
