"""What counts as an identifier, how strong it is, how many a person may have, and which values mean nobody.

The wording and the numbers are those that users of the Segment specification know; docs/algorithms/identity.md
says what each one is for.
"""

import re
from dataclasses import dataclass
from datetime import timedelta
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
    """

    number: int
    name: str
    priority: int
    limit: int
    period: timedelta
    is_kept: bool


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

BY_NAME: Final = {kind.name: kind for kind in KINDS}
BY_NUMBER: Final = {kind.number: kind for kind in KINDS}
BY_PRIORITY: Final = tuple(sorted(KINDS, key=lambda kind: kind.priority))

_BLOCKED = re.compile(
    r"[0-]*|-1|(?:null|none|nil|undefined|nan|n/a|na|anonymous|unknown|guest|test)", re.IGNORECASE
)
_BLOCKED_EMAIL = re.compile(r"(?:no-?reply|none|null|test|unknown|na)@(?:.*)", re.IGNORECASE)
_BLOCKED_PHONE = re.compile(r"\+\d{0,4}?(\d)\1{6,}")


def is_blocked(kind: str, value: str) -> bool:
    """Say whether a value stands for nobody: a placeholder that many people would share."""
    if _BLOCKED.fullmatch(value):
        return True
    if kind == "email":
        return _BLOCKED_EMAIL.fullmatch(value) is not None
    return kind == "phone" and _BLOCKED_PHONE.fullmatch(value) is not None
