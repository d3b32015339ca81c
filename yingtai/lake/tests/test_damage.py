"""A lake that lost files says so and takes nothing more: what is written beside the hole would be lost with it."""

import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from yingtai.kernel.scope import EVERYTHING
from yingtai.lake.errors import LakeDamaged, QueryNotAllowed, QueryNotUnderstood
from yingtai.lake.reading import scoped
from yingtai.lake.storage import Storage
from yingtai.lake.store import Lake
from yingtai.lake.testing import events_of
from yingtai.lake.writing import append

COUNT = "SELECT count(*) AS n FROM events"


def log_of(lake: Lake) -> Path:
    return Path(lake.storage.location("events")) / "_delta_log"


def add(lake: Lake) -> None:
    append("events", events_of([{"alias_no": 1, "profile_no": 1}]), lake=lake)


def test_a_log_that_is_taken_away_stops_the_writer_and_nothing_is_lost_when_it_is_back(
    own_lake: Lake,
) -> None:
    add(own_lake)
    aside = log_of(own_lake).with_name("aside")
    log_of(own_lake).rename(aside)

    for lake in (own_lake, Lake(own_lake.storage.url)):
        for _ in range(2):
            with pytest.raises(LakeDamaged):
                add(lake)

    assert not log_of(own_lake).exists()
    aside.rename(log_of(own_lake))
    add(own_lake)
    assert scoped(EVERYTHING, lake=own_lake).query(COUNT)["n"].to_pylist() == [2]


def test_a_table_that_was_made_is_not_made_anew_without_a_word(own_lake: Lake) -> None:
    add(own_lake)
    shutil.rmtree(own_lake.storage.location("events"))

    with pytest.raises(LakeDamaged):
        add(Lake(own_lake.storage.url))


@pytest.mark.parametrize("left", [b"PAR1 cut", b"x" * 4000, b"", None])
def test_a_file_that_is_cut_overwritten_or_gone_is_no_fault_of_the_query(
    own_lake: Lake, left: bytes | None
) -> None:
    add(own_lake)
    [path] = own_lake.snapshot("events").paths
    Path(path).unlink() if left is None else Path(path).write_bytes(left)

    with pytest.raises(LakeDamaged):
        scoped(EVERYTHING, lake=Lake(own_lake.storage.url)).query(COUNT + " WHERE alias_no = 1")
    with pytest.raises(LakeDamaged):
        list(own_lake.engine.session().stream("SELECT * FROM read_parquet($p)", {"p": [path]}, batch_rows=9))


def test_what_the_engine_says_of_a_query_is_on_no_page(own_lake: Lake) -> None:
    with pytest.raises(QueryNotUnderstood, match="no_such_column") as refused:
        scoped(EVERYTHING, lake=own_lake).query("SELECT no_such_column FROM events")

    assert refused.value.title.format(**refused.value.facts) == "This query cannot be read"


@pytest.mark.parametrize(
    ("query", "noted"),
    [
        (
            "SELECT CAST('anna@example.com' AS BIGINT) FROM events",
            "lake.query-not-understood ConversionException",
        ),
        ("SELECT * FROM read_csv('anna@example.com')", "lake.query-not-allowed -"),
    ],
)
def test_a_refused_question_is_noted_once_without_its_values(own_lake: Lake, caplog, query, noted) -> None:
    add(own_lake)
    with pytest.raises((QueryNotUnderstood, QueryNotAllowed)):
        scoped(EVERYTHING, lake=own_lake).query(query)

    [line] = [record.getMessage() for record in caplog.records if record.name == "yingtai.lake.refusals"]
    assert line.startswith(f"refused {noted} ")
    assert "anna" not in line


def test_many_who_write_one_file_at_once_all_come_through(tmp_path):
    storage = Storage(str(tmp_path))

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda number: storage.write("_made/traits", f"made {number}\n".encode()), range(64)))

    assert storage.names_in("_made") == ["traits"]
    assert storage.read("_made/traits").startswith(b"made ")


def test_a_log_entry_that_was_cut_off_is_damage_for_who_knew_it_and_who_opens_it(own_lake: Lake) -> None:
    add(own_lake)
    own_lake.check("events")
    entry = max(log_of(own_lake).glob("*.json"))
    entry.write_bytes(entry.read_bytes()[:100])

    with pytest.raises(LakeDamaged):
        own_lake.check("events")
    with pytest.raises(LakeDamaged):
        add(Lake(own_lake.storage.url))


def test_a_missing_file_of_the_latest_day_is_seen_without_a_query(own_lake: Lake) -> None:
    add(own_lake)
    [path] = own_lake.snapshot("events").paths
    Path(path).rename(f"{path}.aside")

    with pytest.raises(LakeDamaged, match="is gone"):
        own_lake.check("events")

    Path(f"{path}.aside").rename(path)
    own_lake.check("events")
