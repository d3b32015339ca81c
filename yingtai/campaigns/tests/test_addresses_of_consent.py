"""A yes is for the address it was given for: a new address of the same person waits for its own."""

import re
from datetime import timedelta

import pytest
from django.test import Client

from yingtai.campaigns import queries
from yingtai.campaigns.services import deciding
from yingtai.campaigns.testing import launch_and_decide, make_campaign
from yingtai.campaigns.tests.test_kinds_and_times import ORDER
from yingtai.campaigns.tests.test_sending import send as send_mails
from yingtai.campaigns.tests.test_sending import states
from yingtai.collect.api import make_source
from yingtai.compliance.api import consents_of, record_consent
from yingtai.compliance.testing import grant_email, make_purposes
from yingtai.customers.api import find_profiles, get_profile, merge_profiles
from yingtai.customers.testing import drain, send

pytestmark = pytest.mark.usefixtures("lake")
OLD, NEW = "old@example.com", "new@example.com"
SERVICE = {"purpose": "service.messages", "template": ORDER}


@pytest.fixture
def shop(acting, brand):
    make_purposes(acting, brand.node_no)
    return make_source(acting, brand.node_no, name="shop", kind="server")


@pytest.fixture
def page(acting, brand):
    return make_source(acting, brand.node_no, name="shop")


def identify(acting, shop, user, *, minutes, **traits):
    at = acting.at + timedelta(minutes=minutes)
    event = {
        "type": "identify", "userId": user, "messageId": f"{user} {minutes}", "timestamp": at.isoformat(),
        "traits": traits,
    }  # fmt: skip
    send(shop, [event], at=at)
    drain(at)


def person(acting, value):
    [found] = find_profiles(acting, value)
    return found.profile_no


def say_yes(acting, brand, profile_no, **more):
    record_consent(
        acting, profile_no=profile_no, node_no=brand.node_no, purpose="marketing.email", channel="email",
        status="granted", source="form", **more,
    )  # fmt: skip


def run_campaign(acting, brand, office, people, **values):
    campaign = make_campaign(acting, brand.node_no, people, are_willing=False, **values)
    expected = deciding.forecast(acting, campaign.id)
    if not expected.get("owed"):
        return expected
    campaign = launch_and_decide(acting, campaign)
    send_mails(acting, campaign, office)
    return states(acting, campaign)


def test_a_new_address_does_not_inherit_the_yes_of_the_old_one(acting, brand, office, shop):
    identify(acting, shop, "anna", minutes=0, email=OLD)
    anna = person(acting, "anna")
    say_yes(acting, brand, anna)
    identify(acting, shop, "anna", minutes=1, email=NEW)

    assert run_campaign(acting, brand, office, [anna]) == {anna: "sent"}
    assert office.recipients == [OLD]


@pytest.mark.parametrize("order", [("victim", "thief"), ("thief", "victim"), ("thief", "victim", "thief")])
def test_whoever_names_the_address_of_another_in_a_browser_gets_none_of_their_mail(
    acting, brand, office, shop, page, order
):
    victim, thief = OLD, "thief@example.org"
    identify(acting, shop, "anna", minutes=0, email=victim, city="Shanghai")
    anna = person(acting, "anna")
    say_yes(acting, brand, anna)
    for minute, name in enumerate(order, 1):
        at = acting.at + timedelta(minutes=minute)
        email = {"victim": victim, "thief": thief}[name]
        event = {
            "type": "identify",
            "anonymousId": "browser-9",
            "messageId": f"{minute}",
            "traits": {"email": email},
        }
        send(page, [event], at=at)
        drain(at)

    people = {found.profile_no for value in (victim, thief) for found in find_profiles(acting, value)}
    run_campaign(acting, brand, office, sorted(people))

    assert office.recipients == [victim]


def test_a_service_mail_goes_nowhere_that_only_a_page_named_before_a_server_knew_them(
    acting, brand, office, shop, page
):
    identify(acting, page, "anna", minutes=0, email="thief@example.org")
    identify(acting, shop, "anna", minutes=1, first_name="Anna", city="Shanghai")
    anna = person(acting, "anna")

    assert run_campaign(acting, brand, office, [anna], **SERVICE) == {"no_address": 1}
    identify(acting, shop, "anna", minutes=2, email=OLD)
    run_campaign(acting, brand, office, [anna], **SERVICE)

    assert office.recipients == [OLD]


def test_a_yes_given_again_covers_the_new_address_and_it_is_used(acting, brand, office, shop):
    identify(acting, shop, "anna", minutes=0, email=OLD)
    anna = person(acting, "anna")
    say_yes(acting, brand, anna)
    identify(acting, shop, "anna", minutes=1, email=NEW)
    say_yes(acting, brand, anna)

    run_campaign(acting, brand, office, [anna])

    assert office.recipients == [NEW]


def test_a_yes_from_before_any_address_is_for_the_first_that_comes(acting, brand, office, shop):
    identify(acting, shop, "anna", minutes=0, city="Shanghai")
    anna = person(acting, "anna")
    say_yes(acting, brand, anna)
    identify(acting, shop, "anna", minutes=1, email=OLD)
    identify(acting, shop, "anna", minutes=2, email=NEW)

    run_campaign(acting, brand, office, [anna])

    assert office.recipients == [OLD]


