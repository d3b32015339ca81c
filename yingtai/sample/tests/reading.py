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
    events = _rows(acting, "events")
    people, aliases = _names(events["profile_no"]), _names(events["alias_no"])
    found = {"events": _renamed(events, people, aliases)}
    found["order_lines"] = _renamed(_rows(acting, "order_lines"), people, aliases)
    found["traits"] = _traits(acting, people)
    with acting_transaction(acting):
        return found | _books(people, aliases)


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


def _names(numbers: pa.ChunkedArray) -> dict[int, int]:
    distinct, first = np.unique(numbers.fill_null(0).to_numpy(), return_index=True)
    return dict(zip(distinct.tolist(), first.tolist(), strict=True))


def _renamed(rows: pa.Table, people: dict[int, int], aliases: dict[int, int]) -> pa.Table:
    kept = rows.select([name for name in rows.column_names if name not in NOT_COMPARED])
    for name, column, names in (("person", "profile_no", people), ("alias", "alias_no", aliases)):
        kept = kept.append_column(name, pa.array([names[number or 0] for number in rows[column].to_pylist()]))
    return kept


def _traits(acting: Acting, people: dict[int, int]) -> dict[int, dict[str, Any]]:
    rows = scoped(acting.scope).query("SELECT * FROM traits").to_pylist()
    return {
        people[row["profile_no"]]: {name: row[name] for name in row if name not in NOT_COMPARED}
        for row in rows
    }


def _books(people: dict[int, int], aliases: dict[int, int]) -> Told:
    living = list(Profile.objects.filter(merged_into_no=None))
    private = private_traits_of([one.profile_no for one in living])
    identifiers = list(Identifier.objects.all())
    held = defaultdict(list)
    for one, value in zip(identifiers, open_identifiers(identifiers), strict=True):
        held[people[one.profile_no]].append(
            (one.kind, value or "", aliases.get(one.alias_no), one.first_seen_at)
        )
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
        "identifiers": {number: sorted(ones, key=str) for number, ones in held.items()},
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
