"""Phones with odd names are people; scanners and previews are not; mail services are told apart."""

from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client

from yingtai.campaigns import queries
from yingtai.campaigns.letterheads import tokens
from yingtai.campaigns.models import Send
from yingtai.campaigns.services.answering import note_click, note_open
from yingtai.campaigns.testing import launch_and_decide, make_campaign, make_people
from yingtai.campaigns.tests.test_sending import send, tally
from yingtai.campaigns.tokens import OPEN, Link
from yingtai.campaigns.visitors import Visit
from yingtai.compliance.testing import signed_in
from yingtai.customers.api import drain, ids_of
from yingtai.kernel.scoping import acting_transaction

SENT = datetime(2026, 11, 27, 9, 0, tzinfo=UTC)
CHROME = "AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0.0.0 Mobile Safari/537.36"
GOOGLE = "Mozilla/5.0 (Windows NT 5.1; rv:11.0) Gecko Firefox/11.0 (via ggpht.com GoogleImageProxy)"
YAHOO = "YahooMailProxy; https://help.yahoo.com/kb/yahoo-mail-proxy-SLN28749.html"
APPLE = "Mozilla/5.0"


def is_machine(agent, *, after=timedelta(minutes=1)):
    return Visit(agent, is_prefetch=False).is_machine(SENT, SENT + after)


@pytest.mark.parametrize(
    "model", ["CUBOT", "CUBOT_X18_Plus", "M bot 60", "Scanner", "Preview Phone", "Monitor One", "Curl 5", "Crawler X",
              "SM-G991B", "Spider 3 Pro", "bot", "Robot R2", "Headless H1", "Proofpoint (2)"],
)  # fmt: skip
@pytest.mark.parametrize(
    "shape", ["Mozilla/5.0 (Linux; Android 10; {}) " + CHROME,
              "Mozilla/5.0 (Linux; U; Android 9; zh-cn; {} Build/PPR1) " +
              CHROME, "Dalvik/2.1.0 (Linux; U; Android 7.0; {} Build/NRD90M)",
              "Mozilla/5.0 (Linux; Android 12; {} Build/SP1A; wv) " + CHROME + " MicroMessenger/8.0.2"],
)  # fmt: skip
def test_a_phone_is_a_person_whatever_its_name(shape, model):
    assert is_machine(shape.format(model)) is False


@pytest.mark.parametrize(
    "agent",
    [
        "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0 Safari/537.36",
        "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko)",
        "Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148",
        "Mozilla/5.0 (compatible; MSIE 9.0; Windows NT 6.1; Trident/5.0)",
        "CUBOT",
        "M bot 60",
    ],
)
def test_a_browser_is_a_person(agent):
    assert is_machine(agent) is False


@pytest.mark.parametrize(
    "agent",
    [
        "", "Googlebot/2.1 (+http://www.google.com/bot.html)",
        "Mozilla/5.0 (compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm)",
        "Mozilla/5.0 (Windows NT 6.1; compatible; SemrushBot/7; +http://www.semrush.com/bot.html)",
        "Mozilla/5.0 (Linux; Android 6.0.1; Nexus 5X Build/MMB29P) " + CHROME
        + " (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
        "Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)", "TelegramBot (like TwitterBot)",
        "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 HeadlessChrome/120.0 Safari/537.36",
        "python-requests/2.31", "curl/8.4.0", "Wget/1.21", "Go-http-client/1.1", "Java/17.0.1", "okhttp/4.9",
        "Barracuda Sentinel (EE)", "Mimecast", "SkypeUriPreview Preview/0.5", "UrlScanner/1.0", "W3C_Validator/1.3",
        "facebookexternalhit/1.1", "Mozilla/5.0 (X11; Linux x86_64) PhantomJS/2.1.1",
    ],
)  # fmt: skip
def test_a_scanner_or_a_preview_is_a_machine(agent):
    assert is_machine(agent) is True


def test_quicker_than_anybody_reads_is_a_machine():
    assert is_machine("Mozilla/5.0 (Linux; Android 10; CUBOT) " + CHROME, after=timedelta(seconds=1)) is True


