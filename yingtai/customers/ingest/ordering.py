"""Whose word an order is: that of a door that proves it, or of the browser that paid. A number alone can be guessed, so
whoever says it first has no claim to it (ADR 0107).
"""

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np

from yingtai.customers.ingest.batch import Batch, People
from yingtai.customers.ingest.resolving import NOBODY
from yingtai.customers.rules import BY_PRIORITY, PROVING_DOOR

UNKNOWN = b"\x01" + bytes(15)
"""Stands for a page's visitor of whom nothing is known."""
ANONYMOUS = next(place for place, kind in enumerate(BY_PRIORITY) if kind.name == "anonymous")
# What was paid under a number by the one who asks, by a proving door, in the name of the same person, and by anybody.
KNOWN_ORDERS = """
    SELECT DISTINCT held.brand_no, held.blind, held.payer, held.currency, held.amount_minor - held.refunded_minor,
        held.profile_no
    FROM unnest(%(brands)s::int[], %(blinds)s::bytea[], %(payers)s::bytea[], %(people)s::bigint[])
        AS asked (brand_no, blind, payer, profile_no), LATERAL (
            (SELECT * FROM customers_order AS one WHERE one.brand_no = asked.brand_no AND one.blind = asked.blind
                AND one.payer = ANY(ARRAY[asked.payer, %(proving)s]) AND one.amount_minor > 0)
            UNION ALL
            (SELECT * FROM customers_order AS one WHERE one.brand_no = asked.brand_no AND one.blind = asked.blind
                AND one.profile_no = asked.profile_no AND one.amount_minor > 0 ORDER BY one.amount_minor DESC LIMIT 5)
            UNION ALL
            (SELECT * FROM customers_order AS one WHERE one.brand_no = asked.brand_no AND one.blind = asked.blind
                AND one.amount_minor > 0 LIMIT 1)
        ) AS held
    WHERE held.currency IS NOT NULL
"""

Key = tuple[int, bytes]
"""The brand of an order and the blind index of its number."""


class Order(NamedTuple):
    """What may still come back of an order, and whose it is."""

    currency: str
    left: int
    profile_no: int


Orders = dict[Key, dict[bytes, Order]]
"""Orders by number, and by who said that they were paid."""


class Payers(NamedTuple):
    """Per event: whose word it is, 16 bytes; whether a browser says it, which alone may take back what it paid."""

    marks: np.ndarray
    is_browser: np.ndarray


def payers_of(batch: Batch, people: People) -> Payers:
    """Return whose word each event of a set is. Cost: comparisons of whole columns"""
    marks = np.zeros(len(batch.set), "V16")
    is_browser = np.zeros(len(batch.set), bool)
    public = np.flatnonzero(batch.from_public())
    if len(public):
        found = people.identifiers
        combined = found.distinct.combined
        rows = combined.places[combined.inverse[public]]
        is_browser[public] = rows[:, ANONYMOUS] != NOBODY
        strongest = rows[np.arange(len(rows)), (rows != NOBODY).argmax(axis=1)]
        places = np.where(is_browser[public], rows[:, ANONYMOUS], strongest)
        known = np.r_[found.blind, np.frombuffer(UNKNOWN, "V16")]
        marks[public] = known[np.where(places == NOBODY, len(found.blind), places)]
    return Payers(marks, is_browser)


def in_books(batch: Batch, asked: Iterable[tuple[Key, bytes, int]]) -> Orders:
    """Return what the books hold of orders.

    In: asked  per question its number, who asks, and their profile
    """
    questions = sorted(set(asked))
    values = {
        "brands": [key[0] for key, _, _ in questions],
        "blinds": [key[1] for key, _, _ in questions],
        "payers": [payer for _, payer, _ in questions],
        "people": [profile_no for _, _, profile_no in questions],
        "proving": PROVING_DOOR,
    }
    batch.cursor.execute(KNOWN_ORDERS, values)
    found: Orders = {}
    for brand, blind, payer, *order in batch.cursor.fetchall():
        found.setdefault((brand, bytes(blind)), {})[bytes(payer)] = Order(*order)
    return found
