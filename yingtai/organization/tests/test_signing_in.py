"""Colleagues sign in and work in one place at a time; programs come with a key."""

import pytest
from django.test import Client
from django.urls import reverse

from yingtai.organization.api import get_unit, make_api_key
from yingtai.organization.models import ApiKey, Staff
from yingtai.organization.testing import MONDAY, PASSWORD, make_staff


@pytest.fixture
def browser():
    return Client(enforce_csrf_checks=False)


def sign_in(browser, staff, password=PASSWORD):
    return browser.post(reverse("account_login"), {"login": staff.email, "password": password})


def test_a_stranger_is_sent_to_the_sign_in(books, browser):
    answer = browser.get("/")

    assert answer.status_code == 302
    assert answer.url == "/account/login/?next=/"


def test_a_colleague_signs_in_and_sees_home(brand, browser):
    answer = sign_in(browser, make_staff(brand.code, "marketer"))

    assert (answer.status_code, answer.url) == (302, "/")
    assert browser.get("/").status_code == 200


def test_a_wrong_password_lets_nobody_in(brand, browser):
    answer = sign_in(browser, make_staff(brand.code, "marketer"), password="not the password")

    assert answer.status_code == 200
    assert browser.get("/").status_code == 302


def test_nobody_can_sign_up(books, browser):
    before = Staff.objects.count()

    answer = browser.post(
        reverse("account_signup"), {"email": "new@staff.example.com", "password1": PASSWORD}
    )

    assert answer.status_code == 200
    assert Staff.objects.count() == before


def test_someone_without_a_role_may_do_nothing(brand, browser):
    staff = make_staff(brand.code)
    sign_in(browser, staff)

    assert browser.get("/").status_code == 403


def test_one_works_in_the_place_one_chose(brand, browser):
    staff = make_staff(brand.code, "marketer")
    staff.assignments.create(unit_id=unit_id(brand.dealer_code), role="dealer")
    sign_in(browser, staff)

    browser.post(reverse("organization:switch_workplace"), {"place": brand.dealer_code})
    here = browser.get("/").wsgi_request

    assert here.acting.scope.covers(brand.dealer_no)
    assert not here.acting.scope.covers(brand.node_no)
    assert here.acting.roles == {"dealer"}


def test_a_place_that_is_not_ones_own_cannot_be_chosen(brand, neighbour, browser):
    sign_in(browser, make_staff(brand.code, "marketer"))

    browser.post(reverse("organization:switch_workplace"), {"place": neighbour.code})

    assert not browser.get("/").wsgi_request.acting.scope.covers(neighbour.node_no)


def test_one_time_codes_are_offered(brand, browser):
    sign_in(browser, make_staff(brand.code, "marketer"))

    assert browser.get(reverse("mfa_activate_totp")).status_code in {200, 302}


def test_nobody_is_a_superuser(brand):
    staff = make_staff(brand.code, "administrator")

    assert not staff.is_superuser
    assert not staff.is_staff
    assert "is_superuser" not in {field.name for field in Staff._meta.get_fields()}


def test_a_program_without_a_key_is_told_what_to_send(books, browser):
    answer = browser.get("/api/v1/metrics")

    assert answer.status_code == 401
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.json()["code"] == "organization.key-not-accepted"


def test_a_wrong_or_revoked_key_is_refused(brand, browser):
    key = make_api_key(None, unit_code=brand.code, name="Shop", roles=["marketer"], at=MONDAY)
    ApiKey.objects.filter(start=key[:12]).update(revoked_at=MONDAY)

    for bearer in ("ytk_wrong", key):
        answer = browser.get("/api/v1/metrics", headers={"Authorization": f"Bearer {bearer}"})
        assert answer.status_code == 401


def test_a_key_is_kept_as_a_hash_only(brand):
    key = make_api_key(None, unit_code=brand.code, name="Shop", roles=["marketer"], at=MONDAY)

    kept = ApiKey.objects.get(start=key[:12])
    assert key.encode() not in bytes(kept.key_hash)
    assert len(kept.key_hash) == 32


def unit_id(code):
    return get_unit(code).id
