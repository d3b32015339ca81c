"""How a process that handles millions of objects at once goes about memory."""

import ctypes
import gc
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

MOST_KEPT_MB = 24
"""A process at rest that holds so much more than when it began makes room for a fresh one."""
REST_SECONDS = 30.0


class Growth:
    """How much more a process holds than when it began, and since when it rests."""

    def __init__(self) -> None:
        self._held_at_first = own_megabytes()
        self._rests_since = time.monotonic()

    def note_work(self) -> None:
        self._rests_since = time.monotonic()

    def calls_for_a_fresh_process(self) -> bool:
        """Say whether the process rests, and holds what only a new one gives back to the machine."""
        is_resting = time.monotonic() - self._rests_since > REST_SECONDS
        return is_resting and own_megabytes() - self._held_at_first > MOST_KEPT_MB


@contextmanager
def without_looking_for_cycles() -> Iterator[None]:
    """Leave Python's search for cycles out while many objects are made that refer to nothing back.

    They are freed by their count all the same; to look through all of them again and again took a tenth of the time
    of a load. Within another such block, or where the search is off anyway, it changes nothing.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def give_back() -> None:
    """Return to the machine what finished work held; the allocators would keep it for work that may never come."""
    if arrow := sys.modules.get("pyarrow"):
        arrow.default_memory_pool().release_unused()
    if sys.platform.startswith("linux"):
        libc = ctypes.CDLL(None)
        if hasattr(libc, "malloc_trim"):  # glibc has it
            libc.malloc_trim(0)


def own_megabytes() -> float:
    """Return how much memory this process alone has written to, in MB; 0 where the machine does not say.

    What it shares with the process it was forked from counts once either of them writes to it.
    """
    try:
        with open("/proc/self/smaps_rollup", encoding="ascii") as parts:
            own = next(line for line in parts if line.startswith("Private_Dirty"))
    except (OSError, StopIteration):
        return 0.0
    return int(own.split()[1]) / 1024
