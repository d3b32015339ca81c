"""Files into profiles and lake: what `collect` read goes through the bulk door, and the report is kept."""

import argparse
import json
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any, TextIO
from uuid import UUID

import pyarrow as pa
from django.db import InterfaceError, OperationalError

from yingtai.collect.api import (
    FileGivenUp,
    FileImport,
    Origin,
    RawSet,
    Report,
    Run,
    digest_of,
    find_run,
    keyed_digest,
    note_import,
    note_names,
    open_import,
    read_mapping,
    while_it_lasts,
    write_errors,
)
from yingtai.customers.answers import owners_of, record_answers
from yingtai.customers.errors import BooksWentAway, OrderCameDifferently, SetsCameDifferently
from yingtai.customers.eventset import EventSet
from yingtai.customers.ingest.snapshots import refresh_traits
from yingtai.customers.loading import figures_of, finish_loads, load_sets
from yingtai.customers.models import LoadedSet
from yingtai.customers.repeating import count_changed_orders, known_rows, restated, undated_people
from yingtai.kernel.acting import Acting, system
from yingtai.kernel.errors import CATALOGUE
from yingtai.kernel.http import words_of
from yingtai.kernel.money import decimals_of
from yingtai.kernel.scope import EVERYTHING, Scope, brand_node, brand_of
from yingtai.kernel.tasks import Progress, progress
from yingtai.lake import api as lake
from yingtai.organization.api import get_unit

Told = Callable[[int, int], None]
"""Told how much is done and how much there is: bytes read, then as many bytes again for what is loaded."""
Begin = Callable[[Acting], None]

TOUCHED = """
    SELECT count(DISTINCT profile_no) AS people FROM events
    WHERE ingest_no BETWEEN $first AND $latest AND source_no = $source
"""
PRODUCTS_NOW = "SELECT product_id, name, category, price_minor, currency FROM products"


def load_import(
    acting: Acting,
    opened: FileImport,
    *,
    load_id: str,
    told: Told = lambda done, total: None,
    begin: Begin = lambda acting: None,
) -> None:
    """Load an opened file and complete its report. A repeat with the same id goes on where it stopped; one with
    another id finds every row there and changes nothing.

    In: begin  called in the transaction of each set, in which the given one acts
    """
    began = time.perf_counter()
    total = 2 * opened.size_bytes
    report = opened.report

    def loaded(events: int) -> None:
        known = max(report.events + report.people + report.orders + report.refunds, 1)
        told(opened.size_bytes + int(opened.size_bytes * min(events / known, 1)), total)

    # What an earlier run owed that was killed: this one finds its rows there and would never know.
    owed = finish_loads(acting, source_no=opened.setting.source_no)
    sets = _Sets(acting, opened, load_id, lambda done: told(done, total), begin)
    try:
        done = load_sets(
            acting,
            source_no=opened.setting.source_no,
            load_id=load_id,
            sets=sets,
            progress=loaded,
            check_rows=True,
            note=sets.note,
        )
    except FileGivenUp:
        _count(report, figures_of(opened.setting.source_no, load_id))
        raise
    if opened.products is not None and len(opened.products):
        _merge_products(opened.setting.node_no, opened.products)
    if done.events or owed:
        _show_people(acting, opened.setting.node_no)
    _count(report, figures_of(opened.setting.source_no, load_id))
    report.profiles_touched = _touched(acting, opened, load_id)
    report.seconds = time.perf_counter() - began


def _count(report: Report, figures: Counter[str]) -> None:
    """Complete a report by what was counted of each loaded set, also by a run before this one that was killed."""
    report.repeats, report.profiles_new = figures.pop("repeats", 0), figures.pop("new_profiles", 0)
    report.consents = figures.pop("consents", 0)
    report.noted += figures


def _show_people(acting: Acting, node_no: int) -> None:
    """Let audiences know the people of a file as soon as it is loaded, not at the next round a minute later."""
    brand = brand_of(node_no)
    refresh_traits(replace(acting, scope=Scope.of(brand_node(node_no))), only=brand)


def _touched(acting: Acting, opened: FileImport, load_id: str) -> int:
    """Return how many people the load brought anything about; the sets overlap, so their numbers do not add up."""
    loaded = LoadedSet.objects.filter(source_no=opened.setting.source_no, load_id=load_id, set_no__gte=0)
    numbers = sorted(loaded.values_list("ingest_no", flat=True))
    if not numbers:
        return 0
    values = {"first": numbers[0], "latest": numbers[-1], "source": opened.setting.source_no}
    return int(lake.scoped(acting.scope).query(TOUCHED, values)["people"][0].as_py())


