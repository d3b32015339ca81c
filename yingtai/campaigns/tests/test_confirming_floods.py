"""Who floods a brand with addresses gets a share of its mails, and no mailbox is written to under many spellings."""

from datetime import timedelta

import pytest
from django.test import Client

from yingtai.campaigns import confirmations
from yingtai.campaigns.addresses import NotAnAddress, folded_address
from yingtai.campaigns.confirmations import how_many
from yingtai.campaigns.models import AskedMailbox, Confirmation
from yingtai.campaigns.services import confirming
from yingtai.campaigns.services.following import forget_people
from yingtai.campaigns.services.mailboxes import crowded_out
from yingtai.campaigns.tests.test_addresses_of_consent import person
from yingtai.campaigns.tests.test_confirming import ANNA, DAY, Shop
from yingtai.campaigns.waiting import campaigns_wait
from yingtai.compliance.testing import signed_in
from yingtai.customers.api import erase_person, ids_of
from yingtai.customers.testing import drain, hear_given, send
from yingtai.kernel.acting import system
from yingtai.kernel.scope import Scope
from yingtai.kernel.scoping import acting_transaction
from yingtai.organization.testing import make_acting

pytestmark = pytest.mark.usefixtures("lake")
FLOOD, HONEST = "198.51.100.7", "203.0.113.9"
VICTIM = "victim@gmail.com"


@pytest.fixture
def shop(acting, brand, office, monkeypatch):
    made = Shop(acting, brand, office, hear_given(monkeypatch))
    made.choose()
    monkeypatch.setattr("yingtai.campaigns.confirmations.LINK_KEPT", timedelta(days=40_000))
    return made


def floods(shop, addresses, *, minutes=1, client=FLOOD):
    """Let a client give many addresses with a yes at once."""
    events = [
        {
            "type": "identify", "messageId": f"{address} {minutes}", "anonymousId": address,
            "traits": {"email": address}, "context": {"consent": {"categoryPreferences": {"marketing.email": True}}},
        }
        for address in addresses
    ]  # fmt: skip
    shop.facts.clear()
    at = shop.acting.at + timedelta(minutes=minutes)
    send(shop.page, events, at=at, client=client)
    drain(at)
    for fact in shop.facts:
        confirming.note_given(shop.product(minutes), node_no=fact.node_no, given=fact.each())


def strangers(count, host="qq.com"):
    return [f"stranger-{number}@{host}" for number in range(count)]


def test_who_floods_gets_half_of_an_hour_and_the_next_from_elsewhere_is_asked_at_once(shop):
    shop.choose(most_an_hour=20)
    floods(shop, strangers(60))
    shop.asks(minutes=2)
    shop.asks(minutes=3)
    assert len(shop.office.recipients) == 10

    shop.says(ANNA, minutes=4, client=HONEST)

    assert shop.asks(minutes=5)[10:] == [ANNA]


def test_a_neighbor_in_the_network_of_a_flood_is_asked_before_what_came_earlier(shop):
    shop.choose(most_an_hour=2)
    floods(shop, strangers(5))
    shop.says(ANNA, minutes=2, client="198.51.100.200")

    assert shop.asks(minutes=3) == [ANNA]


def test_what_a_flood_leaves_waiting_makes_room_for_others(shop, monkeypatch):
    monkeypatch.setattr(confirming, "MOST_WAITING", 5)
    floods(shop, strangers(9))
    shop.says(ANNA, minutes=2, client=HONEST)

    with acting_transaction(shop.acting):
        waiting = Confirmation.objects.values_list("network", flat=True)
        assert sorted(map(list(waiting).count, set(waiting))) == [1, 4]


def test_the_oldest_of_whoever_gave_most_are_crowded_out(shop):
    at = shop.acting.at
    waiting = [
        Confirmation(confirmation_no=number, network=network, asked_at=at + timedelta(seconds=number))
        for number, network in enumerate("aaabbc")
    ]

    assert {one.confirmation_no for one in crowded_out(waiting, 4)} == {0, 1}


def test_one_network_has_its_share_of_a_set(shop, monkeypatch):
    monkeypatch.setattr("yingtai.customers.ingest.giving.MOST_OF_A_NETWORK", 3)
    floods(shop, strangers(9))

    assert how_many(shop.acting, shop.brand.node_no).waiting == 3


def test_a_host_that_few_were_confirmed_at_gets_few_mails_an_hour(shop):
    floods(shop, strangers(8, host="small.example"))
    shop.asks(minutes=2)
    shop.asks(minutes=3)
    assert len(shop.office.recipients) == 5

    shop.asks(minutes=70)
    assert len(shop.office.recipients) == 8


