"""What recipients do with a mail: no account, no cookie, sealed links, one-click unsubscribe (RFC 8058)."""

import re
from datetime import timedelta

import pytest
from django.test import Client

from yingtai.campaigns import queries
from yingtai.campaigns.errors import LinkNotUnderstood
from yingtai.campaigns.letterheads import tokens
from yingtai.campaigns.models import Send
from yingtai.campaigns.services.sending import send_for_a_while
from yingtai.campaigns.testing import launch_and_decide, make_campaign, make_people, product
from yingtai.campaigns.tokens import CLICK, OPEN, UNSUBSCRIBE, Link, Tokens
from yingtai.collect.api import make_source
from yingtai.compliance.api import Status, consents_of, record_consent
from yingtai.kernel.scoping import acting_transaction

pytestmark = pytest.mark.usefixtures("lake")
HTML = """<body><p>Hello</p><a href="https://shop.example.com/sale?a=1&amp;b=2">Sale</a>
<a href="https://shop.example.com/for/{{ person.member_level | default: 'you' }}">Yours</a>
<a href='mailto:hi@nova.example.com'>Write</a> <a href="{{ unsubscribe_url }}">Stop</a>
<a href="{{ view_url }}">View</a></body>"""
BROWSER = {"User-Agent": "Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) AppleWebKit/605.1.15"}
MACHINES = [
    {"User-Agent": "SafeLinks-Scanner/1.0"},
    {"User-Agent": ""},
    {**BROWSER, "Sec-Purpose": "prefetch"},
]


@pytest.fixture
def mail(acting, brand, office):
    """A mail that Anna got an hour ago."""
    make_source(acting, brand.node_no, name="Shop", kind="sdk", allowed_origins=["https://shop.example.com"])
    people = make_people(acting, brand.node_no, ["anna@example.com"])
    campaign = launch_and_decide(
        acting, make_campaign(acting, brand.node_no, people, template={"html": HTML})
    )
    send_for_a_while(
        product(acting, campaign), campaign.campaign_no, clock=lambda: acting.at, server=office.server,
        inquiry=lambda message_ids: None,
    )  # fmt: skip
    return Sent(acting, campaign, people[0], office.read("anna@example.com"))


class Sent:
    """One mail and what is known of it."""

    def __init__(self, acting, campaign, profile_no, message):
        self.acting, self.campaign, self.profile_no, self.message = acting, campaign, profile_no, message
        self.html = message.get_body(("html",)).get_content()
        self.unsubscribe = path_of(message["List-Unsubscribe"].strip("<>"))
        self.links = [path_of(url) for url in re.findall(r'href="([^"]*/c/[^"]*)"', self.html)]
        self.pixel = path_of(re.search(r'src="([^"]*/o/[^"]*)"', self.html)[1])
        self.view = path_of(re.search(r'href="([^"]*/v/[^"]*)"', self.html)[1])

    @property
    def ledger(self):
        return queries.sends_of(self.acting, self.profile_no)[0]

    @property
    def consent(self):
        return [view.status for view in consents_of(self.acting, self.profile_no)]

    @property
    def progress(self):
        return queries.progress_of(self.acting, self.campaign)


def path_of(url):
    return "/" + url.split("/", 3)[3]


def browser():
    return Client(headers=BROWSER, enforce_csrf_checks=True)


def test_one_click_unsubscribes_at_once_without_cookie_or_sign_in(mail):
    body = "List-Unsubscribe=One-Click"

    answer = browser().post(mail.unsubscribe, body, content_type="application/x-www-form-urlencoded")

    assert answer.status_code == 200
    assert not answer.cookies
    assert mail.consent == ["withdrawn"]
    assert consents_of(mail.acting, mail.profile_no)[0].evidence["method"] == "one-click"
    assert mail.progress.unsubscribed == 1


def test_one_click_as_a_multipart_form_and_repeated_is_the_same(mail):
    for _ in range(3):
        answer = browser().post(mail.unsubscribe, {"List-Unsubscribe": "One-Click"})

    assert answer.status_code == 200
    assert mail.consent == ["withdrawn"]
    assert mail.progress.unsubscribed == 1


def test_following_the_link_only_asks_because_scanners_follow_links(mail):
    page = browser().get(mail.unsubscribe)

    assert page.status_code == 200
    assert "Unsubscribe" in page.content.decode()
    assert browser().head(mail.unsubscribe).status_code == 200
    assert mail.consent == ["granted"]


def test_the_button_of_the_page_unsubscribes(mail):
    page = browser().post(mail.unsubscribe, {"confirm": "yes"})

    assert "You are unsubscribed" in page.content.decode()
    assert mail.consent == ["withdrawn"]


