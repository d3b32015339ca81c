"""Commands for those who look after an installation."""

import argparse
import os
import subprocess
from collections.abc import Callable
from importlib import import_module

from django.core.management import call_command, execute_from_command_line

from yingtai.kernel.env import dsn, env, vault_dsn
from yingtai.web.server_account import binaries, postgres_folder, server_account


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


def check(arguments: list[str]) -> None:
    """Run Django's checks of settings, models and addresses."""
    call_command("check", *arguments)


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
    return subprocess.run([str(program), *options.rest], env=variables, check=False).returncode


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
