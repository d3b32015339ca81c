"""Every table of the books, asked as every role and from every wrong place. Generated from the models, so a
new table is asked too, and fails here until the furnished brand has something in it."""

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
import pytest
from django.db import Error, ProgrammingError, connection, transaction

from tests.doors.furnishing import ask, place, rows_of, scoped_models
from yingtai.kernel.acting import Acting
from yingtai.kernel.env import dsn
from yingtai.kernel.errors import DangerousRole
from yingtai.kernel.grants import refuse_dangerous_role
from yingtai.kernel.scope import BRAND_SHIFT, Scope
from yingtai.kernel.scoping import acting_transaction
from yingtai.kernel.testing import as_role

ROLES = ("app", "worker")
TABLES = sorted(model._meta.db_table for model in scoped_models())
APPEND_ONLY = sorted(model._meta.db_table for model in scoped_models() if model.append_only)


class Undone(Exception):
    """Whatever an attack changed, it changes nothing for the tests that follow."""


@contextmanager
def attacking(role: str, acting: Acting | None) -> Iterator[None]:
    """Work as a role in somebody's scope, or in none; nothing of it stays."""
    with as_role(role):
        try:
            with acting_transaction(acting) if acting else transaction.atomic():
                yield
                raise Undone
        except Undone:
            pass


