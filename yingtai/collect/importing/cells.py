"""A cell of a spreadsheet or a value of a document, as the text that a table holds. Pure."""

from datetime import date, datetime
from typing import Any

import msgspec


def as_text(value: Any) -> str | None:
    """Return a value as text; what is nothing is None."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    if isinstance(value, datetime):
        return value.isoformat(" ")
    if isinstance(value, int | float | date):
        return str(value)
    try:
        return msgspec.json.encode(value).decode()
    except (TypeError, ValueError, RecursionError, msgspec.MsgspecError):
        return str(value)
