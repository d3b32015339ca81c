"""Every table of the lake from every wrong place, queries that want out, and jobs that name what is another's."""

import inspect
import json
import os
import time
from datetime import UTC, datetime
from typing import Any

import psycopg
import pyarrow as pa
import pytest

from tests.doors.furnishing import NOW, place, rows_of, what_there_is
from yingtai.audiences.models import Audience
from yingtai.collect.api import RecordedFact, record
from yingtai.collect.models import UploadedFile
from yingtai.collect.sealed_files import upload_path
from yingtai.customers import ingesting
from yingtai.customers.models import Identifier, Profile, SealedTraits
from yingtai.kernel.env import vault_dsn
from yingtai.kernel.errors import NotAllowed, ProductError
from yingtai.kernel.ids import uuid7
from yingtai.kernel.jobs import JOBS
from yingtai.kernel.scope import Scope, brand_of
from yingtai.kernel.testing import as_role
from yingtai.lake import api as lake
from yingtai.lake.tables import TABLES
from yingtai.organization.testing import make_brand

WANT_OUT = [
    "SELECT * FROM read_parquet('{lake}/events/**/*.parquet', hive_partitioning = true)",
    "SELECT * FROM parquet_scan('{lake}/events/**/*.parquet')",
    "SELECT * FROM parquet_metadata('{lake}/events/**/*.parquet')",
    "SELECT * FROM delta_scan('{lake}/events')",
    "SELECT * FROM '{lake}/events/**/*.parquet'",
    "SELECT * FROM glob('{lake}/**')",
    "SELECT * FROM read_text('{home}/secrets/*')",
    "SELECT * FROM read_blob('{home}/secrets/vault-root.key')",
    "SELECT * FROM read_csv('/etc/passwd')",
    "SELECT * FROM read_json('{lake}/events/_delta_log/*.json')",
    "SELECT * FROM sniff_csv('/etc/passwd')",
    "SELECT * FROM query('SELECT 1')",
    "SELECT * FROM query_table('events')",
    "SELECT * FROM temp.events",
    "SELECT * FROM memory.main.events",
    "SELECT * FROM main.events",
    "SELECT * FROM system.information_schema.tables",
    "SELECT * FROM information_schema.tables",
    "SELECT * FROM duckdb_views()",
    "SELECT * FROM duckdb_settings()",
    "SELECT * FROM duckdb_secrets()",
    "SELECT * FROM duckdb_temporary_files()",
    "SELECT * FROM pragma_table_info('events')",
    "SELECT * FROM pg_catalog.pg_tables",
    "SELECT * FROM sqlite_master",
    "SELECT getenv('YINGTAI_HOME')",
    "SELECT current_setting('temp_directory')",
    "SELECT current_query()",
    "SELECT * FROM (DESCRIBE events)",
    "SELECT * FROM (SHOW ALL TABLES)",
    "SELECT * FROM (SUMMARIZE events)",
    "DESCRIBE events",
    "SUMMARIZE events",
    "EXPLAIN SELECT * FROM events",
    "EXPLAIN ANALYZE SELECT * FROM events",
    "PRAGMA show_tables",
    "PRAGMA database_list",
    "CALL pragma_version()",
    "SET enable_external_access = true",
    "RESET ALL",
    "ATTACH '/tmp/stolen.db' AS stolen",
    "COPY events TO '/tmp/stolen.csv'",
    "COPY (SELECT * FROM events) TO '/tmp/stolen.csv'",
    "EXPORT DATABASE '/tmp/stolen'",
    "INSTALL httpfs",
    "LOAD httpfs",
    "CREATE TABLE stolen AS SELECT * FROM events",
    "CREATE OR REPLACE TEMP VIEW events AS SELECT 1",
    "CREATE MACRO events() AS TABLE SELECT 1",
    "DROP VIEW events",
    "INSERT INTO events SELECT * FROM events",
    "DELETE FROM events",
    "UPDATE events SET node_no = 1",
    "SELECT 1; SELECT * FROM events",
    "WITH events AS (SELECT 1) SELECT * FROM events",
    "WITH duckdb_views AS (SELECT 1) SELECT * FROM duckdb_views",
    "SELECT * FROM events WHERE EXISTS (SELECT * FROM read_text('/etc/passwd'))",
    "SELECT (SELECT content FROM read_text('/etc/passwd'))",
    "SELECT * FROM events UNION ALL FROM read_text('/etc/passwd')",
    "WITH x AS (SELECT * FROM read_text('/etc/passwd')) SELECT * FROM x",
    "FROM events POSITIONAL JOIN read_text('/etc/passwd')",
    "SELECT * FROM events, LATERAL (SELECT * FROM read_text(event))",
    "PIVOT read_text('/etc/passwd') ON filename USING first(content)",
    "EXECUTE stolen",
    "PREPARE stolen AS SELECT 1",
    "VACUUM",
    "CHECKPOINT",
    "",
    ";",
]
# What a row holds may show in an error; a row that the scope hides may not, whatever the optimizer does first.
WANT_ERRORS = [
    "SELECT count(*) FROM {table} WHERE error(CAST({table} AS VARCHAR))",
    "SELECT count(*) FROM {table} WHERE CAST(CAST({table} AS VARCHAR) AS INTEGER) > 0",
    "SELECT sum(CAST(CAST({table} AS VARCHAR) AS INTEGER)) FROM {table}",
    "SELECT error(CAST({table} AS VARCHAR)) FROM {table}",
    "SELECT 1 FROM {table} ORDER BY error(CAST({table} AS VARCHAR)) LIMIT 1",
    "SELECT 1 FROM {table} GROUP BY error(CAST({table} AS VARCHAR))",
    "SELECT 1 FROM {table} a LEFT JOIN {table} b ON error(CAST(b AS VARCHAR)) IS NOT NULL",
    "SELECT min(node_no), max(node_no), count(*) FROM {table} HAVING count(*) > 0",
]


