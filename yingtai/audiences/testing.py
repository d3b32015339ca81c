"""Made-up people and what they did, written into the test run's lake."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from itertools import count
from typing import Any

import pyarrow as pa

from yingtai.audiences.definition import Group, read_definition
from yingtai.kernel.scope import brand_of
from yingtai.lake.api import append, replace
from yingtai.lake.tables import EVENTS
from yingtai.lake.testing import BEYOND_SETS

_numbers = count(1)


def definition(*parts: dict[str, Any], join: str = "all") -> Group:
    """Return a definition of these parts."""
    return read_definition({"join": join, "parts": list(parts)})


def write_people(
    brand_node: int,
    people: Mapping[int, int],
    *,
    at: datetime,
    traits: Mapping[str, Mapping[int, Any]] | None = None,
) -> None:
    """Put people, by profile number and place, in the place of everybody the brand had.

    In: traits  by name: the value of each person who has one
    """
    columns: dict[str, Any] = {
        "profile_no": pa.array(list(people), pa.int64()),
        "node_no": pa.array(list(people.values()), pa.int64()),
        "first_seen_at": pa.array([at - timedelta(days=number % 100) for number in people], MOMENT),
        "latest_seen_at": pa.array([at - timedelta(days=number % 10) for number in people], MOMENT),
    }
    for name, values in (traits or {}).items():
        columns[f"trait_{name}"] = pa.array([values.get(number) for number in people])
    replace("traits", pa.table(columns), {"brand_no": brand_of(brand_node)})


def write_events(node_no: int, events: Sequence[Mapping[str, Any]]) -> None:
    """Add events; each says who (profile_no), what (event), when (occurred_at) and any other column."""
    alias_nos = [event["profile_no"] and next(_numbers) + (node_no << 4) for event in events]
    rows = [
        {
            "ingest_no": BEYOND_SETS,
            "node_no": node_no,
            "source_no": 1,
            "received_at": event["occurred_at"],
            "alias_no": alias_no,
            **event,
        }
        for event, alias_no in zip(events, alias_nos, strict=True)
    ]
    names = [name for name in EVENTS.schema.names if any(name in row for row in rows)]
    append(
        "events",
        pa.table(
            {
                name: pa.array([row.get(name) for row in rows], EVENTS.schema.field(name).type)
                for name in names
            }
        ),
    )


MOMENT = pa.timestamp("us", tz="UTC")
