"""What a person did, as the lake knows it, for the person's own copy: orders with their lines, and every event."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, date, timedelta
from decimal import Decimal
from typing import Any

import msgspec

from yingtai.collect.api import names_of_sources
from yingtai.customers.ingest.private import EXTRAS_COLUMN
from yingtai.customers.models import Profile
from yingtai.customers.orders import RETURNED, product_names
from yingtai.kernel.acting import Acting
from yingtai.kernel.money import decimals_of
from yingtai.kernel.scoping import acting_transaction
from yingtai.lake import api as lake
from yingtai.organization.api import units_at
from yingtai.vault import api as vault

MOST_ORDERS, MOST_LINES, MOST_EVENTS = 5_000, 50_000, 20_000
DAYS_AT_ONCE = 40
"""Events are read by days on which the person was active, so many at a time, the latest first."""
IS_THEIRS = "list_contains($people, profile_no)"
ORDERS = f"""
    SELECT event, occurred_at, node_no, order_id, amount_minor, currency FROM purchases
    WHERE {IS_THEIRS} ORDER BY occurred_at DESC, order_id, event LIMIT $most
"""
LINES = f"""
    SELECT order_id, quantity < 0 AS is_return, product_id, brand_no, quantity, amount_minor, currency FROM order_lines
    WHERE {IS_THEIRS} AND day >= CAST($since AS DATE) AND day <= CAST($until AS DATE)
    ORDER BY order_id, line_no LIMIT $most
"""
DAYS = f"SELECT DISTINCT day FROM activity WHERE {IS_THEIRS} ORDER BY day DESC"
EVENTS = f"""
    SELECT occurred_at, received_at, event, node_no, source_no, channel, order_id, product_id, category, quantity,
        amount_minor, currency, page_path, utm_source, utm_medium, utm_campaign, utm_term, utm_content, device_class,
        region_code, properties, extras_sealed, message_hash
    FROM events WHERE {IS_THEIRS} AND day IN ({{days}})
    ORDER BY occurred_at DESC, message_hash LIMIT $most
"""
HOW_MANY_ORDERS = f"SELECT count(*) AS number FROM purchases WHERE {IS_THEIRS}"
HOW_MANY_EVENTS = f"SELECT CAST(coalesce(sum(events), 0) AS BIGINT) AS number FROM activity WHERE {IS_THEIRS}"
INNER = ("node_no", "source_no", "amount_minor", "properties", "extras_sealed", "message_hash")
"""Columns of an event that the copy tells in other words."""

Document = dict[str, Any]


def orders_for_copy(acting: Acting, profile_nos: Sequence[int]) -> list[Document]:
    """Return the orders and returns of a person, newest first, each with its lines.

    Cost: two scoped reads of the lake, and one of the products of each brand. The latest MOST_ORDERS; when there are
    more, the last document says how many are left out
    """
    people = _living(acting, profile_nos)
    if not people:
        return []
    found = _read(acting, ORDERS, people, most=MOST_ORDERS)
    lines = _lines(acting, people, found) if found else {}
    places = units_at(sorted({one["node_no"] for one in found}))
    told = [
        {
            "order": one["order_id"],
            "what": one["event"],
            "at": one["occurred_at"],
            "place": place.name if (place := places.get(one["node_no"])) else None,
            **_money(one),
            "lines": lines.get((one["order_id"], one["event"] == RETURNED), []),
        }
        for one in found
    ]
    return told + _left_out(len(found), MOST_ORDERS, lambda: count_orders(acting, people))


def events_for_copy(acting: Acting, profile_nos: Sequence[int]) -> list[Document]:
    """Return what a person did, newest first, with everything that was sent about it, the undeclared opened.

    Cost: a scoped read of the lake for each 40 days with events. The latest MOST_EVENTS; when there are more, the last
    document says how many are left out
    """
    people = _living(acting, profile_nos)
    if not people:
        return []
    days = [row["day"] for row in _read(acting, DAYS, people)]
    found: list[Document] = []
    for part in _parts(days):
        if len(found) < MOST_EVENTS:
            asked = {f"day_{turn}": day.isoformat() for turn, day in enumerate(part)}
            named = ", ".join(f"CAST(${name} AS DATE)" for name in asked)
            found += _read(acting, EVENTS.format(days=named), people, most=MOST_EVENTS - len(found), **asked)
    told = _told(acting, found)
    return told + _left_out(len(found), MOST_EVENTS, lambda: count_events(acting, people))


def count_orders(acting: Acting, profile_nos: Sequence[int]) -> int:
    """Return how many orders and returns there are of a person."""
    return _count(acting, HOW_MANY_ORDERS, profile_nos)


def count_events(acting: Acting, profile_nos: Sequence[int]) -> int:
    """Return how many events there are of a person."""
    return _count(acting, HOW_MANY_EVENTS, profile_nos)


def _count(acting: Acting, sql: str, profile_nos: Sequence[int]) -> int:
    people = _living(acting, profile_nos)
    return int(_read(acting, sql, people)[0]["number"]) if people else 0


def _living(acting: Acting, profile_nos: Sequence[int]) -> list[int]:
    """Return those who were not erased: what stays of the others is nobody's."""
    with acting_transaction(acting):
        living = Profile.objects.filter(profile_no__in=profile_nos, erased_at=None)
        return sorted(living.values_list("profile_no", flat=True))


