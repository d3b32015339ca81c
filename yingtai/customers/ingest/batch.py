"""What the steps of one set hand to each other."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np

from yingtai.collect.api import public_sources
from yingtai.customers.eventset import EventSet
from yingtai.customers.ingest.grouping import different
from yingtai.customers.ingest.resolving import Combined, Distinct, Resolution
from yingtai.kernel.acting import Acting


@dataclass
class Found:
    """The distinct identifiers of a set before anything is known of them, and which of them came together.

    kinds, values, brand, blind  parallel arrays, one element per identifier
    blocked, shared              per event, whether an identifier was left out: it means nobody, or a crowd has it
    """

    combined: Combined
    kinds: np.ndarray
    values: list[str]
    brand: np.ndarray
    blind: np.ndarray
    blocked: np.ndarray
    shared: np.ndarray


@dataclass
class Batch:
    """One set on its way: who acts, its number, its events, and their identifiers when they were read ahead."""

    acting: Acting
    ingest_no: int
    set: EventSet
    cursor: Any
    found: Found | None = None

    @property
    def at(self) -> datetime:
        return self.acting.at

    def numbers(self, name: str) -> np.ndarray:
        """Return a column of whole numbers; 0 where it is null or missing."""
        if name not in self.set.events.column_names:
            return np.zeros(len(self.set), dtype=np.int64)
        column = self.set.events[name]
        return np.ascontiguousarray(
            (column.fill_null(0) if column.null_count else column).to_numpy(), np.int64
        )

    def from_public(self) -> np.ndarray:
        """Say of each event whether its source is public: its key is in a page or an app, so it proves nothing."""
        sources = self.numbers("source_no")
        public = public_sources(different(sources).tolist())
        return np.isin(sources, list(public))

    def moments(self, name: str) -> np.ndarray:
        """Return a column of times in microseconds since 1970."""
        moments: np.ndarray = self.set.events[name].cast("int64").to_numpy()
        return moments


@dataclass
class People:
    """Who the events of a set belong to.

    alias_no, profile_no  per event; 0 when nobody is known
    identifiers           the distinct identifiers, with their value, brand, blind index and alias
    """

    alias_no: np.ndarray
    profile_no: np.ndarray
    identifiers: "Identifiers"
    resolution: Resolution
    fresh_from: int
    node_of_fresh: np.ndarray
    brand_of_fresh: np.ndarray


@dataclass
class Identifiers:
    """Each identifier of a set once: parallel arrays.

    is_new     gets a row in the books
    is_moved   of these, those that had one, with somebody a public key claimed they belong to
    is_raised  is proven now, and was not
    standing   of those that get a row
    blocked, shared  as of `Found`, per event
    """

    distinct: Distinct
    values: list[str]
    brand: np.ndarray
    blind: np.ndarray
    alias_no: np.ndarray
    owner_no: np.ndarray
    is_new: np.ndarray
    is_moved: np.ndarray
    is_raised: np.ndarray
    standing: np.ndarray
    blocked: np.ndarray
    shared: np.ndarray
    first_event: np.ndarray
    first_seen: np.ndarray
