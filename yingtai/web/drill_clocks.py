"""A worker whose machine's clock is wrong, beside the others: `faketime` gives one process a clock of its own."""

import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from yingtai.web.signals import signal_group

NO_CLOCK = "process with a wrong clock: skipped, for `faketime` is not installed"
STOP_SECONDS = 20.0


def can_be_wrong() -> bool:
    """Say whether a process can be given a clock of its own here."""
    return shutil.which("faketime") is not None


@contextmanager
def wrong_worker(name: str, days: int) -> Iterator[subprocess.Popen[bytes]]:
    """Have one more worker of this name, so many days ahead, for the length of a block."""
    clock = ["faketime", "-m", "--exclude-monotonic", "-f", f"{days:+d}d"]
    command = [*clock, sys.executable, "-m", "yingtai.web.command", "serve", name]
    # Only the clock of the day is wrong: what measures spans goes on as ever.
    worker = subprocess.Popen(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
    )
    try:
        yield worker
    finally:
        signal_group(worker.pid, signal.SIGTERM)
        try:
            worker.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            signal_group(worker.pid, signal.SIGKILL)
            worker.wait()
