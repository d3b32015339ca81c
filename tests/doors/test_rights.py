"""What the database itself says: which tables there are, who owns them, and who may do what with them."""

import re
from collections.abc import Iterator

import pytest
from django.apps import apps

from tests.doors.furnishing import ask
from yingtai.kernel.grants import (
    APPEND_ONLY,
    ENGINE_TABLES,
    SIGN_IN,
    SIGN_IN_TABLES,
    USUAL,
    is_scoped,
    why_exempt,
)
from yingtai.kernel.testing import as_role

ROLES = ("app", "worker", "collector", "dispatcher", "auditor")

# Written out, not derived: these tables are SQL of their own, so this is the second opinion.
INBOX = {"collector": {"INSERT"}, "app": {"INSERT"}, "worker": {"SELECT", "INSERT"}}
COLLECTORS = {
    "collector": {"SELECT"},
    "app": {"SELECT", "INSERT", "UPDATE", "DELETE"},
    "worker": {"SELECT", "INSERT", "UPDATE", "DELETE"},
    "auditor": {"SELECT"},
}
WITHOUT_A_MODEL = {
    "collect_inbox": INBOX,
    "collect_plan": COLLECTORS,
    "collect_write_key": COLLECTORS,
    "django_migrations": {"app": {"SELECT"}, "worker": {"SELECT"}},
}
WHAT_OPENS_THE_DOOR = {
    "django_session": "session_key",
    "mfa_authenticator": "data",
    "organization_staff": "password",
    "organization_apikey": "key_hash",
}
AS_OWNER = {
    "collect_backlog": {"app", "worker"},
    "collect_drop_slices": {"worker"},
    "collect_prepare_slices": {"app", "worker"},
    "customers_drop_days": {"worker"},
    "customers_prepare_days": {"app", "worker"},
    "organization_count_unknown_sign_ins": {"worker"},
    "organization_prune_sign_ins": {"worker"},
}

TABLES = """
    SELECT relname, relkind, relrowsecurity, relforcerowsecurity, pg_get_userbyid(relowner), relispartition
    FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p', 'v', 'm', 'f')
"""
GRANTS = """
    SELECT relname, pg_get_userbyid(grantee), privilege_type
    FROM pg_class, aclexplode(relacl) WHERE relnamespace = 'public'::regnamespace
        AND relkind IN ('r', 'p', 'v', 'm', 'f') AND grantee <> relowner
"""
COLUMN_GRANTS = """
    SELECT relname, attname, pg_get_userbyid(grantee), privilege_type
    FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid, aclexplode(attacl)
    WHERE relnamespace = 'public'::regnamespace
"""
FUNCTIONS = """
    SELECT proname, role FROM pg_proc, unnest(%s::text[]) AS role
    WHERE prosecdef AND pronamespace NOT IN ('pg_catalog'::regnamespace, 'information_schema'::regnamespace)
        AND has_function_privilege(role, pg_proc.oid, 'EXECUTE')
"""
UNSAFE_PATHS = """
    SELECT proname FROM pg_proc WHERE prosecdef AND pronamespace = 'public'::regnamespace
        AND NOT coalesce(proconfig::text, '') LIKE '%search_path=public, pg_temp%'
"""
POLICIES = "SELECT tablename, policyname, cmd FROM pg_policies WHERE schemaname = 'public'"
ROLES_NOW = """
    SELECT rolname, rolsuper, rolbypassrls, rolcreaterole, rolcreatedb, rolreplication
    FROM pg_roles WHERE rolname = ANY(%s)
"""
MEMBERS = """
    SELECT pg_get_userbyid(member), pg_get_userbyid(roleid) FROM pg_auth_members
    WHERE pg_get_userbyid(member) = ANY(%s)
"""
OWNED = """
    SELECT 'relation ' || relname FROM pg_class WHERE pg_get_userbyid(relowner) = ANY(%(roles)s)
        AND relnamespace::regnamespace::text !~ '^pg_(temp|toast)'
    UNION ALL SELECT 'function ' || proname FROM pg_proc WHERE pg_get_userbyid(proowner) = ANY(%(roles)s)
    UNION ALL SELECT 'schema ' || nspname FROM pg_namespace
        WHERE pg_get_userbyid(nspowner) = ANY(%(roles)s) AND nspname !~ '^pg_(temp|toast)'
    UNION ALL SELECT 'database ' || datname FROM pg_database WHERE pg_get_userbyid(datdba) = ANY(%(roles)s)
"""


@pytest.fixture(autouse=True)
def _as_it_is(books):
    """The database of the run, migrated."""


def models():
    return {
        model._meta.db_table: model
        for model in apps.get_models(include_auto_created=True)
        if not model._meta.proxy
    }


