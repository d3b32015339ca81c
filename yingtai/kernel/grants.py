"""Walls and rights, derived from the models after every migration.

Every model with a `node_no` gets forced row-level security unless it says `exempt`. The product's roles
own nothing and bypass nothing; what they may do with a table follows from what the model says of itself.
"""

from collections.abc import Iterator
from typing import Any

from django.apps import apps
from django.db import connection, models

from yingtai.kernel.errors import DangerousRole
from yingtai.kernel.models import ExemptModel, ScopedModel

LO = "nullif(current_setting('yingtai.scope_lo', true), '')::bigint"
HI = "nullif(current_setting('yingtai.scope_hi', true), '')::bigint"
PARTS = "nullif(current_setting('yingtai.scope_parts', true), '')"
INSIDE = f"node_no >= {LO} AND node_no < {HI} AND ({PARTS} IS NULL OR node_no <@ {PARTS}::int8multirange)"
ABOVE = f"node_no IN (({LO} >> 40) << 40, ({LO} >> 24) << 24)"

USUAL = {
    "app": "SELECT, INSERT, UPDATE, DELETE",
    "worker": "SELECT, INSERT, UPDATE, DELETE",
    "auditor": "SELECT",
}
APPEND_ONLY = {"app": "SELECT, INSERT", "worker": "SELECT, INSERT", "auditor": "SELECT"}
ENGINE_TABLES = {"app": USUAL["app"], "worker": USUAL["worker"], "dispatcher": USUAL["app"]}

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

IS_DANGEROUS = """
    SELECT rolsuper OR rolbypassrls OR EXISTS (
        SELECT 1 FROM pg_class WHERE relowner = pg_roles.oid AND relkind IN ('r', 'p'))
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
    yield "GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA public TO app, worker, dispatcher"


def is_scoped(model: type[models.Model]) -> bool:
    """Say whether a model stands behind the walls."""
    return issubclass(model, ScopedModel)


def why_exempt(model: type[models.Model]) -> str | None:
    """Return the stated reason why a model stands outside the walls, if there is one."""
    if issubclass(model, ExemptModel):
        return model.exempt
    return FOREIGN.get(model._meta.app_label)


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
    yield f"REVOKE ALL ON {table} FROM app, worker, dispatcher, collector, auditor"
    for role, verbs in (rights | getattr(model, "grants", {})).items():
        yield f"GRANT {verbs} ON {table} TO {role}"
