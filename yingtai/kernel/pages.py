"""Lists in pages, found again by cursor: the place after the latest row, never a row count."""

import base64
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from yingtai.kernel.errors import CursorNotUnderstood

Row = TypeVar("Row")
ROWS_PER_PAGE = 50


@dataclass(frozen=True)
class Page(Generic[Row]):
    """One page of a list; `next_cursor` is None on the latest. `total` is stated when it is cheap to know."""

    rows: Sequence[Row]
    next_cursor: str | None
    total: int | None = None


def encode_cursor(*place: Any) -> str:
    """Return a cursor for the place after a row; `place` is what the list is sorted by."""
    return base64.urlsafe_b64encode(json.dumps(place, default=str).encode()).decode().rstrip("=")


def decode_cursor(cursor: str | None, length: int) -> list[Any] | None:
    """Return the place a cursor names, or None for the beginning.

    Raises: CursorNotUnderstood
    """
    if not cursor:
        return None
    try:
        place = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except ValueError:
        raise CursorNotUnderstood from None
    if not isinstance(place, list) or len(place) != length:
        raise CursorNotUnderstood
    return place
