"""The record tells of changes to one's own sign-in, and says everything in words."""

import pytest
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time
from django.test import Client
from django.urls import reverse

from yingtai.kernel.acting import Acting
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
