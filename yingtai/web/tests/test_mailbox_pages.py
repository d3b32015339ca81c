"""What a colleague sees of the development mailbox, with its real process beside the test."""

import smtplib
import subprocess
import sys
from email.message import EmailMessage

import pytest
from django.test import Client

from yingtai.campaigns.testing import make_campaign, make_people
from yingtai.kernel.env import env
from yingtai.kernel.testing import run_jobs
from yingtai.organization.testing import deeds_of, make_staff
from yingtai.web import account_mails
from yingtai.web.mailbox import address
from yingtai.web.mailbox_reading import ask
from yingtai.web.tests.running import waited_for


@pytest.fixture
def mailbox():
    serving = subprocess.Popen([sys.executable, "-m", "yingtai.web.command", "serve", "mailbox"])
    assert waited_for(address().exists)
    yield
    serving.terminate()
    serving.wait()
    address().unlink(missing_ok=True)


def a_mail(subject, node_no, *, to="anna@example.com", **more):
    mail = EmailMessage()
    mail["Subject"], mail["From"], mail["To"] = subject, "shop@example.com", to
    if node_no is not None:
        mail["X-Yingtai-Node"] = str(node_no)
    for name, value in more.items():
        mail[name.replace("_", "-")] = value
    mail.set_content("Dear Anna, we write to Anna@example.com")
    mail.add_alternative('<p style="color:red">Dear <b>Anna</b></p>', subtype="html")
    return mail


def send(subject, node_no, **more):
    """Send a mail to a customer, as the product does."""
    with smtplib.SMTP("127.0.0.1", env().port + 2) as sender:
        sender.send_message(a_mail(subject, node_no, **more))


def bring(subject, node_no):
    """Bring a mail about an account, as the product does."""
    raw = a_mail(subject, node_no).as_bytes().decode("latin-1")
    ask({"ask": "bring", "sender": "no-reply@example.com", "recipients": ["anna@example.com"], "raw": raw})


def test_a_manager_reads_the_mails_of_the_own_brand_only(mailbox, sign_in, brand, neighbour):
    manager = sign_in("brand_manager")
    send("Für Anna 你好", brand.dealer_no)
    send("Not for us", neighbour.node_no)

    page = manager.get("/mailbox/").content.decode()
    ours, theirs = manager.get("/mailbox/1/"), manager.get("/mailbox/2/")

    assert "/mailbox/1/" in page
    assert "/mailbox/2/" not in page
    assert "Für Anna 你好" in ours.content.decode()
    assert "Dear Anna" in ours.content.decode()
    assert theirs.status_code == 404


@pytest.mark.parametrize("role", ["brand_manager", "marketer"])
def test_the_list_shows_the_campaign_and_no_subject_which_may_name_somebody(
    mailbox, sign_in, brand, acting, role
):
    people = make_people(acting, brand.node_no, ["anna@example.com"])
    campaign = make_campaign(acting, brand.node_no, people)
    send("Dear Anna", brand.node_no, Message_ID=f"<{campaign.campaign_no}.7@nova.example.com>")
    send("Anna, from elsewhere", brand.node_no)
    asked = {"Message_ID": "<0.8@nova.example.com>", "Auto_Submitted": "auto-generated"}
    send("Anna, confirm", brand.node_no, **asked)

    page = sign_in(role).get("/mailbox/").content.decode()

    assert "Anna" not in page
    assert page.index("Asks to confirm") < page.index("A mail to a customer") < page.index("Spring news")
    assert deeds_of(acting, "mail.opened") == deeds_of(acting, "person.revealed") == []


def test_the_content_of_a_mail_may_run_nothing(mailbox, sign_in, brand):
    send("Hello", brand.node_no)

    content = sign_in("brand_manager").get("/mailbox/1/content")

    assert '<p style="color:red">Dear <b>Anna</b></p>' in content.content.decode()
    assert "sandbox allow-popups allow-popups-to-escape-sandbox" in content["Content-Security-Policy"]
    assert "default-src 'none'" in content["Content-Security-Policy"]
    assert content["X-Frame-Options"] == "SAMEORIGIN"


