"""A second factor whose secret the database cannot tell."""

from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value, yield_hotp_counters_from_time
from django.test import Client

from yingtai.organization.testing import make_staff

SECRET = "JBSWY3DPEHPK3PXP"


def test_the_secret_of_a_second_factor_lies_sealed_and_still_works(brand):
    staff = make_staff(brand.code, "marketer")

    factor = TOTP.activate(staff, SECRET)

    held = Authenticator.objects.get(user=staff)
    assert SECRET not in str(held.data)
    code = format_hotp_value(hotp_value(SECRET, next(yield_hotp_counters_from_time())))
    assert factor.validate_code(code)


def test_recovery_codes_lie_sealed_too(brand):
    staff = make_staff(brand.code, "marketer")

    codes = RecoveryCodes.activate(staff).get_unused_codes()

    held = str(Authenticator.objects.get(user=staff).data)
    assert codes
    assert not [code for code in codes if code in held]
    assert "sealed:" in held


def test_pages_of_libraries_speak_as_ours_do(books):
    browser = Client()
    browser.force_login(
        make_staff("group", "administrator"), backend="allauth.account.auth_backends.AuthenticationBackend"
    )
    browser.cookies["django_language"] = "zh-hans"

    password = browser.get("/account/password/change/").content.decode()
    factor = browser.get("/account/2fa/").content.decode()

    assert "密码至少需要 12 个字符。" in password
    assert "密码不能是常见密码。" in password
    assert "你的" not in password
    assert "尚未启用身份验证器应用。" in factor
