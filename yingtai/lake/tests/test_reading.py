"""What a reader gets: one moment, the right files, typed columns, kept up with new declarations."""

from datetime import UTC, date, datetime, timedelta

import pyarrow as pa
import pytest

from yingtai.kernel.scope import EVERYTHING, Scope, node_no
from yingtai.lake.errors import ColumnsDoNotFit
from yingtai.lake.reading import ScopedLake, scoped
from yingtai.lake.store import Lake
from yingtai.lake.tables import TABLES, LakeTable, register
from yingtai.lake.testing import MOMENT, events_of, on, rows_of
from yingtai.lake.writing import append, replace


def plan(reader: ScopedLake, sql: str, params: dict | None = None) -> str:
    reader.query(sql, params)
    [(_, text)] = reader._session._connection.execute(f"EXPLAIN {sql}", params).fetchall()
    return " ".join(text.replace("│", " ").split())


def test_an_empty_lake_answers_with_typed_columns(own_lake: Lake) -> None:
    reader = scoped(EVERYTHING, lake=own_lake)

    answers = {name: reader.query(f"SELECT * FROM {name}") for name in TABLES}

    assert {name: answer.num_rows for name, answer in answers.items()} == dict.fromkeys(TABLES, 0)
    assert answers["events"].schema.field("occurred_at").type == pa.timestamp("us", tz="UTC")
    assert reader.freshness is None


def test_a_reader_stays_at_its_moment(own_lake: Lake) -> None:
    append("events", events_of([{}]), lake=own_lake)
    reader = scoped(EVERYTHING, lake=own_lake)
    before = reader.version
    append("events", events_of([{}]), lake=own_lake)

    assert reader.query("SELECT count(*) AS n FROM events").to_pylist() == [{"n": 1}]
    assert reader.version == before
    assert scoped(EVERYTHING, lake=own_lake).version["events"] == before["events"] + 1


def test_freshness_is_the_latest_event_received(own_lake: Lake) -> None:
    late = datetime(2026, 6, 1, 9, 30, 0, 123457, tzinfo=UTC)
    append("events", events_of([{}, {"received_at": late}]), lake=own_lake)

    assert scoped(EVERYTHING, lake=own_lake).freshness == late


def test_only_the_days_asked_for_are_opened_and_only_the_columns(own_lake: Lake) -> None:
    for day in range(1, 11):
        append("events", events_of([{"occurred_at": on(date(2026, 6, day))}]), lake=own_lake)
    reader = scoped(EVERYTHING, lake=own_lake)

    text = plan(
        reader,
        "WITH recent AS (SELECT * FROM events) SELECT count(event) FROM recent WHERE day > $today - 3 AND channel = $c",
        {"today": date(2026, 6, 10), "c": "web"},
    )

    assert "Scanning Files: 3/10" in text
    assert "Filters: channel = 'web'" in text
    assert "Projections: event" in text


def test_files_of_other_brands_are_not_opened(own_lake: Lake) -> None:
    for brand in (1, 2, 3):
        append("events", events_of([{"node_no": node_no(brand, 1)}]), lake=own_lake)

    inside = plan(scoped(Scope.of(node_no(2)), lake=own_lake), "SELECT event FROM events")
    partly = plan(scoped(Scope.of(node_no(2, 1, 1)), lake=own_lake), "SELECT event FROM events")

    assert "node_no" not in inside
    assert "READ_PARQUET" in inside
    assert "READ_PARQUET" not in partly


def test_times_are_utc_whatever_they_came_in(own_lake: Lake) -> None:
    append("events", events_of([{"occurred_at": MOMENT}]), lake=own_lake)

    [row] = (
        scoped(EVERYTHING, lake=own_lake)
        .query("SELECT occurred_at, CAST(occurred_at AS VARCHAR) AS text, day, brand_no FROM events")
        .to_pylist()
    )

    assert row == {
        "occurred_at": MOMENT,
        "text": "2026-06-01 08:00:00+00",
        "day": date(2026, 6, 1),
        "brand_no": 1,
    }


