"""The embedded PostgreSQL clusters: made at first use, started as our children, adopted when orphaned."""

import contextlib
import errno
import fcntl
import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import IO

from yingtai.kernel.env import env, secret, socket_folder
from yingtai.web import cluster_files
from yingtai.web.cluster_roles import make_roles
from yingtai.web.server_account import Account, binaries, postgres_folder, server_account, stepped_down
from yingtai.web.signals import signal_process

START_SECONDS = 300  # a crash recovery may have much to replay
STOP_SECONDS = 120
DEAD_LEAVE_SECONDS = 20
LOG_CHARACTERS = 8_000
TROUBLE_MARKS = ("FATAL:", "PANIC:", "error:", "could not ")
NO_SUCH_PROCESS = 4194305  # one more than the greatest process number that Linux can give


@dataclass(frozen=True, kw_only=True)
class Cluster:
    """One embedded server: its data, its socket, its programs and the account it runs as."""

    name: str
    data: Path
    socket: Path
    programs: Path
    account: Account | None
    is_durable: bool

    @property
    def pid_file(self) -> Path:
        return self.data / "postmaster.pid"


class Server:
    """A running cluster, whether we started it or found it."""

    def __init__(self, cluster: Cluster, pid: int, child: subprocess.Popen[bytes] | None) -> None:
        self.cluster = cluster
        self.pid = pid
        self.child = child

    def is_alive(self) -> bool:
        if self.child:
            return self.child.poll() is None
        return _serves(self.cluster, self.pid)

    def is_ending(self) -> bool:
        """Say whether somebody asked it to end: it lets nobody in, and waits for those who are."""
        return _recorded_state(self.cluster) == "stopping"

    def suspended(self) -> list[int]:
        """Return which of its processes a signal made stand still: they look alive, answer nobody and keep their locks,
        and the server can end none of them."""
        pids = [self.pid]
        with contextlib.suppress(OSError):
            pids += map(int, Path(f"/proc/{self.pid}/task/{self.pid}/children").read_text().split())
        return [pid for pid in pids if _state(pid) == "T"]

    def stop(self) -> None:
        """End every connection, write a checkpoint and wait until the server is gone; one that is gone is fine."""
        if not self.is_alive():
            return
        for how, seconds in ((signal.SIGINT, STOP_SECONDS), (signal.SIGQUIT, 10), (signal.SIGKILL, 10)):
            signal_process(self.pid, how)
            if _waited(lambda: not self.is_alive(), seconds):
                return


def _state(pid: int) -> str:
    with contextlib.suppress(OSError, IndexError):
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    return ""


def embedded(*, is_durable: bool = True) -> list[Cluster]:
    """Return the clusters that we keep ourselves: those without an address of their own in the settings."""
    urls = {"books": env().database_url, "keys": env().vault_url}
    names = [name for name, url in urls.items() if not url]
    if not names:
        return []
    account = server_account()
    folder = postgres_folder(env().home, account)
    programs = binaries(folder, account)
    return [
        Cluster(
            name=name,
            data=folder / name,
            socket=socket_folder(name),
            programs=programs,
            account=account,
            is_durable=is_durable,
        )
        for name in names
    ]


def start(clusters: list[Cluster], *, before_exec: Callable[[], None] | None = None) -> list[Server]:
    """Start the clusters side by side, or adopt those already running; return when they answer.

    When one does not start, those that were started for it are stopped again.
    Raises: SystemExit
    """
    close_folders()
    if not clusters:
        return []
    with _only_one("starting"):
        makers = [_initialise(cluster) for cluster in clusters if not (cluster.data / "PG_VERSION").exists()]
        _finish_initialising(makers)
        servers: list[Server] = []
        try:
            for cluster in clusters:
                servers.append(_adopt(cluster) or _start(cluster, before_exec))
            for server in servers:
                _await_answer(server)
                _keep_roles(server.cluster)
        except BaseException:
            stop([server for server in servers if server.child])
            raise
    return servers


def stop_running() -> None:
    """Stop the clusters of this home that run, whoever started them."""
    stop([server for cluster in embedded() if (server := _adopt(cluster))])


