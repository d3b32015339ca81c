"""A slow round over the files of all ages: whether each is there, as long as the log says, and can be read.

A query meets a cut file only when somebody asks for its day, which may be months later. So the schedule looks at some
files each time, remembers where it was, and comes by every file within a day. What it finds, and what queries met, is
looked at again each time, until it is mended or no longer part of its table.
"""

import json
import logging
import time
from bisect import bisect_right
from dataclasses import dataclass
from math import ceil

from yingtai.lake.damage import MOST_KEPT, can_be_read, look_again, note, noted
from yingtai.lake.errors import LakeDamaged
from yingtai.lake.store import Lake, the_lake
from yingtai.lake.tables import TABLES

LOOKS_A_DAY = 240
"""Of the 288 that one each five minutes makes."""
LEAST_AT_ONCE = 20
MOST_AT_ONCE = 2_000
READING_SECONDS = 20.0
STATE = "_round/state.json"
END_OF_FILE = b"PAR1"

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class File:
    """A file of the lake by its place, and how many bytes the log says it has."""

    path: str
    size: int


def look_over(lake: Lake | None = None) -> list[str]:
    """Look at the next files, and again at those that were damaged; return the damaged ones known now, by path.

    A table whose log cannot be read is passed over: `Lake.check` and every query say so.
    Cost: a look at the end of a 240th of all files, at most 2,000, and up to 20 seconds in which they are read through
    """
    lake = lake or the_lake()
    if not lake.storage.is_local:
        return []  # a bucket keeps files whole
    files = _files(lake)
    place, known = _state(lake)
    picked = _next(files, place)
    again = [file for file in files if file.path in known and file not in picked]
    damaged = [file.path for file in [*again, *picked] if not _is_whole(file)][:MOST_KEPT]
    for path in sorted(set(damaged) - set(known)):
        log.error("lake.damaged", extra={"files": (path,)})
    state = {"place": picked[-1].path if picked else "", "damaged": damaged}
    lake.storage.write(STATE, json.dumps(state).encode())
    _read_through(lake, [file.path for file in picked if file.path not in damaged])
    look_again(lake, (file.path for file in files))
    return known_damage(lake)


def _read_through(lake: Lake, paths: list[str]) -> None:
    """Read what files hold, as far as time allows, and note those that cannot be read."""
    until = time.monotonic() + READING_SECONDS
    for path in paths:
        if time.monotonic() > until:
            return
        if not can_be_read(path):
            note(lake, path)


def names_of_damaged(lake: Lake | None = None) -> list[str]:
    """Return the same by their place in the lake's folder, as an operator looks for them."""
    lake = lake or the_lake()
    return [path.removeprefix(f"{lake.storage.url}/") for path in known_damage(lake)]


def known_damage(lake: Lake | None = None) -> list[str]:
    """Return the damaged files that the round found or a query met, by path. Cost: a small file read for each met."""
    lake = lake or the_lake()
    return sorted({*_state(lake)[1], *noted(lake)})


def _files(lake: Lake) -> list[File]:
    found: list[File] = []
    for name in TABLES:
        try:
            snapshot = lake.snapshot(name)
        except LakeDamaged:
            continue
        found += [File(path, int(size)) for path, size in zip(snapshot.paths, snapshot.sizes, strict=True)]
    return sorted(found, key=lambda file: file.path)


def _next(files: list[File], place: str) -> list[File]:
    """Return the files after a place, from the first again after the last."""
    count = min(max(ceil(len(files) / LOOKS_A_DAY), LEAST_AT_ONCE), MOST_AT_ONCE, len(files))
    first = bisect_right(files, place, key=lambda file: file.path)
    return (files[first:] + files[:first])[:count]


def _is_whole(file: File) -> bool:
    try:
        with open(file.path, "rb") as stream:
            length = stream.seek(0, 2)
            stream.seek(max(length - len(END_OF_FILE), 0))
            return length == file.size and stream.read() == END_OF_FILE
    except OSError:
        return False


def _state(lake: Lake) -> tuple[str, list[str]]:
    try:
        state = json.loads(lake.storage.read(STATE) or b"{}")
        return str(state.get("place", "")), list(state.get("damaged", []))
    except (ValueError, AttributeError, TypeError):
        return "", []  # a round begins anew