def test_a_yes_from_before_any_address_is_not_for_one_that_a_page_brings(acting, brand, office, page, shop):
    identify(acting, page, "anna", minutes=0, city="Shanghai")
    anna = person(acting, "anna")
    say_yes(acting, brand, anna)
    identify(acting, page, "anna", minutes=1, email="thief@example.org")
    hijacked = run_campaign(acting, brand, office, [anna])
    identify(acting, shop, "anna", minutes=2, email=OLD)

    run_campaign(acting, brand, office, [anna])

    assert hijacked == {"other_address": 1}
    assert office.recipients == [OLD]


def test_a_yes_for_the_address_that_a_page_gave_before_it_is_for_that(acting, brand, office, shop, page):
    identify(acting, page, "anna", minutes=0, email=OLD)
    anna = person(acting, "anna")
    say_yes(acting, brand, anna)

    run_campaign(acting, brand, office, [anna])

    assert office.recipients == [OLD]


def test_a_yes_for_an_address_that_is_gone_is_for_no_other(acting, brand, office, shop):
    identify(acting, shop, "anna", minutes=0, email=OLD)
    anna = person(acting, "anna")
    say_yes(acting, brand, anna, alias_nos=[1])

    assert run_campaign(acting, brand, office, [anna]) == {"other_address": 1}


def test_an_address_that_bounced_is_left_for_one_with_its_own_yes(acting, brand, office, shop):
    identify(acting, shop, "anna", minutes=0, email=OLD)
    anna = person(acting, "anna")
    say_yes(acting, brand, anna)
    office.refusals[OLD] = "550 5.1.1 no such user"
    first = run_campaign(acting, brand, office, [anna])
    identify(acting, shop, "anna", minutes=1, email=NEW)
    before = run_campaign(acting, brand, office, [anna])
    say_yes(acting, brand, anna)

    after = run_campaign(acting, brand, office, [anna])

    assert (first, before, after) == ({anna: "bounced"}, {"suppressed": 1}, {anna: "sent"})
    assert office.recipients == [NEW]


def test_merged_with_somebody_who_never_agreed_their_address_gets_nothing(acting, brand, office, shop):
    identify(acting, shop, "anna", minutes=0, email=OLD)
    identify(acting, shop, "bert", minutes=1, phone="+8613912345678")
    anna, bert = person(acting, "anna"), person(acting, "bert")
    say_yes(acting, brand, anna)
    send(shop, [{"type": "identify", "anonymousId": "browser-1", "messageId": "x", "traits": {"email": NEW}}])
    drain(acting.at + timedelta(minutes=3))
    [stranger] = find_profiles(acting, NEW)

    merge_profiles(acting, survivor_id=get_profile(acting, find_profiles(acting, "anna")[0].id).id,
                   duplicate_id=stranger.id)  # fmt: skip
    run_campaign(acting, brand, office, [anna])

    assert bert != anna
    assert office.recipients == [OLD]


def test_whoever_subscribes_again_from_a_mail_does_so_for_its_address(acting, brand, office, shop):
    identify(acting, shop, "anna", minutes=0, email=OLD)
    identify(acting, shop, "anna", minutes=1, email=NEW)
    anna = person(acting, "anna")
    say_yes(acting, brand, anna)
    run_campaign(acting, brand, office, [anna])
    raw = office.mails[0][1]
    path = re.search(rb"List-Unsubscribe: <https?://[^/]+(/u/[^>]+)>", raw)[1].decode()
    reader = Client()

    reader.post(path)
    withdrawn = [view.status for view in consents_of(acting, anna)]
    reader.post(f"{path}/preferences", {"email": "yes"})
    identify(acting, shop, "anna", minutes=5, email="third@example.com")
    run_campaign(acting, brand, office, [anna])

    assert withdrawn == ["withdrawn"]
    assert [view.status for view in consents_of(acting, anna)] == ["granted"]
    assert office.recipients == [NEW, NEW]


def test_a_no_is_the_persons_whatever_the_address(acting, brand, office, shop):
    identify(acting, shop, "anna", minutes=0, email=OLD)
    identify(acting, shop, "anna", minutes=1, email=NEW)
    anna = person(acting, "anna")
    grant_email(acting, brand.node_no, [anna])
    record_consent(
        acting, profile_no=anna, node_no=brand.node_no, purpose="marketing.email", channel="email",
        status="withdrawn", source="form", alias_nos=[1],
    )  # fmt: skip

    assert run_campaign(acting, brand, office, [anna]) == {"withdrawn": 1}


def test_the_ledger_says_why_in_words(acting, brand, office, shop):
    identify(acting, shop, "anna", minutes=0, email=OLD)
    anna = person(acting, "anna")
    say_yes(acting, brand, anna, alias_nos=[1])
    campaign = make_campaign(acting, brand.node_no, [anna], are_willing=False)

    deciding.forecast(acting, campaign.id)

    assert queries.get_campaign(acting, campaign.id).forecast == {"other_address": 1}
