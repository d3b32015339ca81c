"""Which file is it? A query that meets bytes that make no sense seldom says where: the files it read are opened alone.

What is found is noted, a small file each, so that health and the schedule's round know of it whichever process met it.
"""

import json
import logging
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from hashlib import blake2b

import duckdb

from yingtai.lake.errors import LakeDamaged
from yingtai.lake.store import Lake

NOTES = "_round/unreadable"
MOST_KEPT = 100
LONGEST_SECONDS = 10.0
FILES_AT_ONCE = 32

log = logging.getLogger(__name__)


@contextmanager
def damage_found(lake: Lake, read: Callable[[], Iterable[str]]) -> Iterator[None]:
    """Name the file and note it when what is read turns out to be damaged.

    In:     read  the paths of all files that may have been read, those that are asked for most first
    Raises: LakeDamaged
    Cost:   nothing while all is well; otherwise up to ten seconds, unless the file is known already
    """
    try:
        yield
    except LakeDamaged as problem:
        # What the engine keeps of the file in memory would outlive its repair.
        lake.engine.forget()
        path = _first_unreadable(lake, list(read())) if lake.storage.is_local else None
        if path is None:
            raise
        note(lake, path)
        raise LakeDamaged(
            f"a file of the lake cannot be read; bring it back from a backup: {path}"
        ) from problem


@contextmanager
def told_at_the_end() -> Iterator[Callable[[], AbstractContextManager[None]]]:
    """Do many things of which each is passed over when its files are damaged, and raise in the end.

    Gives:  a context manager to do each thing in
    Raises: LakeDamaged, with every reason that was met
    """
    reasons: list[str] = []

    @contextmanager
    def passed_over() -> Iterator[None]:
        try:
            yield
        except LakeDamaged as problem:
            reasons.append(str(problem))

    yield passed_over
    if reasons:
        raise LakeDamaged("; ".join(dict.fromkeys(reasons)))


def noted(lake: Lake) -> list[str]:
    """Return the files that somebody could not read and that nobody has mended since, by path."""
    notes = (lake.storage.read(f"{NOTES}/{name}") for name in lake.storage.names_in(NOTES))
    return sorted(str(json.loads(found)["path"]) for found in notes if found)


def note(lake: Lake, path: str) -> None:
    """Remember that a file cannot be read. Repeating it changes nothing."""
    place, names = _place(path), lake.storage.names_in(NOTES)
    if place.rpartition("/")[2] in names or len(names) >= MOST_KEPT:
        return
    lake.storage.write(place, json.dumps({"path": path}).encode())
    log.error("lake.damaged", extra={"files": (path,)})


def look_again(lake: Lake, present: Iterable[str]) -> None:
    """Forget what was mended, or is no longer among the files of its table."""
    files = set(present)
    for path in noted(lake):
        if path not in files or can_be_read(path):
            lake.storage.remove(_place(path))


def can_be_read(*paths: str) -> bool:
    """Say whether every value of some files can be read, asked of an engine that has seen nothing yet."""
    with duckdb.connect(config={"threads": 1, "enable_external_file_cache": False}) as fresh:
        try:
            source = "read_parquet(?, hive_partitioning = false, union_by_name = true)"
            fresh.execute(f"SELECT max(hash(COLUMNS(*))) FROM {source}", [list(paths)]).fetchall()
        except (duckdb.Error, OSError):
            return False
    return True


def _first_unreadable(lake: Lake, paths: list[str]) -> str | None:
    known, deadline = set(noted(lake)), time.monotonic() + LONGEST_SECONDS
    paths = [*(path for path in paths if path in known), *paths]
    for start in range(0, len(paths), FILES_AT_ONCE):
        group = paths[start : start + FILES_AT_ONCE]
        if not can_be_read(*group):
            return next((path for path in group if not can_be_read(path)), None)
        if time.monotonic() > deadline:
            return None
    return None


def _place(path: str) -> str:
    return f"{NOTES}/{blake2b(path.encode(), digest_size=16).hexdigest()}.json"
