"""A call is one tap from Home and from a person's page: masked until it is asked for, then shown and recorded."""

import re

import pytest

from yingtai.collect.api import make_source
from yingtai.compliance.testing import grant_email, make_purposes, signed_in
from yingtai.customers import ingesting
from yingtai.customers.models import Identifier, Profile, Reveal
from yingtai.customers.testing import send
from yingtai.kernel.scoping import acting_transaction
from yingtai.organization.testing import MONDAY, make_acting


@pytest.fixture
def anna(brand, acting):
    """Anna of a dealer, known by phone; she agreed to mail and was never asked about calls."""
    there = make_acting(brand.dealer_no)
    make_purposes(acting, brand.node_no)
    told = {"userId": "u-anna", "traits": {"email": "anna@example.com", "phone": "13800008000"}}
    send(make_source(there, brand.dealer_no, name="till"), [{"type": "identify", **told}])
    ingesting.drain(MONDAY)
    with acting_transaction(acting):
        found = Profile.objects.get()
    grant_email(acting, brand.dealer_no, [found.profile_no])
    return found


def read(browser, url):
    page = browser.get(url, headers={"accept-language": "en"}).content.decode()
    return page, re.sub(r"\s+", " ", re.sub(r"<[^>]*>", "", page))


def test_a_dealer_calls_from_home_and_from_the_page_and_that_is_recorded(brand, acting, anna):
    dealer = signed_in(brand.dealer_code, "dealer")
    with acting_transaction(acting):
        phone = Identifier.objects.get(kind=3)

    home, of_home = read(dealer, "/")
    page, of_page = read(dealer, f"/profiles/{anna.id}/")
    shown = dealer.post(f"/profiles/{anna.id}/reveal/{phone.alias_no}", {"call": "1"}).content.decode()

    for code, words in ((home, of_home), (page, of_page)):
        assert f'action="/profiles/{anna.id}/reveal/{phone.alias_no}"' in code
        assert "Call 138****8000" in words
        assert "13800008000" not in code
    assert "Do not call for marketing: there is no answer on record." in of_home
    assert "tel:" not in home + page
    assert 'href="tel:+8613800008000" data-call' in shown
    with acting_transaction(acting):
        assert list(Reveal.objects.values_list("profile_no", "what")) == [(anna.profile_no, "phone")]


def test_the_page_says_whether_one_may_call_or_write(brand, anna):
    _, words = read(signed_in(brand.dealer_code, "dealer"), f"/profiles/{anna.id}/")

    assert "Do not call for marketing: there is no answer on record." in words
    assert "You may write for: Marketing by e-mail." in words
    assert "No consent is needed for: Messages about an order or a service." in words


def test_whoever_may_not_reveal_is_offered_no_call(brand, anna):
    page, words = read(signed_in(brand.code, "marketer"), f"/profiles/{anna.id}/")

    assert "138****8000" in words
    assert "Call 138****8000" not in words
    assert 'name="call"' not in page
