"""What takes two: one asks, somebody else approves exactly that or declines it, and only then it is done.

An installation with one administrator sets `YINGTAI_ALONE`; then what is asked for is done at once, and the record says
that nobody else looked at it.
"""

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from itertools import islice
from typing import Any
from uuid import UUID

from django.db.models import Q

from yingtai.kernel.acting import Acting, decide
from yingtai.kernel.contributions import second_person
from yingtai.kernel.env import env
from yingtai.kernel.labels import Label
from yingtai.kernel.pages import ROWS_PER_PAGE, Page, decode_cursor, encode_cursor
from yingtai.kernel.scoping import acting_transaction
from yingtai.organization.deeds import record_deed
from yingtai.organization.errors import ApprovalNotFound, SecondPersonNeeded
from yingtai.organization.makers import stand_apart
from yingtai.organization.models import Approval
from yingtai.organization.queries import names_of_staff
from yingtai.organization.record_words import About, kind_of, named_abouts

KEPT = timedelta(days=7)


@dataclass(frozen=True)
class Linked:
    """Words of a fact that lead to a page."""

    words: str
    url: str

    def __str__(self) -> str:
        return self.words


@dataclass(frozen=True)
class TwoPersonAct:
    """Something that takes two.

    title     what it is called, for a list
    needs     what whoever approves must be allowed to do: action, label, place
    perform   `perform(acting, asked)`, called when it is approved, acting as whoever approves
    facts     `facts(acting, asked)`: what was asked for, as (label, value) in the reader's language
    leads_to  `leads_to(asked)`: once it is approved, what to do or look at, in words, and the page for it
    is_left_to_asker  whether whoever asked does it themself after the approval, once
    """

    title: Any
    needs: tuple[str, Label, str]
    perform: Callable[[Acting, dict[str, Any]], None]
    facts: Callable[[Acting, dict[str, Any]], list[tuple[Any, Any]]] = lambda acting, asked: []
    leads_to: Callable[[dict[str, Any]], tuple[Any, str]] | None = None
    is_left_to_asker: bool = False


@dataclass(frozen=True)
class ApprovalView:
    """What waits for a second person, or was decided."""

    id: UUID
    what: str
    title: Any
    about: str
    about_url: str
    reason: str
    facts: list[tuple[Any, Any]]
    asked_by: str
    asked_by_name: str
    asked_at: datetime
    expires_at: datetime
    may_decide: bool
    is_open: bool
    is_approved: bool | None
    decided_by_name: str
    decided_at: datetime | None
    leads_to: tuple[Any, str] | None


@dataclass(frozen=True)
class Waiting:
    """That something about one thing waits for a second person; `may_open`: whether the reader may open the wish."""

    id: UUID
    asked_by_name: str
    asked_at: datetime
    may_open: bool


def ask(
    acting: Acting,
    what: str,
    *,
    node_no: int,
    about: str,
    asked: dict[str, Any],
    beneficiary: str = "",
    reason: str = "",
) -> UUID | None:
    """Ask for something that takes two; return the approval that waits, or None when it was done at once (alone).

    In:  what         a code of `kernel.contributions.second_person`
         beneficiary  the colleague who would gain by it (`staff:<uuid>` or an address): they do not approve it
         reason       why, in the asker's words, for whoever decides
    """
    act: TwoPersonAct = second_person.get(what)
    with acting_transaction(acting):
        if env().alone:
            record_deed(acting, "approval.approved", node_no=node_no, about=about, asked_for=what, alone=True)
            act.perform(acting, asked)
            return None
        text = json.dumps([what, node_no, asked], sort_keys=True)
        digest = hashlib.sha256(text.encode()).hexdigest()
        waiting = Approval.objects.filter(digest=digest, decided_at=None, expires_at__gt=acting.at).first()
        if waiting is not None:
            return waiting.id
        made = Approval.objects.create(
            node_no=node_no, what=what, about=about[:254], asked=asked, digest=digest, beneficiary=beneficiary,
            reason=reason[:300], asked_by=acting.actor, asked_at=acting.at, expires_at=acting.at + KEPT,
        )  # fmt: skip
        record_deed(acting, "approval.asked", node_no=node_no, about=about, asked_for=what)
        return made.id


def find_waiting(acting: Acting, what: str, about: str) -> Waiting | None:
    """Return the wish of a kind about one thing that waits, for the page of that thing; None when none does."""
    with acting_transaction(acting):
        found = Approval.objects.filter(
            what=what, about=about, decided_at=None, expires_at__gt=acting.at
        ).first()
    if found is None:
        return None
    name = names_of_staff(acting, [found.asked_by]).get(found.asked_by, found.asked_by)
    may_open = found.asked_by == acting.actor or _deciding(acting)(found)
    return Waiting(found.id, name, found.asked_at, may_open)


def decide_approval(acting: Acting, approval_id: UUID, *, is_approved: bool) -> None:
    """Approve what somebody else asked for, which does it, or decline it.

    Raises: ApprovalNotFound, SecondPersonNeeded, and what doing it raises
    """
    with acting_transaction(acting):
        found = Approval.objects.select_for_update().filter(id=approval_id, decided_at=None).first()
        if found is None or found.expires_at <= acting.at:
            raise ApprovalNotFound
        act: TwoPersonAct = second_person.get(found.what)
        if not _deciding(acting)(found):
            raise SecondPersonNeeded
        found.decided_by, found.decided_at, found.is_approved = acting.actor, acting.at, is_approved
        found.save(update_fields=["decided_by", "decided_at", "is_approved"])
        what = "approval.approved" if is_approved else "approval.declined"
        record_deed(
            acting,
            what,
            node_no=found.node_no,
            about=found.about,
            asked_for=found.what,
            asked_by=found.asked_by,
        )
        if is_approved:
            act.perform(acting, found.asked)


