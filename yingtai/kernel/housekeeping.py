"""Jobs about jobs: what a killed worker left behind is taken up again, what is long finished is removed."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from datetime import timedelta

from procrastinate import App
from procrastinate.contrib.django import app as engine
from procrastinate.exceptions import ConnectorException, UniqueViolation
from procrastinate.jobs import Job, Status

from yingtai.kernel.acting import Acting
from yingtai.kernel.counters import prune_counters
from yingtai.kernel.jobs import job
from yingtai.kernel.models import Task
from yingtai.kernel.scoping import acting_transaction

STALLED_SECONDS = 60
LOOKS_APART_SECONDS = 5
"""Two looks, so far apart that whoever lives tells so in between: right after the database stood still it has heard of
nobody for as long as it did."""
KEPT_HOURS = 72
FAILED_KEPT_HOURS = 30 * 24
TASKS_KEPT = timedelta(days=180)

log = logging.getLogger(__name__)


@job("kernel.retry_stalled_jobs", longest=timedelta(minutes=15))
def retry_stalled_jobs(acting: Acting) -> None:
    """Idempotent: a job that was taken up again is not stalled any more. A kill -9 leaves jobs as `doing`; they
    are recognized by their worker's missing heartbeat."""
    _with_engine(retry_stalled)


@job("kernel.prune_jobs")
def prune_jobs(acting: Acting) -> None:
    """Idempotent: removes finished jobs after three days, failed ones after thirty, tasks of people after half a
    year, and counters whose time is over."""
    _with_engine(_prune)
    with acting_transaction(acting):
        over = (Task.State.DONE, Task.State.FAILED, Task.State.STOPPED)
        Task.objects.filter(created_at__lt=acting.at - TASKS_KEPT, state__in=over).delete()
        prune_counters()


async def retry_stalled(app: App, *, queue: str | None = None, seconds: float = STALLED_SECONDS) -> None:
    """Have jobs done again whose worker has given no sign of life for so long. Takes some seconds if there are any."""
    for stalled in await _surely_stalled(app, queue, seconds):
        try:
            await app.job_manager.retry_job(stalled)
        except UniqueViolation:
            await _leave_to_twin(app, stalled)
        except ConnectorException as problem:
            # It ended meanwhile, say. Each job is on its own: the others are taken up.
            log.warning(
                "job %s (%s) is not taken up: %s", stalled.id, stalled.task_name, type(problem).__name__
            )


async def _surely_stalled(app: App, queue: str | None, seconds: float) -> list[Job]:
    async def look(silent: float) -> dict[object, Job]:
        jobs = await app.job_manager.get_stalled_jobs(queue=queue, seconds_since_heartbeat=silent)
        return {(job.id, job.attempts, job.worker_id): job for job in jobs}

    began, before = time.monotonic(), await look(max(seconds - LOOKS_APART_SECONDS, 0))
    if not before:
        return []
    await asyncio.sleep(LOOKS_APART_SECONDS)
    after = await look(seconds)
    # It stood still in between, or we did: the next round looks again.
    if time.monotonic() - began > 2 * LOOKS_APART_SECONDS:
        return []
    return [job for key, job in after.items() if key in before]


async def _leave_to_twin(app: App, stalled: Job) -> None:
    """Drop a job whose work a waiting one with the same queueing lock does anyway."""
    if stalled.id:
        await app.job_manager.finish_job_by_id_async(stalled.id, Status.ABORTED, delete_job=True)


async def _prune(app: App) -> None:
    manager = app.job_manager
    await manager.delete_old_jobs(nb_hours=KEPT_HOURS, include_cancelled=True, include_aborted=True)
    await manager.delete_old_jobs(nb_hours=FAILED_KEPT_HOURS, include_failed=True)


def _with_engine(work: Callable[[App], Awaitable[None]]) -> None:
    async def go() -> None:
        working = engine.with_connector(engine.connector.get_worker_connector())
        async with working.open_async():
            await work(working)

    asyncio.run(go())
