"""Who is meant by a public id, and by which addresses they are known. Profiles live above compliance, so the
module that knows them says so at start."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from uuid import UUID

from yingtai.compliance.errors import PersonNotFound
from yingtai.kernel.acting import Acting

Finder = Callable[[Acting, Sequence[UUID]], dict[UUID, tuple[int, int]]]

NO_ADDRESSES = "'{{}}'::bigint[]"
NO_HASHES = "SELECT NULL::bytea"


@dataclass
class _Installed:
    finder: Finder | None = None
    addresses: str = NO_ADDRESSES
    hashes: str = NO_HASHES


_installed = _Installed()


def install_people(finder: Finder, *, addresses: str | None = None, hashes: str | None = None) -> None:
    """Let this function find (profile_no, node_no) by public id from now on.

    In: addresses  SQL for the numbers of the proven addresses of a person, a bigint[], with `{profile_no}` and
                   `{channel}` where the columns stand
        hashes     SQL that selects the keyed hashes of all that a person is recognized by, with `{profile_no}`
    """
    _installed.finder = finder
    _installed.addresses = addresses or _installed.addresses
    _installed.hashes = hashes or _installed.hashes


def addresses_in_sql(*, profile_no: str, channel: str) -> str:
    """Return SQL for the numbers of the addresses that a person is known by on a channel, as they are now."""
    return _installed.addresses.format(profile_no=profile_no, channel=channel)


def hashes_in_sql(*, profile_no: str) -> str:
    """Return SQL that selects the keyed hashes of all that a person is recognized by now."""
    return _installed.hashes.format(profile_no=profile_no)


def find_people(acting: Acting, ids: Sequence[UUID]) -> dict[UUID, tuple[int, int]]:
    """Return (profile_no, node_no) of every id.

    Raises: PersonNotFound
    """
    found = _installed.finder(acting, ids) if _installed.finder else {}
    if missing := set(ids) - found.keys():
        raise PersonNotFound(field=f"profile_id {sorted(missing)[0]}")
    return found
