"""Nothing that names a person reaches the lake or the timeline through a name, a number or a property.

What clients send as an order number, a category or a declared property may be anybody's phone number. Whatever looks
like one is replaced before anything else is done with a set, whichever door it came through: numbers by a keyed
pseudonym, so that equal ones stay equal, other texts by a word. The value of a property stays sealed with the event.
"""

import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from yingtai.customers.eventset import EventSet
from yingtai.kernel.scope import BRAND_SHIFT
from yingtai.organization.api import entity_no_at
from yingtai.vault import api as vault
from yingtai.vault.api import CANDIDATE, names_somebody

HIDDEN = "(personal)"
PSEUDONYM = "~"
NUMBERS = ("order_id", "product_id")
WORDS = (
    *("event", "category", "channel", "utm_source", "utm_medium", "utm_campaign", "utm_term", "utm_content"),
    *("page_path", "currency", "device_class", "region_code"),
)
decode = msgspec.json.Decoder().decode
encode = msgspec.json.Encoder().encode


def conceal(set: EventSet) -> tuple[EventSet, np.ndarray]:
    """Return the set with personal values out of every column that the lake shows, and the rows that had some.

    Cost: one search over the distinct texts of each column; nothing more when none is found
    """
    brands = set.events["node_no"].to_numpy() >> BRAND_SHIFT
    events = set.events
    changed: list[np.ndarray] = []
    for name in (*NUMBERS, *WORDS):
        if name in events.column_names:
            events, rows = _replaced(events, name, brands)
            changed.append(rows)
    if "properties" in events.column_names:
        events, rows = _without_personal_properties(events)
        changed.append(rows)
    lines = set.lines
    if lines is not None:
        of_line = brands[lines["event_row"].to_numpy()]
        for name in ("product_id", "category"):
            lines, rows = _replaced(lines, name, of_line)
            changed.append(lines["event_row"].to_numpy()[rows])
    touched = np.unique(np.concatenate(changed)) if changed else np.zeros(0, np.int64)
    return (EventSet(events, lines) if len(touched) else set), touched


def pseudonym(text: str, brand_no: int) -> str:
    """Return what stands for a number that looks like a person's: the same for the same number of a legal entity."""
    shape = vault.normalise("order_no", text) or text
    [blind] = vault.blind("order_no", entity_no_at(brand_no << BRAND_SHIFT), [shape])
    return PSEUDONYM + blind.hex()[:20]


def _replaced(table: pa.Table, name: str, brands: np.ndarray) -> tuple[pa.Table, np.ndarray]:
    rows = _personal_rows(table[name])
    if not len(rows):
        return table, rows
    texts = table[name].cast(pa.string()).to_pylist()
    for row in rows.tolist():
        texts[row] = pseudonym(texts[row], int(brands[row])) if name in NUMBERS else HIDDEN
    return table.set_column(table.schema.get_field_index(name), name, pa.array(texts, pa.string())), rows


def _personal_rows(column: pa.ChunkedArray) -> np.ndarray:
    """Return the rows whose text names somebody."""
    if column.null_count == len(column):
        return np.zeros(0, np.int64)
    if pa.types.is_dictionary(column.type):
        encoded = column.unify_dictionaries().combine_chunks()
        encoded = encoded.chunk(0) if isinstance(encoded, pa.ChunkedArray) else encoded
        distinct = encoded.dictionary
        hits = _personal_places(distinct)
        if not len(hits):
            return hits
        return np.flatnonzero(np.isin(encoded.indices.fill_null(-1).to_numpy(), hits))
    return _personal_places(column)


def _personal_places(texts: pa.Array | pa.ChunkedArray) -> np.ndarray:
    likely = np.flatnonzero(
        pc.match_substring_regex(texts, CANDIDATE).fill_null(False).to_numpy(zero_copy_only=False)
    )
    values = texts.take(pa.array(likely)).to_pylist()
    named: np.ndarray = likely[np.array([names_somebody(value) for value in values], dtype=bool)]
    return named


def _without_personal_properties(events: pa.Table) -> tuple[pa.Table, np.ndarray]:
    rows = _personal_rows(events["properties"])
    if not len(rows):
        return events, rows
    properties = events["properties"].cast(pa.string()).to_pylist()
    extras = (
        events["extras"].cast(pa.string()).to_pylist()
        if "extras" in events.column_names
        else [None] * len(events)
    )
    for row in rows.tolist():
        known = decode(properties[row])
        personal = {
            name: value for name, value in known.items() if names_somebody(f"{name} {encode(value).decode()}")
        }
        known = {name: value for name, value in known.items() if name not in personal}
        properties[row] = encode(known).decode() if known else None
        if personal:
            extras[row] = encode((decode(extras[row]) if extras[row] else {}) | personal).decode()
    place = events.schema.get_field_index("properties")
    events = events.set_column(place, "properties", pa.array(properties, pa.string()))
    column = pa.array(extras, pa.string())
    if "extras" in events.column_names:
        return events.set_column(events.schema.get_field_index("extras"), "extras", column), rows
    return events.append_column("extras", column), rows
