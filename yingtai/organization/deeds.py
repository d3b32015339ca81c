"""The audit log: who changed rights, or saw, copied, erased or let out what is private, and when.

Written in the transaction of the deed itself; no role of the product may change or remove a line.
"""

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from yingtai.kernel.acting import Acting, decide
from yingtai.kernel.contributions import deed_words
from yingtai.kernel.labels import Label
from yingtai.kernel.pages import ROWS_PER_PAGE, Page, decode_cursor, encode_cursor, moment
from yingtai.kernel.scoping import acting_transaction
from yingtai.organization.models import Deed
from yingtai.vault.api import without_people

for code, words in {
    "staff.invited": _("invited a colleague"),
    "staff.joined": _("accepted an invitation"),
    "staff.invitation-withdrawn": _("withdrew an invitation"),
    "role.given": _("gave a role"),
    "role.taken": _("took a role away"),
    "key.issued": _("made an API key"),
    "key.revoked": _("revoked an API key"),
    "unit.added": _("added a unit"),
    "approval.asked": _("asked for approval"),
    "approval.approved": _("approved"),
    "approval.declined": _("declined"),
    "people.counted-often": _("counted people unusually often"),
    "sign-in.factor-added": _("added a second factor to their sign-in"),
    "sign-in.factor-removed": _("removed the second factor of their sign-in"),
    "sign-in.codes-made": _("made new recovery codes"),
    "sign-in.password-changed": _("changed their password"),
    "sign-in.password-reset": _("set a new password by mail"),
    "sign-in.link-printed": _("printed a link for a new password on the machine"),
}.items():
    deed_words.register(code, words)

MOST_DOERS = 300
OF_COLLEAGUES = ("staff.", "role.", "sign-in.", "mail.account-")
"""Deeds about colleagues, who are named by their addresses."""
OUR_ID = re.compile(r"(?:staff:|key:)?[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")


@dataclass(frozen=True)
class DeedRow:
    """One line of the record."""

    id: UUID
    at: datetime
    by: str
    what: str
    about: str
    purpose: str
    details: dict[str, Any]
    node_no: int


def record_deed(acting: Acting, what: str, *, node_no: int, about: str = "", **details: Any) -> None:
    """Write down a deed; the caller is in the transaction that does it.

    In:  what     a code with words in `kernel.contributions.deed_words`
         about    a colleague's address, a code, a public id, or the name of a thing; nothing else of a customer

    Whoever is named in a name, such as a campaign's, is not named here: the line outlasts the thing.
    """
    deed_words.get(what)
    if not details.get("asked_for", what).startswith(OF_COLLEAGUES):
        about = _of_nobody(about)
    with acting_transaction(acting):
        Deed.objects.create(
            node_no=node_no, at=acting.at, by=acting.actor, what=what, about=about[:254], purpose=acting.purpose,
            details=_of_nobody(details),
        )  # fmt: skip


def _of_nobody(told: Any) -> Any:
    if isinstance(told, dict):
        return {name: _of_nobody(value) for name, value in told.items()}
    if isinstance(told, list | tuple):
        return [_of_nobody(value) for value in told]
    # Eleven digits of an id are nobody's.
    return without_people(told) if isinstance(told, str) and not OUR_ID.fullmatch(told) else told


def record_deed_once(acting: Acting, id: UUID, what: str, *, node_no: int, **details: Any) -> None:
    """Write down a deed that is done outside the books and may be told twice: of one `id` it is written once."""
    deed_words.get(what)
    deed = Deed(
        id=id,
        node_no=node_no,
        at=acting.at,
        by=acting.actor,
        what=what,
        purpose=acting.purpose,
        details=_of_nobody(details),
    )
    with acting_transaction(acting):
        Deed.objects.bulk_create([deed], ignore_conflicts=True)


def list_deeds(
    acting: Acting, *, what: str = "", by: str = "", since: datetime | None = None, after: str | None = None
) -> Page[DeedRow]:
    """Return a page of the record in the actor's scope, the latest first by the time that is shown."""
    place = decode_cursor(after, moment, UUID)
    with acting_transaction(acting):
        found = Deed.objects.order_by("-at", "-id")
        if what:
            found = found.filter(what=what)
        if by:
            found = found.filter(by=by)
        if since:
            found = found.filter(at__gte=since)
        if place:
            found = found.filter(Q(at__lt=place[0]) | Q(at=place[0], id__lt=place[1]))
        rows = [_row(one) for one in found[: ROWS_PER_PAGE + 1]]
    latest = rows[:ROWS_PER_PAGE]
    more = encode_cursor(latest[-1].at, latest[-1].id) if len(rows) > ROWS_PER_PAGE else None
    return Page(latest, more)


def list_doers(acting: Acting) -> list[str]:
    """Return who stands in the record of the actor's scope, at most a few hundred."""
    with acting_transaction(acting):
        return sorted(Deed.objects.order_by().values_list("by", flat=True).distinct()[:MOST_DOERS])


def deeds_about(acting: Acting, *, what: str, about: str) -> list[DeedRow]:
    """Return the latest deeds of one kind about one thing, newest first; nothing to whoever may not read the record."""
    if not decide(acting, "audit", Label.L2, "organization.record").allowed:
        return []
    with acting_transaction(acting):
        return [
            _row(one) for one in Deed.objects.filter(what=what, about=about).order_by("-id")[:ROWS_PER_PAGE]
        ]


def _row(one: Deed) -> DeedRow:
    return DeedRow(one.id, one.at, one.by, one.what, one.about, one.purpose, one.details, one.node_no)
