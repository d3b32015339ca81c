"""Wrong passwords count for an account and the place they come from; nobody is shut out by others."""

from ipaddress import ip_network
from types import SimpleNamespace

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from yingtai.kernel.env import env
from yingtai.organization import signing_in
from yingtai.organization.signing_in import FAILURES_OF_A_DEVICE
from yingtai.organization.testing import PASSWORD, make_staff


@pytest.fixture(autouse=True)
def _fresh_counters():
    cache.clear()


@pytest.fixture
def behind_a_proxy(monkeypatch):
    monkeypatch.setitem(env().__dict__, "proxy_networks", [ip_network("10.0.0.0/8")])


def attempt(staff, password=PASSWORD, *, browser=None, address="203.0.113.7", said=""):
    """Try to sign in; say whether it worked."""
    browser = browser or Client()
    form = {"login": staff.email, "password": password}
    headers = {"x-forwarded-for": said} if said else {}
    browser.post(reverse("account_login"), form, REMOTE_ADDR=address, headers=headers)
    return "_auth_user_id" in browser.session


def fail(staff, times, **where):
    for _ in range(times):
        assert not attempt(staff, "not the password", **where)


def test_ten_failures_stop_that_account_from_that_address_only(brand):
    anna, bo = make_staff(brand.code, "marketer"), make_staff(brand.code, "marketer")

    fail(anna, 10)

    assert not attempt(anna)
    assert attempt(anna, address="203.0.113.8")
    assert attempt(bo)


def test_a_flood_from_an_address_refuses_nobody_there_who_was_not_guessed(brand, monkeypatch):
    monkeypatch.setattr(signing_in, "FLOOD", 6)
    anna, bo, typing = (make_staff(brand.code, "marketer") for _ in range(3))
    fail(typing, 2)
    fail(anna, 3)
    fail(anna, 1, address="203.0.113.8")

    fail(SimpleNamespace(email="nobody@example.com"), 1)

    assert [attempt(one) for one in (anna, bo, typing)] == [False, True, True]
    assert attempt(anna, address="203.0.113.8")


def test_a_network_of_ipv6_is_one_address(brand):
    anna = make_staff(brand.code, "marketer")

    for last in range(10):
        fail(anna, 1, address=f"2001:db8::{last}")

    assert not attempt(anna, address="2001:db8::99")
    assert attempt(anna, address="2001:db8:0:1::99")


def test_whoever_is_stopped_is_told_why(brand):
    anna = make_staff(brand.code, "marketer")
    fail(anna, 10)

    answer = Client().post(
        reverse("account_login"), {"login": anna.email, "password": PASSWORD}, REMOTE_ADDR="203.0.113.7"
    )

    assert answer.status_code == 429
    assert "Too many wrong passwords" in answer.content.decode()


def test_ten_failures_for_ten_people_stop_nobody(brand):
    people = [make_staff(brand.code, "marketer") for _ in range(3)]
    for one in people:
        fail(one, 5)

    assert [attempt(one) for one in people] == [True, True, True]


def test_capitals_and_spaces_are_the_same_account(brand):
    anna = make_staff(brand.code, "marketer")
    for number in range(10):
        form = {"login": f" {anna.email.upper() if number % 2 else anna.email} ", "password": "wrong"}
        Client().post(reverse("account_login"), form, REMOTE_ADDR="203.0.113.7")

    assert not attempt(anna)


def test_a_device_that_signed_in_before_is_never_shut_out_by_others(brand):
    anna, known = make_staff(brand.code, "marketer"), Client()
    assert attempt(anna, browser=known)
    known.post(reverse("account_logout"))

    fail(anna, 40)
    for number in range(60):
        attempt(anna, "wrong", address=f"198.51.100.{number}")

    assert not attempt(anna)
    assert attempt(anna, browser=known)


def test_a_known_device_may_not_guess_for_ever(brand):
    anna, known = make_staff(brand.code, "marketer"), Client()
    attempt(anna, browser=known)
    known.post(reverse("account_logout"))

    fail(anna, FAILURES_OF_A_DEVICE + 10, browser=known)

    assert not attempt(anna, browser=known)


def test_a_device_known_to_one_account_is_strange_to_another(brand):
    anna, bo, known = make_staff(brand.code, "marketer"), make_staff(brand.code, "marketer"), Client()
    attempt(anna, browser=known)
    known.post(reverse("account_logout"))

    fail(bo, 10, browser=known)

    assert not attempt(bo, browser=known)


def test_only_a_named_proxy_is_believed(brand, behind_a_proxy):
    anna = make_staff(brand.code, "marketer")

    fail(anna, 10, address="10.1.2.3", said="192.0.2.1")
    assert not attempt(anna, address="10.1.2.3", said="192.0.2.1")
    assert not attempt(anna, address="10.1.2.3", said="5.5.5.5, 192.0.2.1, 10.9.9.9")
    assert attempt(anna, address="10.1.2.3", said="192.0.2.2")


def test_nobody_talks_their_way_out_of_an_address(brand):
    anna = make_staff(brand.code, "marketer")

    for number in range(10):
        fail(anna, 1, said=f"192.0.2.{number}")

    assert not attempt(anna, said="192.0.2.99")
