"""Who made whom: whose invitation an account came by, and who asked for the roles it has.

Two people are two only when neither made the other, nor somebody who did; and when they do not both come from the same
maker while one of them is new: whoever invites two accounts at once is not both of them. What was made on the server,
or while an installation says that one person administers it, was made by nobody.
"""

from datetime import datetime, timedelta
from uuid import UUID

from yingtai.kernel.env import env
from yingtai.kernel.ids import made_at
from yingtai.organization.models import Assignment, Staff

STAFF = "staff:"
NEW = timedelta(days=7)


def maker(actor: str) -> str:
    """Return whom something counts as made by that this actor asks for now."""
    return "" if env().alone else actor


def stand_apart(one: str, other: str, *, at: datetime) -> bool:
    """Say whether two actors are two people whose accounts and roles do not come from each other.

    Two who come from the same maker are, once both accounts have been there for `NEW`: until then somebody may see in
    the record, or over a desk, that one of them is nobody.
    """
    if one == other:
        return False
    ours, theirs = makers_of(one), makers_of(other)
    if one in theirs or other in ours:
        return False
    return not (ours & theirs) or not (_is_new(one, at) or _is_new(other, at))


def makers_of(actor: str) -> set[str]:
    """Return the actors whom an actor's account and roles come from, at any distance.

    Cost: 2 queries for each step back
    """
    found: set[str] = set()
    step = {actor}
    while step := _made(step) - found:
        found |= step
    return found


def _is_new(actor: str, at: datetime) -> bool:
    """Say whether an account was made lately; its id tells when."""
    key = _staff_id(actor)
    return key is not None and at - made_at(key) < NEW


def _staff_id(actor: str) -> UUID | None:
    """Return whose account an actor is; programs and the product itself have none."""
    try:
        return UUID(actor.removeprefix(STAFF)) if actor.startswith(STAFF) else None
    except ValueError:
        return None


def _made(actors: set[str]) -> set[str]:
    ids = [key for actor in actors if (key := _staff_id(actor))]
    invited = Staff.objects.filter(id__in=ids).values_list("made_by", flat=True)
    given = Assignment.objects.filter(staff_id__in=ids).values_list("made_by", flat=True)
    return {*invited, *given} - {""}
