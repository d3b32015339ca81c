"""The roles and the database of an embedded cluster, made by its own administrator at first start."""

from pathlib import Path

import psycopg

from yingtai.kernel.env import secret
from yingtai.web import cluster_files


def make_roles(cluster: str, socket: Path) -> None:
    """Make or repair the cluster's database, roles and passwords. Repeating it changes nothing."""
    database = cluster_files.DATABASES[cluster]
    with _administrator(cluster, socket, "postgres") as connection:
        known = connection.execute("SELECT FROM pg_database WHERE datname = %s", [database]).fetchone()
        if known is None:
            connection.execute(f"CREATE DATABASE {database}")
        connection.execute(cluster_files.role_statements(cluster))
        connection.execute(cluster_files.DIVISIONS[cluster])
    with _administrator(cluster, socket, database) as connection:
        connection.execute(cluster_files.DIVISIONS_INSIDE[cluster])


def _administrator(cluster: str, socket: Path, database: str) -> psycopg.Connection:
    return psycopg.connect(
        host=str(socket),
        dbname=database,
        user="postgres",
        password=secret(f"{cluster}-postgres.password"),
        autocommit=True,
    )
