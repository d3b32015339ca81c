"""Nobody reads past their scope: not by data, not by SQL."""

import tempfile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from yingtai.kernel.scope import EVERYTHING, NOTHING, Scope, node_no
from yingtai.lake.errors import QueryNotAllowed, QueryNotUnderstood
from yingtai.lake.reading import scoped
from yingtai.lake.store import Lake
from yingtai.lake.testing import events_of, moves_of, rows_of
from yingtai.lake.writing import append, replace

places = st.builds(node_no, st.integers(1, 3), st.integers(0, 2), st.integers(0, 2))


@pytest.mark.slow  # a lake for every example
@settings(max_examples=25, deadline=None)
@given(
    st.lists(st.lists(places, min_size=1, max_size=5), min_size=1, max_size=4), st.lists(places, max_size=3)
)
def test_a_reader_sees_exactly_the_rows_in_its_scope(files: list[list[int]], seen_from: list[int]) -> None:
    scope = Scope.of(*seen_from)
    with tempfile.TemporaryDirectory() as folder:
        lake = Lake(folder)
        for nodes in files:
            append("events", events_of([{"node_no": node} for node in nodes]), lake=lake)
        append("alias_map", moves_of([(1, 9)]), lake=lake)

        seen = scoped(scope, lake=lake).query("SELECT node_no, profile_no FROM events")

    expected = sorted(node for nodes in files for node in nodes if scope.covers(node))
    assert sorted(seen["node_no"].to_pylist()) == expected
    assert set(seen["profile_no"].to_pylist()) <= {9}


def test_an_empty_scope_sees_nothing(own_lake: Lake) -> None:
    append("events", events_of([{}]), lake=own_lake)

    assert scoped(NOTHING, lake=own_lake).query("SELECT * FROM events").num_rows == 0


def test_every_table_is_walled(own_lake: Lake) -> None:
    replace(
        "traits",
        rows_of("traits", [{"profile_no": 1, "node_no": node_no(1)}]),
        {"brand_no": 1},
        lake=own_lake,
    )
    replace(
        "audience_members",
        rows_of("audience_members", [{"profile_no": 1, "node_no": node_no(1)}]),
        {"audience_no": 5},
        lake=own_lake,
    )

    neighbour = scoped(Scope.of(node_no(2)), lake=own_lake)

    assert neighbour.query("SELECT * FROM traits").num_rows == 0
    assert neighbour.query("SELECT * FROM audience_members").num_rows == 0
    assert scoped(EVERYTHING, lake=own_lake).query("SELECT * FROM traits").num_rows == 1


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT * FROM read_parquet('/tmp/**/*.parquet')",
        "SELECT * FROM '/etc/passwd'",
        'SELECT * FROM "events/day=2026-06-01/x.parquet"',
        "SELECT (SELECT max(content) FROM read_text('/etc/passwd')) FROM events",
        "WITH a AS (SELECT * FROM glob('/*')) SELECT * FROM a",
        "SELECT * FROM query('SELECT 1')",
        "SELECT * FROM query_table('events')",
        "SELECT * FROM duckdb_views()",
        "SELECT * FROM duckdb_views",
        "SELECT * FROM pg_catalog.pg_views",
        "SELECT * FROM information_schema.tables",
        "SELECT * FROM temp.events",
        "SELECT * FROM memory.main.events",
        "SELECT current_setting('allowed_directories')",
        "SELECT current_query()",
        "DESCRIBE events",
        "SHOW TABLES",
        "SUMMARIZE events",
        "EXPLAIN SELECT 1",
        "SET threads = 1",
        "COPY (SELECT 1) TO '/tmp/out.csv'",
        "CREATE TEMP VIEW a AS SELECT 1",
        "DROP VIEW events",
        "INSERT INTO events SELECT 1",
        "DELETE FROM events",
        "ATTACH '/tmp/x.db'",
        "INSTALL httpfs",
        "PRAGMA database_list",
        "SELECT 1; SELECT 2",
        "WITH events AS (SELECT 1) SELECT * FROM events",
        "WITH pg_views AS (SELECT 1 AS x), b AS (SELECT * FROM pg_views) SELECT * FROM b",
        "SELECT * FROM customers_profile",
        "SELECT * FROM own_lake",
    ],
)
def test_a_query_that_reaches_past_the_lake_is_refused(own_lake: Lake, sql: str) -> None:
    append("events", events_of([{}]), lake=own_lake)

    with pytest.raises(QueryNotAllowed) as refusal:
        scoped(EVERYTHING, lake=own_lake).query(sql)

    assert refusal.value.remedy.startswith("Read only the tables of the lake")


@pytest.mark.parametrize("sql", ["", "SELEC 1", "SELECT nonsense FROM events", "SELECT no_function(1)"])
def test_a_query_that_makes_no_sense_is_explained(own_lake: Lake, sql: str) -> None:
    with pytest.raises(QueryNotUnderstood):
        scoped(EVERYTHING, lake=own_lake).query(sql)


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT 1 AS one",
        "WITH RECURSIVE n AS (SELECT 1 AS x UNION ALL SELECT x + 1 FROM n WHERE x < 3) SELECT max(x) FROM n",
        "SELECT * FROM (VALUES (1), (2)) AS v(x), unnest([1, 2]) AS u(y), range(3) AS r(z)",
        "SELECT count(*) FROM events AS e WHERE event IN (SELECT unnest($names))",
        "WITH e AS (SELECT * FROM events) SELECT e.event, p.name FROM e LEFT JOIN products AS p USING (product_id)",
        "SELECT event, count(*) FROM EVENTS GROUP BY ALL ORDER BY 2 DESC; -- the end",
    ],
)
def test_honest_queries_pass(own_lake: Lake, sql: str) -> None:
    append("events", events_of([{}]), lake=own_lake)

    params = {"names": ["Page Viewed"]} if "$names" in sql else None

    assert scoped(EVERYTHING, lake=own_lake).query(sql, params).num_rows >= 1


def test_the_engine_itself_is_shut_in_the_lake(own_lake: Lake) -> None:
    session = own_lake.engine.session()

    with pytest.raises(QueryNotUnderstood, match="file system operations are disabled"):
        session.query("SELECT * FROM read_text('/etc/hostname')")
    with pytest.raises(QueryNotUnderstood, match="locked"):
        session.query("SET GLOBAL enable_external_access = true")