def test_a_new_trait_is_a_new_column_and_null_for_the_others(own_lake: Lake) -> None:
    replace("traits", rows_of("traits", [{"profile_no": 1}]), {"brand_no": 1}, lake=own_lake)
    newer = [{"profile_no": 2, "trait_tier": "gold", "node_no": node_no(2)}]
    replace("traits", rows_of("traits", newer), {"brand_no": 2}, lake=own_lake)
    replace("traits", rows_of("traits", [{"profile_no": 3}]), {"brand_no": 1}, lake=own_lake)

    seen = scoped(EVERYTHING, lake=own_lake).query("SELECT profile_no, trait_tier FROM traits ORDER BY 1")

    assert seen.to_pylist() == [
        {"profile_no": 2, "trait_tier": "gold"},
        {"profile_no": 3, "trait_tier": None},
    ]


def test_replacing_with_nothing_empties_the_partition_only(own_lake: Lake) -> None:
    for audience in (1, 2):
        replace(
            "audience_members",
            rows_of("audience_members", [{"profile_no": 1}]),
            {"audience_no": audience},
            lake=own_lake,
        )
    empty = rows_of("audience_members", [{"profile_no": 1}]).slice(0, 0)
    replace("audience_members", empty, {"audience_no": 1}, lake=own_lake)

    seen = scoped(EVERYTHING, lake=own_lake).query("SELECT audience_no FROM audience_members")

    assert seen["audience_no"].to_pylist() == [2]


def test_dictionaries_are_welcome(own_lake: Lake) -> None:
    rows = events_of([{"event": "A"}, {"event": "B"}, {"event": "A"}])
    encoded = rows.set_column(rows.column_names.index("event"), "event", rows["event"].dictionary_encode())
    append("events", encoded, lake=own_lake)
    append("events", rows, lake=own_lake)

    seen = scoped(EVERYTHING, lake=own_lake).query(
        "SELECT event, count(*) AS n FROM events GROUP BY 1 ORDER BY 1"
    )

    assert seen.to_pylist() == [{"event": "A", "n": 4}, {"event": "B", "n": 2}]
    assert len(set(own_lake.snapshot("events").checksums)) == 1


@pytest.mark.parametrize(
    ("rows", "problem"),
    [
        (rows_of("events", [{"event": "A", "color": "red"}], occurred_at=MOMENT), "it has no column color"),
        (rows_of("events", [{"event": "A"}]), "day is missing in some rows"),
        (rows_of("events", [{"event": "A"}], occurred_at=MOMENT, node_no=None), "is missing in some rows"),
        (pa.table({"node_no": [1], "occurred_at": [MOMENT], "quantity": ["many"]}), "quantity"),
    ],
)
def test_rows_that_do_not_fit_are_refused_with_the_reason(
    own_lake: Lake, rows: pa.Table, problem: str
) -> None:
    with pytest.raises(ColumnsDoNotFit, match=problem):
        append("events", rows, lake=own_lake)

    assert scoped(EVERYTHING, lake=own_lake).query("SELECT * FROM events").num_rows == 0


def test_a_table_without_scope_columns_cannot_be_declared() -> None:
    with pytest.raises(TypeError, match="node_no"):
        register(LakeTable(name="loose", meaning="", declared={}, partition_by="day", sort_by=()))


def test_old_files_read_null_in_columns_declared_later(own_lake: Lake) -> None:
    append("events", events_of([{}]), lake=own_lake)
    own_lake.add_columns("events", [pa.field("weather", pa.string())])
    append(
        "events",
        events_of([{"occurred_at": MOMENT + timedelta(days=1)}]).append_column("weather", pa.array(["rain"])),
        lake=own_lake,
    )

    seen = scoped(EVERYTHING, lake=own_lake).query("SELECT weather FROM events ORDER BY day")

    assert seen["weather"].to_pylist() == [None, "rain"]


def test_every_column_says_what_it_means() -> None:
    assert [f"{t.name}.{c}" for t in TABLES.values() for c, meaning in t.columns.items() if not meaning] == []
