"""Lists in pages, found again by cursor: the place after the latest row, never a row count."""

import base64
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar

from yingtai.kernel.errors import CursorNotUnderstood

Row = TypeVar("Row")
ROWS_PER_PAGE = 50
LARGEST = 2**63 - 1


@dataclass(frozen=True)
class Page(Generic[Row]):
    """One page of a list; `next_cursor` is None on the latest. `total` is stated when it is cheap to know."""

    rows: Sequence[Row]
    next_cursor: str | None
    total: int | None = None


def encode_cursor(*place: Any) -> str:
    """Return a cursor for the place after a row; `place` is what the list is sorted by."""
    return base64.urlsafe_b64encode(json.dumps(place, default=str).encode()).decode().rstrip("=")


def decode_cursor(cursor: str | None, *kinds: Callable[[Any], Any]) -> list[Any] | None:
    """Return the place a cursor names, or None for the beginning.

    In:     kinds  what each part of the place is: `number`, `moment`, UUID, str …; it raises ValueError if it is not
    Raises: CursorNotUnderstood
    """
    if not cursor:
        return None
    try:
        place = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        if not isinstance(place, list):
            raise CursorNotUnderstood
        return [kind(part) for kind, part in zip(kinds, place, strict=True)]
    except (ValueError, TypeError, AttributeError, OverflowError, RecursionError):
        raise CursorNotUnderstood from None


def number(part: Any) -> int:
    """Read a part of a place as a whole number that PostgreSQL can hold."""
    if type(part) is not int or not -LARGEST <= part <= LARGEST:
        raise ValueError
    return part


def moment(part: Any) -> datetime:
    """Read a part of a place as a moment of any clock."""
    found = datetime.fromisoformat(part)
    if found.tzinfo is None:
        raise ValueError
    return found


def hexadecimal(part: Any) -> bytes:
    """Read a part of a place as bytes that were written as hexadecimal text."""
    return bytes.fromhex(part)
