"""The tables of the keys cluster: numbered SQL files, applied once each, in order."""

from importlib.resources import files

import psycopg

_VERSION_TABLE = """
CREATE TABLE IF NOT EXISTS vault_version (
    version    integer PRIMARY KEY,
    applied_at timestamptz NOT NULL DEFAULT now()
)
"""
_ROLE = """
DO $$ BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'vault') THEN CREATE ROLE vault NOLOGIN; END IF;
END $$
"""
_LOCK_NO = 7_361_885_101


def migrate(conninfo: str) -> list[int]:
    """Bring the keys cluster up to date and return the versions applied; repeating it changes nothing.

    `conninfo` signs in as the owner of the tables. The role `vault` normally exists with its password; a bare
    server gets one that cannot sign in yet.
    """
    with psycopg.connect(conninfo) as connection:
        connection.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK_NO])
        connection.execute(_ROLE)
        connection.execute(_VERSION_TABLE)
        applied = {version for (version,) in connection.execute("SELECT version FROM vault_version")}
        fresh = [version for version in _scripts() if version not in applied]
        for version in fresh:
            connection.execute(_scripts()[version])
            connection.execute("INSERT INTO vault_version (version) VALUES (%s)", [version])
    return fresh


def _scripts() -> dict[int, bytes]:
    folder = files("yingtai.vault") / "migrations"
    scripts = sorted(path.name for path in folder.iterdir() if path.name.endswith(".sql"))
    return {int(name[:4]): (folder / name).read_bytes() for name in scripts}