def log_file(cluster: Cluster) -> Path:
    """Return where a cluster's server writes what it has to say."""
    return env().home / "logs" / f"postgres-{cluster.name}.log"


def close_folders() -> None:
    """Keep other accounts of this machine out of what holds customers' behaviour, whatever its files allow."""
    for name in ("lake", "logs", "locks", "uploads"):
        folder = env().home / name
        is_used = name in {"logs", "locks"} or (name == "lake" and not env().lake_url)
        if is_used or folder.exists():
            folder.mkdir(parents=True, exist_ok=True)
            folder.chmod(0o700)


@contextlib.contextmanager
def running() -> Iterator[list[Server]]:
    """Keep the embedded clusters up for the time of a block; the last user to leave stops them."""
    with in_use() as lock:
        servers = start(embedded())
        try:
            yield servers
        finally:
            if leave(lock):
                stop(servers)


def stop(servers: list[Server]) -> None:
    """Stop the servers, one after the other."""
    for server in servers:
        server.stop()


@contextlib.contextmanager
def in_use() -> Iterator[IO[str]]:
    """Say that we use the clusters, so that no other command stops them under us."""
    with _lock_file("in-use").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_SH)
        yield lock


def leave(lock: IO[str]) -> bool:
    """Give up our use of the clusters; answer whether nobody else uses them."""
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _initialise(cluster: Cluster) -> tuple[Cluster, subprocess.Popen[bytes], Path]:
    # Made beside its place and moved there when whole: a start that was cut off leaves no half cluster.
    draft = cluster.data.with_name(f"{cluster.name}.new")
    password = cluster.data.with_name(f"{cluster.name}.password")
    cluster.data.with_name(f"{cluster.name}.roles").unlink(missing_ok=True)
    if draft.exists():
        subprocess.run(["rm", "-rf", "--", str(draft)], check=True)
    _make_folder(draft, cluster.account)
    password.touch(mode=0o600)
    password.write_text(secret(f"{cluster.name}-postgres.password"))
    if cluster.account:
        cluster.account.owns(password)
    command = [
        str(cluster.programs / "initdb"),
        f"--pgdata={draft}",
        "--username=postgres",
        f"--pwfile={password}",
        "--auth=scram-sha-256",
        "--encoding=UTF8",
        "--locale=C",
        "--locale-provider=builtin",
        "--builtin-locale=C.UTF-8",
    ]
    if not cluster.is_durable:
        command.append("--no-sync")
    output = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, **stepped_down(cluster.account)
    )
    return cluster, output, password


def _finish_initialising(makers: list[tuple[Cluster, subprocess.Popen[bytes], Path]]) -> None:
    troubles: list[tuple[str, str]] = []
    # All of them end before one is complained about: none is left at work on its own.
    for cluster, process, password in makers:
        said, _ = process.communicate()
        password.unlink()
        if process.returncode:
            troubles.append((cluster.name, said.decode(errors="replace")))
            _keep_words(cluster, said)
        else:
            cluster.data.with_name(f"{cluster.name}.new").rename(cluster.data)
    for name, words in troubles:
        if os.strerror(errno.ENOSPC) in words:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(env().home.absolute()))
        raise SystemExit(f"Cannot make the {name} cluster: {_what_counts(words)}")


def _adopt(cluster: Cluster) -> Server | None:
    pid = _recorded_pid(cluster)
    if pid and _serves(cluster, pid):
        return Server(cluster, pid, None)
    return None


def _start(cluster: Cluster, before_exec: Callable[[], None] | None) -> Server:
    _make_folder(cluster.socket, cluster.account)
    _forget_the_dead(cluster)
    (cluster.data / "postgresql.conf").write_text(
        cluster_files.settings(cluster.name, socket=str(cluster.socket), is_durable=cluster.is_durable)
    )
    (cluster.data / "pg_hba.conf").write_text(cluster_files.SIGN_IN)
    log = log_file(cluster)
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("ab") as output:
        child = subprocess.Popen(
            [str(cluster.programs / "postgres"), "-D", str(cluster.data)],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,  # Ctrl-C in the terminal is not for it: it stops last
            preexec_fn=before_exec,
            **stepped_down(cluster.account),
        )
    return Server(cluster, child.pid, child)


