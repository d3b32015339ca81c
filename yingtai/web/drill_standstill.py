"""A database that stands still for the drill: it lives, answers nobody, and goes on as if nothing had been."""

import contextlib
import ctypes
import os
import sys
from collections.abc import Iterator

import psutil

SEIZE, INTERRUPT, DETACH = 0x4206, 0x4207, 17
ANY_TASK = 0x40000000


def can_hold() -> bool:
    """Say whether this machine knows how to hold a process as a debugger does."""
    return sys.platform.startswith("linux")


@contextlib.contextmanager
def held(server: int) -> Iterator[None]:
    """Hold a server and its processes still for the length of a block.

    A stop by a signal would not last: the product wakes whom one stopped. What is held goes on when we end, however we
    do; only the thread that holds it can let it go.

    Raises: OSError when the machine does not allow it
    """
    holding: list[int] = []
    try:
        # The first process before its children: it makes new ones.
        _hold(server, holding)
        for child in psutil.Process(server).children():
            # One that is just ending cannot be held, and answers nobody anyway.
            with contextlib.suppress(ProcessLookupError, psutil.NoSuchProcess):
                if child.status() != psutil.STATUS_ZOMBIE:
                    _hold(child.pid, holding)
        yield
    finally:
        for pid in holding:
            with contextlib.suppress(ProcessLookupError):
                _ask(DETACH, pid)


def _hold(pid: int, holding: list[int]) -> None:
    _ask(SEIZE, pid)
    holding.append(pid)
    _ask(INTERRUPT, pid)
    os.waitpid(pid, ANY_TASK)


def _ask(what: int, pid: int) -> None:
    trace = ctypes.CDLL(None, use_errno=True).ptrace
    trace.argtypes = [ctypes.c_long, ctypes.c_long, ctypes.c_void_p, ctypes.c_void_p]
    trace.restype = ctypes.c_long
    if trace(what, pid, None, None) != 0:
        raise OSError(ctypes.get_errno(), f"process {pid} cannot be held")
