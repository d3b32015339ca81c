"""What each process does all day."""

import argparse
import logging
import multiprocessing
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from importlib import import_module

from yingtai.kernel import heartbeats
from yingtai.kernel.connections import BACKLOG, HEAD_SECONDS, most_connections
from yingtai.kernel.env import env
from yingtai.web.processes import PROCESSES
from yingtai.web.start import become, keep_little

FACT_SECONDS = 1
MOST_CONNECTIONS = 8_192
"""Of the console; granian counts all of them together, so a share for each address is a reverse proxy's work."""
PRUNE_SECONDS = 3600

log = logging.getLogger(__name__)


def main(arguments: list[str]) -> None:
    """Be one process of the product, for installations that run them on their own."""
    parser = argparse.ArgumentParser(prog="yingtai serve", description=main.__doc__)
    parser.add_argument("process", choices=[process.name for process in PROCESSES])
    name = parser.parse_args(arguments).process
    process = next(process for process in PROCESSES if process.name == name)
    keep_little()
    if process.role:
        become(process.role)
    process.live()


def web() -> None:
    """Serve the pages and the API."""
    # Granian's child shares our heartbeats and what is loaded only when it is forked.
    multiprocessing.set_start_method("fork", force=True)
    import_module("granian.server").Server(
        "yingtai.web.answering:pages",
        process_name="yingtai web",
        factory=True,
        address=env().host,
        port=env().port,
        interface=import_module("granian.constants").Interfaces.ASGINL,
        # Told which protocol comes, granian does not wait for ever for the first bytes to find out.
        http=import_module("granian.constants").HTTPModes.http1,
        workers=1,
        websockets=False,
        backlog=BACKLOG,
        backpressure=most_connections(MOST_CONNECTIONS),
        http1_settings=import_module("granian.http").HTTP1Settings(header_read_timeout=HEAD_SECONDS * 1000),
        log_access=False,
        log_level=import_module("granian.log").LogLevels.warning,
        workers_kill_timeout=10,
    ).serve()


def dispatcher() -> None:
    """Tell facts to their handlers as they are published."""
    dispatching = import_module("yingtai.kernel.dispatcher")
    stop = _asked_to_stop()
    pruned_at = 0.0
    heartbeats.beat_while_moving()
    while not stop():
        heartbeats.moved()
        with _patience():
            while not stop() and dispatching.dispatch(datetime.now(UTC)):
                heartbeats.moved()
            if time.monotonic() - pruned_at > PRUNE_SECONDS:
                dispatching.prune(datetime.now(UTC))
                pruned_at = time.monotonic()
            dispatching.wait_for_facts(FACT_SECONDS)


def ingest() -> None:
    """Turn accepted requests into profiles and lake rows."""
    heartbeats.beat_while_moving()
    import_module("yingtai.customers.ingesting").run(_asked_to_stop())


def _asked_to_stop() -> Callable[[], bool]:
    asked = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: asked.set())
    return asked.is_set


@contextmanager
def _patience() -> Iterator[None]:
    """Outlive a restart of the database: what was not committed is simply done again."""
    database = import_module("django.db")
    try:
        yield
    except (database.OperationalError, database.InterfaceError) as trouble:
        log.warning("the books do not answer, trying again: %s", type(trouble).__name__)
        database.connections.close_all()
        time.sleep(1)
