"""The check before finds what sending finds, person by person."""

from collections import Counter

import pytest

from yingtai.campaigns import queries
from yingtai.campaigns.models import Campaign
from yingtai.campaigns.services import deciding, trying
from yingtai.campaigns.testing import launch_and_decide, make_campaign, make_people
from yingtai.campaigns.tests.test_sending import send as send_mails
from yingtai.campaigns.tests.test_sending import states
from yingtai.collect.api import make_source
from yingtai.compliance.testing import signed_in
from yingtai.customers.api import find_profiles
from yingtai.customers.testing import drain, send
from yingtai.kernel.scoping import acting_transaction

pytestmark = pytest.mark.usefixtures("lake")
END = '<a href="{{ unsubscribe_url }}">x</a>'


def make(acting, brand, people):
    shop = make_source(
        acting, brand.node_no, name="shop", kind="server"
    )  # what a page says of anybody is not read out
    events = [
        {"type": "identify", "userId": user, "messageId": user, "traits": traits}
        for user, traits in people.items()
    ]
    send(shop, events, at=acting.at)
    drain(acting.at)
    return [find_profiles(acting, user)[0].profile_no for user in people]


def both(acting, brand, office, people, html):
    """What the check says and what sending does, as people by what became of them."""
    numbers = make(acting, brand, people)
    campaign = make_campaign(acting, brand.node_no, numbers, template={"html": html + END})
    expected = deciding.forecast(acting, campaign.id)
    campaign = launch_and_decide(acting, campaign)
    send_mails(acting, campaign, office)
    found = Counter("owed" if what == "sent" else what for what in states(acting, campaign).values())
    return {what: count for what, count in expected.items() if count}, dict(found)


def test_three_of_ten_have_no_last_name(acting, brand, office):
    people = {
        f"u{number}": {"email": f"u{number}@example.com"} | ({"last_name": "Li"} if number > 2 else {})
        for number in range(10)
    }

    expected, found = both(acting, brand, office, people, "<p>{{ person.last_name }}</p>")

    assert expected == found == {"owed": 7, "field_missing": 3}


def test_addresses_that_need_more_than_ascii_and_domains_that_do_not(acting, brand, office):
    people = {
        "u1": {"email": "anna@example.com"}, "u2": {"email": "ännä@example.com"}, "u3": {"email": "li@bücher.example"},
        "u4": {"city": "Shanghai"},
    }  # fmt: skip

    expected, found = both(acting, brand, office, people, "<p>Hello</p>")

    assert expected == found
    assert expected["owed"] + expected.get("bad_address", 0) + expected.get("no_address", 0) == 4
    assert "anna@example.com" in office.recipients
    assert not any("ä" in one for one in office.recipients)


@pytest.mark.parametrize(
    "link",
    ["javascript:alert(1)", " JavaScript:alert(1)", "java\tscript:alert(1)", "www.example.com/a", "//example.com/a",
     "data:text/html,x", "example.com", "https://other.example/a", "ftp://example.com", "vbscript:x", "/path", "file:///etc/passwd"],
)  # fmt: skip
def test_a_link_from_a_value_that_leads_nowhere_is_not_sent_with_the_reason(acting, brand, office, link):
    make_source(acting, brand.node_no, name="Shop", kind="sdk", allowed_origins=["https://shop.example"])
    people = {
        "u1": {"email": "u1@example.com", "shop_page": link},
        "u2": {"email": "u2@example.com", "shop_page": "https://shop.example/a?id=1&copy=2"},
    }

    expected, found = both(acting, brand, office, people, '<a href="{{ person.shop_page }}">Your shop</a>')

    assert expected == found == {"owed": 1, "bad_link": 1}
    assert office.recipients == ["u2@example.com"]


def test_of_many_people_some_are_tried_and_the_page_says_so(acting, brand, monkeypatch):
    monkeypatch.setattr(trying, "MOST_TRIED", 20)
    people = make_people(acting, brand.node_no, [f"p{number}@example.com" for number in range(200)])
    campaign = make_campaign(
        acting, brand.node_no, people, template={"html": f"<p>{{{{ person.nickname }}}}</p>{END}"}
    )

    counts = deciding.forecast(acting, campaign.id)
    found = queries.get_campaign(acting, campaign.id)
    page = signed_in(brand.code, "marketer").get(f"/campaigns/{campaign.id}/check").content.decode()

    assert counts == {"owed": 0, "field_missing": 200}
    assert 5 <= found.forecast_sample <= 60
    assert f"The mail was made for {found.forecast_sample} of them" in page


def test_a_draft_without_a_template_is_only_counted(acting, brand):
    people = make_people(acting, brand.node_no, ["anna@example.com"])
    campaign = make_campaign(acting, brand.node_no, people, version_id=None, from_address="")

    assert deciding.forecast(acting, campaign.id) == {"owed": 1}


def test_a_sender_that_cannot_be_written_pauses_instead_of_blaming_people(acting, brand, office):
    people = make_people(acting, brand.node_no, ["anna@example.com"])
    campaign = launch_and_decide(acting, make_campaign(acting, brand.node_no, people))
    with acting_transaction(acting):
        Campaign.objects.filter(campaign_no=campaign.campaign_no).update(from_address="néws@nova.example.com")

    send_mails(acting, campaign, office)

    found = queries.get_campaign(acting, campaign.id)
    assert (found.state, found.trouble) == ("paused", "campaigns.sender-address-not-understood")
    assert set(states(acting, campaign).values()) == {"owed"}
