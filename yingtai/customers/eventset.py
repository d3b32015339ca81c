"""The one shape of events between the doors and the pipeline: two Arrow tables, no Django.

Three producers make it (the inbox, imports, the sample); `yingtai.customers.ingest` is the only consumer.
"""

from dataclasses import dataclass

import pyarrow as pa

TEXT, NUMBER, MOMENT = pa.string(), pa.int64(), pa.timestamp("us", tz="UTC")

NEEDED = {
    "message_hash": pa.binary(16),
    "occurred_at": MOMENT,
    "received_at": MOMENT,
    "node_no": NUMBER,
    "source_no": pa.int32(),
}
"""Columns that every event has."""

KNOWN = {
    "kind": TEXT,
    "event": TEXT,
    "profile_no": NUMBER,
    "session_no": NUMBER,
    "channel": TEXT,
    "campaign_no": NUMBER,
    "journey_no": NUMBER,
    "send_no": NUMBER,
    "order_id": TEXT,
    "product_id": TEXT,
    "category": TEXT,
    "quantity": pa.float64(),
    "amount_minor": NUMBER,
    "currency": TEXT,
    "utm_source": TEXT,
    "utm_medium": TEXT,
    "utm_campaign": TEXT,
    "utm_term": TEXT,
    "utm_content": TEXT,
    "page_path": TEXT,
    "device_class": TEXT,
    "region_code": TEXT,
    "properties": TEXT,
    "extras": TEXT,
    "traits": TEXT,
    "private_traits": TEXT,
    "agreed": TEXT,
    "agreed_from": TEXT,
}
"""Columns that an event may have; one that is missing is null."""

ID_PREFIX = "id_"
"""Columns with this prefix hold identifiers in plain text, normalised by `vault.api.normalise`."""

LINES = pa.schema(
    [
        ("event_row", NUMBER),
        ("line_no", pa.int32()),
        ("product_id", TEXT),
        ("category", TEXT),
        ("quantity", pa.float64()),
        ("amount_minor", NUMBER),
        ("currency", TEXT),
    ]
)


class EventsDoNotFit(ValueError):
    """A producer made a set that is not an event set: a mistake of ours, not of a client."""


@dataclass(frozen=True)
class EventSet:
    """Events and the lines of the orders among them.

    events  one row per event: NEEDED, any of KNOWN, any `id_*`; dictionary-encoded text is welcome
    lines   one row per order line; `event_row` counts from 0 in `events`
    """

    events: pa.Table
    lines: pa.Table | None = None

    def __len__(self) -> int:
        return len(self.events)

    @classmethod
    def of(cls, events: pa.Table, lines: pa.Table | None = None) -> "EventSet":
        """Return the set with its columns checked.

        Raises: EventsDoNotFit
        """
        for name, kind in NEEDED.items():
            if name not in events.column_names:
                raise EventsDoNotFit(f"every event needs {name}")
            if events[name].null_count:
                raise EventsDoNotFit(f"{name} is missing in some events")
            events = _cast(events, name, kind)
        for name in set(events.column_names) - NEEDED.keys():
            if name not in KNOWN and not name.startswith(ID_PREFIX):
                raise EventsDoNotFit(f"an event has no column {name}")
            if name in KNOWN and KNOWN[name] != TEXT:
                events = _cast(events, name, KNOWN[name])
        return cls(events, None if lines is None or not len(lines) else lines.select(LINES.names).cast(LINES))

    @property
    def id_columns(self) -> list[str]:
        return [name for name in self.events.column_names if name.startswith(ID_PREFIX)]

    def filter(self, mask: pa.Array) -> "EventSet":
        """Return the events where `mask` is true, with their lines."""
        if self.lines is None:
            return EventSet(self.events.filter(mask))
        kept = mask.to_numpy(zero_copy_only=False)
        places = kept.cumsum() - 1
        rows = self.lines["event_row"].to_numpy()
        lines = self.lines.filter(pa.array(kept[rows]))
        moved = pa.array(places[rows[kept[rows]]], NUMBER)
        lines = lines.set_column(lines.schema.get_field_index("event_row"), "event_row", moved)
        return EventSet(self.events.filter(mask), lines)


def concat(sets: list[EventSet]) -> EventSet:
    """Return several sets as one, in their order; a text that repeats stands once in its column's dictionary."""
    events = _stacked([one.events for one in sets])
    shifted, before = [], 0
    for one in sets:
        if one.lines is not None:
            place = one.lines.schema.get_field_index("event_row")
            moved = pa.array(one.lines["event_row"].to_numpy() + before, NUMBER)
            shifted.append(one.lines.set_column(place, "event_row", moved))
        before += len(one)
    return EventSet(events, pa.concat_tables(shifted) if shifted else None)


def _stacked(tables: list[pa.Table]) -> pa.Table:
    stacked = pa.concat_tables(tables, promote_options="default")
    columns = [
        _with_one_dictionary(column) if pa.types.is_dictionary(column.type) else column.combine_chunks()
        for column in stacked.columns
    ]
    return pa.table(columns, names=stacked.column_names)


def _with_one_dictionary(column: pa.ChunkedArray) -> pa.Array:
    chunks = column.chunks
    if not chunks:
        return pa.array([], column.type)
    texts = pa.concat_arrays([chunk.dictionary for chunk in chunks]).dictionary_encode()
    moved, start = [], 0
    for chunk in chunks:
        moved.append(texts.indices.slice(start, len(chunk.dictionary)).take(chunk.indices))
        start += len(chunk.dictionary)
    return pa.DictionaryArray.from_arrays(pa.concat_arrays(moved), texts.dictionary)


def _cast(events: pa.Table, name: str, kind: pa.DataType) -> pa.Table:
    if events.schema.field(name).type == kind:
        return events
    place = events.schema.get_field_index(name)
    return events.set_column(place, name, events[name].cast(kind))