def test_opening_a_mail_takes_the_right_to_reveal_and_counts_as_a_look(mailbox, sign_in, brand, acting):
    make_people(acting, brand.node_no, ["anna@example.com"])
    send("For Anna", brand.node_no)
    marketer, manager = sign_in("marketer"), sign_in("brand_manager")

    listed = marketer.get("/mailbox/").content.decode()
    refused = [marketer.get(url) for url in ("/mailbox/1/", "/mailbox/1/content")]
    clear = [manager.get(url).content.decode() for url in ("/mailbox/1/", "/mailbox/1/content")]

    assert "a***@example.com" in listed
    assert "Anna" not in listed
    assert [answer.status_code for answer in refused] == [403, 403]
    assert not any("Dear" in answer.content.decode() for answer in refused)
    assert "anna@example.com" in clear[0]
    assert "Dear <b>Anna</b>" in clear[1]
    assert [one.details["own"] for one in deeds_of(acting, "mail.opened")] == [False]
    assert [one.details["value"] for one in deeds_of(acting, "person.revealed")] == ["mail"]


def test_whoever_has_looked_at_as_many_values_as_a_day_allows_opens_no_mail(
    mailbox, sign_in, brand, acting, monkeypatch
):
    make_people(acting, brand.node_no, ["anna@example.com"])
    send("For Anna", brand.node_no)
    monkeypatch.setattr("yingtai.customers.services.revealing.REVEALS_A_DAY", 0)

    manager = sign_in("brand_manager")
    urls = ["/mailbox/1/", "/mailbox/1/", "/mailbox/1/content", "/mailbox/1/content"]
    answers = [manager.get(url) for url in urls]

    assert [answer.status_code for answer in answers] == [429] * 4
    assert not any("Anna" in answer.content.decode() for answer in answers)
    assert deeds_of(acting, "mail.opened") == []


def test_every_opening_of_a_mail_is_recorded_and_counted_and_a_page_pays_for_one_frame(
    mailbox, sign_in, brand, acting
):
    make_people(acting, brand.node_no, ["anna@example.com"])
    send("For Anna", brand.node_no)
    manager = sign_in("brand_manager")

    for url in (
        "/mailbox/1/",
        "/mailbox/1/content",
        "/mailbox/1/",
        "/mailbox/1/content",
        "/mailbox/1/content",
    ):
        assert manager.get(url).status_code == 200

    assert len(deeds_of(acting, "mail.opened")) == 3
    assert len(deeds_of(acting, "person.revealed")) == 3


def test_everybody_opens_what_was_sent_to_themself(mailbox, brand, acting):
    staff = make_staff(brand.code, "marketer")
    send("[Test] Autumn", brand.node_no, to=staff.email)
    browser = Client()
    browser.force_login(staff, "allauth.account.auth_backends.AuthenticationBackend")

    assert "[Test] Autumn" in browser.get("/mailbox/").content.decode()
    assert "Dear Anna" in browser.get("/mailbox/1/").content.decode()
    assert [one.details["own"] for one in deeds_of(acting, "mail.opened")] == [True]
    assert deeds_of(acting, "person.revealed") == []


def test_a_mail_is_found_by_its_whole_address_which_is_posted(mailbox, sign_in, brand):
    send("Hello", brand.node_no)
    manager = sign_in("brand_manager")

    assert "/mailbox/1/" in manager.post("/mailbox/", {"to": "ANNA@example.com"}).content.decode()
    assert "No mail to this address" in manager.post("/mailbox/", {"to": "anna"}).content.decode()
    assert "/mailbox/1/" in manager.get("/mailbox/?to=nobody@example.com").content.decode()


def test_mails_about_accounts_are_for_administrators_of_their_place_and_recorded(
    mailbox, sign_in, brand, neighbour, acting
):
    bring("Come and join", brand.node_no)
    bring("Choose anew", None)
    wide = sign_in("brand_manager", "group")

    for browser in (sign_in("marketer"), sign_in("brand_manager"), wide):
        assert "Come and join" not in browser.get("/mailbox/").content.decode()
        assert "Choose anew" not in browser.get("/mailbox/").content.decode()
        assert [browser.get(f"/mailbox/{no}/").status_code for no in (1, 2)] == [404, 404]
        assert [browser.get(f"/mailbox/{no}/content").status_code for no in (1, 2)] == [404, 404]
        listed = browser.get("/mailbox/accounts/").content.decode()
        assert "Come and join" not in listed
        assert "Choose anew" not in listed
        assert browser.get("/mailbox/accounts/1/").status_code == 403
    stranger = sign_in("administrator", neighbour.code)
    assert "Come and join" not in stranger.get("/mailbox/accounts/").content.decode()
    assert stranger.get("/mailbox/accounts/1/").status_code == 404
    own = sign_in("administrator")
    assert "Come and join" in own.get("/mailbox/accounts/").content.decode()
    assert "Choose anew" not in own.get("/mailbox/accounts/").content.decode()
    assert own.get("/mailbox/").status_code == 403
    assert deeds_of(acting, "mail.account-opened") == []
    assert "Dear Anna" in own.get("/mailbox/accounts/1/").content.decode()
    [deed] = deeds_of(acting, "mail.account-opened")
    assert deed.about == "anna@example.com"


