"""A forgotten password: whoever asks sees the same page after the same work, and the mail goes out later."""

from datetime import datetime
from uuid import UUID

from allauth.account.utils import user_pk_to_url_str
from django.conf import settings
from django.contrib.auth.tokens import default_token_generator
from django.core.mail import EmailMessage
from django.urls import reverse
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _
from django.utils.translation import override

from yingtai.kernel.acting import Acting, system
from yingtai.kernel.counters import count_up
from yingtai.kernel.env import env
from yingtai.kernel.jobs import JOBS
from yingtai.kernel.scope import EVERYTHING
from yingtai.kernel.scoping import acting_transaction
from yingtai.organization.deeds import record_deed
from yingtai.organization.errors import AddressOfNobody
from yingtai.organization.models import Staff

MAILS_AT_ONCE, PAUSE_SECONDS = 1, 180
"""So many mails an account gets within so long, whoever asks; counted by account alone, so that nobody who floods this
page has it closed to colleagues behind the same address."""


def ask_for_new_password(acting: Acting, email: str, *, language: str) -> None:
    """Have a link mailed to whoever signs in with an address; of an address of nobody's the same is queued.

    Asked again within minutes it changes nothing, and whoever asks is not told.
    In:  language  in which whoever has chosen none is written to
    """
    found = Staff.objects.filter(email__iexact=email, is_active=True).values_list("id", flat=True).first()
    account = str(found or _nobody(email))
    if count_up(f"forgotten password {account}", seconds=PAUSE_SECONDS) > MAILS_AT_ONCE:
        return
    JOBS["organization.mail_new_password"].enqueue(
        acting, once_per=account, account=account, language=language
    )


def link_to_new_password(at: datetime, email: str) -> str:
    """Return the path of a link by which somebody chooses a new password, for whoever operates the machine to hand on;
    that it was given out is recorded. It works once, and no longer than a sign-in or three days.

    Raises: AddressOfNobody
    """
    acting = system("server", EVERYTHING, at)
    with acting_transaction(acting):
        staff = Staff.objects.filter(email__iexact=email, is_active=True).first()
        if staff is None:
            raise AddressOfNobody
        places = staff.assignments.values_list("unit__node_no", flat=True)
        record_deed(
            acting,
            "sign-in.link-printed",
            node_no=min((one or 0 for one in places), default=0),
            about=staff.email,
        )
        return _link_for(staff)


def _link_for(staff: Staff) -> str:
    key = {"uidb36": user_pk_to_url_str(staff), "key": default_token_generator.make_token(staff)}
    return reverse("account_reset_password_from_key", kwargs=key)


def _nobody(email: str) -> UUID:
    """Return an id that stands for an address of no colleague, and from which the address cannot be found."""
    return UUID(bytes=salted_hmac("forgotten password", email.lower(), algorithm="sha256").digest()[:16])


def mail_new_password(account: UUID, *, language: str) -> None:
    """Mail a link to choose a new password; it works once, and no longer than a sign-in or three days.

    Raises: OSError
    """
    staff = Staff.objects.filter(id=account, is_active=True).first()
    if staff is None:
        return
    with override(staff.language or language or settings.LANGUAGE_CODE):
        words = _(
            "Hello %(name)s,\n\nchoose a new password for Yingtai here; the link works once:\n\n%(link)s\n\nIf you "
            "did not ask for it, do nothing: your password stays as it is."
        ) % {
            "name": staff.name or staff.email,
            "link": env().web_url + _link_for(staff),
        }
        EmailMessage(_("Choose a new password for Yingtai"), words, None, [staff.email]).send()
