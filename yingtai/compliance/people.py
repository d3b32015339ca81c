"""Who is meant by a public id. Profiles live above compliance, so the module that knows them says so at start."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from uuid import UUID

from yingtai.compliance.errors import PersonNotFound
from yingtai.kernel.acting import Acting

Finder = Callable[[Acting, Sequence[UUID]], dict[UUID, tuple[int, int]]]


@dataclass
class _Installed:
    finder: Finder | None = None


_installed = _Installed()


def install_people(finder: Finder) -> None:
    """Let this function find (profile_no, node_no) by public id from now on."""
    _installed.finder = finder


def find_people(acting: Acting, ids: Sequence[UUID]) -> dict[UUID, tuple[int, int]]:
    """Return (profile_no, node_no) of every id.

    Raises: PersonNotFound
    """
    found = _installed.finder(acting, ids) if _installed.finder else {}
    if missing := set(ids) - found.keys():
        raise PersonNotFound(field=f"profile_id {sorted(missing)[0]}")
    return found
