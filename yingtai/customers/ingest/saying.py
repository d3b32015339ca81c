"""What the events of a set say of people: traits by profile, the newest word of each."""

from dataclasses import dataclass, field
from typing import Any

import msgspec
import numpy as np
import pyarrow as pa

from yingtai.customers.ingest.batch import Batch, People

Document = dict[str, list[Any]]
"""`{trait: [value, microseconds when it was said]}`, with a third element, `PUBLIC`, when a page or an app said it"""
PUBLIC = 1

decode = msgspec.json.Decoder(dict[str, Any]).decode
encode = msgspec.json.Encoder().encode


@dataclass
class Said:
    """Traits by profile number."""

    known: dict[int, Document] = field(default_factory=dict)
    private: dict[int, Document] = field(default_factory=dict)


def read_traits(batch: Batch, people: People) -> Said:
    """Collect what was said. Cost: Python per event that carries traits, nothing for the others."""
    occurred = batch.moments("occurred_at")
    from_public = batch.from_public()
    said = Said()
    for name, into in (("traits", said.known), ("private_traits", said.private)):
        if name not in batch.set.events.column_names:
            continue
        column = batch.set.events[name]
        if column.null_count == len(column):
            continue
        rows = np.flatnonzero(column.is_valid().to_numpy() & (people.profile_no > 0))
        texts = column.take(pa.array(rows)).cast(pa.string()).to_pylist()
        columns = (people.profile_no[rows].tolist(), occurred[rows].tolist(), from_public[rows].tolist())
        for profile_no, at, public, text in zip(*columns, texts, strict=True):
            overlay(into.setdefault(profile_no, {}), decode(text), at, is_public=public)
    return said


def overlay(document: Document, values: dict[str, Any], at: int, *, is_public: bool = False) -> None:
    """Take in values said at a time, of which the stronger stay. An empty value is a value: it was cleared.

    In: is_public  a page or an app said them, with a key that everybody can read
    """
    said = [[value, at, PUBLIC] if is_public else [value, at] for value in values.values()]
    for trait, one in zip(values, said, strict=True):
        held = document.get(trait)
        if held is None or stands_over(one, held):
            document[trait] = one


def laid_over(older: Document, newer: Document) -> tuple[Document, bool]:
    """Return both documents as one, and whether that differs from the older, be it in when something was said:
    a word that comes late must find the time of the newest one."""
    if not older:
        return newer, bool(newer)
    joined, differs = dict(older), False
    for trait, one in newer.items():
        held = joined.get(trait)
        if held is None or stands_over(one, held):
            differs = differs or held != one
            joined[trait] = one
    return joined, differs


def stands_over(one: list[Any], held: list[Any]) -> bool:
    """Say whether one word of a trait is kept rather than the one held, as `CHANGE_TRAITS` says it in SQL.

    What a public key says fills what is empty or was said with a public key too, whatever the time; ADR 0067.
    """
    if is_public(one) and not is_public(held) and not is_empty(held):
        return False
    if is_public(held) and not is_public(one) and not is_empty(one):
        return True
    return bool(held[1] <= one[1])


def is_public(said: list[Any]) -> bool:
    """Say whether a word of a trait was said with a key that everybody can read."""
    return len(said) > 2


def is_empty(said: list[Any]) -> bool:
    """Say whether a word of a trait clears it."""
    return said[0] is None or said[0] == ""