def test_a_mailbox_that_starts_again_is_said_to(sign_in):
    page = sign_in().get("/mailbox/")

    assert page.status_code == 200
    assert "The mailbox does not answer" in page.content.decode()


def test_nobody_reads_mail_without_signing_in(books):
    assert Client().get("/mailbox/").status_code == 302


@pytest.fixture
def post(mailbox, settings):
    """Mails of the product itself go to the mailbox too."""
    settings.EMAIL_BACKEND = "yingtai.web.account_post.EmailBackend"


def browser_of(staff):
    browser = Client()
    browser.force_login(staff, "allauth.account.auth_backends.AuthenticationBackend")
    return browser


def test_an_administrator_never_reads_the_link_in_a_mail_to_somebody_elses_account(
    post, sign_in, brand, capsys
):
    officer = make_staff(brand.code, "compliance_officer")
    own = browser_of(officer)
    assert Client().post("/account/password/reset/", {"email": officer.email}).status_code == 302
    run_jobs()
    administrator = sign_in("administrator", "group")

    listed = administrator.get("/mailbox/accounts/").content.decode()
    seen = administrator.get("/mailbox/accounts/1/").content.decode()
    ours = own.get("/mailbox/accounts/1/").content.decode()

    assert officer.email in listed
    assert "The link is only for the addressee." in seen
    assert "/reset/key/" not in seen
    assert "/reset/key/" in ours
    assert "/mailbox/accounts/1/" in own.get("/mailbox/accounts/").content.decode()
    assert account_mails.main([officer.email]) == 0
    assert "/reset/key/" in capsys.readouterr().out


def test_whoever_invites_to_a_role_that_takes_no_second_person_reads_the_link(post, brand, acting):
    first, second = (browser_of(make_staff(brand.code, "administrator")) for _turn in range(2))
    asked = {
        "email": f"new-{brand.code}@example.com",
        "name": "New",
        "unit_code": brand.code,
        "role": "analyst",
    }
    assert first.post("/organization/staff/", asked).status_code == 302

    seen = [browser.get("/mailbox/accounts/1/").content.decode() for browser in (first, second)]

    assert ["/join/" in page for page in seen] == [True, False]


@pytest.mark.parametrize(
    "header", ["<", "a@[", '"', "(" * 900, '"' * 900, "=?utf-8?q?" + "=20" * 900 + "?=", "[" * 60_000]
)
def test_a_mail_of_anybody_never_keeps_the_others_from_being_read(mailbox, sign_in, brand, header):
    """Headers that Python's parser cannot read, or only in a long time."""
    names = ("From", "Content-Type", "Content-Disposition", "Content-Transfer-Encoding", "X-Note")
    lines = [f"{name}: {header}" for name in names]
    raw = "\r\n".join([f"X-Yingtai-Node: {brand.node_no}", "Subject: Odd", *lines, "", "words"]).encode()
    with smtplib.SMTP("127.0.0.1", env().port + 2) as sender:
        sender.sendmail("odd@example.com", ["anna@example.com"], raw)
    send("Usual", brand.node_no)
    manager = sign_in("brand_manager")

    pages = [manager.get(f"/mailbox/{page}") for page in ("", "1/", "2/", "1/content")]

    assert [page.status_code for page in pages] == [200, 200, 200, 200]
    assert "shop@example.com" in pages[0].content.decode()


def test_a_mailbox_that_is_busy_is_said_not_to_answer(mailbox, sign_in, monkeypatch):
    monkeypatch.setattr("yingtai.web.mailbox_reading.ANSWER_SECONDS", 0.000001)

    assert sign_in("brand_manager").get("/mailbox/").status_code == 200
