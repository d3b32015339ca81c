"""`yingtai bench audience`: ask who did what, beside the same questions hand-written over the bare files.

The bare side reads the same Parquet files with the same engine and threads: no scope, no alias map, no people who
were never seen, no snapshot. What the product adds to that is what is measured.
"""

import argparse
import json
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any

import duckdb

from yingtai.audiences.api import compile_audience, compile_together, read_definition
from yingtai.bench.behaviour import BRAND, CATEGORIES, Size, lake_of, move_aliases
from yingtai.kernel.env import env
from yingtai.kernel.scope import Scope
from yingtai.lake.api import Lake, scoped

BUDGET_SECONDS, BUDGET_RATIO = 0.5, 1.5
BUDGET_AT = 10_000_000
MOVED = 2_000
MANY = 200
MANY_TOGETHER = 200
USUAL_DAYS = (7, 30, 90, 180, 365)
VIEWED = {
    "block": "did",
    "event": "Product Viewed",
    "at_least": 3,
    "within_days": 30,
    "where": "category",
    "value": "suv",
}
ORDERED = {"block": "did", "event": "Order Completed"}


@dataclass(frozen=True)
class Question:
    """A definition, and how an analyst would write it over the bare files."""

    name: str
    parts: tuple[dict[str, Any], ...]
    bare: Callable[[datetime], str]


@dataclass(frozen=True)
class Line:
    """What one question took, in seconds; both sides found so many people."""

    name: str
    people: int
    ours: float
    moved: float
    bare: float

    @property
    def ratio(self) -> float:
        return self.ours / self.bare


def _since(at: datetime, days: int) -> tuple[str, str]:
    since = at - timedelta(days=days)
    return since.date().isoformat(), since.isoformat()


def _looked_not_bought(at: datetime) -> str:
    (day, month), quarter = _since(at, 30), _since(at, 90)
    return f"""
        SELECT count(*) FROM (
            SELECT profile_no FROM events
            WHERE day >= '{quarter[0]}' AND profile_no IS NOT NULL AND (
                (event = 'Product Viewed' AND category = 'suv' AND day >= '{day}' AND occurred_at >= '{month}')
                OR (event = 'Order Completed' AND occurred_at >= '{quarter[1]}'))
            GROUP BY profile_no
            HAVING sum(CASE WHEN event = 'Product Viewed' THEN 1 END) >= 3
               AND sum(CASE WHEN event = 'Order Completed' THEN 1 ELSE 0 END) = 0)
    """


def _bought_twice(at: datetime) -> str:
    day, since = _since(at, 365)
    return f"""
        SELECT count(*) FROM (
            SELECT profile_no FROM events
            WHERE event = 'Order Completed' AND day >= '{day}' AND occurred_at >= '{since}' GROUP BY profile_no
            HAVING count(*) >= 2)
    """


def _mobile_readers(at: datetime) -> str:
    return """
        SELECT count(*) FROM (
            SELECT profile_no FROM events WHERE event = 'Page Viewed' AND device_class = 'mobile'
            GROUP BY profile_no HAVING count(*) >= 10)
    """


def _spent(at: datetime) -> str:
    day, since = _since(at, 180)
    return f"""
        SELECT count(*) FROM (
            SELECT profile_no FROM events
            WHERE event IN ('Order Completed', 'Order Refunded') AND day >= '{day}' AND occurred_at >= '{since}'
            GROUP BY profile_no
            HAVING sum(CASE WHEN event = 'Order Completed' THEN amount_minor ELSE -abs(amount_minor) END) >= 1000000)
    """


def _never_bought(at: datetime) -> str:
    return """
        SELECT count(*) FROM people WHERE profile_no NOT IN (
            SELECT profile_no FROM events WHERE event = 'Order Completed' AND profile_no IS NOT NULL)
    """


QUESTIONS = (
    Question("viewed SUVs 3 times in 30 days, no order in 90", (VIEWED, ORDERED | {"within_days": 90, "negated": True}),
             _looked_not_bought),
    Question("ordered twice in a year", (ORDERED | {"at_least": 2, "within_days": 365},), _bought_twice),
    Question("10 pages on a phone, ever",
             ({"block": "did", "event": "Page Viewed", "at_least": 10, "where": "device_class", "value": "mobile"},),
             _mobile_readers),
    Question("spent 10,000 in 180 days", ({"block": "spent", "at_least": 10_000, "within_days": 180},), _spent),
    Question("never ordered", (ORDERED | {"negated": True},), _never_bought),
)  # fmt: skip


