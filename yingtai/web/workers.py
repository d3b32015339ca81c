"""What a worker does all day: the jobs of its queues, one of each at a time."""

import asyncio
import contextlib
import logging
import signal
from collections.abc import Callable
from importlib import import_module
from typing import Any

from yingtai.kernel import heartbeats
from yingtai.kernel.memory import Growth, give_back
from yingtai.web.overdue import UnderWay, give_up
from yingtai.web.pulse import BEAT_SECONDS, Pulse

JOB_SECONDS_AT_STOP = 8
SILENT_SECONDS = 7
"""After so long without a sign of life a worker that just started takes up what one of its queues left."""
GLANCE_SECONDS = 10.0
FORGOTTEN_SECONDS = 24 * 3600
"""After so long without a sign of life a worker is taken off the list, and its jobs are nobody's. One that lives may be
silent for long: the database stood still, or the machine slept."""
TICKS = "default"
"""The queue of the schedule's ticks."""


log = logging.getLogger(__name__)


class MadeRoom(Exception):
    """The worker rests and holds too much, so it ends."""


class QueueLeft(Exception):
    """Nobody looks after a queue any more: its listener could not reach the database, say. A fresh worker may."""


class Load:
    """What a worker has under way, and what it holds since it began."""

    def __init__(self) -> None:
        self._under_way = 0
        self._growth = Growth()

    def run(self, call: Callable[[], Any], context: object, worker: object) -> Any:
        """Run one job on a connection that lives: the database may have been restarted since the job before."""
        connections = import_module("django.db").connections
        import_module("django.db").close_old_connections()
        self._under_way += 1
        try:
            return call()
        finally:
            self._under_way -= 1
            self._growth.note_work()
            # Each server process behind a connection holds memory, and most jobs come once a minute at most.
            connections.close_all()
            give_back()

    def is_to_be_dropped(self) -> bool:
        """Say whether the worker rests, and holds what only a new process gives back to the machine."""
        return not self._under_way and self._growth.calls_for_a_fresh_process()


def work(*queues: str) -> None:
    """Run the jobs of these queues until told to stop."""
    procrastinate = import_module("procrastinate")
    engine = import_module("procrastinate.contrib.django")
    parameters = import_module("procrastinate.contrib.django.utils").connector_params()
    for queue in queues:
        import_module("yingtai.web.schedule").queue_at_start(queue)
    import_module("django.db").connections.close_all()
    # Of each queue one connection listens, one fetches and reports; the usual number would be waste.
    connector = procrastinate.PsycopgConnector(
        kwargs=parameters,
        min_size=1,
        max_size=4 * len(queues),
        max_idle=30,
        # A database that stands still is waited for; a worker that gave up could not even say that it leaves.
        timeout=heartbeats.PATIENCE_SECONDS,
    )
    # Only the worker's own reads and reports go over it: what a job queues stays in the job's transaction.
    app = engine.app.with_connector(connector)
    if TICKS not in queues:
        # Every worker would queue the ticks of the schedule, on a connection of its own; who runs them is enough.
        app.periodic_registry = import_module("procrastinate.periodic").PeriodicRegistry()
    asyncio.run(_work(app, queues))


async def _work(app: Any, queues: tuple[str, ...]) -> None:
    # Jobs run in threads beside the loop, so a long one does not stop the heart.
    pulse = Pulse(len(queues))
    pulse.follow(app)
    beating = asyncio.create_task(_beat(pulse))
    working = asyncio.create_task(_run_all(app, queues, pulse))
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, working.cancel)
    with contextlib.suppress(asyncio.CancelledError):
        try:
            await working
        except* MadeRoom:
            log.info("ends, for a fresh one that holds less")
    beating.cancel()


async def _beat(pulse: Pulse) -> None:
    while True:
        if pulse.is_steady():
            heartbeats.beat()
        await asyncio.sleep(heartbeats.BEAT_SECONDS)


async def _run_all(app: Any, queues: tuple[str, ...], pulse: Pulse) -> None:
    load, under_way = Load(), UnderWay()
    async with app.open_async(), asyncio.TaskGroup() as group:
        for queue in queues:
            group.create_task(_run(app, queue, load, under_way))
            group.create_task(_take_up(app, queue))
        group.create_task(_end_overdue(app, under_way))
        # Started on its own, nobody would start it again.
        if heartbeats.board() is not None:
            group.create_task(_end_when_grown(load, pulse))


async def _run(app: Any, queue: str, load: Load, under_way: UnderWay) -> None:
    await app.run_worker_async(
        queues=[queue],
        name=queue,
        concurrency=1,
        shutdown_graceful_timeout=JOB_SECONDS_AT_STOP,
        # Nobody aborts jobs here: people stop tasks, and tasks look for that themselves.
        abort_job_polling_interval=3600,
        update_heartbeat_interval=BEAT_SECONDS,
        stalled_worker_timeout=FORGOTTEN_SECONDS,
        task_middleware=[under_way.run, load.run],
        install_signal_handlers=False,
    )
    task = asyncio.current_task()
    if task is None or not task.cancelling():
        raise QueueLeft(queue)


async def _take_up(app: Any, queue: str) -> None:
    """Take up the jobs of a worker that was killed before this one began: nobody waits for the minute's round."""
    housekeeping = import_module("yingtai.kernel.housekeeping")
    await asyncio.sleep(SILENT_SECONDS - housekeeping.LOOKS_APART_SECONDS)
    await housekeeping.retry_stalled(app, queue=queue, seconds=SILENT_SECONDS)


async def _end_overdue(app: Any, under_way: UnderWay) -> None:
    while True:
        await asyncio.sleep(GLANCE_SECONDS)
        if jobs := under_way.overdue():
            await give_up(app, jobs)


async def _end_when_grown(load: Load, pulse: Pulse) -> None:
    while True:
        await asyncio.sleep(GLANCE_SECONDS)
        # To leave, it has to tell the database so, which answers nobody while a heartbeat waits for it.
        if load.is_to_be_dropped() and not pulse.is_asking():
            raise MadeRoom
