"""A real collector on a real database of its own, for the tests of this folder."""

import base64
import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from http.client import HTTPConnection
from itertools import count
from pathlib import Path
from typing import Any

import psycopg

from yingtai.collect import inbox, schema
from yingtai.collect.reading import Reading, explode
from yingtai.kernel.env import secret, socket_folder
from yingtai.kernel.scope import node_no
from yingtai.vault.api import open_blob

PLACE = node_no(7)
_numbers = count(1)


@dataclass(frozen=True)
class Database:
    """The collector's tables in a database of their own."""

    name: str
    socket: Path

    @property
    def url(self) -> str:
        return f"postgresql:///{self.name}?host={self.socket}"

    def connect(self, role: str) -> psycopg.Connection[Any]:
        password = secret(f"books-{role}.password")
        return psycopg.connect(
            host=str(self.socket), dbname=self.name, user=role, password=password, autocommit=True
        )

    def readings(self, source_no: int) -> list[Reading]:
        """Open and read every row of a source, in order."""
        with self.connect("worker") as books:
            rows = books.execute(
                "SELECT node_no, body FROM collect_inbox WHERE source_no = %s ORDER BY request_no",
                [source_no],
            ).fetchall()
        return [
            explode(inbox.decompress(open_blob(body, inbox.additional_data(source_no, place))))
            for place, body in rows
        ]


@dataclass(frozen=True)
class Key:
    """A write key and its source."""

    text: str
    source_no: int


@dataclass
class Answer:
    """What the collector said."""

    status: int
    body: dict[str, Any]
    headers: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Running:
    """A collector that listens, and the database behind it."""

    port: int
    database: Database
    process: subprocess.Popen[bytes]

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def post(
        self, path: str, body: object, *, key: str = "", headers: dict[str, str] | None = None
    ) -> Answer:
        """Post JSON, or bytes as they are."""
        sent = body if isinstance(body, bytes) else json.dumps(body).encode()
        return self.ask("POST", path, sent, key=key, headers=headers)

    def ask(
        self,
        method: str,
        path: str,
        body: bytes | None = None,
        *,
        key: str = "",
        headers: dict[str, str] | None = None,
    ) -> Answer:
        line = HTTPConnection("127.0.0.1", self.port, timeout=30)
        given = dict(headers or {})
        if key:
            given["Authorization"] = "Basic " + base64.b64encode(f"{key}:".encode()).decode()
        line.request(method, path, body, given)
        answer = line.getresponse()
        text = answer.read()
        line.close()
        said = {name.lower(): value for name, value in answer.getheaders()}
        return Answer(answer.status, json.loads(text) if text else {}, said)

    def readings(self, key: Key) -> list[Reading]:
        return self.database.readings(key.source_no)


def make_database(socket: Path | None = None) -> Database:
    """Make a database with the collector's tables in a running cluster."""
    database = Database(f"collector_{os.getpid()}_{next(_numbers)}", socket or socket_folder("books"))
    with administrator(database, "postgres") as admin:
        admin.execute(f"CREATE DATABASE {database.name} OWNER owner")
    with administrator(database, database.name) as admin:
        admin.execute("ALTER SCHEMA public OWNER TO owner")
        admin.execute("SET ROLE owner")
        for statement in schema.UP:
            admin.execute(statement)
        admin.execute("SELECT collect_prepare_slices(now() + interval '2 hours')")
    return database


def make_key(database: Database, *, plan: dict[str, Any] | None = None, **options: Any) -> Key:
    """Make a write key of a new source; `options` are columns of `collect_write_key`."""
    number = next(_numbers)
    key = Key(f"write-key-{number}", number)
    row = {"key_hash": sha256(key.text.encode()).digest(), "source_no": number, "node_no": PLACE} | options
    columns, marks = ", ".join(row), ", ".join(["%s"] * len(row))
    with database.connect("app") as books:
        if plan is not None:
            books.execute(
                "INSERT INTO collect_plan (source_no, node_no, version, document) VALUES (%s, %s, 1, %s)",
                [number, PLACE, json.dumps(plan)],
            )
        books.execute(f"INSERT INTO collect_write_key ({columns}) VALUES ({marks})", list(row.values()))
    return key


@contextmanager
def collector_running(database: Database) -> Iterator[Running]:
    """Run a collector, from ready to gracefully stopped."""
    port = _free_port() - 1
    process = subprocess.Popen(
        [sys.executable, "-m", "yingtai.collect.collector"],
        env={**os.environ, "YINGTAI_DATABASE_URL": database.url, "YINGTAI_PORT": str(port)},
    )
    running = Running(port + 1, database, process)
    try:
        await_health(running)
        yield running
    finally:
        process.terminate()
        process.wait(20)


def await_health(running: Running) -> None:
    """Return when the collector can keep events."""
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        try:
            if running.ask("GET", "/health").status == 200:
                return
        except OSError:
            assert running.process.poll() is None, "the collector ended"
        time.sleep(0.05)
    raise AssertionError("the collector does not become ready")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def administrator(database: Database, name: str) -> psycopg.Connection[Any]:
    """Connect to a database of the cluster as who may do everything."""
    password = secret("books-postgres.password")
    return psycopg.connect(
        host=str(database.socket), dbname=name, user="postgres", password=password, autocommit=True
    )
