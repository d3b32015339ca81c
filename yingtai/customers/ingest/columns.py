"""The columns of an event set while it is built, a list each."""

from hashlib import blake2b
from typing import Any

import pyarrow as pa

from yingtai.customers.eventset import ID_PREFIX, KNOWN, LINES, NEEDED, EventSet
from yingtai.customers.rules import KINDS
from yingtai.vault.api import normalise

JSON_COLUMNS = frozenset(("properties", "extras", "traits", "private_traits", "agreed"))
ID_COLUMNS = {kind.name: f"{ID_PREFIX}{kind.name}" for kind in KINDS}


class Columns:
    """Lists of one length that become Arrow at once; a column that nobody filled is left out."""

    def __init__(self, size: int) -> None:
        self.size = size
        self.lists: dict[str, list[Any]] = {}
        self.lines: list[tuple[Any, ...]] = []
        for name in (*KNOWN, *ID_COLUMNS.values()):
            self.lists[name] = [None] * size

    def fill(self, name: str, values: list[Any]) -> None:
        """Set a whole column."""
        self.lists[name] = values

    def sparse(self, name: str) -> list[Any]:
        """Return a column to set single values in; it is null elsewhere."""
        return self.lists[name]

    def event_set(self, country: str) -> EventSet:
        """Return the columns as a set; identifiers are brought into their one shape, telephone numbers as
        dialled in `country`."""
        arrays = {name: _array(name, values) for name, values in self.lists.items()}
        for kind, name in ID_COLUMNS.items():
            arrays[name] = _shaped(kind, arrays[name], country)
        kept = {
            name: array for name, array in arrays.items() if name in NEEDED or array.null_count < len(array)
        }
        lines = None
        if self.lines:
            lines = pa.table([list(column) for column in zip(*self.lines, strict=True)], schema=LINES)
        return EventSet(pa.table(kept), lines)


def message_hash(source_no: int, message_id: str) -> bytes:
    """Return the sixteen bytes that tell a repeat of a message."""
    return blake2b(b"%d|%b" % (source_no, message_id.encode("utf-8", "replace")), digest_size=16).digest()


def _shaped(kind: str, column: pa.Array, country: str) -> pa.Array:
    """Bring each distinct value into its one shape; one that cannot be an identifier becomes null."""
    if column.null_count == len(column):
        return column
    encoded = column.dictionary_encode()
    shapes = pa.array(
        [normalise(kind, text, country) for text in encoded.dictionary.to_pylist()], pa.string()
    )
    # Two spellings may have one shape, so the values are told apart anew.
    return shapes.take(encoded.indices).dictionary_encode()


def _array(name: str, values: list[Any]) -> pa.Array:
    if name in JSON_COLUMNS:
        return pa.array(values, pa.binary()).cast(pa.string())
    kind = NEEDED.get(name) or KNOWN.get(name) or pa.string()
    if pa.types.is_timestamp(kind):
        return pa.array(values, pa.int64()).cast(kind)
    return pa.array(values, kind)
