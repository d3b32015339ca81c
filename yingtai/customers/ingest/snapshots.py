"""Copies that the lake keeps of what the books know: declared traits, one row per profile, made anew when dirty."""

from typing import Any

import pyarrow as pa
from django.db import connection

from yingtai.collect.api import plan_of
from yingtai.customers.eventset import NEEDED, EventSet
from yingtai.customers.ingest.saying import decode
from yingtai.customers.models import DirtyTraits
from yingtai.kernel.acting import Acting
from yingtai.kernel.scope import Scope
from yingtai.kernel.scoping import acting_transaction
from yingtai.lake import api as lake

TRAITS_OF_BRAND = """
    SELECT profile.profile_no, profile.node_no, profile.first_seen_at, recent.latest_seen_at,
        profile.traits::text
    FROM customers_profile AS profile LEFT JOIN customers_recenttimeline AS recent USING (profile_no)
    WHERE profile.node_no >= %s AND profile.node_no < %s AND profile.merged_into_no IS NULL
        AND profile.erased_at IS NULL
"""
ROWS_AT_ONCE = 50_000

TYPES: dict[str, pa.DataType] = {
    "string": pa.string(),
    "number": pa.float64(),
    "integer": pa.int64(),
    "boolean": pa.bool_(),
    "datetime": pa.string(),
}
MOMENT = pa.timestamp("us", tz="UTC")


def refresh_traits(acting: Acting, *, only: int | None = None) -> list[int]:
    """Give the lake a new copy of the traits of every brand where they changed, or of one, and return the brands.

    The actor must see all of a brand whose traits are copied: what is out of sight would be left out.

    Cost: one read of the brand's profiles; at most once a minute when nothing waits, and after a file
    """
    changed = DirtyTraits.objects.values_list("brand_no", flat=True).order_by("brand_no")
    dirty = list(changed if only is None else changed.filter(brand_no=only))
    for brand_no in dirty:
        with acting_transaction(acting):
            DirtyTraits.objects.filter(brand_no=brand_no).delete()
            rows = _traits_of(brand_no)
            lake.replace("traits", rows, {"brand_no": brand_no})
    return dirty


def no_events() -> EventSet:
    """Return a set of nothing, for requests that hold only refused events."""
    return EventSet(pa.table({name: pa.array([], kind) for name, kind in NEEDED.items()}))


def _traits_of(brand_no: int) -> pa.Table:
    kinds = {
        name: TYPES[line.type]
        for name, line in plan_of(brand_no).traits.items()
        if line.may_be_known and line.type in TYPES and "." not in name
    }
    [(lo, hi)] = Scope.of(brand_no << 40).ranges
    chunks = []
    with connection.cursor() as cursor:
        cursor.execute(TRAITS_OF_BRAND, [lo, hi])
        while rows := cursor.fetchmany(ROWS_AT_ONCE):
            chunks.append(_chunk(rows, kinds))
    return pa.concat_tables(chunks) if chunks else _chunk([], kinds)


def _chunk(rows: list[tuple[Any, ...]], kinds: dict[str, pa.DataType]) -> pa.Table:
    documents = [decode(row[4]) for row in rows]
    columns: dict[str, pa.Array] = {
        "profile_no": pa.array([row[0] for row in rows], pa.int64()),
        "node_no": pa.array([row[1] for row in rows], pa.int64()),
        "first_seen_at": pa.array([row[2] for row in rows], MOMENT),
        "latest_seen_at": pa.array([row[3] for row in rows], MOMENT),
    }
    for name, kind in kinds.items():
        values = [_value(document.get(name), kind) for document in documents]
        columns[f"trait_{name}"] = pa.array(values, kind)
    return pa.table(columns)


def _value(held: list[Any] | None, kind: pa.DataType) -> Any:
    """Return a trait's value if it is of its declared type; declarations change, what was said does not."""
    value = held[0] if held else None
    if pa.types.is_string(kind):
        return value if isinstance(value, str) else None
    if pa.types.is_boolean(kind):
        return value if isinstance(value, bool) else None
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return int(value) if pa.types.is_integer(kind) else float(value)
