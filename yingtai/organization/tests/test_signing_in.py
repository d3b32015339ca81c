"""Colleagues sign in and work in one place at a time; programs come with a key."""

import re
from urllib.parse import urlsplit

import pytest
from allauth.account.models import EmailAddress
from allauth.account.urls import urlpatterns as allauth_urls
from django.core import mail
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from yingtai.kernel.testing import run_jobs
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


def test_the_mail_with_a_new_password_is_in_our_words_and_the_language_of_its_reader(
    brand, browser, settings
):
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    mail.outbox.clear()
    colleague = make_staff(brand.code, "marketer")
    Staff.objects.filter(id=colleague.id).update(language="zh-hans")

    browser.post(reverse("account_reset_password"), {"email": colleague.email.upper()})
    assert mail.outbox == []
    run_jobs()

    [message] = mail.outbox
    assert message.subject == "为营台设置新密码"
    assert "/account/password/reset/key/" in message.body
    assert "Password Reset" not in message.body


def test_an_address_of_no_colleague_gets_no_mail_and_the_same_page(brand, browser, settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    mail.outbox.clear()

    known, asked_of_known = asked(browser, make_staff(brand.code, "marketer").email)
    unknown, asked_of_unknown = asked(browser, "nobody@example.net")
    assert mail.outbox == []
    run_jobs()

    assert len(mail.outbox) == 1
    assert (known.status_code, known.url) == (unknown.status_code, unknown.url)
    assert asked_of_known == asked_of_unknown


def asked(browser, email):
    """Return the answer to a forgotten password, and what was asked of the books for it, without the values."""
    with CaptureQueriesContext(connection) as queries:
        answer = browser.post(reverse("account_reset_password"), {"email": email})
    assert email not in "".join(one["sql"] for one in queries if "procrastinate" in one["sql"])
    return answer, [re.sub(r"'[^']*'|\d+", "", one["sql"]) for one in queries]


def test_who_asks_again_and_again_has_one_mail_sent_and_nobody_beside_them_is_shut_out(
    brand, browser, settings
):
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    mail.outbox.clear()
    chosen, colleague = make_staff(brand.code, "marketer"), make_staff(brand.code, "marketer")

    asked(browser, chosen.email)
    run_jobs()
    for _time in range(22):
        answer, _queries = asked(browser, chosen.email)
    other, _queries = asked(Client(), colleague.email)
    run_jobs()

    assert (answer.status_code, other.status_code) == (302, 302)
    assert [one.to for one in mail.outbox] == [[chosen.email], [colleague.email]]


def test_a_link_for_a_new_password_works_once_and_ends_with_a_sign_in(brand, browser, settings, monkeypatch):
    monkeypatch.setattr("yingtai.organization.forgotten.MAILS_AT_ONCE", 2)
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    mail.outbox.clear()
    colleague, new = (
        make_staff(brand.code, "marketer"),
        {"password1": "a horse of its own", "password2": "a horse of its own"},
    )
    links = []
    for _time in range(2):
        asked(browser, colleague.email)
        run_jobs()
        links.append(urlsplit(re.search(r"http\S+", mail.outbox[-1].body)[0]).path)

    assert browser.post(browser.get(links[0]).url, new).status_code == 302
    later = Client()
    assert [
        b"form" in later.get(link).content and b"password1" in later.get(link).content for link in links
    ] == [False] * 2
    assert sign_in(Client(), colleague, password=new["password1"]).status_code == 302


USED_OF_ALLAUTH = {
    "account_login", "account_logout", "account_inactive", "account_reauthenticate", "account_change_password",
    "account_reset_password", "account_reset_password_done", "account_reset_password_from_key",
    "account_reset_password_from_key_done",
}  # fmt: skip


def test_whatever_else_allauth_brings_is_not_there(brand, browser):
    """Among it the pages to sign up and to add or change the address one signs in with."""
    staff = make_staff(brand.code, "marketer")
    browser.force_login(staff, "allauth.account.auth_backends.AuthenticationBackend")
    words = {"uidb36": "1", "key": "x-y"}
    others = [one for one in allauth_urls if one.name not in USED_OF_ALLAUTH]
    paths = [
        "/account/"
        + re.sub(r"\W*\(\?P<(\w+)>.+\)", lambda found: words[found[1]], str(one.pattern).strip("^$"))
        for one in others
    ] + ["/account/3rdparty/", "/account/social/connections/", "/account/sessions/"]

    answers = [ask(path).status_code for path in paths for ask in (browser.get, browser.post)]

    assert {"account_signup", "account_email", "account_confirm_email"} <= {one.name for one in others}
    assert answers == [404] * len(answers)


def test_the_address_of_an_account_stays_what_it_was(brand, browser):
    staff, other = make_staff(brand.code, "analyst"), make_staff(brand.code, "administrator")
    sign_in(browser, staff)
    mine = f"added-{other.email}"

    for address in (mine, other.email):
        for action in ({"action_add": ""}, {"action_primary": ""}, {}):
            assert browser.post("/account/email/", {"email": address, **action}).status_code == 404

    assert not sign_in(Client(), Staff(email=mine)).wsgi_request.user.is_authenticated
    assert list(EmailAddress.objects.filter(email__in=[mine, other.email])) == []


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


def test_a_program_without_a_key_is_refused_before_its_body_is_looked_at(books, browser):
    unstorable = '{"query": "\\u0000"}'

    for headers in ({}, {"Authorization": "Bearer ytk_wrong"}):
        answer = browser.post("/api/v1/profiles/search", unstorable, "application/json", headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (401, "organization.key-not-accepted")


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
