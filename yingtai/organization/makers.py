"""Who made whom: whose invitation an account came by, and who asked for the roles it has.

Two people are two only when neither made the other, nor somebody who did. What was made on the server, or while an
installation says that one person administers it, was made by nobody.
"""

from uuid import UUID

from yingtai.kernel.env import env
from yingtai.organization.models import Assignment, Staff

STAFF = "staff:"


def maker(actor: str) -> str:
    """Return whom something counts as made by that this actor asks for now."""
    return "" if env().alone else actor


def stand_apart(one: str, other: str) -> bool:
    """Say whether two actors are two people whose accounts and roles do not come from each other."""
    return one != other and one not in makers_of(other) and other not in makers_of(one)


def makers_of(actor: str) -> set[str]:
    """Return the actors whom an actor's account and roles come from, at any distance.

    Cost: 2 queries for each step back
    """
    found: set[str] = set()
    step = {actor}
    while step := _made(step) - found:
        found |= step
    return found


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
