"""Walls and rights, derived from the models after every migration.

Every model with a `node_no` gets forced row-level security unless it says `exempt`. The product's roles
own nothing and bypass nothing; what they may do with a table follows from what the model says of itself.
"""

from collections.abc import Iterator
from typing import Any

from django.apps import apps
from django.db import connection, models

from yingtai.kernel.errors import DangerousRole
from yingtai.kernel.models import ScopedModel

LO = "nullif(current_setting('yingtai.scope_lo', true), '')::bigint"
HI = "nullif(current_setting('yingtai.scope_hi', true), '')::bigint"
PARTS = "nullif(current_setting('yingtai.scope_parts', true), '')"
# Lowest and highest stand bare, for the planner to see how much of an index they leave; the parts in
# sub-selects, which are worked out once per statement and not once per row.
IN_PARTS = f"((SELECT {PARTS}) IS NULL OR node_no <@ (SELECT {PARTS}::int8multirange))"
INSIDE = f"node_no >= {LO} AND node_no < {HI} AND {IN_PARTS}"
ABOVE = f"node_no IN (({LO} >> 40) << 40, ({LO} >> 24) << 24)"

USUAL = {
    "app": "SELECT, INSERT, UPDATE, DELETE",
    "worker": "SELECT, INSERT, UPDATE, DELETE",
    "auditor": "SELECT",
}
APPEND_ONLY = {"app": "SELECT, INSERT", "worker": "SELECT, INSERT", "auditor": "SELECT"}
ENGINE_TABLES = {"app": USUAL["app"], "worker": USUAL["worker"], "dispatcher": USUAL["app"]}
# A session's key or a second factor's secret is as good as the account: only the console may read them.
SIGN_IN_TABLES = {"app": USUAL["app"]}
SIGN_IN = {"sessions", "account", "socialaccount", "mfa", "axes"}

FOREIGN = {
    "sessions": "before any scope exists",
    "account": "sign-in, before any scope exists",
    "socialaccount": "sign-in, before any scope exists",
    "mfa": "sign-in, before any scope exists",
    "axes": "sign-in, before any scope exists",
    "contenttypes": "names of models, the same for all",
    "auth": "not used; Django's sign-in needs its tables",
    "procrastinate": "workers serve all brands; the envelope carries the scope",
}
"""Tables of the libraries we use, none of which holds brand data, and why they stand outside the walls."""

# A function that acts as the owner is open to whom its own module says, and to nobody else.
OPEN_FUNCTIONS = """
    DO $$ DECLARE one regprocedure; acts_as_owner boolean; BEGIN
        FOR one, acts_as_owner IN
            SELECT oid, prosecdef FROM pg_proc WHERE pronamespace = 'public'::regnamespace
        LOOP
            IF acts_as_owner THEN
                EXECUTE format('REVOKE EXECUTE ON FUNCTION %s FROM PUBLIC, dispatcher, collector, auditor', one);
            ELSE
                EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO app, worker, dispatcher', one);
            END IF;
        END LOOP;
    END $$
"""
# Temporary tables do not count: another process of the same role may be at work.
IS_DANGEROUS = """
    SELECT rolsuper OR rolbypassrls OR EXISTS (
        SELECT 1 FROM pg_class
        WHERE relowner = pg_roles.oid AND relkind IN ('r', 'p') AND relpersistence <> 't')
    FROM pg_roles WHERE rolname = current_user
"""
OWNED_BY_US = "SELECT to_regclass(%s) IS NOT NULL"


def apply() -> None:
    """Put up the walls and hand out the rights. Repeating it changes nothing."""
    with connection.cursor() as cursor:
        for statement in statements():
            cursor.execute(statement)


def statements() -> Iterator[str]:
    """Return every statement that `apply` runs, in order."""
    yield "GRANT USAGE ON SCHEMA public TO app, worker, dispatcher, collector, auditor"
    yield "GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO app, worker, dispatcher"
    # A model whose migration is still to be written has no table to wall; `make check` names it.
    tables = set(connection.introspection.table_names())
    for model in apps.get_models(include_auto_created=True):
        if not model._meta.proxy and model._meta.db_table in tables:
            yield from _walls(model)
            yield from _rights(model)
    yield "GRANT SELECT ON django_migrations TO app, worker"
    yield OPEN_FUNCTIONS


def is_scoped(model: type[models.Model]) -> bool:
    """Say whether a model stands behind the walls."""
    return issubclass(model, ScopedModel)


def why_exempt(model: type[models.Model]) -> str | None:
    """Return the stated reason why a model stands outside the walls, if there is one."""
    return getattr(model, "exempt", None) or FOREIGN.get(model._meta.app_label)


def refuse_dangerous_role() -> None:
    """Stop a process whose database role could read around the walls.

    Raises: DangerousRole
    """
    with connection.cursor() as cursor:
        cursor.execute(IS_DANGEROUS)
        if cursor.fetchone()[0]:
            raise DangerousRole(role=connection.settings_dict["USER"])


def _walls(model: type[models.Model]) -> Iterator[str]:
    if not is_scoped(model):
        return
    table = model._meta.db_table
    readable = f"({INSIDE}) OR {ABOVE}" if model.inherited else INSIDE  # type: ignore[attr-defined]
    yield f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY"
    yield f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY"
    for name, verb, clauses in (
        ("scope_select", "SELECT", f"USING ({readable})"),
        ("scope_insert", "INSERT", f"WITH CHECK ({INSIDE})"),
        ("scope_update", "UPDATE", f"USING ({INSIDE}) WITH CHECK ({INSIDE})"),
        ("scope_delete", "DELETE", f"USING ({INSIDE})"),
    ):
        yield f"DROP POLICY IF EXISTS {name} ON {table}"
        yield f"CREATE POLICY {name} ON {table} FOR {verb} {clauses}"


def _rights(model: Any) -> Iterator[str]:
    table = model._meta.db_table
    rights = APPEND_ONLY if getattr(model, "append_only", False) else USUAL
    if model._meta.app_label == "procrastinate":
        rights = ENGINE_TABLES
    elif model._meta.app_label in SIGN_IN:
        rights = SIGN_IN_TABLES
    yield f"REVOKE ALL ON {table} FROM app, worker, dispatcher, collector, auditor"
    for role, verbs in (rights | getattr(model, "grants", {})).items():
        yield f"GRANT {verbs} ON {table} TO {role}"