def _forget_the_dead(cluster: Cluster) -> None:
    # No server runs here, yet its number may by now be another program's, and PostgreSQL would not start.
    # The rest of the file stays: by it PostgreSQL sees whether a killed server's children still live.
    if cluster.pid_file.exists():
        _, *rest = cluster.pid_file.read_text().splitlines(keepends=True)
        cluster.pid_file.write_text("".join([f"{NO_SUCH_PROCESS}\n", *rest]))
    for stale in cluster.socket.glob(".s.PGSQL.*"):
        stale.unlink()


def _await_answer(server: Server) -> None:
    # A killed server's children may need a moment to notice; until then a new one refuses to start.
    deadline = time.monotonic() + START_SECONDS
    patience = time.monotonic() + DEAD_LEAVE_SECONDS
    while time.monotonic() < deadline:
        if _recorded_state(server.cluster) == "ready":
            return
        if not server.is_alive():
            if time.monotonic() > patience:
                break
            time.sleep(0.5)
            again = _adopt(server.cluster) or _start(server.cluster, None)
            server.pid, server.child = again.pid, again.child
        time.sleep(0.02)
    log = log_file(server.cluster)
    words = log.read_text(errors="replace") if log.exists() else ""
    raise SystemExit(
        f"The {server.cluster.name} cluster does not start: {_what_counts(words)} (log: {log.absolute()})"
    )


def _keep_words(cluster: Cluster, said: bytes) -> None:
    # What it said is worth a look, but not worth another trouble.
    with contextlib.suppress(OSError), log_file(cluster).open("ab") as log:
        log.write(said)


def _what_counts(words: str) -> str:
    """Return the latest line that tells a trouble, or the last line there is."""
    lines = [line.strip() for line in words[-LOG_CHARACTERS:].splitlines() if line.strip()]
    told = [line for line in lines if any(mark in line for mark in TROUBLE_MARKS)]
    return next(iter([*reversed(told), *reversed(lines)]), "it said nothing")


def _keep_roles(cluster: Cluster) -> None:
    # Remembered by a digest, so that the start of a complete cluster needs no connection.
    marker = cluster.data.with_name(f"{cluster.name}.roles")
    wanted = "".join(
        (
            cluster_files.role_statements(cluster.name),
            cluster_files.DIVISIONS[cluster.name],
            cluster_files.DIVISIONS_INSIDE[cluster.name],
        )
    )
    digest = sha256(wanted.encode()).hexdigest()
    if not marker.exists() or marker.read_text() != digest:
        make_roles(cluster.name, cluster.socket)
        marker.write_text(digest)


def _make_folder(folder: Path, account: Account | None) -> None:
    folder.parent.mkdir(parents=True, exist_ok=True, mode=0o711)
    folder.mkdir(mode=0o700, exist_ok=True)
    if folder.stat().st_uid not in {os.geteuid(), account.uid if account else os.geteuid()}:
        raise SystemExit(f"Cannot use {folder}: it belongs to someone else. Remove it and start again.")
    folder.chmod(0o700)
    if account:
        account.owns(folder)


def _recorded_pid(cluster: Cluster) -> int | None:
    with contextlib.suppress(FileNotFoundError, ValueError, IndexError):
        return int(cluster.pid_file.read_text().splitlines()[0])
    return None


def _recorded_state(cluster: Cluster) -> str:
    with contextlib.suppress(FileNotFoundError, IndexError):
        return cluster.pid_file.read_text().splitlines()[7].strip()
    return ""


def _serves(cluster: Cluster, pid: int) -> bool:
    """Say whether that process is this cluster's server, and not another program that got its number."""
    try:
        if signal_process(pid, 0) and Path("/proc/self").exists():
            return Path(f"/proc/{pid}/cwd").resolve(strict=True) == cluster.data
    except (FileNotFoundError, PermissionError):
        return False
    return signal_process(pid, 0)


def _waited(is_done: Callable[[], bool], seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if is_done():
            return True
        time.sleep(0.02)
    return False


def _lock_file(name: str) -> Path:
    folder = env().home / "locks"
    folder.mkdir(parents=True, exist_ok=True)
    return folder / name


@contextlib.contextmanager
def _only_one(name: str) -> Iterator[None]:
    with _lock_file(name).open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
