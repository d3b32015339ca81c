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
from pathlib import Path
from typing import Any, TextIO
from uuid import UUID

import numpy as np
import pyarrow as pa
from django.db import InterfaceError, OperationalError, connection

from yingtai.collect.api import (
    NOBODY,
    AnswerForNoPurpose,
    AnswerOfNobody,
    AnswerWithoutAddress,
    FileGivenUp,
    FileImport,
    Origin,
    RawSet,
    Report,
    Run,
    digest_of,
    find_run,
    hold_back,
    keyed_digest,
    note_import,
    note_names,
    open_import,
    read_mapping,
    while_it_lasts,
    write_errors,
)
from yingtai.compliance.api import ConsentRow, ErasureStands, Status, WithdrawalStands, record_consents
from yingtai.customers.contacts import KIND_OF_CHANNEL, channels_of
from yingtai.customers.errors import BooksWentAway, OrderCameDifferently
from yingtai.customers.eventset import EventSet
from yingtai.customers.ingest.snapshots import refresh_traits
from yingtai.customers.loading import finish_loads, load_sets
from yingtai.customers.models import LoadedSet
from yingtai.customers.repeating import count_changed_orders, known_rows, restated, undated_people
from yingtai.customers.rules import BY_PRIORITY
from yingtai.kernel.acting import Acting, system
from yingtai.kernel.errors import CATALOGUE
from yingtai.kernel.http import words_of
from yingtai.kernel.scope import Scope, brand_node, brand_of
from yingtai.kernel.scoping import acting_transaction
from yingtai.kernel.tasks import Progress, progress
from yingtai.lake import api as lake
from yingtai.organization.api import entity_no_at, get_unit
from yingtai.vault.api import blind

Told = Callable[[int, int], None]
"""Told how much is done and how much there is: bytes read, then as many bytes again for what is loaded."""

OWNERS = """
    SELECT DISTINCT ON (asked.place) asked.place, identifier.profile_no, profile.node_no
    FROM unnest(%s::int[], %s::smallint[], %s::bytea[]) WITH ORDINALITY AS asked (place, kind, blind, strength)
    JOIN customers_identifier AS identifier
        ON identifier.brand_no = %s AND identifier.kind = asked.kind AND identifier.blind = asked.blind
    JOIN customers_profile AS profile ON profile.profile_no = identifier.profile_no
    ORDER BY asked.place, asked.strength
"""
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
    begin: Callable[[], None] = lambda: None,
) -> None:
    """Load an opened file and complete its report. A repeat with the same id goes on where it stopped; one with
    another id finds every row there and changes nothing.

    In: begin  called before the first set is loaded
    """
    began = time.perf_counter()
    total = 2 * opened.size_bytes
    report = opened.report

    def loaded(events: int) -> None:
        known = max(report.events + report.people + report.orders + report.refunds, 1)
        told(opened.size_bytes + int(opened.size_bytes * min(events / known, 1)), total)

    # What an earlier run owed that was killed: this one finds its rows there and would never know.
    owed = finish_loads(acting, source_no=opened.setting.source_no)
    sets = _recording_consents(acting, opened, load_id, lambda done: told(done, total), begin, again=owed > 0)
    done = load_sets(
        acting,
        source_no=opened.setting.source_no,
        load_id=load_id,
        sets=sets,
        progress=loaded,
        check_rows=True,
    )
    if opened.products is not None and len(opened.products):
        _merge_products(opened.setting.node_no, opened.products)
    if done.events or owed:
        note_names(acting, opened)
        _show_people(acting, opened.setting.node_no)
    report.repeats = done.repeats
    report.profiles_new, report.profiles_touched = done.new_profiles, _touched(acting, opened, load_id)
    report.seconds = time.perf_counter() - began


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


def _recording_consents(
    acting: Acting,
    opened: FileImport,
    load_id: str,
    told: Callable[[int], None],
    begin: Callable[[], None],
    *,
    again: bool,
) -> Iterator[EventSet]:
    """Hand on each set; when it is loaded, record what its people agreed to.

    In: again  record answers of rows that are there already: whoever brought them may not have come to it

    A killed load records the answers of its latest set once more when it goes on: the log is append-only, and
    one answer too many in it is better than one lost.
    """
    loaded = LoadedSet.objects.filter(source_no=opened.setting.source_no, load_id=load_id, set_no__gte=0)
    latest = max(loaded.values_list("set_no", flat=True), default=-1)
    for set_no, raw in enumerate(opened.sets(told)):
        before = known_rows(raw)
        known = set() if raw.consents is None or set_no == latest or again else before
        if changed := count_changed_orders(acting, raw, before):
            opened.report.noted[OrderCameDifferently.code] += changed
        raw = restated(acting, raw, before, _owners(acting, raw, undated_people(raw, before)))
        begin()
        yield EventSet.of(raw.events, raw.lines)
        if raw.consents is not None and set_no >= latest:
            recorded, left_out = _record_consents(acting, raw, raw.consents.to_pylist(), known, load_id)
            opened.report.consents += recorded
            opened.report.noted += left_out


