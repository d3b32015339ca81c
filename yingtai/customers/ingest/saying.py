"""What the events of a set say of people: traits by profile, the newest word of each."""

from dataclasses import dataclass, field
from typing import Any

import msgspec
import numpy as np
import pyarrow as pa

from yingtai.customers.ingest.batch import Batch, People

Document = dict[str, list[Any]]
"""`{trait: [value, microseconds when it was said]}`"""

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
    said = Said()
    for name, into in (("traits", said.known), ("private_traits", said.private)):
        if name not in batch.set.events.column_names:
            continue
        column = batch.set.events[name]
        if column.null_count == len(column):
            continue
        rows = np.flatnonzero(column.is_valid().to_numpy() & (people.profile_no > 0))
        texts = column.take(pa.array(rows)).cast(pa.string()).to_pylist()
        profiles, moments = people.profile_no[rows].tolist(), occurred[rows].tolist()
        for profile_no, at, text in zip(profiles, moments, texts, strict=True):
            overlay(into.setdefault(profile_no, {}), decode(text), at)
    return said


def overlay(document: Document, values: dict[str, Any], at: int) -> None:
    """Take in values said at a time; what was said later stays. An empty value is a value: it was cleared."""
    if not document:
        document.update({trait: [value, at] for trait, value in values.items()})
        return
    for trait, value in values.items():
        held = document.get(trait)
        if held is None or held[1] <= at:
            document[trait] = [value, at]


def laid_over(older: Document, newer: Document) -> tuple[Document, bool]:
    """Return both documents as one, and whether that differs from the older, be it in when something was said:
    a word that comes late must find the time of the newest one."""
    if not older:
        return newer, bool(newer)
    joined, differs = dict(older), False
    for trait, (value, at) in newer.items():
        held = joined.get(trait)
        if held is None or held[1] <= at:
            differs = differs or held != [value, at]
            joined[trait] = [value, at]
    return joined, differs
