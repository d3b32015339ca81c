"""The values of people that a template may show, and invented ones for a preview without anybody."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.utils.translation import pgettext_lazy

from yingtai.customers import api as customers
from yingtai.kernel.acting import Acting, decide
from yingtai.kernel.labels import Label

INVENTED: dict[str, Any] = {
    "first_name": pgettext_lazy("invented person", "Anna"),
    "last_name": pgettext_lazy("invented person", "Example"),
    "name": pgettext_lazy("invented person", "Anna Example"),
    "city": pgettext_lazy("invented person", "Shanghai"),
    "member_level": "gold",
    "email": "anna@example.com",
    "phone": "+1 555 010 0199",
    "birthday": "1990-05-17",
}


@dataclass(frozen=True)
class Person:
    """Somebody a preview is made for; `title` is masked."""

    id: UUID
    profile_no: int
    title: str


def values_of(
    acting: Acting, profile_nos: Sequence[int], names: Collection[str], *, is_clear: bool = True
) -> dict[int, dict[str, Any]]:
    """Return, for each profile, the named values it has; a name it does not have is left out.

    In:   is_clear  False masks what is customer-private
    Cost: a fixed number of statements and openings in bulk, whatever the number of people
    """
    if not names or not profile_nos:
        return {number: {} for number in profile_nos}
    return customers.values_of(acting, profile_nos, names, is_clear=is_clear)


def find_person(acting: Acting, asked: str) -> Person | None:
    """Return who has this phone, e-mail, member number or profile id; nobody for who may not look at customers."""
    if not decide(acting, "view", Label.L3, "customers.profile").allowed:
        return None
    try:
        numbers = list(customers.profile_nos_of(acting, [UUID(asked)]).values())
    except ValueError:
        customers.count_search(acting)
        numbers = [row.profile_no for row in customers.find_profiles(acting, asked)]
    if not numbers:
        return None
    [profile_id] = customers.ids_of(acting, numbers[:1]).values()
    return Person(
        profile_id, numbers[0], customers.names_of(acting, numbers[:1]).get(numbers[0]) or f"#{numbers[0]}"
    )


def may_see_clear(acting: Acting) -> bool:
    """Say whether this colleague may see private values of customers."""
    return decide(acting, "reveal", Label.L3, "customers.profile").allowed


def invented_values(names: Collection[str]) -> dict[str, Any]:
    """Return values for a preview: a usual one when there is, else the name of the field in brackets."""
    return {name: str(INVENTED.get(name, f"[{name}]")) for name in names}
