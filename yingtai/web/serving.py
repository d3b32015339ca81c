"""What each process does all day."""

import argparse
import asyncio
import logging
import multiprocessing
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from importlib import import_module
from typing import Any

from yingtai.kernel import heartbeats
from yingtai.kernel.env import env
from yingtai.kernel.memory import give_back
from yingtai.web.processes import PROCESSES
from yingtai.web.start import become

JOB_SECONDS_AT_STOP = 8
BEAT_SECONDS = 2
SILENT_SECONDS = 7
"""After so long without a sign of life a worker that just started takes up what one of its family left."""
FACT_SECONDS = 1
PRUNE_SECONDS = 3600

log = logging.getLogger(__name__)


def main(arguments: list[str]) -> None:
    """Be one process of the product, for installations that run them on their own."""
    parser = argparse.ArgumentParser(prog="yingtai serve", description=main.__doc__)
    parser.add_argument("process", choices=[process.name for process in PROCESSES])
    name = parser.parse_args(arguments).process
    process = next(process for process in PROCESSES if process.name == name)
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
        workers=1,
        websockets=False,
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


def worker(family: str) -> None:
    """Run the jobs of one queue family."""
    procrastinate = import_module("procrastinate")
    engine = import_module("procrastinate.contrib.django")
    parameters = import_module("procrastinate.contrib.django.utils").connector_params()
    import_module("yingtai.web.schedule").queue_at_start(family)
    import_module("django.db").connections.close_all()
    # One connection listens, one fetches and reports; the usual four for each family would be waste.
    connector = procrastinate.PsycopgConnector(kwargs=parameters, min_size=1, max_size=4)
    # Only the worker's own reads and reports go over it: what a job queues stays in the job's transaction.
    asyncio.run(_work(engine.app.with_connector(connector), family))


async def _work(app: Any, family: str) -> None:
    # Jobs run in a thread beside the loop, so a long one does not stop the heart.
    beating = asyncio.create_task(heartbeats.beat_in_loop())
    async with app.open_async():
        heir = asyncio.create_task(_take_up(app, family))
        await app.run_worker_async(
            queues=[family],
            name=family,
            concurrency=1,
            shutdown_graceful_timeout=JOB_SECONDS_AT_STOP,
            # Nobody aborts jobs here: people stop tasks, and tasks look for that themselves.
            abort_job_polling_interval=3600,
            update_heartbeat_interval=BEAT_SECONDS,
            stalled_worker_timeout=20,
            task_middleware=[_with_a_live_connection],
            install_signal_handlers=True,
        )
    heir.cancel()
    beating.cancel()


async def _take_up(app: Any, family: str) -> None:
    """Take up the jobs of a worker that was killed before this one began: nobody waits for the minute's round."""
    await asyncio.sleep(SILENT_SECONDS)
    await import_module("yingtai.kernel.housekeeping").retry_stalled(
        app, queue=family, seconds=SILENT_SECONDS
    )


def _with_a_live_connection(call: Callable[[], Any], context: object, worker: object) -> Any:
    # The database may have been restarted since the job before.
    renew = import_module("django.db").close_old_connections
    renew()
    try:
        return call()
    finally:
        renew()
        give_back()


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