def granted() -> dict[str, dict[str, set[str]]]:
    """Return verbs by table and role; column rights as `VERB (column)`."""
    found: dict[str, dict[str, set[str]]] = {}
    for table, role, verb in ask(GRANTS):
        found.setdefault(table, {}).setdefault(role, set()).add(verb)
    for table, column, role, verb in ask(COLUMN_GRANTS):
        found.setdefault(table, {}).setdefault(role, set()).add(f"{verb} ({column})")
    return found


def declared(model) -> dict[str, set[str]]:
    rights = APPEND_ONLY if getattr(model, "append_only", False) else USUAL
    if model._meta.app_label == "procrastinate":
        rights = ENGINE_TABLES
    elif model._meta.app_label in SIGN_IN:
        rights = SIGN_IN_TABLES
    rights = rights | getattr(model, "grants", {})
    return {role: set(spelled_out(verbs)) for role, verbs in rights.items()}


def spelled_out(verbs: str) -> Iterator[str]:
    """Read `INSERT, SELECT (id, name)` as INSERT, SELECT (id) and SELECT (name)."""
    for verb, columns in re.findall(r"(\w+)(?: \(([^)]*)\))?", verbs):
        yield from [f"{verb} ({column.strip()})" for column in columns.split(",")] if columns else [verb]


def test_every_table_is_behind_the_walls_or_says_why_not():
    unexplained = []
    for table, kind, is_on, is_forced, _, is_part in ask(TABLES):
        model = models().get(table)
        if model is not None and is_scoped(model):
            assert (kind, is_on, is_forced) in {("r", True, True), ("p", True, True)}, table
        elif model is not None:
            assert why_exempt(model), f"{table} stands outside the walls and does not say why"
        elif not is_part and table not in WITHOUT_A_MODEL:
            unexplained.append(table)

    assert unexplained == []


def test_every_wall_has_exactly_its_four_policies():
    policies: dict[str, set[tuple[str, str]]] = {}
    for table, name, verb in ask(POLICIES):
        policies.setdefault(table, set()).add((name, verb))

    four = {(f"scope_{verb.lower()}", verb) for verb in ("SELECT", "INSERT", "UPDATE", "DELETE")}
    assert policies == {table: four for table, model in models().items() if is_scoped(model)}


def test_there_are_no_views_to_look_through():
    assert [table for table, kind, *_ in ask(TABLES) if kind in "vmf"] == []


def test_rights_are_exactly_those_declared():
    wanted = {table: declared(model) for table, model in models().items()} | WITHOUT_A_MODEL
    parts = {table for table, *_, is_part in ask(TABLES) if is_part}
    found = {
        table: {role: verbs for role, verbs in roles.items() if role in ROLES}
        for table, roles in granted().items()
    }

    assert {table: roles for table, roles in found.items() if table in parts and roles} == {}
    assert {table: roles for table, roles in found.items() if table not in parts} == wanted


def test_nothing_is_granted_to_everybody():
    assert [(table, roles) for table, roles in granted().items() if roles.keys() - set(ROLES)] == []
    with as_role("auditor"):
        assert ask("SELECT has_schema_privilege('public', 'CREATE')") == [(False,)]


def test_nobody_but_the_collector_and_ingest_comes_near_the_inbox():
    for role, verbs in (("collector", "INSERT"), ("app", "INSERT"), ("worker", "INSERT SELECT")):
        may = {
            verb
            for verb in ("SELECT", "INSERT", "UPDATE", "DELETE", "TRUNCATE")
            if ask("SELECT has_table_privilege(%s, 'collect_inbox', %s)", role, verb) == [(True,)]
        }
        assert may == set(verbs.split())


@pytest.mark.parametrize("role", ["auditor", "collector", "dispatcher"])
@pytest.mark.parametrize("table", WHAT_OPENS_THE_DOOR)
def test_roles_that_sign_nobody_in_cannot_read_what_signs_in(role, table):
    """A session's key, a second factor's secret or a hash to try passwords on is as good as the account."""
    column = WHAT_OPENS_THE_DOOR[table]
    assert ask("SELECT has_column_privilege(%s, %s, %s, 'SELECT')", role, table, column) == [(False,)]


def test_functions_that_act_as_the_owner_are_open_to_those_who_need_them():
    found: dict[str, set[str]] = {}
    for name, role in ask(FUNCTIONS, list(ROLES)):
        found.setdefault(name, set()).add(role)

    assert found == AS_OWNER
    assert ask(UNSAFE_PATHS) == []


def test_the_products_roles_own_nothing_and_are_nothing_special():
    assert {row[0]: any(row[1:]) for row in ask(ROLES_NOW, list(ROLES))} == dict.fromkeys(ROLES, False)
    assert ask(MEMBERS, list(ROLES)) == []
    assert ask(OWNED.replace("%(roles)s", "%s"), *[list(ROLES)] * 4) == []
