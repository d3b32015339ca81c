"""Ready-made rows for tests, ours and others'."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from itertools import count
from pathlib import Path
from typing import Any

import pyarrow as pa

from yingtai.kernel.scope import node_no
from yingtai.lake.tables import TABLES

MOMENT = datetime(2026, 6, 1, 8, tzinfo=UTC)
DEALER = node_no(1, 2, 3)

BEYOND_SETS = 1_000_000_000
"""Numbers of sets from here on are given by tests only; ingest, which shares their lake, counts from one."""
_numbers = count(BEYOND_SETS)


def rows_of(name: str, rows: Sequence[Mapping[str, Any]], **defaults: Any) -> pa.Table:
    """Return rows for a lake table from what matters to a test; columns left out are null."""
    declared = TABLES[name].schema
    filled = [{"node_no": DEALER, **defaults, **row} for row in rows]
    names = dict.fromkeys(column for row in filled for column in row)
    return pa.table(
        {
            column: pa.array(
                [row.get(column) for row in filled],
                declared.field(column).type if column in declared.names else None,
            )
            for column in names
        }
    )


def events_of(rows: Sequence[Mapping[str, Any]], **defaults: Any) -> pa.Table:
    """Return events: page views of profile 1 on the first of June, unless the rows say otherwise."""
    usual = {
        "alias_no": 1,
        "profile_no": 1,
        "source_no": 1,
        "event": "Page Viewed",
        "occurred_at": MOMENT,
        "received_at": MOMENT,
        **defaults,
    }
    numbered = [{"ingest_no": next(_numbers), **row} for row in rows]
    return rows_of("events", numbered, **usual)


def moves_of(moves: Sequence[tuple[int, int]], *, moved: bool = True, node: int = DEALER) -> pa.Table:
    """Return changes of the alias map from (alias_no, profile_no), in their order."""
    rows = [
        {"alias_no": alias, "profile_no": profile, "ingest_no": next(_numbers), "moved": moved}
        for alias, profile in moves
    ]
    return rows_of("alias_map", rows, node_no=node, changed_at=MOMENT)


def on(day: date, hour: int = 8) -> datetime:
    """Return an hour of a day, UTC."""
    return datetime(day.year, day.month, day.day, hour, tzinfo=UTC)


def harm_values(path: Path) -> bytes:
    """Change every byte between a file's head and its footer, as a bad disk may; return what it was."""
    sound = path.read_bytes()
    foot = int.from_bytes(sound[-8:-4], "little") + 8
    path.write_bytes(sound[:4] + bytes(byte ^ 0x5A for byte in sound[4:-foot]) + sound[-foot:])
    return sound