def _record_consents(
    acting: Acting, raw: RawSet, answers: list[dict[str, Any]], known: set[bytes], load_id: str
) -> tuple[int, Counter[str]]:
    """Record the answers of a set's rows, and return how many, and why others were not. An answer with a time of its
    own is recorded once; one without is what was said last, also when a file says it again in the same words."""
    hashes = raw.events["message_hash"].to_pylist()
    read_at = raw.events["received_at"].to_pylist()
    answers = [row | {"is_dated": row["at"] != read_at[row["event_row"]]} for row in answers]
    asked = [row for row in answers if hashes[row["event_row"]] not in known or not row["is_dated"]]
    owners = _owners(acting, raw, sorted({row["event_row"] for row in asked}))
    owned = [row for row in asked if row["event_row"] in owners]
    reach = channels_of(acting, {owners[row["event_row"]][0] for row in owned})
    kept = [row for row in owned if not row["is_granted"] or _is_reached(row, owners, reach)]
    done = record_consents(acting, [_consent(row, owners, load_id) for row in kept])
    left_out = {
        AnswerOfNobody: len(asked) - len(owned),
        AnswerWithoutAddress: len(owned) - len(kept),
        AnswerForNoPurpose: sum(count for _, _, count in done.refused),
        WithdrawalStands: done.withdrawals_kept,
        ErasureStands: done.before_erasure,
    }
    return done.recorded, Counter({reason.code: count for reason, count in left_out.items() if count})


def _is_reached(
    row: dict[str, Any], owners: dict[int, tuple[int, int]], reach: dict[int, frozenset[str]]
) -> bool:
    # Of letters and the like we keep no addresses, so nothing can be said.
    return row["channel"] not in KIND_OF_CHANNEL or row["channel"] in reach[owners[row["event_row"]][0]]


def _consent(row: dict[str, Any], owners: dict[int, tuple[int, int]], load_id: str) -> ConsentRow:
    return ConsentRow(
        *owners[row["event_row"]],
        row["purpose"],
        row["channel"],
        Status.GRANTED if row["is_granted"] else Status.DENIED,
        row["at"],
        "import",
        evidence={"import": load_id, "method": "file"},
        is_dated=row["is_dated"],
    )


def _owners(acting: Acting, raw: RawSet, rows: list[int]) -> dict[int, tuple[int, int]]:
    """Return profile and node of the person each row is about, by the strongest identifier that is theirs alone."""
    kinds = [kind for kind in BY_PRIORITY if f"id_{kind.name}" in raw.events.column_names]
    if not rows or not kinds:
        return {}
    brand_no = brand_of(raw.events["node_no"][0].as_py())
    entity_no = entity_no_at(brand_no << 40)
    held = [raw.events[f"id_{kind.name}"].combine_chunks().dictionary_encode() for kind in kinds]
    codes = np.stack([one.indices.fill_null(NOBODY).to_numpy() for one in held], axis=1)
    hold_back(codes, [kind.name for kind in kinds])
    places: list[int] = []
    numbers: list[int] = []
    blinds: list[bytes] = []
    for column, kind in enumerate(kinds):
        found = [row for row in rows if codes[row, column] != NOBODY]
        values = [held[column].dictionary[int(codes[row, column])].as_py() for row in found]
        places += found
        numbers += [kind.number] * len(found)
        blinds += blind(kind.name, entity_no, values)
    with acting_transaction(acting), connection.cursor() as cursor:
        cursor.execute(OWNERS, [places, numbers, blinds, brand_no])
        return {place: (profile_no, node_no) for place, profile_no, node_no in cursor.fetchall()}


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
            run = note_import(acting, unit.node_no or 0, mapping, digest=digest, again=asked.again)
            with while_it_lasts(run.import_id):
                report = _load_noted(acting, run, origin, bar, errors)
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
    if not sum(document[name] for name in ("events", "orders", "refunds", "people")):
        nothing = "The file has no lines." if not document["rows"] else "None of its lines could be used."
        sys.stdout.write(f"Nothing was imported. {nothing}\n")
    _say_reasons(document, sys.stdout)


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
