"""Invitations: a link that goes to the invited mailbox alone, makes one account, and works once."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from smtplib import SMTPException
from uuid import UUID

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.mail import EmailMessage
from django.db.models import Q
from django.http import HttpRequest
from django.utils.translation import gettext as _

from yingtai.kernel.acting import Acting
from yingtai.kernel.contributions import public_doors
from yingtai.kernel.counters import one_at_a_time
from yingtai.kernel.env import env
from yingtai.kernel.scope import Scope
from yingtai.kernel.scoping import acting_transaction
from yingtai.organization.deeds import record_deed
from yingtai.organization.errors import EmailIsTaken, InvitationNotValid, MailNotSent, PasswordTooWeak
from yingtai.organization.models import Assignment, Invitation, Staff, Unit
from yingtai.organization.queries import has_administrator, scope_of

KEPT = timedelta(days=3)
PREFIX = "/join/"


@dataclass(frozen=True)
class InvitationView:
    """Somebody who was invited and has not come yet."""

    id: UUID
    email: str
    name: str
    role: str
    place: str
    expires_at: datetime


def send_invitation(
    acting: Acting, *, email: str, name: str, unit: Unit, role: str, made_by: str, is_by_two: bool
) -> None:
    """Mail a link to whoever is invited; nobody else sees it. An earlier one to the same address ends.

    In:  made_by    whom the account will count as made by (`makers.maker`)
         is_by_two  whether the role is given by two; if not, the development mailbox shows the link to whoever invites
    Raises: EmailIsTaken, MailNotSent
    """
    with acting_transaction(acting):
        path = make_invitation(acting, email=email, name=name, unit=unit, role=role, made_by=made_by)
        inviter = {} if is_by_two else {"X-Yingtai-Shown-To": acting.actor}
        _mail(email, name, f"{env().web_url}{path}", {"X-Yingtai-Node": str(unit.node_no or 0)} | inviter)


def make_invitation(
    acting: Acting, *, email: str, name: str, unit: Unit, role: str, made_by: str, is_first: bool = False
) -> str:
    """Return the path of a link that is shown nowhere else. An earlier one to the same address ends.

    In:     is_first  for the first administrator: ends all others that are, and itself once somebody administers
    Raises: EmailIsTaken
    """
    if Staff.objects.filter(email__iexact=email).exists():
        raise EmailIsTaken(field="email")
    token = secrets.token_urlsafe(32)
    with acting_transaction(acting):
        same = Q(email__iexact=email) | Q(is_first=True) if is_first else Q(email__iexact=email)
        Invitation.objects.filter(same, used_at=None, withdrawn_at=None).update(withdrawn_at=acting.at)
        Invitation.objects.create(
            email=email, name=name, unit=unit, role=role, token_hash=_hash(token), made_by=made_by,
            is_first=is_first, made_at=acting.at, expires_at=acting.at + KEPT,
        )  # fmt: skip
        record_deed(
            acting, "staff.invited", node_no=unit.node_no or 0, about=email, role=role, unit=unit.code
        )
    return f"{PREFIX}{token}"


def list_invitations(scope: Scope, at: datetime) -> list[InvitationView]:
    """Return who was invited to units of a scope and may still come."""
    found = Invitation.objects.filter(used_at=None, withdrawn_at=None, expires_at__gt=at).select_related(
        "unit"
    )
    return [
        InvitationView(one.id, one.email, one.name, one.role, one.unit.name, one.expires_at)
        for one in found.order_by("-made_at")[:200]
        if scope.contains(scope_of(one.unit))
    ]


def withdraw_invitation(acting: Acting, invitation_id: UUID) -> None:
    """End an invitation of the actor's scope. Repeating it changes nothing."""
    with acting_transaction(acting):
        found = Invitation.objects.filter(id=invitation_id, used_at=None, withdrawn_at=None).first()
        if found is None or not acting.scope.contains(scope_of(found.unit)):
            return
        found.withdrawn_at = acting.at
        found.save(update_fields=["withdrawn_at"])
        record_deed(acting, "staff.invitation-withdrawn", node_no=found.unit.node_no or 0, about=found.email)


def find_invitation(token: str, at: datetime) -> Invitation:
    """Return the invitation a link is for.

    Raises: InvitationNotValid
    """
    found = Invitation.objects.filter(token_hash=_hash(token)).select_related("unit").first()
    if found is None or found.used_at or found.withdrawn_at or found.expires_at <= at:
        raise InvitationNotValid
    if found.is_first and has_administrator():
        raise InvitationNotValid
    return found


def join(acting: Acting, token: str, *, password: str, language: str = "") -> Staff:
    """Make the account of whoever was invited, once.

    Raises: InvitationNotValid, EmailIsTaken, PasswordTooWeak
    """
    with acting_transaction(acting):
        one_at_a_time("first-administrator")
        found = find_invitation(token, acting.at)
        # Of two who open a link at the same time, one makes the account.
        if not Invitation.objects.filter(id=found.id, used_at=None).update(used_at=acting.at):
            raise InvitationNotValid
        if Staff.objects.filter(email__iexact=found.email).exists():
            raise EmailIsTaken
        try:
            validate_password(password)
        except ValidationError as problem:
            raise PasswordTooWeak(field="password") from problem
        staff = Staff.objects.create_user(
            found.email, password, name=found.name, language=language, time_zone=found.unit.time_zone,
            made_by=found.made_by,
        )  # fmt: skip
        Assignment.objects.create(staff=staff, unit=found.unit, role=found.role, made_by=found.made_by)
        record_deed(
            acting, "staff.joined", node_no=found.unit.node_no or 0, about=found.email, role=found.role
        )
        return staff


def _door(request: HttpRequest, at: datetime) -> Acting | None:
    try:
        found = find_invitation(request.path.removeprefix(PREFIX).strip("/"), at)
    except InvitationNotValid:
        return None
    return Acting(f"invitation:{found.id}", scope_of(found.unit), "sign-in", at)


public_doors.register(PREFIX, _door)


def _hash(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()


def _mail(email: str, name: str, link: str, headers: dict[str, str]) -> None:
    words = _(
        "Hello %(name)s,\n\nyou are invited to work with Yingtai. Choose your password here; the link works once and "
        "for three days:\n\n%(link)s\n\nIf you did not expect this, do nothing."
    ) % {"name": name, "link": link}
    # For the development mailbox.
    headers |= {"X-Yingtai-Account": "invitation"}
    message = EmailMessage(_("Your invitation to Yingtai"), words, None, [email], headers=headers)
    try:
        message.send()
    except (OSError, SMTPException) as problem:
        raise MailNotSent from problem