def changed(sql: str, *values: object) -> int:
    """Return how many rows a statement reached, or 0 when it was refused."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(sql, values or None)
            return int(cursor.rowcount)
    except ProgrammingError as refused:
        if not isinstance(refused.__cause__, psycopg.errors.InsufficientPrivilege):
            raise
        return 0


def strangers(furnished, stranger) -> dict[str, Acting | None]:
    nobody = place()
    # A set of ranges whose hull holds the brand, though none of them does.
    around = Acting(
        "staff:stranger",
        Scope.from_pairs([(1, 2), (2**62, 2**62 + 1)]),
        "operations",
        nobody.at,
        frozenset({"brand_manager"}),
    )
    return {
        "the neighbour": place(stranger.node_no),
        "nobody": nobody,
        "no scope at all": None,
        "places around the brand": around,
        "the next number": place(furnished.brand.node_no + (1 << 40) * 1000),
    }


def test_the_furnished_brand_has_something_in_every_table(furnished):
    empty = [model._meta.db_table for model in scoped_models() if not rows_of(furnished.acting, model)]

    assert empty == [], "bring something into these tables in tests/doors/furnishing.py"


@pytest.mark.parametrize("role", ROLES)
def test_a_stranger_finds_no_row_and_reaches_none(furnished, stranger, role):
    leaks = []
    # Jobs keep things for every brand, the stranger's own included.
    elsewhere = f"node_no >> {BRAND_SHIFT} <> {stranger.node_no >> BRAND_SHIFT}"
    for who, acting in strangers(furnished, stranger).items():
        with attacking(role, acting):
            for table in TABLES:
                attacks = {
                    "counts": f"SELECT 1 FROM {table} WHERE {elsewhere}",
                    "counts one partition up": f"SELECT 1 FROM ONLY {table} WHERE {elsewhere}",
                    "locks": f"SELECT 1 FROM {table} WHERE {elsewhere} FOR UPDATE",
                    "moves": f"UPDATE {table} SET node_no = node_no WHERE {elsewhere}",
                    "deletes": f"DELETE FROM {table} WHERE {elsewhere}",
                }
                leaks += [f"{who} {what} {table}" for what, sql in attacks.items() if changed(sql)]

    assert leaks == []


@pytest.mark.parametrize("role", ROLES)
def test_a_stranger_cannot_plant_a_row(furnished, stranger, role):
    planted = []
    for who, acting in strangers(furnished, stranger).items():
        with attacking(role, acting):
            for table in TABLES:
                for node_no in (furnished.brand.node_no, furnished.brand.dealer_no):
                    sql = f"INSERT INTO {table} (node_no) VALUES (%s)"
                    planted += [f"{who} in {table}"] if changed(sql, node_no) else []

    assert planted == []


@pytest.mark.parametrize("role", ROLES)
def test_a_dealer_cannot_carry_own_rows_to_another_dealer_or_the_brand(furnished, role):
    brand = furnished.brand
    with attacking(role, place(brand.dealer_no)):
        for table in TABLES:
            for elsewhere in (brand.other_dealer_no, brand.node_no, brand.region_no):
                assert not changed(f"UPDATE {table} SET node_no = %s", elsewhere)
                assert not changed(f"INSERT INTO {table} (node_no) VALUES (%s)", elsewhere)


@pytest.mark.parametrize("role", ROLES)
def test_a_dealer_sees_its_own_rows_and_what_the_brand_hands_down(furnished, role):
    brand = furnished.brand
    above = {brand.node_no, brand.region_no}
    with attacking(role, place(brand.dealer_no)):
        for model in scoped_models():
            table = model._meta.db_table
            seen = {row[0] for row in ask(f"SELECT DISTINCT node_no FROM {table}")}
            assert seen <= {brand.dealer_no} | (above if model.inherited else set()), table
            handed_down = "node_no <> %s"
            assert not changed(f"UPDATE {table} SET node_no = node_no WHERE {handed_down}", brand.dealer_no)
            assert not changed(f"DELETE FROM {table} WHERE {handed_down}", brand.dealer_no)


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("table", APPEND_ONLY)
def test_what_is_append_only_is_never_changed_even_by_its_owner(furnished, role, table):
    if table == "collect_quarantine" and role == "worker":
        pytest.skip("refused events are removed by the worker when their thirty days are over")
    with attacking(role, furnished.acting):
        for sql in (f"UPDATE {table} SET node_no = node_no", f"DELETE FROM {table}", f"TRUNCATE {table}"):
            with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
                ask(sql)


@pytest.mark.parametrize("role", ["app", "worker", "collector", "dispatcher", "auditor"])
def test_nobody_can_take_the_walls_down(furnished, role):
    attacks = [
        "SET row_security = off; SELECT 1 FROM kernel_task",
        "ALTER TABLE kernel_task DISABLE ROW LEVEL SECURITY",
        "ALTER TABLE kernel_task NO FORCE ROW LEVEL SECURITY",
        "DROP POLICY scope_select ON kernel_task",
        "CREATE POLICY mine ON kernel_task USING (true)",
        "TRUNCATE kernel_task",
        "SET ROLE owner",
        "SET ROLE migrator",
        "SET SESSION AUTHORIZATION owner",
        "CREATE TABLE mine (n int)",
        "CREATE FUNCTION mine() RETURNS int LANGUAGE sql AS 'SELECT 1'",
        "CREATE SCHEMA mine",
        "CREATE EXTENSION dblink",
        "COPY kernel_task TO '/tmp/stolen'",
        "COPY kernel_task TO PROGRAM 'cat'",
        "SELECT pg_read_file('PG_VERSION')",
        "SELECT lo_import('/etc/passwd')",
        "ALTER ROLE app BYPASSRLS",
        "GRANT owner TO app",
    ]
    with as_role(role):
        for attack in attacks:
            with pytest.raises(Error), transaction.atomic():
                ask(attack)


def test_scope_cannot_be_smuggled_in_as_text(furnished, stranger):
    """A scope is set by parameters; texts that are no numbers stop the query rather than open it."""
    for lo, hi, parts in (("0", "9223372036854775807 OR true", ""), ("", "", "{(,)}"), ("0", "", "")):
        with as_role("app"), transaction.atomic():
            ask(
                "SELECT set_config('yingtai.scope_lo', %s, true), set_config('yingtai.scope_hi', %s, true),"
                " set_config('yingtai.scope_parts', %s, true)",
                lo, hi, parts,
            )  # fmt: skip
            for table in TABLES:
                try:
                    with transaction.atomic():
                        assert ask(f"SELECT 1 FROM {table}") == []
                except Error:
                    continue


def test_a_process_refuses_a_role_that_sees_past_the_walls(books):
    with as_role("migrator"), pytest.raises(DangerousRole):
        refuse_dangerous_role()


def test_a_process_refuses_the_owner(books):
    with as_role("migrator"), transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL ROLE owner")
        with pytest.raises(DangerousRole):
            refuse_dangerous_role()


def test_a_process_starts_while_another_of_its_role_is_at_work(books):
    with psycopg.connect(dsn("app")) as other:
        other.execute("CREATE TEMPORARY TABLE at_work (n int)")
        refuse_dangerous_role()


def test_the_owner_has_no_password_to_sign_in_with(home):
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(dsn("owner"))