def run_import(acting: Acting, import_id: UUID) -> None:
    """Run an import that somebody asked for; it can be followed and stopped. A repeat changes nothing."""
    run = find_run(acting, import_id)
    if run.is_over:
        return
    with progress(acting, run.task_id) as following:
        try:
            opened = run.open()
            with run.error_list(opened.report):
                load_import(acting, opened, load_id=str(import_id), told=_pausing(following), begin=run.begin)
        except FileGivenUp:
            run.end(opened.report)
            raise
        except BaseException:
            run.end(None)
            raise
        run.end(opened.report)
        following.end("done", result=opened.report.document())


def _pausing(following: Progress) -> Told:
    latest = [0.0]

    def told(done: int, total: int) -> None:
        now = time.monotonic()
        if now - latest[0] > 0.5:
            latest[0] = now
            following.step(done, total)

    return told


class _Sets:
    """The sets of a file, and what of each belongs into the transaction that loads it: what its people answered, the
    names it brought, and that the import has begun. A run that is killed owes none of it."""

    def __init__(
        self, acting: Acting, opened: FileImport, load_id: str, told: Callable[[int], None], begin: Begin
    ) -> None:
        self._acting, self._opened, self._load_id = acting, opened, load_id
        self._told, self._begin = told, begin
        self._current: RawSet | None = None
        self._known: set[bytes] = set()

    def __iter__(self) -> Iterator[EventSet]:
        acting, report = self._acting, self._opened.report
        for raw in self._opened.sets(self._told):
            self._known = known_rows(raw)
            if changed := count_changed_orders(acting, raw, self._known):
                report.noted[OrderCameDifferently.code] += changed
            owners = owners_of(acting, raw, undated_people(raw, self._known))
            self._current = restated(acting, raw, self._known, owners)
            yield EventSet.of(self._current.events, self._current.lines)
            # Noted with this set, or by a run before that loaded it.
            self._opened.setting.names.clear()

    def note(self, events: int) -> Counter[str]:
        """Write what goes with the set handed on last, of which so many events are new; return what to report of it."""
        figures: Counter[str] = Counter()
        everywhere = replace(self._acting, scope=EVERYTHING)
        if self._current is not None:
            recorded, left_out = record_answers(self._acting, self._current, self._known, self._load_id)
            figures = left_out | Counter(consents=recorded)
        if events:
            note_names(everywhere, self._opened)
        self._begin(everywhere)
        return figures


def _merge_products(node_no: int, came: pa.Table) -> None:
    """Lay the products of a file over those of the brand."""
    brand_no = brand_of(node_no)
    # Products belong to the whole brand, whoever of its dealers brings the file.
    before = lake.scoped(Scope.of(brand_no << 40)).query(PRODUCTS_NOW)
    codes = set(came["product_id"].to_pylist())
    kept = before.filter(
        pa.array([code not in codes for code in before["product_id"].to_pylist()], pa.bool_())
    )
    rows = pa.concat_tables([kept.cast(came.schema), came])
    rows = rows.append_column("node_no", pa.array([brand_no << 40] * len(rows), pa.int64()))
    lake.replace("products", rows, {"brand_no": brand_no})


# The command


def main(arguments: list[str]) -> int:
    """Import a file: `yingtai import FILE --brand CODE --map FILE [--dry-run] [--json] [--errors FILE]`.

    Returns 1 when there were lines and none of them could be used.
    """
    asked = _parser().parse_args(arguments)
    unit = get_unit(asked.brand)
    at = datetime.now(UTC)
    acting = system("import", Scope.of(unit.node_no or 0), at)
    with Origin.of_path(asked.map).open() as stream:
        mapping = read_mapping(stream.read())
    origin = Origin.of_path(asked.file)
    with origin.open() as stream:
        digest = keyed_digest(unit.node_no or 0, digest_of(stream))
    bar = Bar() if not asked.json and sys.stderr.isatty() else None
    with _opened(asked.errors) as errors:
        if asked.dry_run:
            opened = open_import(acting, origin, mapping, node_no=unit.node_no or 0, dry=True)
            report = _try_out(opened, bar, errors)
        else:
            noted = partial(note_import, acting, unit.node_no or 0, mapping, digest=digest, again=asked.again)
            try:
                report = _load_noted(acting, noted(), origin, bar, errors)
            except SetsCameDifferently:
                report = _load_noted(acting, noted(anew=True), origin, bar, errors)
    if bar:
        bar.end()
    _say(report.document(), as_json=asked.json)
    return 1 if report.is_hopeless else 0