def use(acting: Acting, what: str, approval_id: UUID) -> dict[str, Any]:
    """Return what was approved for the actor to do themself, once.

    Raises: ApprovalNotFound
    """
    with acting_transaction(acting):
        found = Approval.objects.filter(
            id=approval_id,
            what=what,
            asked_by=acting.actor,
            is_approved=True,
            used_at=None,
            expires_at__gt=acting.at,
        )
        asked: dict[str, Any] | None = found.values_list("asked", flat=True).first()
        if asked is None or not found.update(used_at=acting.at):
            raise ApprovalNotFound
        return asked


def list_approved(acting: Acting, what: str) -> list[tuple[UUID, str]]:
    """Return (id, about) of what was approved for the actor to do themself and was not done yet."""
    with acting_transaction(acting):
        found = Approval.objects.filter(
            what=what, asked_by=acting.actor, is_approved=True, used_at=None, expires_at__gt=acting.at
        )
        return list(found.values_list("id", "about").order_by("id")[:100])


def list_waiting(
    acting: Acting, *, is_over: bool = False, what: str = "", sort: str = "asked", after: str | None = None
) -> Page[ApprovalView]:
    """Return what waits in the actor's scope and is theirs or theirs to decide, in pages.

    In:   is_over  what was decided, or waited too long, instead
          what     a code of `kernel.contributions.second_person`: only wishes of this kind
          sort     by when it was asked: `asked`, or `-asked` for the latest first
    Cost: 2 queries, and some for each colleague who asks
    """
    place, is_down = decode_cursor(after, UUID), sort.startswith("-")
    may_decide = _deciding(acting)
    is_open = Q(decided_at=None, expires_at__gt=acting.at)
    with acting_transaction(acting):
        waiting = Approval.objects.filter(~is_open if is_over else is_open).order_by(
            "-id" if is_down else "id"
        )
        if what:
            waiting = waiting.filter(what=what)
        if place:
            waiting = waiting.filter(**{"id__lt" if is_down else "id__gt": place[0]})
        shown = (one for one in waiting.iterator() if may_decide(one) or one.asked_by == acting.actor)
        found = list(islice(shown, ROWS_PER_PAGE + 1))
    rows = _views(acting, found[:ROWS_PER_PAGE], may_decide)
    return Page(rows, encode_cursor(rows[-1].id) if len(found) > ROWS_PER_PAGE else None)


def get_approval(acting: Acting, approval_id: UUID) -> ApprovalView:
    """Return one wish that is the actor's, or theirs to decide.

    Raises: ApprovalNotFound
    """
    may_decide = _deciding(acting)
    with acting_transaction(acting):
        found = Approval.objects.filter(id=approval_id).first()
        if found is None or not (may_decide(found) or found.asked_by == acting.actor):
            raise ApprovalNotFound
    return _views(acting, [found], may_decide)[0]


def _views(
    acting: Acting, found: Sequence[Approval], may_decide: Callable[[Approval], bool]
) -> list[ApprovalView]:
    names = names_of_staff(acting, [actor for one in found for actor in (one.asked_by, one.decided_by)])
    abouts = named_abouts(acting, [(kind_of(one.what), one.about) for one in found])
    shown = []
    for one in found:
        about = abouts.get((kind_of(one.what), one.about)) or About(one.about)
        act: TwoPersonAct = second_person.get(one.what)
        is_open = one.decided_at is None and one.expires_at > acting.at
        shown.append(
            ApprovalView(
                # What was asked for may be gone since it was decided.
                one.id, one.what, act.title, about.words, about.url, one.reason,
                act.facts(acting, one.asked) if is_open else [],
                one.asked_by, names.get(one.asked_by, one.asked_by), one.asked_at, one.expires_at,
                is_open and may_decide(one), is_open, one.is_approved, names.get(one.decided_by, ""), one.decided_at,
                _way_on(acting, one, act),
            )
        )  # fmt: skip
    return shown


def _way_on(acting: Acting, found: Approval, act: TwoPersonAct) -> tuple[Any, str] | None:
    """Return what an approval permits and where; None when nothing is left to do or to look at."""
    if not found.is_approved or act.leads_to is None:
        return None
    is_over = found.used_at is not None or found.expires_at <= acting.at or found.asked_by != acting.actor
    return None if act.is_left_to_asker and is_over else act.leads_to(found.asked)


def _deciding(acting: Acting) -> Callable[[Approval], bool]:
    """Return whether the actor may decide something, asked once for each colleague who asks."""
    stands_apart = cache(lambda asker: stand_apart(acting.actor, asker, at=acting.at))

    def may_decide(found: Approval) -> bool:
        if not acting.actor.startswith("staff:") or acting.actor == found.beneficiary:
            return False
        action, label, place = second_person.get(found.what).needs
        return decide(acting, action, label, place).allowed and stands_apart(found.asked_by)

    return may_decide
