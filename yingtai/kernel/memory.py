"""How a process that handles millions of objects at once goes about memory."""

import ctypes
import gc
import sys
from collections.abc import Iterator
from contextlib import contextmanager


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
    """Return how much memory this process holds that belongs to no file, in MB; 0 where the machine does not say."""
    try:
        with open("/proc/self/status", encoding="ascii") as status:
            held = next(line for line in status if line.startswith("RssAnon"))
    except (OSError, StopIteration):
        return 0.0
    return int(held.split()[1]) / 1024
