"""The machine's day on one page: which jobs run when. Times are UTC; jobs are named by string."""

from datetime import UTC, datetime

from yingtai.kernel.acting import system
from yingtai.kernel.jobs import JOBS, run_regularly
from yingtai.kernel.scope import EVERYTHING

SCHEDULE = (
    ("* * * * *", "kernel.retry_stalled_jobs"),
    ("17 3 * * *", "kernel.prune_jobs"),
    ("27 3 * * *", "organization.prune_sign_ins"),
    ("*/15 * * * *", "organization.count_unknown_sign_ins"),
    ("31 3 * * *", "customers.forget_batches"),
    ("* * * * *", "campaigns.keep_going"),
    ("* * * * *", "campaigns.confirm_addresses"),
    ("*/15 * * * *", "audiences.refresh_all"),
    ("11 * * * *", "audiences.keep_score_bounds"),
    ("*/2 * * * *", "customers.merge_small_files"),
    ("1-59/2 * * * *", "insights.summarize_lake"),
    ("* * * * *", "customers.count_loaded"),
    ("* * * * *", "customers.finish_loads"),
    ("7 2 * * *", "customers.expire_events"),
    ("37 2 * * *", "customers.tidy_lake"),
    ("3-59/5 * * * *", "customers.look_over_lake"),
    ("7 4 * * *", "customers.sweep_keys"),
    ("23 4 * * *", "customers.destroy_old_keys"),
    ("41 * * * *", "collect.remove_expired"),
)

AT_START = {
    "sending": ("campaigns.keep_going", "campaigns.confirm_addresses"),
    "ingest": ("customers.finish_loads",),
}
"""What a worker of a family queues when it comes up: whoever died may have left something, and nobody should wait a
minute for it."""


def queue_at_start(family: str) -> None:
    """Queue what a worker that has just come up should look after."""
    for declared in (JOBS[name] for name in AT_START.get(family, ()) if name in JOBS):
        declared.enqueue(system(family, EVERYTHING, datetime.now(UTC)), once_per="schedule")


def start() -> None:
    """Register everything that runs regularly."""
    for cron, name in SCHEDULE:
        if name in JOBS:
            run_regularly(name, cron)
