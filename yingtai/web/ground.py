"""What a start stands on: the home, its disk and the ports, looked at before anything is made; troubles in one line."""

import contextlib
import errno
import os
import shutil
import socket
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg

from yingtai.kernel.env import env
from yingtai.web.absence import is_away

FIRST_START_BYTES = 1_000_000_000
"""A first start with the sample group takes 420 MB; the rest is for the first hours."""
LATER_START_BYTES = 50_000_000
PORTS = {"the console": 0, "the collector": 1, "the mailbox": 2}
PORT_SECONDS = 5
HIGHEST_PORT = 65_535
ON_THE_WAY = ("is starting up", "is shutting down", "in recovery mode", "not yet accepting connections")
"""What PostgreSQL says to whoever comes meanwhile; a connection that was refused carries no code."""
ANOTHER_HOME = "Set YINGTAI_HOME to a folder of your own."


def look() -> None:
    """Stop with one line when a start could not succeed; nothing is made but the home's own folder.

    Raises: SystemExit
    """
    with foreseen():
        home = env().home.absolute()
        _look_at_home(home)
        _look_at_disk(home)
    _look_at_ports()


@contextlib.contextmanager
def foreseen() -> Iterator[None]:
    """Say what an operator can mend in a line, instead of how the program came there.

    Raises: SystemExit
    """
    try:
        yield
    except Exception as problem:
        if words := in_words(problem):
            raise SystemExit(words) from problem
        raise


def in_words(problem: BaseException | None) -> str:
    """Return what to do about a trouble of the machine, or "" when it is none that we know."""
    while problem is not None:
        if isinstance(problem, psycopg.errors.DiskFull):
            return _no_room(env().home.absolute())
        if isinstance(problem, psycopg.OperationalError) and is_away(problem):
            # A database that finds no room goes away before it can say why.
            if not has_room():
                return _no_room(env().home.absolute())
            if any(words in str(problem) for words in ON_THE_WAY):
                return "A database is starting, ending or recovering just now. Try again in a moment."
            return (
                f"A database cannot be reached: {str(problem).splitlines()[0]}. Is it up, and are YINGTAI_DATABASE_URL "
                "and YINGTAI_VAULT_URL right?"
            )
        if isinstance(problem, OSError) and (words := _of_the_system(problem)):
            return words
        # The lake's and the engine's libraries tell it in words only.
        if os.strerror(errno.ENOSPC) in str(problem):
            return _no_room(env().home.absolute())
        problem = problem.__cause__ or problem.__context__
    return ""


def _of_the_system(problem: OSError) -> str:
    path = problem.filename or env().home.absolute()
    if problem.errno == errno.ENOENT and _is_of_home(path):
        return f"Cannot use {path}: the folder it belongs in is not there and cannot be made. {ANOTHER_HOME}"
    return {
        errno.ENOSPC: _no_room(path),
        errno.EDQUOT: _no_room(path),
        errno.EROFS: f"Cannot write {path}: its disk is read-only. {ANOTHER_HOME}",
        errno.EACCES: f"Cannot use {path}: this account may not. Change its owner, or set YINGTAI_HOME to a folder of "
        "your own.",
        errno.EPERM: f"Cannot use {path}: it belongs to another account. {ANOTHER_HOME}",
        errno.ENOTDIR: f"Cannot use {path}: a file stands where a folder should. {ANOTHER_HOME}",
        errno.EEXIST: f"Cannot use {path}: a file stands where a folder should. {ANOTHER_HOME}",
    }.get(problem.errno or 0, "")


def _is_of_home(path: Path | str) -> bool:
    here, home = Path(os.fsdecode(path)).absolute(), env().home.absolute()
    return here.is_relative_to(home) or home.is_relative_to(here)


def _no_room(path: Path | str) -> str:
    return (
        f"The disk of {path} is full. Make room, or set YINGTAI_HOME to another disk, and start again: what was begun "
        "is finished then."
    )


def _look_at_home(home: Path) -> None:
    home.mkdir(parents=True, exist_ok=True)
    owner = home.stat().st_uid
    if os.geteuid() not in {0, owner}:
        raise SystemExit(f"Cannot use {home}: it belongs to another account. {ANOTHER_HOME}")
    with tempfile.TemporaryFile(dir=home) as probe:
        probe.write(b"\0" * 4096)
        probe.flush()


def _look_at_disk(home: Path) -> None:
    is_first = not (home / "postgres" / "books" / "PG_VERSION").exists() and not env().database_url
    needed = FIRST_START_BYTES if is_first else LATER_START_BYTES
    free = _free(home)
    if free < needed:
        raise SystemExit(
            f"The disk of {home} has {free / 1e6:.0f} MB free; {'a first' if is_first else 'a'} start needs "
            f"{needed / 1e6:.0f} MB. Make room, or set YINGTAI_HOME to another disk."
        )


def has_room() -> bool:
    """Say whether the disk of the home has room enough to work on."""
    return _free(env().home) >= LATER_START_BYTES


def _free(home: Path) -> int:
    # Of a home that is not made yet, the folder that it will be made in.
    there = next(folder for folder in (home, *home.absolute().parents) if folder.exists())
    return shutil.disk_usage(there).free


def _look_at_ports() -> None:
    # The children of a supervisor that was killed a moment ago may need a moment to be gone.
    first = env().port
    if not 0 < first <= HIGHEST_PORT - max(PORTS.values()):
        raise SystemExit(
            f"YINGTAI_PORT={first} cannot be: it is the first of three ports, the last at most {HIGHEST_PORT}."
        )
    deadline = time.monotonic() + PORT_SECONDS
    while taken := _first_not_free():
        what, problem = taken
        if problem.errno != errno.EADDRINUSE:
            raise SystemExit(_not_bound(what, problem))
        if time.monotonic() > deadline:
            raise SystemExit(
                f"Port {first + PORTS[what]}, meant for {what}, is used by another program. "
                "Stop that program, or set YINGTAI_PORT to the first of three free ports."
            )
        time.sleep(0.1)


def _first_not_free() -> tuple[str, OSError] | None:
    for what, step in PORTS.items():
        try:
            _bind(env().port + step)
        except OSError as problem:
            return what, problem
    return None


def _not_bound(what: str, problem: OSError) -> str:
    if problem.errno in {errno.EACCES, errno.EPERM}:
        port = env().port + PORTS[what]
        return (
            f"This account may not listen on port {port}, meant for {what}. Set YINGTAI_PORT to 1024 or more."
        )
    return (
        f"YINGTAI_HOST={env().host} is no address of this machine ({problem.strerror}). 127.0.0.1 always is."
    )


def _bind(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind((env().host, port))