def test_many_spellings_of_one_mailbox_get_one_mail_a_day_and_three_ever(shop):
    tagged = ["v.i.ctim@gmail.com", "VICTIM@gmail.com", "victim@googlemail.com"]
    for day in range(5):
        spelled = [f"victim+{day}-{number}@gmail.com" for number in range(3)]
        floods(shop, [*spelled, *tagged], minutes=1 + day * DAY)
        shop.asks(minutes=2 + day * DAY)

    assert len(shop.office.recipients) == 3


def test_a_mailbox_that_said_it_was_not_them_is_not_asked_under_another_spelling(shop):
    shop.says(VICTIM)
    shop.asks()
    Client().post(shop.link(VICTIM), {"confirm": "no"})

    shop.says("victim+2@gmail.com", minutes=2 * DAY)

    assert shop.asks(minutes=2 * DAY + 1) == [VICTIM]


def test_a_mailbox_that_confirmed_is_asked_for_another_address_of_its_own(shop):
    shop.says(VICTIM)
    shop.asks()
    shop.presses(VICTIM)
    shop.says("victim+2@gmail.com", minutes=30)

    assert shop.asks(minutes=31) == [VICTIM, "victim+2@gmail.com"]


def test_who_was_erased_is_not_asked_anew(acting, shop):
    shop.says(ANNA)
    shop.asks()
    forget_people(acting, [person(acting, ANNA)])
    shop.says(ANNA, minutes=60)
    assert shop.asks(minutes=61) == [ANNA]

    with acting_transaction(acting):
        assert [one.mails for one in AskedMailbox.objects.all()] == [1, 1]  # Its mailbox, and for a network.


def test_a_mailbox_that_was_suppressed_stays_so_when_its_person_is_erased(acting, brand, shop):
    shop.office.refusals[ANNA] = "550 5.1.1 no such user"
    shop.says(ANNA)
    shop.asks()
    shop.office.refusals.clear()
    [profile_id] = ids_of(acting, [person(acting, ANNA)]).values()
    by_product = system("customers", Scope.of(brand.node_no), acting.at)
    erase_person(by_product, profile_id=profile_id)

    shop.says(ANNA, minutes=2 * DAY)

    assert shop.asks(minutes=2 * DAY + 1) == []


@pytest.mark.parametrize(
    ("address", "folded"),
    [
        ("V.i.C.tim+a+b@GoogleMail.com", "victim@gmail.com"),
        ("first.last+x@nova.example", "first.last+x@nova.example"),
        ("+x@nova.example", "+x@nova.example"),
        ("victim-shop@yahoo.de", "victim@yahoo.de"),
        ("a@me.com", "a@icloud.com"),
    ],
)
def test_spellings_of_one_mailbox_are_folded(address, folded):
    assert folded_address(address) == folded


@pytest.mark.parametrize(
    "address", ["a%evil.example@nova.example", "evil.example!a@nova.example", '"a b"@nova.example', "a"]
)
def test_an_address_that_leads_elsewhere_is_not_asked(shop, address):
    with pytest.raises(NotAnAddress):
        folded_address(address)
    floods(shop, [address])

    assert shop.asks() == []


def test_a_flood_is_told_on_the_page_and_on_home(shop, brand, monkeypatch):
    monkeypatch.setattr(confirmations, "CROWD", 4)
    marketer = make_acting(brand.node_no, roles=("marketer",))
    page = signed_in(brand.code, "marketer")
    floods(shop, strangers(3))
    assert not campaigns_wait(marketer)

    floods(shop, strangers(6), minutes=2)

    assert [one.title for one in campaigns_wait(marketer)] == [
        "Many addresses to confirm come from one network"
    ]
    text = page.get("/campaigns/confirming/", follow=True).content.decode()
    assert "6 of the waiting addresses came from one network" in text


@pytest.mark.parametrize(
    ("role", "sees"), [("analyst", False), ("executive", False), ("auditor", False), ("marketer", True)]
)
def test_how_many_confirmed_is_told_only_to_who_may_see_people(shop, brand, role, sees):
    text = signed_in(brand.code, role).get("/campaigns/confirming/", follow=True).content.decode()

    assert ("Asked, no answer yet" in text) is sees


def test_a_link_agrees_to_what_its_mail_named(shop):
    shop.says(ANNA, purpose="marketing.email")
    shop.asks()
    first = shop.link(ANNA)
    shop.says(ANNA, minutes=2 * DAY, purpose="marketing.personalisation")

    assert "Personalized offers" not in Client().get(first).content.decode()
    Client().post(first)
    shop.settles(minutes=2 * DAY + 5)

    assert [purpose for purpose, *_ in shop.answers(ANNA)] == ["marketing.email"]


def test_what_a_page_calls_a_purpose_is_written_nowhere(shop):
    shop.says(ANNA, purpose="Anna Schmidt, 13 Rose Street")
    assert shop.facts == []

    shop.says(ANNA, minutes=2)
    assert [one.purposes for fact in shop.facts for one in fact.each()] == [["marketing.email"]]
