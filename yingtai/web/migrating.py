"""Bringing both databases to the shape of this release, and skipping it at once when they have it."""

from hashlib import sha256
from pathlib import Path

import psycopg
from django.core.management import call_command
from django.db import connection
from django.db.migrations.loader import MigrationLoader

from yingtai.kernel import grants
from yingtai.kernel.env import dsn, vault_dsn
from yingtai.vault import api as vault
from yingtai.web.errors import BooksAreNewer

PACKAGE = Path(__file__).resolve().parent.parent
SHAPES = (
    "*/migrations/*",
    "*/models.py",
    "*/models/*.py",
    "kernel/grants.py",
    "web/settings.py",
    "vault/schema.py",
)

SHAPE_NOW = """
    SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = current_database()
"""


def fingerprint() -> str:
    """Return a digest of everything in this release that decides the shape of the databases."""
    digest = sha256()
    for path in sorted({path for pattern in SHAPES for path in PACKAGE.glob(pattern) if path.is_file()}):
        digest.update(f"{path.relative_to(PACKAGE)}\n".encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()


def is_current() -> bool:
    """Say whether both databases already have this release's shape."""
    wanted = f"shape {fingerprint()}"
    return all(_shape(conninfo) == wanted for conninfo in (dsn("migrator"), vault_dsn("owner")))


def migrate(*, verbosity: int = 1) -> None:
    """Migrate the keys cluster and the books, and put up the walls. Repeating it changes nothing.

    This process must be signed in to the books as `migrator`, the only role that sees past the walls, or
    data migrations would silently change no rows.
    """
    refuse_newer_books()
    vault.migrate(vault_dsn("owner"))
    call_command("migrate", interactive=False, verbosity=verbosity)
    grants.apply()
    with connection.cursor() as cursor:
        cursor.execute("REASSIGN OWNED BY migrator TO owner")
    for conninfo in (dsn("migrator"), vault_dsn("owner")):
        _record_shape(conninfo)


def refuse_newer_books() -> None:
    """Stop before a release touches books that a newer one has changed: it would not know what it reads.

    Raises: BooksAreNewer
    """
    loader = MigrationLoader(connection)
    ours = {app for app, _name in loader.disk_migrations}
    unknown = sorted(
        f"{app} {name}" for app, name in loader.applied_migrations or () if app in ours and
        (app, name) not in loader.disk_migrations
    )  # fmt: skip
    if unknown:
        raise BooksAreNewer(unknown=", ".join(unknown[:5]))


def _shape(conninfo: str) -> str | None:
    with psycopg.connect(conninfo) as books:
        row = books.execute(SHAPE_NOW).fetchone()
    return row[0] if row else None


def _record_shape(conninfo: str) -> None:
    with psycopg.connect(conninfo) as books:
        books.execute(f"COMMENT ON DATABASE {books.info.dbname} IS 'shape {fingerprint()}'")