@pytest.mark.parametrize(("agent", "proxy"), [(GOOGLE, "google"), (YAHOO, "yahoo"), (APPLE, "apple"),
                                              ("Mozilla/5.0 (Linux; Android 10; CUBOT) " + CHROME, "")])  # fmt: skip
def test_a_mail_service_is_told_apart(agent, proxy):
    assert Visit(agent, is_prefetch=False).proxy == proxy


@pytest.mark.usefixtures("lake")
def test_pictures_fetched_by_a_mail_service_are_counted_apart_until_somebody_looks(acting, brand, office):
    people = make_people(acting, brand.node_no, ["anna@example.com", "bert@example.com"])
    campaign = launch_and_decide(acting, make_campaign(acting, brand.node_no, people))
    send(acting, campaign, office)
    with acting_transaction(acting):
        anna, bert = Send.objects.filter(campaign_no=campaign.campaign_no).order_by("send_no")
    later = acting.at_time(acting.at + timedelta(minutes=5))

    for agent in (GOOGLE, APPLE, GOOGLE):
        note_open(later, anna.send_no, Visit(agent, is_prefetch=False))
    note_open(later, bert.send_no, Visit(YAHOO, is_prefetch=False))
    fetched = tally(acting, campaign)
    page = signed_in(brand.code, "marketer").get(f"/campaigns/{campaign.id}/result/").content.decode()
    note_click(
        later,
        anna.send_no,
        Visit("Mozilla/5.0 (Linux; Android 10; CUBOT) " + CHROME, is_prefetch=False),
        link_no=0,
    )

    assert fetched == {"sent": 2, "proxied": 2}
    assert "2 more mails may have been opened" in page
    assert tally(acting, campaign) == {"sent": 2, "proxied": 1, "opened": 1, "clicked": 1}
    assert queries.progress_of(acting, campaign).total == 2


@pytest.mark.usefixtures("lake")
def test_the_picture_is_there_for_whoever_asks(acting, brand, office):
    people = make_people(acting, brand.node_no, ["anna@example.com"])
    campaign = launch_and_decide(acting, make_campaign(acting, brand.node_no, people))
    send(acting, campaign, office)
    with acting_transaction(acting):
        anna = Send.objects.get(campaign_no=campaign.campaign_no)
    path = f"/o/{tokens().make(OPEN, Link(anna.send_no, campaign.node_no))}.gif"

    answer = Client(headers={"User-Agent": GOOGLE}).get(path)

    assert (answer.status_code, answer["Content-Type"]) == (200, "image/gif")
    assert tally(acting, campaign) == {"sent": 1, "proxied": 1}


@pytest.mark.usefixtures("lake")
@pytest.mark.parametrize("address", ["", "timeline?kind=messages"], ids=["the latest", "of the lake"])
def test_a_timeline_says_what_a_machine_did_until_the_person_does_it(acting, brand, office, address):
    people = make_people(acting, brand.node_no, ["anna@example.com"])
    campaign = launch_and_decide(acting, make_campaign(acting, brand.node_no, people))
    send(acting, campaign, office)
    with acting_transaction(acting):
        anna = Send.objects.get(campaign_no=campaign.campaign_no)
    agent = signed_in(brand.code, "service_agent")
    profile = f"/profiles/{ids_of(acting, people)[people[0]]}/{address}"

    def lines(minutes, visitor):
        later = acting.at_time(acting.at + timedelta(minutes=minutes))
        note_click(later, anna.send_no, Visit(visitor, is_prefetch=False), link_no=0)
        note_open(later, anna.send_no, Visit(visitor, is_prefetch=False))
        drain(later.at)
        page = agent.get(profile).content.decode()
        return [page.count(word) for word in ("Opened an e-mail", "Clicked a link", "by a machine")]

    assert lines(5, "UrlScanner/1.0") == [1, 1, 2]
    assert lines(9, "Mozilla/5.0 (Linux; Android 10; CUBOT) " + CHROME) == [1, 1, 0]
