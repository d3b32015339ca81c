"""The columns of an event set while it is built, a list each."""

from hashlib import blake2b
from typing import Any

import pyarrow as pa

from yingtai.customers.eventset import ID_PREFIX, KNOWN, LINES, NEEDED, EventSet
from yingtai.customers.rules import KINDS

JSON_COLUMNS = frozenset(("properties", "extras", "traits", "private_traits"))


class Columns:
    """Lists that grow by rows, and become Arrow at once; a column nobody filled is left out."""

    def __init__(self, size: int) -> None:
        self.size = size
        self._lists: dict[str, list[Any]] = {}
        self.lines: list[tuple[Any, ...]] = []

    def fill(self, name: str, values: list[Any]) -> None:
        """Set a whole column."""
        self._lists[name] = values

    def sparse(self, name: str) -> list[Any]:
        """Return a column to set single values in; it is null elsewhere."""
        if name not in self._lists:
            self._lists[name] = [None] * self.size
        return self._lists[name]

    def event_set(self) -> EventSet:
        arrays = {name: _array(name, values) for name, values in self._lists.items()}
        lines = None
        if self.lines:
            lines = pa.table([list(column) for column in zip(*self.lines, strict=True)], schema=LINES)
        return EventSet(pa.table(arrays), lines)


def message_hash(source_no: int, message_id: str) -> bytes:
    """Return the sixteen bytes that tell a repeat of a message."""
    return blake2b(b"%d|" % source_no + message_id.encode("utf-8", "replace"), digest_size=16).digest()


def _array(name: str, values: list[Any]) -> pa.Array:
    if name in JSON_COLUMNS:
        return pa.array(values, pa.binary()).cast(pa.string())
    if name in NEEDED:
        return _typed(values, NEEDED[name])
    return _typed(values, KNOWN.get(name, pa.string()))


def _typed(values: list[Any], kind: pa.DataType) -> pa.Array:
    if pa.types.is_timestamp(kind):
        return pa.array(values, pa.int64()).cast(kind)
    return pa.array(values, kind)


ID_COLUMNS = {kind.name: f"{ID_PREFIX}{kind.name}" for kind in KINDS}
