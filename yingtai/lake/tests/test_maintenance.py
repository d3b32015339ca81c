"""Maintenance changes where rows lie, never what a reader finds."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from deltalake import DeltaTable

from yingtai.kernel.scope import EVERYTHING, node_no
from yingtai.lake import maintenance, slicing
from yingtai.lake.errors import TableIsBusy
from yingtai.lake.maintenance import Compaction, compact, erase, refresh, tidy
from yingtai.lake.reading import scoped
from yingtai.lake.store import Lake
from yingtai.lake.testing import events_of, moves_of, on, rows_of
from yingtai.lake.tests.processes import FRESH
from yingtai.lake.writing import append, publish, replace, stage

ALL = "SELECT * EXCLUDE (profile_no) FROM events ORDER BY ingest_no"


def fill(lake: Lake, files: int = 10) -> None:
    for number in range(files):
        day = date(2026, 6, 1) + timedelta(days=number % 2)
        append(
            "events",
            events_of([{"alias_no": a, "profile_no": a} for a in (3, 1, 2)], occurred_at=on(day)),
            lake=lake,
        )


def test_small_files_become_one_per_day_and_rows_stay(own_lake: Lake) -> None:
    fill(own_lake)
    before = scoped(EVERYTHING, lake=own_lake).query(ALL)

    done = compact("events", lake=own_lake)

    assert done == Compaction(partitions=2, files_before=10, files_after=2, rows=30)
    assert scoped(EVERYTHING, lake=own_lake).query(ALL).equals(before)


def test_a_large_file_waits_until_the_small_ones_have_grown(own_lake: Lake) -> None:
    append("events", events_of([{}] * 100), lake=own_lake)
    fill(own_lake, files=8)

    done = compact("events", lake=own_lake)

    assert done == Compaction(partitions=2, files_before=8, files_after=2, rows=24)


def test_a_run_every_minute_leaves_few_files_alone(own_lake: Lake) -> None:
    fill(own_lake, files=4)

    assert compact("events", lake=own_lake, at_least=8) == Compaction()


def test_rows_lie_sorted_by_profile_inside_a_file(own_lake: Lake) -> None:
    fill(own_lake, files=6)
    compact("events", lake=own_lake)

    profiles = scoped(EVERYTHING, lake=own_lake).query(
        "SELECT profile_no FROM events WHERE day = '2026-06-01'"
    )

    assert profiles["profile_no"].to_pylist() == [1, 1, 1, 2, 2, 2, 3, 3, 3]


def test_refreshed_files_hold_the_moved_profile_themselves(own_lake: Lake) -> None:
    fill(own_lake, files=2)
    append("alias_map", moves_of([(1, 77)]), lake=own_lake)

    done = refresh("events", lake=own_lake)

    written = DeltaTable(f"{own_lake.storage.url}/events").to_pyarrow_table()
    assert done.partitions == 2
    assert sorted(written["profile_no"].to_pylist()) == [2, 2, 3, 3, 77, 77]


def test_another_reader_of_delta_finds_the_same_rows(own_lake: Lake) -> None:
    fill(own_lake)
    compact("events", lake=own_lake)

    ours = scoped(EVERYTHING, lake=own_lake).query("SELECT ingest_no FROM events ORDER BY 1")
    theirs = DeltaTable(f"{own_lake.storage.url}/events").to_pyarrow_table(columns=["ingest_no"])

    assert ours["ingest_no"].to_pylist() == sorted(theirs["ingest_no"].to_pylist())


def test_erasing_takes_a_person_out_of_every_table_and_nobody_else(own_lake: Lake) -> None:
    fill(own_lake)
    lines = [{"order_id": str(alias), "alias_no": alias, "profile_no": alias} for alias in (1, 2)]
    append(
        "order_lines",
        rows_of("order_lines", [*lines, {"order_id": "nobody"}], day=date(2026, 6, 1)),
        lake=own_lake,
    )
    append("alias_map", moves_of([(1, 1), (2, 2)], moved=False), lake=own_lake)
    replace(
        "traits", rows_of("traits", [{"profile_no": 1}, {"profile_no": 2}]), {"brand_no": 1}, lake=own_lake
    )

    rewritten = erase(alias_nos=[1], profile_nos=[1], lake=own_lake)
    again = erase(alias_nos=[1], profile_nos=[1], lake=own_lake)

    reader = scoped(EVERYTHING, lake=own_lake)
    assert (rewritten, again) == (13, 0)
    assert set(reader.query("SELECT alias_no FROM events")["alias_no"].to_pylist()) == {2, 3}
    assert set(reader.query("SELECT order_id FROM order_lines")["order_id"].to_pylist()) == {"2", "nobody"}
    assert reader.query("SELECT alias_no FROM alias_map")["alias_no"].to_pylist() == [2]
    assert reader.query("SELECT profile_no FROM traits")["profile_no"].to_pylist() == [2]


def test_tidying_removes_old_files_and_keeps_what_restarts_need(own_lake: Lake) -> None:
    stage(5, {"events": events_of([{}] * 3)}, lake=own_lake)
    publish(5, lake=own_lake)
    fill(own_lake)
    compact("events", lake=own_lake)

    removed = tidy("events", lake=own_lake, hours_kept=0)

    reopened = Lake(own_lake.storage.url)
    assert removed == 11
    assert reopened.table("events").transaction_version("ingest:events") == 5
    assert scoped(EVERYTHING, lake=reopened).query(ALL).num_rows == 33


def test_a_reader_outlives_a_compaction_and_a_tidying(own_lake: Lake) -> None:
    fill(own_lake)
    reader = scoped(EVERYTHING, lake=own_lake)
    before = reader.query(ALL)

    compact("events", lake=own_lake)
    append("events", events_of([{}]), lake=own_lake)
    tidy("events", lake=own_lake)

    assert reader.query(ALL).equals(before)
    assert scoped(EVERYTHING, lake=own_lake).query(ALL).num_rows == 31


def test_tidying_leaves_a_staged_batch_alone(own_lake: Lake) -> None:
    fill(own_lake, files=1)
    stage(1, {"events": events_of([{}])}, lake=own_lake)
    tidy("events", lake=own_lake, hours_kept=0)

    publish(1, lake=own_lake)

    assert scoped(EVERYTHING, lake=own_lake).query(ALL).num_rows == 4


def replace_often(url: str, process: int) -> None:
    lake = Lake(url)
    for turn in range(8):
        members = rows_of("audience_members", [{"profile_no": process * 100 + turn}] * 2)
        replace("audience_members", members, {"audience_no": 1}, lake=lake)


def add_trait(url: str, process: int) -> None:
    traits = rows_of("traits", [{"profile_no": 1, f"trait_{process}": "yes", "node_no": node_no(process)}])
    replace("traits", traits, {"brand_no": process}, lake=Lake(url))


def append_often(url: str) -> None:
    lake = Lake(url)
    for number in range(12):
        stage(number, {"events": events_of([{}] * 5)}, lake=lake)
        publish(number, lake=lake)


def compact_often(url: str) -> None:
    lake = Lake(url)
    for _ in range(12):
        compact("events", lake=lake)


@pytest.mark.slow  # starts four processes
def test_processes_that_make_a_table_and_its_columns_at_once_agree(tmp_path: Path) -> None:
    processes = [FRESH.Process(target=add_trait, args=(str(tmp_path), number)) for number in range(1, 5)]
    for process in processes:
        process.start()
    for process in processes:
        process.join(60)

    seen = scoped(EVERYTHING, lake=Lake(tmp_path)).query("SELECT COLUMNS('trait_.*') FROM traits")
    assert [process.exitcode for process in processes] == [0] * 4
    assert seen.num_rows == 4
    assert sorted(seen.column_names) == ["trait_1", "trait_2", "trait_3", "trait_4"]


@pytest.mark.slow  # starts five processes
def test_processes_that_replace_and_compact_at_once_double_nothing(tmp_path: Path) -> None:
    url = str(tmp_path)
    fill(Lake(url), files=2)
    targets = [
        (replace_often, (url, 1)),
        (replace_often, (url, 2)),
        (append_often, (url,)),
        (compact_often, (url,)),
        (compact_often, (url,)),
    ]
    processes = [FRESH.Process(target=target, args=arguments) for target, arguments in targets]
    for process in processes:
        process.start()
    for process in processes:
        process.join(60)

    reader = scoped(EVERYTHING, lake=Lake(url))
    assert [process.exitcode for process in processes] == [0] * 5
    assert reader.query("SELECT * FROM audience_members").num_rows == 2
    assert reader.query("SELECT * FROM events").num_rows == 66


def test_a_file_that_is_gone_stops_a_rewrite(own_lake: Lake) -> None:
    fill(own_lake)
    late = Lake(own_lake.storage.url)
    stale = late.snapshot("events")
    compact("events", lake=own_lake)
    late.snapshot = lambda name: stale  # it looked before the other came

    with pytest.raises(TableIsBusy):
        erase(alias_nos=[1], lake=late)


def test_the_clock_of_a_file_is_when_its_rows_were_published(own_lake: Lake) -> None:
    append("alias_map", moves_of([(1, 5)]), lake=own_lake)
    append("alias_map", moves_of([(1, 6)]), lake=own_lake)
    published = max(own_lake.snapshot("alias_map").published_ms)

    compact("alias_map", lake=own_lake)

    assert own_lake.snapshot("alias_map").published_ms.tolist() == [published]
    assert abs(datetime.fromtimestamp(published / 1000, UTC) - datetime.now(UTC)) < timedelta(minutes=5)


def test_no_more_than_a_slice_is_held_and_no_file_is_larger(own_lake: Lake, monkeypatch) -> None:
    for module in (maintenance, slicing):
        monkeypatch.setattr(module, "ROWS_AT_ONCE", 25)
    monkeypatch.setattr(slicing, "BATCH_ROWS", 5)
    append("events", events_of([{"alias_no": a, "profile_no": a} for a in range(1, 61)]), lake=own_lake)
    for _ in range(12):
        append("events", events_of([{"alias_no": 3, "profile_no": 3}] * 4), lake=own_lake)
    before = scoped(EVERYTHING, lake=own_lake).query("SELECT count(*), sum(alias_no) FROM events")
    append("alias_map", moves_of([(3, 99)]), lake=own_lake)

    compact("events", lake=own_lake)
    merged = sorted(own_lake.snapshot("events").rows.tolist())
    refresh("events", lake=own_lake)

    assert merged == [24, 24, 60]
    assert max(own_lake.snapshot("events").rows) <= 25
    assert (
        scoped(EVERYTHING, lake=own_lake).query("SELECT count(*), sum(alias_no) FROM events").equals(before)
    )
