"""How colleagues sign in: by invitation of an administrator, never by signing up.

Wrong passwords count for the account *and* the address they come from (django-axes), so that nobody is shut out by
somebody else's failures: not by a stranger elsewhere, not by a colleague behind the same proxy. While very many come
from one address, an account that was tried there before waits sooner; one that was not is let in as ever. A device that
signed in before is let try whatever happens elsewhere. Source: OWASP, "Slow Down Online Guessing Attacks with Device
Cookies".
"""

from hashlib import blake2s
from secrets import token_hex
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.conf import settings
from django.core.signing import BadSignature, TimestampSigner
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.utils.translation import get_language, override
from django.utils.translation import gettext as _

from yingtai.kernel.acting import Acting
from yingtai.kernel.addresses import client_address, sharer
from yingtai.kernel.counters import count_of, count_up
from yingtai.kernel.scope import EVERYTHING, NOTHING
from yingtai.organization.deeds import record_deed

DEVICE_SECONDS = 180 * 24 * 3600
FAILURES_OF_A_DEVICE = 20
COUNTED_SECONDS = 3600
FLOOD, FLOOD_SECONDS = 100, 60
"""Wrong passwords from one address, for whatever accounts, that are no colleagues' typing any more."""
FAILURES_IN_A_FLOOD, FLOOD_COUNTED_SECONDS = 3, 900
"""So many of them may have been for an account that is still let try from there."""
GROUP_NODE = 0
CHANGES = {
    "mfa/email/totp_activated": "sign-in.factor-added",
    "mfa/email/totp_deactivated": "sign-in.factor-removed",
    "mfa/email/recovery_codes_generated": "sign-in.codes-made",
    "account/email/password_changed": "sign-in.password-changed",
    "account/email/password_set": "sign-in.password-changed",
    "account/email/password_reset": "sign-in.password-reset",
}


class StaffAdapter(DefaultAccountAdapter):
    """Closes the public sign-up; remembers devices, and lets known ones try."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def get_client_ip(self, request: HttpRequest) -> str:
        return address_of(request)

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        if is_known_device(request, credentials):
            return
        if _is_guessed_in_a_flood(request, credentials):
            raise self.validation_error("too_many_login_attempts")
        super().pre_authenticate(request, **credentials)

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        count_up(_flood_counter(request), seconds=FLOOD_SECONDS)
        count_up(_guess_counter(request, credentials), seconds=FLOOD_COUNTED_SECONDS)
        if nonce := _nonce(request, account_of(request, credentials)):
            count_up(_counter(nonce), seconds=COUNTED_SECONDS)

    def format_email_subject(self, subject: str) -> str:
        return _("Yingtai: {subject}").format(subject=subject)

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        # The language is that of whoever reads the mail, not of the page that had it sent.
        with override(getattr(context.get("user"), "language", "") or get_language()):
            super().send_mail(template_prefix, email, context)

    def send_notification_mail(
        self, template_prefix: str, user: Any, context: dict[str, Any] | None = None, email: str | None = None
    ) -> None:
        # allauth tells of every change of somebody's sign-in here, once it is made.
        if what := CHANGES.get(template_prefix):
            note_change(self.request.acting, user, what)
        super().send_notification_mail(template_prefix, user, context, email)

    def post_login(self, request: HttpRequest, user: Any, **options: Any) -> HttpResponse:
        response: HttpResponse = super().post_login(request, user, **options)
        account = user.email.lower()
        response.set_cookie(
            _cookie(account), _signer(account).sign(token_hex(8)), max_age=DEVICE_SECONDS, httponly=True,
            secure=settings.SESSION_COOKIE_SECURE, samesite="Lax",
        )  # fmt: skip
        return response


def note_change(acting: Acting, staff: Any, what: str) -> None:
    """Record that somebody's own sign-in was changed: where they work, or for the group when they work nowhere yet."""
    if acting.scope != NOTHING:
        record_deed(acting, what, node_no=acting.scope.hull.lo, about=staff.email)
        return
    # The transaction of a request without a place sees nothing and may write nothing.
    whole = Acting(f"staff:{staff.id}", EVERYTHING, "sign-in", acting.at)
    transaction.on_commit(lambda: record_deed(whole, what, node_no=GROUP_NODE, about=staff.email))


def account_of(request: HttpRequest, credentials: Any = None) -> str:
    """Return the account a sign-in is for, however it is called on its way; "" when none is named."""
    said = credentials or {}
    named = said.get("email") or said.get("username") or said.get("login") or request.POST.get("login") or ""
    return str(named).strip().lower()[:254]


def address_of(request: HttpRequest) -> str:
    """Return the address a request comes from: what a named proxy says of it, else who is at the other end."""
    peer = str(request.META.get("REMOTE_ADDR") or "127.0.0.1")
    return client_address(peer, str(request.META.get("HTTP_X_FORWARDED_FOR") or ""))


def counted_address_of(request: HttpRequest) -> str:
    """Return the address wrong passwords count for: of IPv6 the first of its network, for one holder has them all."""
    return sharer(address_of(request)).partition("/")[0]


def is_known_device(request: HttpRequest, credentials: Any = None) -> bool:
    """Say whether this device has signed in to this account before, and has not failed too often itself."""
    nonce = _nonce(request, account_of(request, credentials))
    return bool(nonce) and count_of(_counter(nonce)) < FAILURES_OF_A_DEVICE


def _is_guessed_in_a_flood(request: HttpRequest, credentials: Any) -> bool:
    return (
        count_of(_flood_counter(request)) >= FLOOD
        and count_of(_guess_counter(request, credentials)) >= FAILURES_IN_A_FLOOD
    )


def _flood_counter(request: HttpRequest) -> str:
    return f"failures-of-address-{_short(counted_address_of(request))}"


def _guess_counter(request: HttpRequest, credentials: Any) -> str:
    return f"failures-of-account-{_short(account_of(request, credentials), counted_address_of(request))}"


def _short(*parts: str) -> str:
    """Return a name for what is nobody's business: counters are read by whoever looks after the books."""
    return blake2s("\n".join(parts).encode(), digest_size=16).hexdigest()


def _nonce(request: HttpRequest, account: str) -> str:
    try:
        said = request.COOKIES.get(_cookie(account), "")
        return _signer(account).unsign(said, max_age=DEVICE_SECONDS) if account and said else ""
    except BadSignature:
        return ""


def _signer(account: str) -> TimestampSigner:
    return TimestampSigner(salt=f"device of {account}")


def _cookie(account: str) -> str:
    return f"device-{blake2s(account.encode(), digest_size=6).hexdigest()}"


def _counter(nonce: str) -> str:
    return f"failures-of-device-{nonce}"