def _try_out(opened: FileImport, bar: "Bar | None", errors: TextIO | None) -> Report:
    began = time.perf_counter()
    if errors is not None:
        write_errors(opened.report, errors)
    try:
        for _set in opened.sets(lambda done: bar.show(done, opened.size_bytes) if bar else None):
            pass
    except FileGivenUp:
        _say_reasons(opened.report.document(), sys.stderr)
        raise
    opened.report.seconds = time.perf_counter() - began
    return opened.report


def _load_noted(acting: Acting, run: Run, origin: Origin, bar: "Bar | None", errors: TextIO | None) -> Report:
    """Load the file of a run that was noted, and note how it ended.

    Raises: BooksWentAway, and the errors of files
    """
    try:
        with while_it_lasts(run.import_id):
            opened = run.open(origin)
            if errors is not None:
                write_errors(opened.report, errors)
            told = bar.show if bar else lambda done, total: None
            load_import(acting, opened, load_id=str(run.import_id), told=told, begin=run.begin)
            run.end(opened.report)
    except FileGivenUp:
        run.end(opened.report)
        _say_reasons(opened.report.document(), sys.stderr)
        raise
    except (OperationalError, InterfaceError) as trouble:
        raise BooksWentAway from trouble
    except (Exception, KeyboardInterrupt):
        run.end(None)
        raise
    return opened.report


class Bar:
    """A progress bar on standard error."""

    WIDTH = 40

    def __init__(self) -> None:
        self._shown = -1

    def show(self, done: int, total: int) -> None:
        """Draw how much is done."""
        percent = min(100 * done // max(total, 1), 100)
        if percent != self._shown:
            self._shown = percent
            filled = "█" * (self.WIDTH * percent // 100)
            sys.stderr.write(f"\r{filled:<{self.WIDTH}} {percent:3} %")
            sys.stderr.flush()

    def end(self) -> None:
        self.show(1, 1)
        sys.stderr.write("\n")


def _opened(path: Path | None) -> AbstractContextManager[TextIO | None]:
    return path.open("w", newline="", encoding="utf-8-sig") if path else nullcontext()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="yingtai import", description="Import a file of orders, events or people."
    )
    parser.add_argument(
        "file", type=Path, help="CSV, Excel, Parquet or JSON lines, plain or compressed with gzip"
    )
    parser.add_argument("--brand", required=True, help="code of the brand, region or dealer it belongs to")
    parser.add_argument(
        "--map", required=True, type=Path, help="what the columns mean; see docs/importing.md"
    )
    parser.add_argument("--dry-run", action="store_true", help="read and report, load nothing")
    parser.add_argument(
        "--again", action="store_true", help="although the file came before in another way: lines count twice"
    )
    parser.add_argument("--json", action="store_true", help="print the report for machines")
    parser.add_argument(
        "--errors", type=Path, help="write every rejected line to this CSV file, values masked"
    )
    return parser


def _say(document: dict[str, Any], *, as_json: bool) -> None:
    if as_json:
        sys.stdout.write(json.dumps(document) + "\n")
        return
    for name, value in document.items():
        if isinstance(value, int | float) and value and name != "is_given_up":
            sys.stdout.write(f"{name.replace('_', ' '):<18}{value:>12,}\n")
    for one in document["amounts"]:
        _say_amounts(one)
    if not sum(document[name] for name in ("events", "orders", "refunds", "people")):
        nothing = "The file has no lines." if not document["rows"] else "None of its lines could be used."
        sys.stdout.write(f"Nothing was imported. {nothing}\n")
    _say_reasons(document, sys.stdout)


def _say_amounts(one: dict[str, Any]) -> None:
    def money(minor: int | None) -> str:
        if minor is None:
            return "not shown (digits of a phone number)"
        digits = decimals_of(one["currency"])
        return f"{Decimal(minor).scaleb(-digits):,.{digits}f} {one['currency']}"

    largest = f"largest {money(one['largest_minor'])}, line {one['largest_line']:,}"
    sys.stdout.write(f"{'amounts':<18}{money(one['sum_minor'])}, {largest}\n")
    for large in one["first_unsure"]:
        sys.stdout.write(
            f"  line {large['line']:,}: {money(large['amount_minor'])} is very large; check it.\n"
        )


def _say_reasons(document: dict[str, Any], into: TextIO) -> None:
    for name in ("rejected", "noted"):
        for code, count in document[name].items():
            title, remedy = _words(code)
            into.write(f"{name:<18}{count:>12,}  {title}. {remedy}\n")
    for one in document["first_rejected"][:10]:
        title, _remedy = _words(one["reason"])
        into.write(f"  line {one['line']}: {one['column'] or '–'}: {title} ({one['value'] or '–'})\n")


def _words(code: str) -> tuple[str, str]:
    problem = CATALOGUE[code]
    return words_of(problem()) if "{" not in problem.title else (problem.title, problem.remedy)
