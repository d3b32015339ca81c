"""What counts as an identifier, how strong it is, how many a person may have. What means nobody is known to collect.

The wording and the numbers are those that users of the Segment specification know; docs/algorithms/identity.md
says what each one is for.
"""

from dataclasses import dataclass
from datetime import timedelta
from enum import IntEnum
from typing import Final

EVER: Final = timedelta(days=36_500)
YEAR, WEEK = timedelta(days=365), timedelta(days=7)


@dataclass(frozen=True)
class Kind:
    """A kind of identifier.

    number    how the books write it
    name      the column `id_<name>` of an event set, and the kind of its blind index
    priority  a lower one is stronger; an event's alias is that of its strongest identifier
    limit     at most so many per profile within `period`
    is_kept   its value is kept, sealed; others are kept as a blind index only

    What is kept names a person; what is not is a browser's or a device's.
    """

    number: int
    name: str
    priority: int
    limit: int
    period: timedelta
    is_kept: bool

    @property
    def names_a_person(self) -> bool:
        return self.is_kept

    @property
    def tells_who(self) -> bool:
        """Whether a door that proves it has said who somebody is: of a visitor's browser it has not."""
        return self.name != "anonymous"


class Standing(IntEnum):
    """How sure it is that an identifier is somebody's."""

    CLAIMED = 0
    """A page or an app said so of somebody who was known already or is proven by now: nothing is sent there."""
    GIVEN = 1
    """A page or an app brought it with somebody new, or as the first address of somebody only pages and apps know.
    It is a claim as soon as something else proves who they are."""
    PROVEN = 2
    """A server with a secret key, a file or a colleague said so."""


KINDS: Final = (
    Kind(1, "user", 1, 1, EVER, True),
    Kind(2, "email", 2, 5, YEAR, True),
    Kind(3, "phone", 3, 5, EVER, True),
    Kind(4, "member", 4, 5, EVER, True),
    Kind(5, "device", 5, 5, YEAR, False),
    Kind(6, "openid", 6, 5, EVER, True),
    Kind(7, "unionid", 7, 5, EVER, True),
    Kind(9, "anonymous", 99, 5, WEEK, False),
)
"""By priority: user first, e-mail second, then alphabetical among what a person gives and what a device says."""

PROVING_DOOR: Final = bytes(16)
"""Stands for a server, a file or a colleague where the books write who said that an order was paid."""

CONTACTS: Final = frozenset({"email", "phone"})
"""Kinds that messages go to."""

BY_NAME: Final = {kind.name: kind for kind in KINDS}
BY_NUMBER: Final = {kind.number: kind for kind in KINDS}
BY_PRIORITY: Final = tuple(sorted(KINDS, key=lambda kind: kind.priority))
