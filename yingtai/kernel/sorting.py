"""Pages of rows in the order a person chose: by cursor, so a row that comes or goes moves no other one."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from django.db.models import F, Model, Q, QuerySet

from yingtai.kernel.errors import CursorNotUnderstood
from yingtai.kernel.pages import ROWS_PER_PAGE, decode_cursor, encode_cursor, number

Row = TypeVar("Row", bound=Model)


@dataclass(frozen=True)
class Order:
    """A field that rows are sorted by, and how its value is read out of a cursor; rows without a value come last."""

    field: str
    read: Callable[[Any], Any] = str


def sorted_page(
    rows: "QuerySet[Row]",
    orders: Mapping[str, Order],
    *,
    sort: str,
    after: str | None,
    key: str = "pk",
    read_key: Callable[[Any], Any] = number,
) -> tuple[list[Row], str | None]:
    """Return one page of rows and the cursor of the next one.

    In:     sort  a name in `orders`, with `-` before it for the largest first
            key   a field that no two rows share; it follows the direction of the sort
    Raises: CursorNotUnderstood
    Cost:   1 query
    """
    is_down = sort.startswith("-")
    order = orders[sort.removeprefix("-")]
    place = decode_cursor(after, str, lambda value: None if value is None else order.read(value), read_key)
    if place:
        if place[0] != sort:
            raise CursorNotUnderstood
        rows = rows.filter(_beyond(order.field, key, place[1], place[2], is_down=is_down))
    first = F(order.field).desc(nulls_last=True) if is_down else F(order.field).asc(nulls_last=True)
    found = list(rows.order_by(first, f"{'-' if is_down else ''}{key}")[: ROWS_PER_PAGE + 1])
    shown = found[:ROWS_PER_PAGE]
    if len(found) <= ROWS_PER_PAGE:
        return shown, None
    last = shown[-1]
    return shown, encode_cursor(sort, getattr(last, order.field), getattr(last, key))


def sort_or(sort: str, orders: Mapping[str, Order], default: str) -> str:
    """Return a sort as it was asked for, or the usual one when there is none of that name."""
    return sort if sort.removeprefix("-") in orders else default


def _beyond(field: str, key: str, value: Any, key_value: Any, *, is_down: bool) -> Q:
    than = "lt" if is_down else "gt"
    if value is None:
        return Q(**{f"{field}__isnull": True, f"{key}__{than}": key_value})
    return (
        Q(**{f"{field}__{than}": value})
        | Q(**{field: value, f"{key}__{than}": key_value})
        | Q(**{f"{field}__isnull": True})
    )
