"""Counts for whoever may not see people: in tens, so that nobody is found by counting.

A count of one tells of one person, and two audiences that differ by one sentence tell by their difference. Roles
without the right to look at customers read every number of people rounded down to ten.
"""

from dataclasses import replace
from typing import Any, TypeVar

from yingtai.kernel.acting import Acting, decide
from yingtai.kernel.labels import Label

STEP = 10
Counted = TypeVar("Counted")


def is_protected(acting: Acting) -> bool:
    """Say whether the actor reads numbers of people in tens only."""
    return not decide(acting, "view", Label.L3, "customers.profile").allowed


def protected(acting: Acting, counted: Counted, *names: str) -> Counted:
    """Return a view with the named numbers of people as the actor may read them."""
    if not is_protected(acting):
        return counted
    said: dict[str, Any] = {name: getattr(counted, name) for name in names}
    return replace(counted, **{name: n if n is None else n - n % STEP for name, n in said.items()})  # type: ignore[type-var]
