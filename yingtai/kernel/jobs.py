"""Work done later: declared beside its module, queued in the caller's transaction, run by Procrastinate.

A job's body is one service call. It is called with the acting of whoever queued it, outside any
transaction, and may be called again after a crash: its docstring says why that is harmless.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import procrastinate
from django.db import transaction
from procrastinate.contrib.django import app as engine
from procrastinate.exceptions import AlreadyEnqueued

from yingtai.kernel.acting import Acting, system
from yingtai.kernel.envelope import pack, unpack
from yingtai.kernel.errors import ProductError
from yingtai.kernel.scope import EVERYTHING

QUEUES = ("ingest", "audiences", "sending", "reports", "default")
LONGEST_PAUSE_SECONDS = 600
LONGEST = timedelta(hours=2)
"""How long a job may run, many times over; one that reads whatever somebody brings says a longer time."""

JOBS: dict[str, "Job"] = {}


class WorthAnotherTry(procrastinate.BaseRetryStrategy):
    """Foreseen problems are final and shown to a person, bugs are final and logged; only the network,
    the database and the disk are worth another try, after pauses that double."""

    def __init__(self, max_attempts: int) -> None:
        self.max_attempts = max_attempts

    def get_retry_decision(self, *, exception: BaseException, job: Any) -> procrastinate.RetryDecision | None:
        if isinstance(exception, ProductError) or not is_passing_trouble(exception):
            return None
        if job.attempts + 1 >= self.max_attempts:
            return None
        return procrastinate.RetryDecision(retry_in={"seconds": min(2**job.attempts, LONGEST_PAUSE_SECONDS)})


def is_passing_trouble(problem: BaseException) -> bool:
    """Say whether waiting may help: a lost connection, a full disk, a lock not got in time."""
    kinds = {kind.__name__ for kind in type(problem).__mro__}
    return bool(kinds & {"OSError", "OperationalError", "InterfaceError"})


@dataclass
class Job:
    """A declared job; call `enqueue` to have it run."""

    name: str
    queue: str
    body: Callable[..., Any]
    task: Any = field(repr=False)
    longest: timedelta = LONGEST

    def enqueue(
        self, acting: Acting, *, once_per: str | None = None, at: datetime | None = None, **arguments: Any
    ) -> bool:
        """Queue one call in the caller's transaction and return True; with `once_per`, return False when an
        equal one is already waiting. `at` delays it."""
        lock = f"{self.name}:{once_per}" if once_per else None
        deferrer = self.task.configure(queueing_lock=lock, schedule_at=at)
        try:
            # A savepoint, because a refused duplicate would otherwise spoil the caller's transaction.
            with transaction.atomic():
                deferrer.defer(acting=pack(acting), **arguments)
        except AlreadyEnqueued:
            return False
        return True

    def __call__(self, acting: Acting, **arguments: Any) -> Any:
        return self.body(acting, **arguments)


def job(
    name: str, *, queue: str = "default", max_attempts: int = 5, longest: timedelta = LONGEST
) -> Callable[[Callable[..., Any]], Job]:
    """Declare a job. `name` is `module.verb_noun` and never changes; the body takes `acting` first. One that runs for
    more than `longest` hangs: it is stopped like one whose worker was killed, and tried again."""
    if queue not in QUEUES:
        raise ValueError(f"no queue {queue!r}; there are {', '.join(QUEUES)}")

    def declare(body: Callable[..., Any]) -> Job:
        def run(*, acting: dict[str, Any], **arguments: Any) -> None:
            # The edge reads the clock: a job acts at the time it runs, not at the time it was queued.
            body(unpack(acting).at_time(datetime.now(UTC)), **arguments)

        task = engine.task(name=name, queue=queue, retry=WorthAnotherTry(max_attempts))(run)
        JOBS[name] = Job(name, queue, body, task, longest)
        return JOBS[name]

    return declare


def run_regularly(name: str, cron: str) -> None:
    """Have a job queued at the times of a cron line, once for the whole installation.

    The job acts as the system, in the group's scope.
    """
    declared = JOBS[name]

    def tick(timestamp: int) -> None:
        at = datetime.fromtimestamp(timestamp, UTC)
        acting = system(name.partition(".")[0], EVERYTHING, at)
        declared.enqueue(acting, once_per="schedule")

    task = engine.task(name=f"schedule.{name}", queue="default", queueing_lock=f"schedule.{name}")(tick)
    engine.periodic(cron=cron)(task)