def main(arguments: list[str]) -> int:
    """Measure how long audiences take, and print a table or JSON."""
    parser = argparse.ArgumentParser(prog="yingtai bench audience", description=main.__doc__)
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.add_argument("--events", type=int, default=Size.events)
    parser.add_argument("--people", type=int, default=Size.people)
    parser.add_argument("--days", type=int, default=Size.days)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--many", type=int, default=MANY, help="audiences asked together; 0 for none")
    parser.add_argument("--folder", type=Path, help="where lakes are kept; else inside the installation")
    options = parser.parse_args(arguments)
    size = Size(options.events, options.people, options.days)
    folder = options.folder or env().home / "bench"
    folder.mkdir(parents=True, exist_ok=True)
    lake, moved = lake_of(size, folder), _moved_copy(size, folder)
    lines = [_measure(question, lake, moved, size, options.rounds) for question in QUESTIONS]
    many = _together(lake, size, options.many) if options.many else 0.0
    budget = BUDGET_SECONDS * max(1.0, size.events / BUDGET_AT)
    held = all(line.ours <= budget for line in lines) and median(line.ratio for line in lines) <= BUDGET_RATIO
    if options.json:
        rows = [asdict(line) | {"ratio": line.ratio} for line in lines]
        print(json.dumps({"questions": rows, "many": options.many, "many_seconds": many, "held": held}))
    else:
        _print_table(lines, size, many=options.many, many_seconds=many, budget=budget, held=held)
    return 0 if held else 1


def _measure(question: Question, lake: Lake, moved: Lake, size: Size, rounds: int) -> Line:
    definition = read_definition({"join": "all", "parts": list(question.parts)})
    bare_sql, bare = question.bare(size.end), _bare(lake)

    def ask(asked: Lake) -> int:
        # As a page does it: a new reader each time, the definition compiled anew.
        reader = scoped(Scope.of(BRAND), lake=asked)
        sql = compile_audience(definition, at=size.end, trait_columns=reader.columns("traits")).count
        return int(reader.query(sql)["people"][0].as_py())

    sides: dict[str, Callable[[], int]] = {
        "ours": lambda: ask(lake),
        "moved": lambda: ask(moved),
        "bare": lambda: int(bare.execute(bare_sql).fetchall()[0][0]),
    }
    spent: dict[str, list[float]] = {name: [] for name in sides}
    found: dict[str, int] = {}
    for _ in range(rounds + 1):
        # In turns, so that a noisy moment hits all; the first round warms the file cache and is left out.
        for name, side in sides.items():
            began = perf_counter()
            found[name] = side()
            spent[name].append(perf_counter() - began)
    if found["ours"] != found["bare"]:
        raise SystemExit(
            f"{question.name}: {found['ours']:,} people by the product, {found['bare']:,} by hand"
        )
    seconds = {name: median(times[1:]) for name, times in spent.items()}
    return Line(question.name, found["ours"], **seconds)


def _bare(lake: Lake) -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect()
    connection.execute("SET TimeZone = 'UTC'")
    connection.execute("SET parquet_metadata_cache = true")
    place = lake.storage.url
    for name, table in (("events", "events"), ("people", "traits")):
        files = f"'{place}/{table}/*/*.parquet'"
        connection.execute(
            f"CREATE VIEW {name} AS SELECT * FROM read_parquet({files}, hive_partitioning = true)"
        )
    return connection


def _moved_copy(size: Size, folder: Path) -> Lake:
    """The same lake after merges: no compaction has written the new owners into the files yet."""
    place = folder / "moved"
    lake = lake_of(size, place)
    if not (place / size.name / "moved").exists():
        move_aliases(lake, count=MOVED, people=size.people)
        (place / size.name / "moved").touch()
    return lake


def _together(lake: Lake, size: Size, count: int) -> float:
    """Ask so many different audiences in shared scans, as the periodic refresh does, without storing them."""
    definitions = {number: read_definition(_varied(number)) for number in range(count)}
    began = perf_counter()
    for first in range(0, count, MANY_TOGETHER):
        some = {number: definitions[number] for number in range(first, min(first + MANY_TOGETHER, count))}
        reader = scoped(Scope.of(BRAND), lake=lake)
        reader.query(compile_together(some, at=size.end, trait_columns=reader.columns("traits")))
    return perf_counter() - began


def _varied(number: int) -> dict[str, Any]:
    """Audiences as brands keep them: a few kinds, times and details, in many combinations."""
    parts = []
    for part in QUESTIONS[number % len(QUESTIONS)].parts:
        days = USUAL_DAYS[number // 5 % len(USUAL_DAYS)]
        category = CATEGORIES[number // 25 % len(CATEGORIES)]
        changed = part | {"at_least": 1 + number % 7, "within_days": days}
        parts.append(changed | ({"value": category} if part.get("where") == "category" else {}))
    return {"join": "all", "parts": parts}


def _print_table(
    lines: list[Line], size: Size, *, many: int, many_seconds: float, budget: float, held: bool
) -> None:
    print(f"{size.events:,} events, {size.people:,} people, {size.days} days; medians in milliseconds")
    print(f"{'':<50}{'people':>10}{'ours':>8}{'moved':>8}{'bare':>8}{'× bare':>8}")
    for line in lines:
        print(
            f"{line.name:<50}{line.people:>10,}{line.ours * 1000:>8.0f}{line.moved * 1000:>8.0f}"
            f"{line.bare * 1000:>8.0f}{line.ratio:>8.2f}"
        )
    if many:
        print(f"{many} audiences asked in shared scans of {MANY_TOGETHER}: {many_seconds:.1f} s")
    middle = median(line.ratio for line in lines)
    print(f"moved: {MOVED:,} aliases moved since the files were written, none compacted yet")
    print(f"median {middle:.2f} × bare; budget {budget} s each and {BUDGET_RATIO} × bare", end=" ")
    print("held." if held else "NOT held.")
