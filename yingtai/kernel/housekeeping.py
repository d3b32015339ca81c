"""Jobs about jobs: what a killed worker left behind is taken up again, what is long finished is removed."""

import asyncio
from collections.abc import Awaitable, Callable

from procrastinate import App
from procrastinate.contrib.django import app as engine

from yingtai.kernel.acting import Acting
from yingtai.kernel.jobs import job

STALLED_SECONDS = 60
KEPT_HOURS = 72


@job("kernel.retry_stalled_jobs")
def retry_stalled_jobs(acting: Acting) -> None:
    """Idempotent: a job that was taken up again is not stalled any more. A kill -9 leaves jobs as `doing`; they
    are recognized by their worker's missing heartbeat."""
    _with_engine(_retry_stalled)


@job("kernel.prune_jobs")
def prune_jobs(acting: Acting) -> None:
    """Idempotent: removes finished jobs after three days; failed ones stay to be looked at."""
    _with_engine(_prune)


async def _retry_stalled(app: App) -> None:
    for stalled in await app.job_manager.get_stalled_jobs(seconds_since_heartbeat=STALLED_SECONDS):
        await app.job_manager.retry_job(stalled)


async def _prune(app: App) -> None:
    await app.job_manager.delete_old_jobs(nb_hours=KEPT_HOURS)


def _with_engine(work: Callable[[App], Awaitable[None]]) -> None:
    async def go() -> None:
        working = engine.with_connector(engine.connector.get_worker_connector())
        async with working.open_async():
            await work(working)

    asyncio.run(go())