def test_who_unsubscribed_can_come_back_on_the_preference_page(mail):
    browser().post(mail.unsubscribe, {"confirm": "yes"})

    page = browser().post(f"{mail.unsubscribe}/preferences", {"email": "yes"})

    assert "Your choice is saved." in page.content.decode()
    assert mail.consent == ["granted"]
    assert browser().get(f"{mail.unsubscribe}/preferences").status_code == 200


def test_everything_can_be_turned_off_at_once(mail, acting, brand):
    record_consent(
        acting, profile_no=mail.profile_no, node_no=brand.node_no, purpose="marketing.sms", channel="sms",
        status=Status.GRANTED, source="form", evidence={},
    )  # fmt: skip

    page = browser().post(f"{mail.unsubscribe}/preferences", {"email": "nothing"})

    assert "Your choice is saved." in page.content.decode()
    assert {one.status for one in consents_of(acting, mail.profile_no)} == {"withdrawn"}
    assert len(consents_of(acting, mail.profile_no)) == 2


def test_whoever_unsubscribed_gets_nothing_that_is_still_owed(mail, acting, brand, office):
    again = launch_and_decide(
        acting, make_campaign(acting, brand.node_no, [mail.profile_no], are_willing=False)
    )
    browser().post(mail.unsubscribe, {"List-Unsubscribe": "One-Click"})

    send_for_a_while(
        product(acting, again),
        again.campaign_no,
        clock=lambda: acting.at + timedelta(days=400),
        server=office.server,
    )

    assert len(office.mails) == 1
    assert queries.sends_of(acting, mail.profile_no)[0].reason == "withdrawn"


def test_a_link_leads_to_the_page_its_author_meant(mail):
    targets = [browser().get(path)["Location"] for path in mail.links]

    assert targets == ["https://shop.example.com/sale?a=1&b=2", "https://shop.example.com/for/you"]
    assert mail.ledger.clicked_at is not None
    assert mail.ledger.opened_at is not None
    assert (mail.progress.clicked, mail.progress.opened) == (1, 1)


def test_own_links_and_addresses_are_left_alone(mail):
    assert "mailto:hi@nova.example.com" in mail.html
    assert len(mail.links) == 2


def test_the_picture_tells_of_an_opening_once(mail):
    for _ in range(3):
        answer = browser().get(mail.pixel)

    assert answer["Content-Type"] == "image/gif"
    assert "no-store" in answer["Cache-Control"]
    assert mail.progress.opened == 1


@pytest.mark.parametrize("headers", MACHINES)
def test_machines_are_not_counted_as_people(mail, headers):
    Client(headers=headers).get(mail.pixel)
    answer = Client(headers=headers).get(mail.links[0])

    assert answer.status_code == 302
    assert (mail.progress.clicked, mail.progress.opened) == (0, 0)


def test_the_mail_can_be_looked_at_in_the_browser_and_may_run_nothing(mail):
    page = browser().get(mail.view)

    assert "Hello" in page.content.decode()
    assert "default-src 'none'" in page["Content-Security-Policy"]
    assert "script-src" not in page["Content-Security-Policy"]
    assert page["Referrer-Policy"] == "no-referrer"


def test_a_changed_or_invented_token_leads_nowhere(mail):
    token = mail.links[0].removeprefix("/c/")
    forged = token[:-2] + ("AA" if token[-2:] != "AA" else "BB")

    for path in (
        f"/c/{forged}",
        "/c/https:%2F%2Fevil.example.com",
        f"/u/{token}",
        f"/v/{forged}",
        "/u/x/preferences",
    ):
        assert browser().get(path).status_code == 404
    assert browser().post(f"/u/{token}", {"List-Unsubscribe": "One-Click"}).status_code == 404
    assert browser().get(f"/o/{forged}.gif").status_code == 200
    assert mail.consent == ["granted"]


def test_a_token_of_another_brand_finds_nothing_there(mail, neighbour):
    with acting_transaction(mail.acting):
        send_no = Send.objects.get(profile_no=mail.profile_no).send_no
    stranger = tokens().make(UNSUBSCRIBE, Link(send_no, neighbour.node_no))

    assert browser().get(f"/u/{stranger}").status_code == 404


def test_a_token_says_nothing_and_cannot_be_used_for_something_else():
    maker = Tokens("a secret")
    token = maker.make(CLICK, Link(7, 1 << 40, 2, "https://example.com/?email=anna@example.com"))

    assert "anna" not in token
    assert maker.make(CLICK, Link(7, 1 << 40, 2)) == maker.make(CLICK, Link(7, 1 << 40, 2))
    assert maker.read(CLICK, token).url == "https://example.com/?email=anna@example.com"
    with pytest.raises(LinkNotUnderstood):
        maker.read(OPEN, token)
    with pytest.raises(LinkNotUnderstood):
        Tokens("another secret").read(CLICK, token)
