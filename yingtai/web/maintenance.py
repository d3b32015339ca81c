"""Commands for those who look after an installation."""

import argparse
import os
import subprocess
from collections.abc import Callable, Iterator
from importlib import import_module

import django
from django.apps import apps
from django.core.management import call_command, execute_from_command_line
from django.db.migrations.autodetector import MigrationAutodetector
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.state import ProjectState

from yingtai.kernel.env import dsn, env, vault_dsn
from yingtai.web.clusters import running
from yingtai.web.server_account import binaries, postgres_folder, server_account
from yingtai.web.start import take_role


def migrate(arguments: list[str]) -> None:
    """Bring both databases to this release's shape; at once when they have it already."""
    parser = argparse.ArgumentParser(prog="yingtai migrate", description=migrate.__doc__)
    parser.add_argument("--again", action="store_true", help="even when nothing has changed")
    parser.add_argument("--quiet", action="store_true", help="say nothing unless something is wrong")
    options = parser.parse_args(arguments)
    migrating = import_module("yingtai.web.migrating")
    if options.again or not migrating.is_current():
        migrating.migrate(verbosity=0 if options.quiet else 1)
    elif not options.quiet:
        print("The databases already have this release's shape.")


def manage(arguments: list[str]) -> None:
    """Run a Django management command."""
    execute_from_command_line(["yingtai", *arguments])


def check(arguments: list[str]) -> int:
    """Look for mistakes in settings, models and addresses, and for missing migrations; needs no database."""
    take_role("app")
    django.setup()
    call_command("check", *arguments)
    missing = [f"{label}: {change}" for label, change in _missing_migrations()]
    for line in missing:
        print(f"Missing migration: {line}. Run `yingtai manage makemigrations`.")
    return 1 if missing else 0


def docs(arguments: list[str]) -> int:
    """Write the generated pages of the documentation again; needs no database."""
    take_role("app")
    django.setup()
    code: int = import_module("yingtai.web.documenting").main(arguments)
    return code


def psql(arguments: list[str]) -> int:
    """Open a database as one of its roles, for looking."""
    parser = argparse.ArgumentParser(prog="yingtai psql", description=psql.__doc__)
    parser.add_argument("cluster", choices=["books", "keys"], nargs="?", default="books")
    parser.add_argument(
        "role", nargs="?", help="auditor in the books, vault in the keys, unless you say another"
    )
    parser.add_argument("rest", nargs=argparse.REMAINDER, help="passed on to psql")
    options = parser.parse_args(arguments)
    connect: Callable[[str], str] = dsn if options.cluster == "books" else vault_dsn
    role = options.role or ("auditor" if options.cluster == "books" else "vault")
    account = server_account()
    program = binaries(postgres_folder(env().home, account), account) / "psql"
    # The connection string goes by the environment: arguments can be read by everyone on the machine.
    variables = os.environ | _connection_variables(connect(role))
    with running():
        return subprocess.run([str(program), *options.rest], env=variables, check=False).returncode


def _missing_migrations() -> Iterator[tuple[str, str]]:
    loader = MigrationLoader(None)
    shapes = MigrationAutodetector(loader.project_state(), ProjectState.from_apps(apps))
    for label, migrations in shapes.changes(graph=loader.graph).items():
        for migration in migrations:
            yield from ((label, operation.describe()) for operation in migration.operations)


def _connection_variables(conninfo: str) -> dict[str, str]:
    values = import_module("psycopg.conninfo").conninfo_to_dict(conninfo)
    names = {
        "host": "PGHOST",
        "port": "PGPORT",
        "user": "PGUSER",
        "password": "PGPASSWORD",
        "dbname": "PGDATABASE",
    }
    return {names[name]: str(value) for name, value in values.items() if name in names}
