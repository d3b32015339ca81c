"""Take days of a brand's events out of the lake that may be kept no longer. For the schedule, past all scopes."""

import logging
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from yingtai.kernel.scope import BRAND_SHIFT
from yingtai.lake import removals
from yingtai.lake.damage import note
from yingtai.lake.errors import LakeDamaged
from yingtai.lake.maintenance import by_partition, groups, rewrite
from yingtai.lake.store import Lake, Snapshot, the_lake
from yingtai.lake.tables import TABLES

ANY_EVENT = ""
Told = Callable[[Counter[str], UUID], None]

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Overdue:
    """How many rows are older than they may be, and of which day the oldest is."""

    rows: int
    oldest: date


def overdue(
    name: str, *, brand_no: int, before: date, events: Sequence[str] = (), lake: Lake | None = None
) -> dict[str, Overdue]:
    """Return what `expire` would take out, by event; under "" in a table without events.

    Raises: LakeDamaged
    Cost:   one scan of two columns of the days before
    """
    lake = lake or the_lake()
    files = _files_before(lake.snapshot(name), brand_no, before)
    found: dict[str, Overdue] = {}
    days = dict(zip(files.paths, files.partitions, strict=True))
    for path, counts in _held(lake, files, brand_no, events).items():
        for event, rows in counts.items():
            known = found.get(event)
            day = _day(days[path])
            found[event] = Overdue(
                rows + (known.rows if known else 0), min(day, known.oldest) if known else day
            )
    return found


def expire(
    name: str,
    *,
    brand_no: int,
    before: date,
    events: Sequence[str] = (),
    told: Told = lambda gone, removal: None,
    lake: Lake | None = None,
) -> Counter[str]:
    """Take the rows of a brand that are of days before `before` out of a table; return how many, by event.

    Repeating it changes nothing. A file that something else was changing is left to the next run; so is one that is
    damaged, and the log says which. The files that held the rows go with the next vacuum.

    In:   events  of these alone; of all, in a table without events
          told    what went, each time some did, as soon as it is gone, and the removal's own number. What went in a run
                  that died is told by the next one; the same removal may be told twice
    Cost: as `overdue`, and a rewrite of the files that hold them, a slice in memory at a time
    """
    lake = lake or the_lake()
    _tell_what_is_left(lake, name, brand_no, told)
    files = _files_before(lake.snapshot(name), brand_no, before)
    held = _held_in_sound(lake, files, brand_no, events)
    test, params = _test(files, brand_no, events)
    gone: Counter[str] = Counter()
    for numbers in by_partition(files):
        picked = [number for number in numbers.tolist() if files.paths[number] in held]
        for group in groups(files.rows, picked):
            these = files.only(group)
            taken = sum((held[path] for path in these.paths), Counter[str]())
            removal = removals.intend(lake, these, brand_no, taken)
            if _is_rewritten(lake, these, test, params, removal.reason):
                told(taken, removal.id)
                gone.update(taken)
            removals.forget(lake, removal)
    return gone


def _tell_what_is_left(lake: Lake, name: str, brand_no: int, told: Told) -> None:
    for removal, came_about in removals.left(lake, name, brand_no):
        if came_about:
            told(removal.rows, removal.id)
        removals.forget(lake, removal)


def _is_rewritten(lake: Lake, files: Snapshot, test: str, params: dict[str, object], reason: str) -> bool:
    try:
        return not rewrite(lake, files, None, but=test, params=params, reason=reason).busy
    except LakeDamaged:
        log.exception("lake.damaged", extra={"files": files.paths})
        return False


def _files_before(snapshot: Snapshot, brand_no: int, before: date) -> Snapshot:
    lowest, end = brand_no << BRAND_SHIFT, (brand_no + 1) << BRAND_SHIFT
    return snapshot.only(
        [
            number
            for number, day in enumerate(snapshot.partitions)
            if _day(day) < before
            and snapshot.highest_node[number] >= lowest
            and snapshot.lowest_node[number] < end
        ]
    )


def _held(lake: Lake, files: Snapshot, brand_no: int, events: Sequence[str]) -> dict[str, Counter[str]]:
    """Return by file how many rows of each event go."""
    if not files.paths:
        return {}
    test, params = _test(files, brand_no, events)
    event = "event" if "event" in TABLES[files.table.name].declared else f"'{ANY_EVENT}'"
    sql = f"""
        SELECT filename, {event} AS event, count(*) AS rows FROM read_parquet($paths, union_by_name = true)
        WHERE {test} GROUP BY 1, 2
    """
    found: dict[str, Counter[str]] = {}
    for row in lake.engine.session().query(sql, {**params, "paths": list(files.paths)}).to_pylist():
        found.setdefault(row["filename"], Counter())[row["event"]] = row["rows"]
    return found


def _held_in_sound(
    lake: Lake, files: Snapshot, brand_no: int, events: Sequence[str]
) -> dict[str, Counter[str]]:
    """Return the same of the files that can be read; when not all can, each is asked alone."""
    try:
        return _held(lake, files, brand_no, events)
    except LakeDamaged:
        found: dict[str, Counter[str]] = {}
        for number, path in enumerate(files.paths):
            try:
                found |= _held(lake, files.only([number]), brand_no, events)
            except LakeDamaged:
                log.exception("lake.damaged", extra={"files": (path,)})
                note(lake, path)
        return found


def _test(files: Snapshot, brand_no: int, events: Sequence[str]) -> tuple[str, dict[str, object]]:
    test, params = "brand_no = $brand_no", {"brand_no": brand_no}
    if "event" not in TABLES[files.table.name].declared:
        return f"coalesce({test}, FALSE)", dict(params)
    return f"coalesce({test} AND list_contains($events, event), FALSE)", params | {"events": list(events)}


def _day(partition: object) -> date:
    return partition if isinstance(partition, date) else date.fromisoformat(str(partition))
