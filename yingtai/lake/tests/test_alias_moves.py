"""Events follow their alias to whoever it points at now, however files, moves and compactions alternate."""

import tempfile
from collections.abc import Sequence
from datetime import UTC, date, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from yingtai.kernel.scope import EVERYTHING
from yingtai.lake.maintenance import compact, refresh
from yingtai.lake.reading import scoped
from yingtai.lake.relations import relation
from yingtai.lake.store import Lake
from yingtai.lake.testing import events_of, moves_of, on, rows_of
from yingtai.lake.writing import append

NOW = datetime(2100, 1, 1, tzinfo=UTC)

steps = st.one_of(
    st.tuples(st.just("events"), st.lists(st.integers(1, 5), min_size=1, max_size=4)),
    st.tuples(st.just("move"), st.tuples(st.integers(1, 5), st.integers(101, 104))),
    st.tuples(st.sampled_from(["compact", "refresh"]), st.none()),
)


@pytest.mark.slow  # some fifty small lakes
@settings(max_examples=25, deadline=None)
@given(st.lists(steps, min_size=1, max_size=10))
def test_the_view_equals_a_naive_recomputation(history: Sequence[tuple]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        lake = Lake(folder)
        points_at = {alias: alias for alias in range(1, 6)}
        happened = []
        for kind, what in history:
            if kind == "events":
                happened += what
                days = [on(date(2026, 6, 1 + alias % 2)) for alias in what]
                rows = [
                    {"alias_no": a, "profile_no": points_at[a], "occurred_at": d}
                    for a, d in zip(what, days, strict=True)
                ]
                append("events", events_of(rows), lake=lake)
            elif kind == "move":
                points_at[what[0]] = what[1]
                append("alias_map", moves_of([what]), lake=lake)
            else:
                {"compact": compact, "refresh": refresh}[kind]("events", lake=lake)

        seen = scoped(EVERYTHING, lake=lake).query("SELECT alias_no, profile_no FROM events")

    assert sorted((row["alias_no"], row["profile_no"]) for row in seen.to_pylist()) == sorted(
        (alias, points_at[alias]) for alias in happened
    )


def test_order_lines_follow_too_and_lines_without_a_customer_stay(own_lake: Lake) -> None:
    lines = [{"order_id": "A", "alias_no": 1, "profile_no": 1}, {"order_id": "B"}]
    append("order_lines", rows_of("order_lines", lines, day=date(2026, 6, 1)), lake=own_lake)
    append("alias_map", moves_of([(1, 9)]), lake=own_lake)

    seen = scoped(EVERYTHING, lake=own_lake).query("SELECT order_id, profile_no FROM order_lines ORDER BY 1")

    assert seen.to_pylist() == [{"order_id": "A", "profile_no": 9}, {"order_id": "B", "profile_no": None}]


def test_files_that_know_every_move_are_read_without_a_join(own_lake: Lake) -> None:
    append("alias_map", moves_of([(1, 9)]), lake=own_lake)
    append("events", events_of([{}]), lake=own_lake, resolved_at=NOW)
    append("events", events_of([{}], occurred_at=on(date(2026, 6, 2))), lake=own_lake)
    events, aliases = own_lake.snapshot("events"), own_lake.snapshot("alias_map")

    sql = [
        relation(events.only([number]), EVERYTHING, aliases=aliases)
        for number in sorted(range(2), key=lambda n: -int(events.known_to[n]))
    ]

    assert "JOIN" not in sql[0]
    assert "LEFT JOIN" in sql[1]


def test_questions_that_do_not_ask_who_need_no_join(own_lake: Lake) -> None:
    append("events", events_of([{}]), lake=own_lake)
    append("alias_map", moves_of([(1, 9)]), lake=own_lake)
    reader = scoped(EVERYTHING, lake=own_lake)

    assert reader.query("SELECT count(*) AS n FROM events").to_pylist() == [{"n": 1}]
    assert "HASH_JOIN" not in plan(reader, "SELECT event FROM events")
    assert reader.query("SELECT profile_no FROM events").to_pylist() == [{"profile_no": 9}]


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT * FROM events",
        "SELECT events FROM events",
        "SELECT e FROM events AS e",
        "SELECT COLUMNS('pro.*') FROM events",
        "SELECT b.event FROM events AS a NATURAL JOIN events AS b WHERE a.alias_no = 1",
        "FROM events",
        "SELECT max(Profile_No) FROM events",
    ],
)
def test_every_way_to_ask_who_gets_the_correction(own_lake: Lake, sql: str) -> None:
    append("events", events_of([{}]), lake=own_lake)
    append("alias_map", moves_of([(1, 987_654)]), lake=own_lake)

    seen = scoped(EVERYTHING, lake=own_lake).query(sql)

    assert "987654" in str(seen.to_pylist()) or "NATURAL" in sql


def plan(reader: object, sql: str) -> str:
    [(_, text)] = reader._session._connection.execute(f"EXPLAIN {sql}").fetchall()
    return text.upper().replace(" ", "_")
