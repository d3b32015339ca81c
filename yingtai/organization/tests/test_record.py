"""The record tells of changes to one's own sign-in, and says everything in words."""

import re
from dataclasses import replace
from datetime import timedelta

import pytest
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time
from django.test import Client
from django.urls import reverse

from yingtai.kernel.acting import Acting
from yingtai.kernel.pages import ROWS_PER_PAGE
from yingtai.kernel.testing import MONDAY
from yingtai.organization import deeds, services
from yingtai.organization.testing import PASSWORD, make_staff

LOGIN = {"password": PASSWORD}


@pytest.fixture
def staff(brand):
    return make_staff(brand.code, "marketer")


@pytest.fixture
def browser(staff):
    """A browser in which the password was given a moment ago."""
    browser = Client()
    browser.post(reverse("account_login"), LOGIN | {"login": staff.email})
    return browser


def recorded(brand, staff):
    acting = Acting(f"staff:{staff.id}", brand.scope, "operations", MONDAY)
    return [(row.what, row.by, row.about) for row in deeds.list_deeds(acting).rows]


def test_a_changed_password_is_recorded(brand, staff, browser):
    new = "another horse battery staple"

    browser.post(
        reverse("account_change_password"), {"oldpassword": PASSWORD, "password1": new, "password2": new}
    )

    assert recorded(brand, staff) == [("sign-in.password-changed", f"staff:{staff.id}", staff.email)]


def test_a_second_factor_and_its_codes_are_recorded(brand, staff, browser):
    browser.post(reverse("account_reauthenticate"), LOGIN)
    browser.get(reverse("mfa_activate_totp"))
    secret = browser.session["mfa.totp.secret"]
    code = format_hotp_value(hotp_value(secret, next(yield_hotp_counters_from_time())))
    browser.post(reverse("mfa_activate_totp"), {"code": code})
    browser.post(reverse("mfa_generate_recovery_codes"))
    browser.post(reverse("mfa_deactivate_totp"))

    assert [what for what, _by, _about in recorded(brand, staff)] == [
        "sign-in.factor-removed", "sign-in.codes-made", "sign-in.factor-added",
    ]  # fmt: skip


def test_nothing_is_recorded_when_nothing_changed(brand, staff, browser):
    browser.post(
        reverse("account_change_password"), {"oldpassword": "wrong", "password1": "x", "password2": "y"}
    )

    assert recorded(brand, staff) == []


def test_details_are_words_in_the_readers_language(brand, staff):
    boss = Acting("staff:test", brand.scope, "operations", MONDAY, frozenset({"administrator"}))
    services.give_role(boss, staff_id=staff.id, unit_code=brand.code, role="executive")
    asked = {"asked_for": "role.give", "asked_by": f"staff:{staff.id}"}
    deeds.record_deed(boss, "approval.asked", node_no=brand.node_no, **asked)
    auditor = Client()
    auditor.force_login(
        make_staff(brand.code, "auditor"), "allauth.account.auth_backends.AuthenticationBackend"
    )

    text = auditor.get("/organization/record/").content.decode()
    auditor.cookies["django_language"] = "zh-hans"
    chinese = auditor.get("/organization/record/").content.decode()

    assert f"Role: Executive · Works in: Brand {brand.code[6:]}" in text
    assert "Asked by: Test Colleague · Asked for: give a role" in text
    assert "executive" not in text.partition("<tbody")[2]
    assert "角色：" in chinese or "角色: " in chinese


def test_the_record_stands_in_the_order_of_the_time_it_shows_and_is_narrowed_by_who_and_when(brand, staff):
    acting = Acting(f"staff:{staff.id}", brand.scope, "operations", MONDAY)
    other = replace(acting, actor="key:shop")
    for who, days in ((acting, 0), (other, 9), (acting, 40), (other, 2)):
        at = MONDAY - timedelta(days=days)
        deeds.record_deed(replace(who, at=at), "unit.added", node_no=brand.node_no, about=f"{days}")

    def told(**asked):
        return [row.about for row in deeds.list_deeds(acting, **asked).rows]

    assert told() == ["0", "2", "9", "40"]
    assert told(by="key:shop", since=MONDAY - timedelta(days=7)) == ["2"]
    assert set(deeds.list_doers(acting)) == {acting.actor, "key:shop"}


def test_pages_of_the_record_go_on_where_the_time_left_off(brand, staff):
    acting = Acting(f"staff:{staff.id}", brand.scope, "operations", MONDAY)
    for number in range(ROWS_PER_PAGE + 2):
        at = MONDAY - timedelta(minutes=number % 3)
        deeds.record_deed(replace(acting, at=at), "unit.added", node_no=brand.node_no, about=str(number))

    first = deeds.list_deeds(acting)
    rest = deeds.list_deeds(acting, after=first.next_cursor)

    rows = [*first.rows, *rest.rows]
    assert (len(rest.rows), len({row.about for row in rows})) == (2, ROWS_PER_PAGE + 2)
    assert [row.at for row in rows] == sorted((row.at for row in rows), reverse=True)


def test_the_page_of_the_record_offers_when(brand, sign_in):
    page = sign_in("auditor").get("/organization/record/?days=7").content.decode()

    assert re.search(r'<option value="7" +selected>The latest 7 days</option>', page)


def test_a_line_names_nobody_whom_a_name_names(brand, staff):
    acting = Acting(f"staff:{staff.id}", brand.scope, "operations", MONDAY)
    at = brand.scope.hull.lo
    told = {"source": "13800138000 orders", "facts": ["anna@example.com", str(staff.id)], "rows": 13800138000}

    deeds.record_deed(acting, "unit.added", node_no=at, about="Mail to anna@example.com", **told)
    deeds.record_deed(acting, "role.given", node_no=at, about=staff.email)

    given, added = deeds.list_deeds(acting).rows
    assert (given.about, added.about) == (staff.email, "Mail to ***")
    assert added.details == {"source": "*** orders", "facts": ["***", str(staff.id)], "rows": 13800138000}
