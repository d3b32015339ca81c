"""Ready-made purposes and consents for tests, ours and others'."""

from collections.abc import Iterable
from itertools import count

from django.test import Client

from yingtai.compliance.models import Status
from yingtai.compliance.services.purposes import install_standard_purposes
from yingtai.compliance.services.recording import ConsentRow, record_consents
from yingtai.compliance.standard import MARKETING_EMAIL
from yingtai.kernel.acting import Acting
from yingtai.organization.testing import make_staff

_numbers = count(10**12)


def new_profile_no() -> int:
    """Return a profile number nobody else uses, for tests that need no real profile."""
    return next(_numbers)


def make_purposes(acting: Acting, node_no: int) -> None:
    """Register the standard purposes of a brand."""
    install_standard_purposes(acting, node_no=node_no)


def grant_email(acting: Acting, node_no: int, profile_nos: Iterable[int]) -> None:
    """Let these people say yes to marketing by e-mail."""
    rows = [
        ConsentRow(number, node_no, MARKETING_EMAIL, "email", Status.GRANTED, acting.at, "form", 1)
        for number in profile_nos
    ]
    record_consents(acting, rows)


def signed_in(unit_code: str, *roles: str) -> Client:
    """Return a browser in which a new colleague with these roles has signed in."""
    client = Client()
    client.force_login(
        make_staff(unit_code, *roles), backend="allauth.account.auth_backends.AuthenticationBackend"
    )
    return client
