"""Jobs that hang: what runs far longer than its kind may is stopped and tried again, or given up with the reason.

A thread cannot be ended, so its process is, as if it had been killed, which every job bears. Another takes its place.
"""

import logging
import os
import time
from collections.abc import Callable
from datetime import timedelta
from importlib import import_module
from typing import Any

from yingtai.kernel.jobs import JOBS, LONGEST

log = logging.getLogger(__name__)


class RanTooLong(TimeoutError):
    """A job ran for longer than its kind may."""


class UnderWay:
    """The jobs that run in this process, and since when."""

    def __init__(self) -> None:
        self._began: dict[int, tuple[Any, float]] = {}

    def run(self, call: Callable[[], Any], context: Any, worker: object) -> Any:
        """Run one job and know of it meanwhile."""
        self._began[context.job.id] = (context.job, time.monotonic())
        try:
            return call()
        finally:
            del self._began[context.job.id]

    def overdue(self) -> list[Any]:
        """Return the jobs that run for longer than they may."""
        now = time.monotonic()
        return [
            job for job, began in list(self._began.values()) if now - began > _longest(job).total_seconds()
        ]


async def give_up(app: Any, jobs: list[Any]) -> None:
    """Have jobs tried again after a pause, or failed for good, as if each had met a passing trouble; then end this
    process at once: they must not go on beside their next try."""
    refused = import_module("procrastinate.exceptions").ConnectorException
    for job in jobs:
        log.error("job %s (%s) ran for more than %s; its worker ends", job.id, job.task_name, _longest(job))
        try:
            await _put_back(app, job)
        except refused as trouble:
            # It ended just now, or the books are away; then it is taken up as one whose worker was killed.
            log.warning("job %s cannot be put back: %s", job.id, type(trouble).__name__)
    end_process(1)


def end_process(code: int) -> None:
    """End without waiting for any thread."""
    os._exit(code)


async def _put_back(app: Any, job: Any) -> None:
    retry = app.tasks[job.task_name].get_retry_exception(exception=RanTooLong(), job=job)
    if retry is None:
        failed = import_module("procrastinate.jobs").Status.FAILED
        await app.job_manager.finish_job(job=job, status=failed, delete_job=False)
        return
    await app.job_manager.retry_job(job=job, retry_at=retry.retry_decision.retry_at)


def _longest(job: Any) -> timedelta:
    # A tick of the schedule is nobody's declared job.
    return JOBS[job.task_name].longest if job.task_name in JOBS else LONGEST