def elsewhere(furnished, stranger) -> dict[str, Scope]:
    node_no = furnished.brand.node_no
    return {
        "the neighbour": Scope.of(stranger.node_no),
        "a dealer of the neighbour": Scope.of(stranger.dealer_no),
        "nowhere": Scope(()),
        "around the brand": Scope.from_pairs([(1, 2), (2**62, 2**62 + 1)]),
        "a region without dealers": Scope.of(node_no + (7 << 24)),
        "many places": Scope.of(*[node_no + (9 << 24) + dealer for dealer in range(1, 400, 2)]),
    }


def test_the_furnished_brand_has_something_in_every_lake_table(furnished):
    here = lake.scoped(furnished.acting.scope)
    empty = [table for table in TABLES if not len(here.query(f"SELECT node_no FROM {table}"))]

    assert empty == [], "bring something into these tables in tests/doors/furnishing.py"


@pytest.mark.parametrize("table", sorted(TABLES))
def test_a_stranger_finds_no_row(furnished, stranger, table):
    for who, scope in elsewhere(furnished, stranger).items():
        for sql in (f"SELECT * FROM {table}", f"SELECT node_no FROM {table} LIMIT 1"):
            assert lake.scoped(scope).query(sql).to_pylist() == [], who
        count = lake.scoped(scope).query(f"SELECT count(*) AS n FROM {table}").to_pylist()
        assert count == [{"n": 0}], who


@pytest.mark.parametrize("table", sorted(TABLES))
def test_a_dealer_finds_only_its_own_rows(furnished, table):
    brand = furnished.brand
    for node_no in (brand.dealer_no, brand.other_dealer_no):
        seen = lake.scoped(Scope.of(node_no)).query(f"SELECT DISTINCT node_no FROM {table}")
        assert set(seen["node_no"].to_pylist()) <= {node_no}


@pytest.mark.parametrize("table", sorted(TABLES))
def test_errors_tell_nothing_of_hidden_rows(furnished, stranger, table):
    for who, scope in elsewhere(furnished, stranger).items():
        for sql in WANT_ERRORS:
            assert lake.scoped(scope).query(sql.format(table=table)).to_pylist() in (
                [],
                [{"count_star()": 0}],
            ) or ("sum" in sql), f"{who}: {sql}"


@pytest.mark.parametrize("sql", WANT_OUT)
def test_no_query_gets_out(furnished, stranger, home, sql):
    text = sql.replace("{lake}", str(home / "lake")).replace("{home}", str(home))

    with pytest.raises((lake.QueryNotAllowed, lake.QueryNotUnderstood)) as refused:
        lake.scoped(Scope.of(stranger.node_no)).query(text)

    assert furnished.mark not in str(refused.value.facts)


def test_an_alias_that_moved_is_set_right_inside_the_scope_only(furnished, stranger):
    """The map of aliases is read without the scope's test, to set profile numbers right; nothing of it shows."""
    here = lake.scoped(Scope.of(stranger.node_no))

    rows = here.query(
        "SELECT a.* FROM events e FULL JOIN alias_map a USING (alias_no) WHERE a.alias_no IS NOT NULL"
    )
    assert rows.to_pylist() == []


def test_what_a_neighbour_calls_its_traits_changes_nothing(furnished, stranger):
    """Columns of traits are shared: neither new names, nor other types, nor other case may trouble anybody."""
    before = what_there_is(furnished)["lake traits"]
    moment = pa.array([NOW], pa.timestamp("us", tz="UTC"))
    for columns in (
        {"trait_city": pa.array([42])},
        {"trait_CITY": pa.array([True])},
        {f"trait_{time.monotonic_ns()}": pa.array([1.5])},
        {"trait_x\" FROM read_text('/etc/passwd') --": pa.array(["x"])},
    ):
        who = {
            "profile_no": pa.array([1], pa.int64()),
            "node_no": pa.array([stranger.node_no], pa.int64()),
            "first_seen_at": moment,
            "latest_seen_at": moment,
        }
        lake.replace("traits", pa.table(who | columns), {"brand_no": brand_of(stranger.node_no)})

        now = lake.scoped(furnished.acting.scope).query("SELECT * FROM traits ORDER BY ALL").to_pylist()
        assert [{name: row[name] for name in before[0]} for row in now] == before
    empty = pa.table({name: column.slice(0, 0) for name, column in who.items()})
    lake.replace("traits", empty, {"brand_no": brand_of(stranger.node_no)})


