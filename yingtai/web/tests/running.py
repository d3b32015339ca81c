"""A product of its own for a test: started as people start it, looked at from outside."""

import os
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path

import psycopg

from yingtai.web.signals import signal_process
from yingtai.web.testing import free_ports, furnish

PATIENCE_SECONDS = 60
LIVING = """
    SELECT count(*) FROM procrastinate_workers
    WHERE last_heartbeat > greatest(now() - interval '5 s', pg_postmaster_start_time())
"""
"""Workers that told so lately, and since the database was started."""
HANG_SECONDS = 3
COMMAND = [sys.executable, "-m", "yingtai.web.command", "run", "--no-sample"]


class Product:
    """`yingtai run` in a home and on ports of its own."""

    def __init__(self) -> None:
        self.home = Path(tempfile.mkdtemp(prefix="yingtai-run-", dir="/tmp"))
        self.home.chmod(0o755)
        furnish(self.home)
        self.port = free_ports(3)
        self.output = self.home / "output"
        self.supervisor: subprocess.Popen | None = None

    def environment(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith("YINGTAI_")}
        own = {"HOME": self.home, "PORT": self.port, "HANG_SECONDS": HANG_SECONDS}
        return kept | {f"YINGTAI_{name}": str(value) for name, value in own.items()}

    def begin(self) -> subprocess.Popen:
        """Start the product and wait for its READY line."""
        with self.output.open("w") as output:
            self.supervisor = supervisor = subprocess.Popen(
                COMMAND, env=self.environment(), stdout=output, stderr=subprocess.STDOUT
            )
        waited_for(lambda: "READY http://" in self.said() or supervisor.poll() is not None)
        assert "READY http://" in self.said(), self.said()
        return supervisor

    def is_begun(self) -> bool:
        """Say whether the product that was begun last still runs."""
        return self.supervisor is not None and self.supervisor.poll() is None

    def begin_beside(self) -> subprocess.CompletedProcess:
        """Start it once more while it runs, and wait for what that says."""
        return subprocess.run(COMMAND, env=self.environment(), capture_output=True, text=True, check=False)

    def said(self) -> str:
        return self.output.read_text()

    def processes(self) -> dict[int, str]:
        """Every living process that works in this home, and what it is."""
        found = {}
        for folder in Path("/proc").glob("[0-9]*"):
            try:
                variables = (folder / "environ").read_bytes().decode(errors="replace")
                command = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
            except OSError:
                continue
            if f"YINGTAI_HOME={self.home}\0" in variables and command:
                found[int(folder.name)] = command
        return found

    def servers(self) -> dict[str, int]:
        """The process numbers of the two PostgreSQL servers."""
        files = {name: self.home / "postgres" / name / "postmaster.pid" for name in ("books", "keys")}
        # A server that starts has an empty file for a moment.
        said = {name: path.read_text().split() for name, path in files.items() if path.exists()}
        return {name: int(words[0]) for name, words in said.items() if words}

    def children(self, supervisor: subprocess.Popen) -> set[int]:
        """The supervisor's own children, the servers left out."""
        path = Path(f"/proc/{supervisor.pid}/task/{supervisor.pid}/children")
        return {int(number) for number in path.read_text().split()} - set(self.servers().values())

    def is_healthy(self) -> bool:
        try:
            for step in (0, 1):
                address = f"http://127.0.0.1:{self.port + step}/health"
                with urllib.request.urlopen(address, timeout=2) as answer:
                    assert answer.status == 200
        except OSError:
            return False
        return True

    def living_workers(self) -> int:
        """Count the queues whose worker told the database lately that it lives."""
        password = (self.home / "secrets" / "books-worker.password").read_text().strip()
        where = {"host": str(self.home / "postgres" / "run" / "books"), "dbname": "yingtai", "user": "worker"}
        try:
            with psycopg.connect(**where, password=password, connect_timeout=2) as books:
                return books.execute(LIVING).fetchone()[0]
        except psycopg.Error:
            return 0

    def end(self) -> None:
        """Kill whatever is left, so that a failed test leaves nothing behind."""
        for number in [*self.processes(), *self.servers().values()]:
            signal_process(number, signal.SIGKILL)
        waited_for(lambda: not self.processes(), 10)
        if self.supervisor:
            self.supervisor.wait(10)


def waited_for(happens: Callable[[], bool], seconds: float = PATIENCE_SECONDS) -> bool:
    """Wait until something happens; the answer says whether it did."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if happens():
            return True
        time.sleep(0.05)
    return False
