"""Drop what came before: in the set itself, in the window of seven days, or in an import of the same file."""

from datetime import date
from enum import Enum
from typing import Any

import numpy as np
import pyarrow as pa

from yingtai.customers.eventset import EventSet
from yingtai.customers.ingest.wire import fetch, put

ASKED_TABLE = """
    CREATE TEMPORARY TABLE IF NOT EXISTS asked_message (place int, message_hash uuid) ON COMMIT DELETE ROWS
"""
SEEN_BEFORE = """
    SELECT asked.place FROM asked_message AS asked, LATERAL (
        SELECT 1 FROM customers_seenmessage AS one WHERE one.message_hash = asked.message_hash LIMIT 1
    ) AS seen
"""
REMEMBER_MESSAGES = """
    INSERT INTO customers_seenmessage (message_hash, day)
    SELECT message_hash, %s FROM asked_message WHERE place <> ALL (%s)
"""
IMPORTED_BEFORE = """
    SELECT asked.place FROM asked_message AS asked, LATERAL (
        SELECT 1 FROM customers_importedrow AS one WHERE one.message_hash = asked.message_hash LIMIT 1
    ) AS seen
"""
REMEMBER_ROWS = """
    INSERT INTO customers_importedrow (message_hash)
    SELECT message_hash FROM asked_message WHERE place <> ALL (%s)
"""


class Memory(Enum):
    """How long a repeat is recognized: seven days for messages, for ever for rows of files, or not by row."""

    WINDOW = "window"
    FOR_EVER = "for ever"
    NONE = "none"


def drop_repeats(cursor: Any, events: EventSet, memory: Memory, today: date) -> EventSet:
    """Return the events that were not ingested before, and remember them.

    Cost: one look-up and one insert for the set
    """
    hashes = events.events["message_hash"].combine_chunks()
    if isinstance(hashes, pa.ChunkedArray):
        hashes = pa.concat_arrays(hashes.chunks) if hashes.num_chunks else pa.array([], pa.binary(16))
    if memory is Memory.NONE:
        return events
    first = _first_of_each(hashes)
    values = np.frombuffer(hashes.buffers()[1], "V16", len(hashes), hashes.offset * 16)
    put(cursor, "asked_message", {"place": first.astype(np.int32), "message_hash": values[first]})
    before = _seen_before(cursor, memory, today)
    if len(first) == len(events) and not len(before):
        return events
    mask = np.zeros(len(events), dtype=bool)
    mask[first] = True
    mask[before] = False
    return events.filter(pa.array(mask))


def _seen_before(cursor: Any, memory: Memory, today: date) -> np.ndarray:
    if memory is Memory.WINDOW:
        before = fetch(cursor, SEEN_BEFORE, {"place": "i4"})["place"]
        cursor.execute(REMEMBER_MESSAGES, (today, before.tolist()))
    else:
        before = fetch(cursor, IMPORTED_BEFORE, {"place": "i4"})["place"]
        cursor.execute(REMEMBER_ROWS, (before.tolist(),))
    return before


def _first_of_each(hashes: pa.Array) -> np.ndarray:
    encoded = hashes.dictionary_encode()
    if len(encoded.dictionary) == len(hashes):
        return np.arange(len(hashes))
    first = np.full(len(encoded.dictionary), len(hashes), dtype=np.int64)
    np.minimum.at(first, encoded.indices.to_numpy(), np.arange(len(hashes)))
    return np.sort(first)
