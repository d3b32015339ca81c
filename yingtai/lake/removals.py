"""What is about to be taken out of the lake, written down beforehand, so that a killed run's removals are told too.

A removal is one Delta commit, and who tells of it writes elsewhere: between the two a process may die. So a note of
what goes lies beside the tables from before the commit until it was told, and the commit carries the note's number.
The next run finds the notes that are left, looks in the table's log which of them became true, and tells those.
"""

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID

from yingtai.kernel.ids import uuid7
from yingtai.lake.store import Lake, Snapshot

FOLDER = "_removals"


@dataclass(frozen=True)
class Removal:
    """Rows of a brand that go with one commit, by event; `version` is the table's before it."""

    id: UUID
    table: str
    brand_no: int
    version: int
    rows: Counter[str]
    paths: tuple[str, ...]

    @property
    def reason(self) -> str:
        """What the commit says why."""
        return f"removal {self.id}"

    @property
    def place(self) -> str:
        return f"{FOLDER}/{self.table}/{self.brand_no}/{self.id}.json"


def intend(lake: Lake, files: Snapshot, brand_no: int, rows: Counter[str]) -> Removal:
    """Write down that these rows will go from these files; return the note."""
    removal = Removal(uuid7(), files.table.name, brand_no, files.version, rows, files.paths)
    note = {"version": removal.version, "rows": dict(rows), "paths": removal.paths}
    lake.storage.write(removal.place, json.dumps(note).encode())
    return removal


def forget(lake: Lake, removal: Removal) -> None:
    """Take a note away: the removal was told, or did not come about."""
    lake.storage.remove(removal.place)


def left(lake: Lake, table: str, brand_no: int) -> Iterator[tuple[Removal, bool]]:
    """Return the notes that runs which died left behind, and of each whether its rows went.

    Cost: nothing where no run died; else the entries of the table's log since then
    """
    folder = f"{FOLDER}/{table}/{brand_no}"
    for name in lake.storage.names_in(folder):
        note = lake.storage.read(f"{folder}/{name}")
        if note is not None:
            said = json.loads(note)
            removal = Removal(
                UUID(name.removesuffix(".json")), table, brand_no, said["version"], Counter(said["rows"]),
                tuple(said["paths"]),
            )  # fmt: skip
            yield removal, _came_about(lake, removal)


def _came_about(lake: Lake, removal: Removal) -> bool:
    now = lake.snapshot(removal.table)
    if set(removal.paths) <= set(now.paths):
        return False
    for version in range(removal.version + 1, now.version + 1):
        entry = lake.storage.read(f"{removal.table}/_delta_log/{version:020d}.json")
        if entry is None:
            # Tidied away, days later: the files went, and hardly for another reason.
            return True
        if removal.reason.encode() in entry:
            return True
    return False