def _read(acting: Acting, sql: str, people: Sequence[int], **asked: Any) -> list[Document]:
    found: list[Document] = (
        lake.scoped(acting.scope).query(sql, {"people": list(people), **asked}).to_pylist()
    )
    return found


def _parts(days: Sequence[date]) -> Iterator[Sequence[date]]:
    return (days[first : first + DAYS_AT_ONCE] for first in range(0, len(days), DAYS_AT_ONCE))


def _lines(
    acting: Acting, people: Sequence[int], orders: Sequence[Document]
) -> dict[tuple[str, bool], list[Document]]:
    days = [one["occurred_at"].astimezone(UTC).date() for one in orders]
    rows = _read(
        acting, LINES, people, since=_day(min(days), -1), until=_day(max(days), 1), most=MOST_LINES
    )  # fmt: skip
    names: dict[str, str] = {}
    for brand_no in {row["brand_no"] for row in rows}:
        names |= product_names(acting, brand_no, {row["product_id"] for row in rows if row["product_id"]})
    found: dict[tuple[str, bool], list[Document]] = defaultdict(list)
    for row in rows:
        found[row["order_id"], bool(row["is_return"])].append(
            {
                "product": row["product_id"],
                "name": names.get(row["product_id"] or ""),
                "quantity": row["quantity"],
                **_money(row),
            }
        )
    return found


def _told(acting: Acting, events: Sequence[Document]) -> list[Document]:
    sources, places = names_of_sources(acting), units_at(sorted({one["node_no"] for one in events}))
    opened = vault.open_sealed(
        [one["extras_sealed"] for one in events],
        column=EXTRAS_COLUMN,
        row_ids=[one["message_hash"] for one in events],
    )
    told = []
    for one, undeclared in zip(events, opened, strict=True):
        document = {name: value for name, value in one.items() if name not in INNER and value is not None}
        place = places.get(one["node_no"])
        document |= {"source": sources.get(one["source_no"]), "place": place.name if place else None}
        document |= _money(one) if one["amount_minor"] is not None else {}
        for name, text in (("properties", one["properties"]), ("undeclared", undeclared)):
            if text:
                document[name] = msgspec.json.decode(text)
        told.append(document)
    return told


def _money(row: Document) -> Document:
    """Return an amount as people write it: whole units with their decimals, and the currency."""
    currency, minor = row["currency"], row["amount_minor"]
    if minor is None or not currency:
        return {"amount": None, "currency": currency}
    return {"amount": str(Decimal(minor).scaleb(-decimals_of(currency))), "currency": currency}


def _left_out(told: int, most: int, count: Callable[[], int]) -> list[Document]:
    rest = count() - told if told >= most else 0
    return [{"left_out": rest}] if rest > 0 else []


def _day(day: date, off: int) -> str:
    return (day + timedelta(days=off)).isoformat()
