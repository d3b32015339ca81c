"""All that one brand's events left in lake and books, in words that do not depend on the door they took.

Numbers of profiles and aliases are given in the order of arrival, so both are called by the place of their first event.
"""

from collections import defaultdict
from typing import Any

import numpy as np
import pyarrow as pa

from yingtai.customers.testing import (
    Identifier,
    KnownName,
    Order,
    Profile,
    RecentTimeline,
    open_identifiers,
    private_traits_of,
)
from yingtai.kernel.acting import Acting
from yingtai.kernel.scope import BRAND_SHIFT
from yingtai.kernel.scoping import acting_transaction
from yingtai.lake.api import TABLES, scoped

NOT_COMPARED = {
    "ingest_no": "counts sets, and the doors cut sets differently",
    "brand_no": "is another brand here, by intention; `place` is the node within its brand",
    "node_no": "is another brand here, by intention; `place` is the node within its brand",
    "profile_no": "is given in the order of arrival: `person` stands for it",
    "alias_no": "is given in the order of arrival: `alias` stands for it",
    "message_hash": "of a message it is made of its source and its messageId; a set brings its own",
    "received_at": "a message came when it came; a set says when it would have come",
    "source_no": "what a message belongs to is its source's place, so every dealer is a source; a set names its places",
    "region_code": "a message has no word for it: it is to come from the address, which nothing looks up yet",
}
"""Columns of events that the doors fill differently, and why."""

IN_ORDER = """
    SELECT *, node_no & ((1::BIGINT << {shift}) - 1) AS place FROM {table} ORDER BY {columns}, place
"""
KEPT_EVENTS = 10

Told = dict[str, Any]


def tell(acting: Acting) -> Told:
    """Return what stands in the lake and the books of a brand."""
    with acting_transaction(acting):
        held = _held()
    events, lines = _rows(acting, "events"), _rows(acting, "order_lines")
    people = _names(events["profile_no"], {number: min(ones) for number, ones in held.items()})
    aliases = _names(events["alias_no"], {one[2]: one[:2] for ones in held.values() for one in ones})
    with acting_transaction(acting):
        return {
            "events": _renamed(events, people, aliases),
            "order_lines": _renamed(lines, people, aliases),
            "traits": _traits(acting, people),
            **_books(people),
            "identifiers": {
                people[number]: sorted(
                    (kind, aliases.get(alias_no, value), seen) for kind, value, alias_no, seen in ones
                )
                for number, ones in held.items()
            },
        }


def differences(one: Told, other: Told) -> list[str]:
    """Return in which parts and how often two brands differ; nothing when all is equal."""
    found = []
    for part in one:
        if one[part] == other[part]:
            continue
        mine, theirs = _as_columns(one[part]), _as_columns(other[part])
        for name in sorted(mine.keys() | theirs.keys()):
            a, b = mine.get(name, {}), theirs.get(name, {})
            keys = [key for key in a.keys() | b.keys() if a.get(key) != b.get(key)] if a != b else []
            if keys:
                example = min(keys, key=str)
                found.append(
                    f"{part}.{name}: {len(keys)} differ, as {a.get(example)!r} and {b.get(example)!r}"
                )
    return found


def _as_columns(part: Any) -> dict[str, dict[Any, Any]]:
    if isinstance(part, pa.Table):
        return {name: dict(enumerate(part[name].to_pylist())) for name in part.column_names}
    return {"each": part}


def _rows(acting: Acting, table: str) -> pa.Table:
    columns = [name for name in TABLES[table].schema.names if name not in NOT_COMPARED]
    return scoped(acting.scope).query(
        IN_ORDER.format(table=table, columns=", ".join(columns), shift=BRAND_SHIFT)
    )


def _held() -> dict[int, list[tuple[int, str, int, Any]]]:
    """Return the identifiers of each profile: kind, value or nothing when it is not kept, alias, first seen."""
    found, identifiers = defaultdict(list), list(Identifier.objects.all())
    for one, value in zip(identifiers, open_identifiers(identifiers), strict=True):
        found[one.profile_no].append((one.kind, value or "", one.alias_no, one.first_seen_at))
    return found


def _names(numbers: pa.ChunkedArray, known: dict[int, Any]) -> dict[int, str]:
    """Call everyone by the strongest value they are known by, or else by the place of their first event."""
    distinct, first = np.unique(numbers.fill_null(0).to_numpy(), return_index=True)
    names = dict(zip(distinct.tolist(), map(str, first.tolist()), strict=True))
    return names | {number: f"{one[0]} {one[1]}" for number, one in known.items() if one[1]}


def _renamed(rows: pa.Table, people: dict[int, str], aliases: dict[int, str]) -> pa.Table:
    kept = rows.select([name for name in rows.column_names if name not in NOT_COMPARED])
    for name, column, names in (("person", "profile_no", people), ("alias", "alias_no", aliases)):
        kept = kept.append_column(name, pa.array([names[number or 0] for number in rows[column].to_pylist()]))
    return kept.sort_by([(name, "ascending") for name in kept.column_names])


def _traits(acting: Acting, people: dict[int, str]) -> dict[str, dict[str, Any]]:
    rows = scoped(acting.scope).query("SELECT * FROM traits").to_pylist()
    return {
        people[row["profile_no"]]: {name: row[name] for name in row if name not in NOT_COMPARED}
        for row in rows
    }


def _books(people: dict[int, str]) -> Told:
    living = list(Profile.objects.filter(merged_into_no=None))
    private = private_traits_of([one.profile_no for one in living])
    names, orders = defaultdict(int), defaultdict(list)
    for name in KnownName.objects.all():
        names[people[name.profile_no]] += 1
    for order in Order.objects.all():
        orders[people[order.profile_no]].append(
            (order.occurred_at, order.amount_minor, order.currency, _place(order.node_no))
        )
    return {
        "known traits": {people[one.profile_no]: one.traits for one in living},
        "private traits": {people[one.profile_no]: private[one.profile_no] for one in living},
        "first seen": {people[one.profile_no]: (one.first_seen_at, _place(one.node_no)) for one in living},
        "names": dict(names),
        "orders": {number: sorted(ones) for number, ones in orders.items()},
        "timelines": {
            people[one.profile_no]: (one.latest_seen_at, _place(one.node_no), _shown(one.events))
            for one in RecentTimeline.objects.all()
            if one.profile_no in people
        },
    }


def _shown(events: list[dict[str, Any]]) -> list[Any]:
    """Return the events of a timeline; of several at one moment hashes say which is first, and which fits in."""
    earliest = min(event["at"] for event in events)
    told = [
        {name: value for name, value in event.items() if name not in ("id", "node", "source")}
        | {"place": _place(event["node"])}
        for event in events
        if len(events) < KEPT_EVENTS or event["at"] > earliest
    ]
    return sorted(told, key=str)


def _place(node_no: int) -> int:
    return node_no & ((1 << BRAND_SHIFT) - 1)
