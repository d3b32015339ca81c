"""How private a value is. Labels decide where a value may be kept and who may see it."""

from dataclasses import dataclass
from enum import IntEnum, StrEnum


class Label(IntEnum):
    """Four levels (GB/T 43697-2024 has the idea; `docs/words.md` the meaning here)."""

    L1 = 1  # public
    L2 = 2  # internal, pseudonymous
    L3 = 3  # customer-private: identifiers, contact data, orders tied to a person
    L4 = 4  # sensitive


class Flag(StrEnum):
    """Duties that come on top of the level."""

    PIPL_SENSITIVE = "pipl_sensitive"
    IMPORTANT = "important"
    TXN_CRITICAL = "txn_critical"


@dataclass(frozen=True)
class Personal:
    """What must be said of a personal field where it is defined."""

    label: Label
    purpose: str
    retention_days: int
    flags: frozenset[Flag] = frozenset()
