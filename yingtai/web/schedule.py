"""The machine's day on one page: which jobs run when. Times are UTC; jobs are named by string."""

from yingtai.kernel.jobs import JOBS, run_regularly

SCHEDULE = (
    ("* * * * *", "kernel.retry_stalled_jobs"),
    ("17 3 * * *", "kernel.prune_jobs"),
    ("* * * * *", "campaigns.keep_going"),
    ("*/15 * * * *", "audiences.refresh_all"),
    ("*/2 * * * *", "customers.merge_small_files"),
    ("1-59/2 * * * *", "insights.summarize_lake"),
    ("* * * * *", "customers.count_loaded"),
    ("37 2 * * *", "customers.tidy_lake"),
    ("7 4 * * *", "customers.sweep_keys"),
    ("23 4 * * *", "customers.destroy_old_keys"),
    ("41 * * * *", "collect.remove_expired"),
)


def start() -> None:
    """Register everything that runs regularly."""
    for cron, name in SCHEDULE:
        if name in JOBS:
            run_regularly(name, cron)
