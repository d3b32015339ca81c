"""Make the lake's rows of a set: events without identifiers, order lines, and what aliases point at now."""

from collections.abc import Mapping
from datetime import datetime

import numpy as np
import pyarrow as pa

from yingtai.customers.eventset import KNOWN, NEEDED
from yingtai.customers.ingest.batch import Batch, Identifiers, People
from yingtai.customers.ingest.moving import Moved
from yingtai.kernel.scope import BRAND_SHIFT

LARGE_DICTIONARY = 256
NOT_IN_THE_LAKE = {"kind", "extras", "traits", "private_traits", "profile_no", "agreed", "agreed_from"}


def lake_rows(batch: Batch, people: People, moved: Moved, extras: pa.Array | None) -> Mapping[str, pa.Table]:
    """Return the rows by table."""
    return {
        "events": _events(batch, people, extras),
        "order_lines": _order_lines(batch, people),
        "alias_map": _alias_map(batch, people, moved),
    }


def _events(batch: Batch, people: People, extras: pa.Array | None) -> pa.Table:
    events = batch.set.events
    kept = [n for n in events.column_names if (n in KNOWN or n in NEEDED) and n not in NOT_IN_THE_LAKE]
    rows = _without_large_dictionaries(events.select(kept))
    for name, values in (
        ("ingest_no", pa.array(np.full(len(rows), batch.ingest_no))),
        ("alias_no", _number_or_null(people.alias_no)),
        ("profile_no", _number_or_null(people.profile_no)),
    ):
        rows = rows.append_column(name, values)
    rows = rows.set_column(
        rows.schema.get_field_index("message_hash"), "message_hash", rows["message_hash"].cast(pa.binary())
    )
    return rows if extras is None else rows.append_column("extras_sealed", extras)


def _without_large_dictionaries(rows: pa.Table) -> pa.Table:
    """Return the rows with dictionaries of few values only: each file of a day writes the whole dictionary."""
    for place, field in enumerate(rows.schema):
        if pa.types.is_dictionary(field.type):
            column = rows.column(place)
            if max((len(chunk.dictionary) for chunk in column.chunks), default=0) > LARGE_DICTIONARY:
                rows = rows.set_column(place, field.name, column.cast(field.type.value_type))
    return rows


def _order_lines(batch: Batch, people: People) -> pa.Table:
    lines = batch.set.lines
    if lines is None:
        return pa.table({"order_id": pa.array([], pa.string())})
    rows = lines["event_row"].to_numpy()
    picked = pa.array(rows)
    events = batch.set.events
    days = events["occurred_at"].take(picked).cast(pa.timestamp("us")).cast(pa.date32(), safe=False)
    return pa.table(
        {
            "order_id": events["order_id"].take(picked).cast(pa.string()),
            "line_no": lines["line_no"].cast(pa.int64()),
            "product_id": lines["product_id"],
            "quantity": lines["quantity"],
            "amount_minor": lines["amount_minor"],
            "currency": lines["currency"],
            "node_no": events["node_no"].take(picked),
            "alias_no": _number_or_null(people.alias_no[rows]),
            "profile_no": _number_or_null(people.profile_no[rows]),
            "day": days,
        }
    )


def _alias_map(batch: Batch, people: People, moved: Moved) -> pa.Table:
    found = people.identifiers
    return pa.concat_tables(
        [
            _alias_rows(
                _of(batch, found, found.is_new & ~found.is_moved), batch.ingest_no, batch.at, moved=False
            ),
            moved_rows(_of(batch, found, found.is_moved), batch.ingest_no, batch.at),
            moved_rows(moved, batch.ingest_no, batch.at),
        ]
    )


def _of(batch: Batch, found: Identifiers, these: np.ndarray) -> Moved:
    nodes = batch.numbers("node_no")[found.first_event[these]]
    return Moved(found.alias_no[these], found.owner_no[these], nodes)


def moved_rows(moved: Moved, ingest_no: int, at: datetime) -> pa.Table:
    """Return the rows of the alias map for aliases that point at somebody else from now on."""
    return _alias_rows(moved, ingest_no, at, moved=True)


def _alias_rows(rows: Moved, ingest_no: int, at: datetime, *, moved: bool) -> pa.Table:
    count = len(rows.alias_no)
    return pa.table(
        {
            "alias_no": rows.alias_no,
            "profile_no": rows.profile_no,
            "node_no": rows.node_no,
            "brand_no": rows.node_no >> BRAND_SHIFT,
            "ingest_no": np.full(count, ingest_no),
            "changed_at": pa.array([at] * count, pa.timestamp("us", tz="UTC")),
            "moved": pa.array(np.full(count, moved)),
        }
    )


def _number_or_null(numbers: np.ndarray) -> pa.Array:
    return pa.array(numbers, pa.int64(), mask=numbers == 0)
