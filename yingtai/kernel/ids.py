"""Public ids: UUID version 7 (RFC 9562 §5.7), ordered by the time they were made."""

import secrets
import time
from datetime import UTC, datetime
from uuid import UUID


def uuid7() -> UUID:
    """Return a new id; ids made later sort later, to the millisecond."""
    milliseconds = time.time_ns() // 1_000_000
    value = milliseconds << 80 | 0x7 << 76 | secrets.randbits(12) << 64 | 0b10 << 62 | secrets.randbits(62)
    return UUID(int=value)


def made_at(number: UUID) -> datetime:
    """Return when an id of version 7 was made, to the millisecond."""
    return datetime.fromtimestamp((number.int >> 80) / 1000, UTC)