def what_it_names(furnished, name: str, parameter: inspect.Parameter) -> list[Any]:
    """Return ids of the brand for one argument of a job."""
    profiles = furnished.ids["profile"]
    if name == "changes":
        row = [
            profiles[0][1],
            furnished.brand.node_no,
            "marketing.email",
            "email",
            "",
            "withdrawn",
            str(NOW),
            "x",
        ]
        return [json.dumps([row])]
    if name == "given":
        [alias, *_others] = [row["alias_no"] for row in rows_of(furnished.acting, Identifier)]
        return [json.dumps([[alias, profiles[0][1], ["marketing.email"]]])]
    if name == "account":
        return [str(uuid7())]
    if name in {"profile_id", "survivor_id", "duplicate_id", "evidence_id"}:
        return [str(profile_id) for profile_id, _ in profiles]
    if name in {"survivor_no", "duplicate_nos", "profile_nos"}:
        numbers = [number for _, number in profiles]
        return [numbers] if name.endswith("s") else numbers
    if name == "audience_no":
        return [row["audience_no"] for row in rows_of(furnished.acting, Audience)]
    ids = furnished.ids.get(name.removesuffix("_id").removesuffix("_no"))
    if ids:
        return ids if name.endswith("_no") else [str(one) for one in ids]
    return [furnished.brand.node_no, 1] if parameter.annotation in (int, "int") else ["1"]


def test_the_sweep_of_keys_leaves_every_key_that_somebody_needs(furnished, stranger):
    """A key that one scope does not know may be the neighbour's; a destroyed one cannot be brought back."""
    with psycopg.connect(vault_dsn("owner")) as keys:
        keys.execute("ALTER TABLE subject_key DISABLE TRIGGER USER")
        keys.execute(
            "UPDATE subject_key SET minted_at = minted_at - interval '2 days' WHERE wrapped IS NOT NULL"
        )
        keys.execute("ALTER TABLE subject_key ENABLE TRIGGER USER")
    needed = {row["key_id"] for model in (Profile, UploadedFile, Identifier, SealedTraits)
              for row in rows_of(furnished.acting, model) if row["key_id"]}  # fmt: skip
    for name in ("customers.sweep_keys", "customers.keep_house"):
        if name in JOBS:
            with as_role("worker"):
                JOBS[name](place(stranger.node_no, at=datetime.now(UTC)))

    with psycopg.connect(vault_dsn("owner")) as keys:
        destroyed = keys.execute(
            "SELECT key_id FROM subject_key WHERE wrapped IS NULL AND key_id = ANY(%s)", [list(needed)]
        ).fetchall()
    assert len(needed) > 3
    assert destroyed == []


def test_facts_are_recorded_only_where_one_works(furnished, stranger):
    fact = fact_about(furnished, node_no=furnished.brand.node_no)

    with pytest.raises(NotAllowed):
        record(place(stranger.node_no), [fact])


def test_a_fact_at_home_says_nothing_about_the_neighbours_person(furnished):
    before, home = what_there_is(furnished), make_brand()

    record(place(home.node_no), [fact_about(furnished, node_no=home.node_no)])
    ingesting.drain(NOW)

    assert what_there_is(furnished) == before


def fact_about(furnished, *, node_no: int) -> RecordedFact:
    """Return a fact about the brand's person, said to have happened somewhere."""
    [(_, number), *_others] = furnished.ids["profile"]
    return RecordedFact(
        event="Planted", message_id=str(uuid7()), node_no=node_no, occurred_at=NOW, profile_no=number,
        properties={"email": "planted@example.com"},
    )  # fmt: skip


@pytest.mark.parametrize("name", sorted(JOBS))
def test_a_job_of_the_neighbour_cannot_touch_what_it_names(furnished, stranger, name):
    """Whatever ids a job is given, it works inside the scope of its envelope."""
    job = JOBS[name]
    before = what_there_is(furnished)
    for upload in furnished.ids["upload"]:
        os.utime(upload_path(upload), (0, 0))  # old enough to be swept, if somebody thought it was lost
    wanted = list(inspect.signature(job.body).parameters.items())[1:]
    acting = place(stranger.node_no, at=datetime.now(UTC))
    for turn in range(2):
        arguments = {}
        for key, parameter in wanted:
            ids = what_it_names(furnished, key, parameter)
            arguments[key] = ids[min(turn, len(ids) - 1)]
        with as_role("worker"):
            try:
                job(acting, **arguments)
            except ProductError:
                continue

    with as_role("worker"):
        ingesting.drain(NOW)
    assert what_there_is(furnished) == before
