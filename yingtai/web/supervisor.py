"""`yingtai run`: everything on one machine, started in order, kept alive, ended in order."""

import argparse
import contextlib
import fcntl
import gc
import os
import signal
import sys
import time
from collections.abc import Iterator
from types import FrameType

from yingtai.kernel.env import env
from yingtai.web import clusters, first_start, ground
from yingtai.web.children import Children
from yingtai.web.log_files import tell, trim
from yingtai.web.processes import show_name
from yingtai.web.signals import signal_process
from yingtai.web.start import load_everything, take_role

GLANCE_SECONDS = 0.2
CLUSTER_GLANCE_SECONDS = 1.0


def main(arguments: list[str]) -> int:
    """Start everything on this machine and stay until Ctrl-C."""
    parser = argparse.ArgumentParser(prog="yingtai run", description=main.__doc__)
    parser.add_argument("--no-sample", action="store_true", help="start with empty books: no sample group")
    options = parser.parse_args(arguments)
    began = time.monotonic()
    show_name("supervisor")
    asked = _listen_for_the_end()
    with _alone(), ground.foreseen(), clusters.in_use() as lock:
        ground.look()
        servers = clusters.start(clusters.embedded())
        try:
            take_role("app")
            load_everything()
            first_start.prepare(asked, has_sample=not options.no_sample)
            if not asked:
                _keep_running(servers, asked, began=began)
        finally:
            tell("Stopping the databases…", to=sys.stdout)
            if clusters.leave(lock):
                clusters.stop(servers)
            else:
                tell(
                    "Another yingtai command still uses them; it will stop them when it ends.", to=sys.stdout
                )
            gc.unfreeze()
    return 0


def _keep_running(servers: list[clusters.Server], asked: list[int], *, began: float) -> None:
    children = Children()
    is_ready = False
    glanced_at = time.monotonic()
    try:
        children.start_all()
        while not asked:
            children.glance(GLANCE_SECONDS)
            if not is_ready and children.answer():
                is_ready = True
                first_start.say_ready(time.monotonic() - began)
            if time.monotonic() - glanced_at > CLUSTER_GLANCE_SECONDS:
                _look_after(servers)
                glanced_at = time.monotonic()
    finally:
        tell("\nStopping…", to=sys.stdout)
        children.stop_all()


def _look_after(servers: list[clusters.Server]) -> None:
    for place, server in enumerate(servers):
        with contextlib.suppress(OSError):
            trim(clusters.log_file(server.cluster))
        for pid in server.suspended():
            tell(f"Process {pid} of the {server.cluster.name} cluster was suspended; waking it.")
            signal_process(pid, signal.SIGCONT)
        if server.is_alive() and server.is_ending():
            # On its own it would wait for our processes to leave, which they never do.
            tell(f"The {server.cluster.name} cluster was asked to end by somebody else; ending it now.")
            server.stop()
        if not server.is_alive():
            tell(f"The {server.cluster.name} cluster ended; starting it again.")
            _start_again(servers, place)


def _start_again(servers: list[clusters.Server], place: int) -> None:
    """Start a cluster; one that cannot start now, on a full disk say, is tried again at the next look."""
    try:
        servers[place : place + 1] = clusters.start([servers[place].cluster])
    except (Exception, SystemExit) as trouble:
        tell(f"The {servers[place].cluster.name} cluster does not start: {trouble}")


def _listen_for_the_end() -> list[int]:
    asked: list[int] = []

    def ask(number: int, frame: FrameType | None) -> None:
        asked.append(number)

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, ask)
    return asked


@contextlib.contextmanager
def _alone() -> Iterator[None]:
    """Refuse to start twice in one home."""
    path = env().home / "locks" / "supervisor"
    with ground.foreseen():
        path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a+") as file:
        try:
            # A lock of this process only, which a forked child neither holds nor loses.
            fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            file.seek(0)
            raise SystemExit(
                f"Yingtai already runs in {env().home.absolute()} (process {file.read().strip()}). "
                "Stop it first, or set YINGTAI_HOME and YINGTAI_PORT to run a second one."
            ) from None
        file.truncate(0)
        file.write(f"{os.getpid()}\n")
        file.flush()
        yield
