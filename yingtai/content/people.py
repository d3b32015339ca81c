"""The values of people that a template may show, and invented ones for a preview without anybody."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from yingtai.kernel.acting import Acting, decide
from yingtai.kernel.labels import Label

INVENTED: dict[str, Any] = {
    "first_name": "Anna",
    "last_name": "Example",
    "name": "Anna Example",
    "city": "Shanghai",
    "member_level": "gold",
    "email": "anna@example.com",
    "phone": "+1 555 010 0199",
    "birthday": "1990-05-17",
}


class PeopleSource(Protocol):
    """Where values come from: the module that knows the profiles."""

    def __call__(
        self, acting: Acting, profile_nos: Sequence[int], names: Collection[str], *, is_clear: bool
    ) -> dict[int, dict[str, Any]]: ...


@dataclass(frozen=True)
class Person:
    """Somebody a preview is made for; `title` is masked."""

    profile_no: int
    title: str


Finder = Callable[[Acting, str], Person | None]


@dataclass
class _Installed:
    source: PeopleSource | None = None
    finder: Finder | None = None


_installed = _Installed()


def install_people(source: PeopleSource, finder: Finder) -> None:
    """Let these functions give values and find people from now on."""
    _installed.source, _installed.finder = source, finder


def find_person(acting: Acting, asked: str) -> Person | None:
    """Return who has this phone, e-mail, member number or profile id."""
    return _installed.finder(acting, asked) if _installed.finder else None


def values_of(
    acting: Acting, profile_nos: Sequence[int], names: Collection[str], *, is_clear: bool = True
) -> dict[int, dict[str, Any]]:
    """Return, for each profile, the named values it has; a name it does not have is left out.

    In:   is_clear  False masks what is customer-private
    Cost: a fixed number of statements and openings in bulk, whatever the number of people
    """
    if not names or _installed.source is None:
        return {number: {} for number in profile_nos}
    return _installed.source(acting, profile_nos, names, is_clear=is_clear)


def may_see_clear(acting: Acting) -> bool:
    """Say whether this colleague may see private values of customers."""
    return decide(acting, "reveal", Label.L3, "customers.profile").allowed


def invented_values(names: Collection[str]) -> dict[str, Any]:
    """Return values for a preview: a usual one when there is, else the name of the field in brackets."""
    return {name: INVENTED.get(name, f"[{name}]") for name in names}
