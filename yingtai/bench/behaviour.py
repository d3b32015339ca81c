"""A lake of made-up behaviour for measuring audiences: people, a year of what they did, and some moved aliases."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import time

import numpy as np
import pyarrow as pa

from yingtai.kernel.scope import node_no
from yingtai.lake.api import Lake, append, replace

BRAND = node_no(1)
DEALERS = 200
NAMES = ("Page Viewed", "Product Viewed", "Product Searched", "Email Opened", "Product Added", "Lead Submitted",
         "Test Drive Booked", "Order Completed", "Order Refunded")  # fmt: skip
SHARES = (0.50, 0.25, 0.08, 0.07, 0.04, 0.02, 0.01, 0.025, 0.005)
CATEGORIES = ("suv", "sedan", "mpv", "wagon", "accessories", "service")
CHANNELS = ("web", "app", "email", "store")
DEVICES = ("mobile", "desktop", "tablet")
PROPERTIES = 2_000
ROWS_AT_ONCE = 1_000_000
MOMENT = pa.timestamp("us", tz="UTC")


@dataclass(frozen=True)
class Size:
    """How large the lake is made; lakes of one size are kept and used again."""

    events: int = 10_000_000
    people: int = 200_000
    days: int = 365
    end: datetime = datetime(2026, 3, 2, tzinfo=UTC)

    @property
    def name(self) -> str:
        return f"behaviour-{self.events}-{self.people}-{self.days}"


def lake_of(size: Size, folder: Path) -> Lake:
    """Return the lake of a size, made now unless it is there already."""
    place = folder / size.name
    lake = Lake(place)
    if not (place / "made").exists():
        chance = np.random.default_rng(7)
        # Resolved just now, so no file needs its aliases looked up again.
        now = datetime.fromtimestamp(time(), UTC)
        replace("traits", _people(size, chance), {"brand_no": 1}, lake=lake)
        for rows in _events(size, chance):
            append("events", rows, lake=lake, resolved_at=now)
        (place / "made").touch()
    return lake


def move_aliases(lake: Lake, *, count: int, people: int) -> None:
    """Let so many aliases point at somebody else from now on, as merges do."""
    aliases = np.arange(1, count + 1)
    moves = {
        "alias_no": aliases, "profile_no": aliases % people + 1, "node_no": np.full(count, BRAND),
        "ingest_no": np.full(count, 10**6), "moved": np.full(count, fill_value=True),
    }  # fmt: skip
    append("alias_map", pa.table(moves), lake=lake)


def _people(size: Size, chance: np.random.Generator) -> pa.Table:
    numbers = np.arange(1, size.people + 1)
    seen = [size.end - timedelta(days=int(days)) for days in chance.integers(0, size.days, size.people)]
    cities = pa.array([f"city {number}" for number in range(300)])
    return pa.table(
        {
            "profile_no": numbers,
            "node_no": _nodes(numbers),
            "first_seen_at": pa.array([size.end - timedelta(days=size.days)] * size.people, MOMENT),
            "latest_seen_at": pa.array(seen, MOMENT),
            "trait_city": cities.take(pa.array(chance.integers(0, 300, size.people))),
        }
    )


def _events(size: Size, chance: np.random.Generator) -> Iterator[pa.Table]:
    days_at_once = max(1, size.days * ROWS_AT_ONCE // size.events)
    for first in range(0, size.days, days_at_once):
        days = min(days_at_once, size.days - first)
        yield _some_days(size, first, days, chance)


def _some_days(size: Size, first: int, days: int, chance: np.random.Generator) -> pa.Table:
    rows = size.events * days // size.days
    # Few people do much and many do little.
    people = np.minimum((size.people * chance.random(rows) ** 2).astype(np.int64), size.people - 1) + 1
    start = size.end - timedelta(days=size.days - first)
    seconds = chance.integers(0, days * 86_400, rows)
    at = int(start.timestamp() * 1_000_000) + seconds * 1_000_000
    events = chance.choice(len(NAMES), rows, p=SHARES)
    is_order = events >= NAMES.index("Order Completed")
    return pa.table(
        {
            "ingest_no": np.full(rows, first + 1),
            "node_no": _nodes(people),
            "source_no": np.ones(rows, np.int64),
            "event": _texts(NAMES, events),
            "occurred_at": pa.array(at, MOMENT),
            "received_at": pa.array(at + 5_000_000, MOMENT),
            "alias_no": people,
            "profile_no": people,
            "session_no": seconds // 1_800,
            "channel": _texts(CHANNELS, chance.integers(0, len(CHANNELS), rows)),
            "product_id": _texts([f"P{number:05}" for number in range(5_000)], chance.integers(0, 5_000, rows)),
            "category": _texts(CATEGORIES, chance.integers(0, len(CATEGORIES), rows)),
            "amount_minor": pa.array(chance.integers(1_000, 500_000, rows), mask=~is_order),
            "page_path": _texts([f"/models/{number}" for number in range(400)], chance.integers(0, 400, rows)),
            "device_class": _texts(DEVICES, chance.integers(0, len(DEVICES), rows)),
            "properties": _texts(
                [f'{{"position":{number % 40},"list":"list {number}"}}' for number in range(PROPERTIES)],
                chance.integers(0, PROPERTIES, rows),
            ),
        }
    )  # fmt: skip


def _nodes(people: np.ndarray) -> np.ndarray:
    return np.asarray(BRAND + (people % 10 + 1 << 24) + people % DEALERS + 1)


def _texts(words: object, places: np.ndarray) -> pa.Array:
    return pa.DictionaryArray.from_arrays(pa.array(places, pa.int32()), pa.array(words))
