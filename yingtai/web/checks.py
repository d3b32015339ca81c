"""Can an event be accepted and seen? Each part is asked within a bounded time, and never by two at once."""

import shutil
import threading
import time
import urllib.request
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as TooLate
from dataclasses import dataclass
from datetime import datetime
from functools import partial

import psycopg

from yingtai.customers.api import inbox_backlog
from yingtai.kernel import heartbeats
from yingtai.kernel.calling import given_up_is_closed
from yingtai.kernel.env import dsn, env, vault_dsn
from yingtai.lake.errors import LakeDamaged
from yingtai.lake.rounds import names_of_damaged
from yingtai.lake.store import the_lake

LONGEST_SECONDS = 3.0
KEPT_SECONDS = 1.0
"""Answers are shared for so long, so that asking often costs nothing."""
LONGEST_WAIT_SECONDS = 300
LEAST_FREE_BYTES = 512 * 1024 * 1024
WATCHED = ("collector", "ingest", "dispatcher", "worker-")
START_SECONDS = 15
"""A worker that made room for a fresh one takes some seconds to its first beat."""
FIRST_LOOK_SECONDS, SECOND_LOOK_SECONDS = 1.7, 1.1
NAMED = 3
"""Damaged files whose names health says; Operations and the logs say all."""


class Unwell(Exception):
    """A part does not work, in words for an operator."""


@dataclass(frozen=True)
class Finding:
    """What one part answered."""

    part: str
    is_well: bool
    words: str


Check = Callable[[datetime], str]


def books(at: datetime) -> str:
    with connection() as asked:
        asked.execute("SELECT 1")
    return "ok"


def keys(at: datetime) -> str:
    with _connected(vault_dsn()) as asked:
        asked.execute("SELECT 1")
    return "ok"


def collector(at: datetime) -> str:
    """Ask the port: whichever collector takes the connection says whether it reaches books and keys.

    A machine with much to do may answer late once: only two looks make it unwell.
    """
    try:
        return _ask_collector(FIRST_LOOK_SECONDS)
    except OSError:
        return _ask_collector(SECOND_LOOK_SECONDS)


def _ask_collector(seconds: float) -> str:
    host = "127.0.0.1" if env().host in {"0.0.0.0", "::"} else env().host  # noqa: S104 - only compared
    with urllib.request.urlopen(f"http://{host}:{env().port + 1}/health", timeout=seconds):
        return "ok"


def process(name: str, at: datetime) -> str:
    """Look at the heart of one process of this machine."""
    shared = heartbeats.board()
    life = next(life for life in shared.lives() if life.name == name) if shared else None
    if life is not None and life.is_running and life.silent is None and life.age < START_SECONDS:
        return "ok, starts"
    if life is None or not life.is_running or life.silent is None:
        raise Unwell("is being started")
    if life.silent > max(env().hang_seconds / 2, 3):
        raise Unwell(f"has not moved for {life.silent:.0f} s")
    return "ok"


def inbox(at: datetime) -> str:
    with connection() as asked:
        requests, oldest_at = inbox_backlog(asked)
    waited = max((at - oldest_at).total_seconds(), 0) if oldest_at else 0.0
    words = f"{requests} requests wait, the oldest for {waited:.0f} s"
    if waited > LONGEST_WAIT_SECONDS:
        raise Unwell(words)
    return f"ok, {words}"


def lake(at: datetime) -> str:
    """Look at the log of the table that every event is written to, at its latest files, and at what the slow round
    over all files found."""
    try:
        the_lake().check("events")
    except LakeDamaged:
        raise Unwell(
            "files are missing or cut off; nothing is written until they are back, see the log of ingest"
        ) from None
    if damaged := names_of_damaged():
        named = ", ".join(damaged[:NAMED])
        raise Unwell(
            f"{len(damaged)} files are missing, cut off or cannot be read; bring them back from a backup: {named}"
        )
    return "ok"


def disk(at: datetime) -> str:
    free = shutil.disk_usage(env().home).free
    words = f"{free / 1e9:.1f} GB free"
    if free < LEAST_FREE_BYTES:
        raise Unwell(f"only {words}")
    return f"ok, {words}"


def connection() -> psycopg.Connection:
    """Open a connection to the books that gives up quickly."""
    return _connected(dsn(env().role))


@given_up_is_closed()
def _connected(conninfo: str) -> psycopg.Connection:
    return psycopg.connect(conninfo, connect_timeout=2, options="-c statement_timeout=2000")


def checks() -> dict[str, Check]:
    """Return what is asked here: processes only where a supervisor watches them."""
    shared = heartbeats.board()
    watched = [name for name in (shared.names if shared else ()) if name.startswith(WATCHED)]
    return {
        "books": books,
        "keys": keys,
        "accepting": collector,
        **{name: partial(process, name) for name in watched},
        "inbox": inbox,
        "lake": lake,
        "disk": disk,
    }


class Asker:
    """Asks all parts side by side; one that still thinks about the last question is not asked again."""

    def __init__(self, longest: float = LONGEST_SECONDS, kept: float = KEPT_SECONDS) -> None:
        self._longest, self._kept = longest, kept
        self._lock = threading.Lock()
        self._pools: dict[str, ThreadPoolExecutor] = {}
        self._asked: dict[str, Future[str]] = {}
        self._known: list[Finding] = []
        self._known_at = 0.0

    def findings(self, asked: dict[str, Check], at: datetime) -> list[Finding]:
        """Return what each part says, after so many seconds at the latest."""
        with self._lock:
            if not self._known or time.monotonic() - self._known_at > self._kept:
                self._known = self._ask(asked, at)
                self._known_at = time.monotonic()
            return self._known

    def _ask(self, asked: dict[str, Check], at: datetime) -> list[Finding]:
        for part, check in asked.items():
            if part not in self._asked or self._asked[part].done():
                pool = self._pools.setdefault(part, ThreadPoolExecutor(1, thread_name_prefix=f"asks {part}"))
                self._asked[part] = pool.submit(check, at)
        until = time.monotonic() + self._longest
        return [self._finding(part, until) for part in asked]

    def _finding(self, part: str, until: float) -> Finding:
        try:
            return Finding(part, True, self._asked[part].result(max(until - time.monotonic(), 0)))
        except Unwell as problem:
            return Finding(part, False, str(problem))
        except (TooLate, psycopg.Error, OSError):
            # What a driver says may name hosts and accounts.
            return Finding(part, False, "does not answer")


_asker = Asker()


def findings(at: datetime) -> list[Finding]:
    """Return what every part says now, at most a second old."""
    return _asker.findings(checks(), at)
