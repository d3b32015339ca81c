"""The throwaway installation that a test run works in; loaded by pytest before Django's settings are."""

import atexit
import contextlib
import ctypes
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import IO

from yingtai.kernel import env as environment
from yingtai.web import cluster_files, clusters
from yingtai.web.signals import signal_process

KEPT_TEMPLATES = 4
PR_SET_PDEATHSIG = 1


def _new_home() -> Path:
    # Right below /tmp, for a Unix socket's path must be short; our own folder, so runs never meet.
    for name in [name for name in os.environ if name.startswith("YINGTAI_")]:
        del os.environ[name]
    home = Path(tempfile.mkdtemp(prefix=f"yingtai-test-{os.getpid()}-", dir="/tmp"))
    home.chmod(0o755)
    (home / "static").mkdir()
    os.environ["YINGTAI_HOME"] = str(home)
    os.environ["YINGTAI_PORT"] = str(free_ports(3))
    environment.env.cache_clear()
    if Path("/proc/self").exists():
        _sweep()
    _take_passwords(home)
    return home


def _sweep() -> None:
    # A run that was killed left its folder; its number tells that nobody uses it any more.
    for left in Path("/tmp").glob("yingtai-test-*-*"):  # noqa: S108 - our own, by owner
        pid = left.name.split("-")[2]
        with contextlib.suppress(OSError):
            if pid.isdigit() and left.stat().st_uid == os.geteuid() and not Path(f"/proc/{pid}").exists():
                shutil.rmtree(left, ignore_errors=True)


def _take_passwords(home: Path) -> None:
    # The same in every run, so that prepared clusters can be copied after Django has read its settings.
    kept = _cache() / "secrets"
    if not kept.exists():
        draft = Path(tempfile.mkdtemp(dir=_cache()))
        os.environ["YINGTAI_HOME"] = str(draft)
        environment.env.cache_clear()
        environment.secret("django.key")
        for cluster in cluster_files.DATABASES:
            cluster_files.role_statements(cluster)
            environment.secret(f"{cluster}-postgres.password")
        with contextlib.suppress(OSError):  # another run was quicker
            (draft / "secrets").rename(kept)
        shutil.rmtree(draft)
        os.environ["YINGTAI_HOME"] = str(home)
        environment.env.cache_clear()
    shutil.copytree(kept, home / "secrets")


def _cache() -> Path:
    above = Path.home() / ".cache"
    if not os.access(above if above.exists() else Path.home(), os.W_OK):
        above = Path(tempfile.gettempdir())
    cache = above / f"yingtai-tests-{os.geteuid()}"
    cache.mkdir(parents=True, exist_ok=True, mode=0o700)
    return cache


def free_ports(count: int) -> int:
    """Return the first of so many neighbouring ports that nothing listens on."""
    # Below the ports that the machine gives to outgoing connections; each run begins elsewhere.
    for first in range(20_000 + os.getpid() * 7 % 10_000, 32_000, count):
        if all(_is_free(first + step) for step in range(count)):
            return first
    raise SystemExit("No free ports for the tests.")


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


RUN = os.getpid()
HOME = _new_home()
STARTED: list[clusters.Server] = []


def start_clusters() -> list[clusters.Server]:
    """Start the run's own clusters, not durable, and dying with the run."""
    _hold()
    STARTED[:] = clusters.start(clusters.embedded(is_durable=False), before_exec=_die_with_parent())
    return STARTED


@cache
def _hold() -> contextlib.AbstractContextManager[IO[str]]:
    # Commands that tests run see by this lock that the servers are not theirs to stop. It is the context that is
    # kept: the file alone would be closed, and the lock lost, as soon as nobody holds its context any more.
    held = clusters.in_use()
    held.__enter__()
    return held


@cache
def keys_servers() -> list[clusters.Server]:
    """Start both clusters, with the tables of the keys cluster only; made once per run."""
    if STARTED:
        return STARTED  # with the books as well: a copy laid over running servers would break them
    template = _template("keys", [*_files("vault/schema.py", "vault/migrations/*")])
    return _from_template(template, ["-c", VAULT_ONLY])


@cache
def books_servers() -> list[clusters.Server]:
    """Start both clusters, migrated, with walls and rights as in the product; made once per run."""
    return _from_template(_books_template(), ["-m", "yingtai.web.command", "migrate", "--quiet", "--again"])


def furnish(home: Path) -> None:
    """Give another home migrated clusters, not running, so that a product started there starts at once."""
    books_servers()
    if _books_template().exists():
        _copy(_books_template(), home)


def _books_template() -> Path:
    shapes = _files("*/migrations/*", "*/models.py", "*/models/*.py", "kernel/grants.py", "web/settings.py")
    return _template("books", [*shapes, *_files("vault/schema.py")])


VAULT_ONLY = """
from yingtai.kernel.env import vault_dsn
from yingtai.vault import schema
schema.migrate(vault_dsn("owner"))
"""


@atexit.register  # also when pytest fails before it begins
def pytest_unconfigure() -> None:
    """Stop what this run started and remove its folder."""
    if os.getpid() != RUN:
        return  # a child that a test forked
    for server in STARTED:
        if server.is_alive():
            signal_process(server.pid, signal.SIGQUIT)  # at once: nothing of it is kept
        server.stop()
    STARTED.clear()
    shutil.rmtree(HOME, ignore_errors=True)


def _from_template(template: Path, prepare: list[str]) -> list[clusters.Server]:
    """Start from a kept copy of a prepared home, or prepare one and keep a copy for the next run."""
    if keys_servers.cache_info().currsize:
        servers = keys_servers()
        subprocess.run([sys.executable, *prepare], check=True)
        return servers
    if template.exists():
        _copy(template, HOME)
        template.touch()
        return start_clusters()
    servers = start_clusters()
    subprocess.run([sys.executable, *prepare], check=True)
    clusters.stop(servers)
    _keep(template)
    return start_clusters()


def _template(kind: str, files: list[Path]) -> Path:
    digest = sha256(cluster_files.THROWAWAY.encode())
    for path in [*files, Path(cluster_files.__file__)]:
        digest.update(f"{path}\n".encode() + path.read_bytes())
    return _cache() / f"{kind}-{digest.hexdigest()[:20]}"


def _files(*patterns: str) -> list[Path]:
    package = Path(__file__).resolve().parent.parent
    return sorted({path for pattern in patterns for path in package.glob(pattern) if path.is_file()})


def _keep(template: Path) -> None:
    draft = Path(tempfile.mkdtemp(dir=template.parent))
    _copy(HOME, draft)
    try:
        draft.rename(template)
    except OSError:  # another run was quicker
        shutil.rmtree(draft)
    kept = sorted(template.parent.glob("[bk]*-*"), key=lambda path: path.stat().st_mtime, reverse=True)
    for old in kept[KEPT_TEMPLATES:]:
        # Not one that another run may be reading this moment.
        if old.stat().st_mtime < time.time() - 600:
            shutil.rmtree(old, ignore_errors=True)


def _copy(source: Path, target: Path) -> None:
    parts = [str(source / name) for name in ("postgres", "secrets")]
    subprocess.run(["cp", "-a", *parts, str(target)], check=True)


def _die_with_parent() -> Callable[[], None] | None:
    if not sys.platform.startswith("linux"):
        return None
    libc = ctypes.CDLL(None)
    return lambda: libc.prctl(PR_SET_PDEATHSIG, signal.SIGQUIT)
