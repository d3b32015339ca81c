"""Signals to processes and groups, for everybody who ends, wakes or freezes one: never to ourselves by mistake.

To the system, group 0 is the sender's own and -1 is everybody: a number that was never learned must not get there.
"""

import contextlib
import os

LOWEST = 2
"""Number 1 is the machine's own first process, or the container's."""


def signal_group(leader: int, number: int) -> bool:
    """Send a signal to all of the group that a process leads; say whether there is such a group."""
    if leader < LOWEST or leader == os.getpgrp():
        return False
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(leader, number)
        return True
    return False


def signal_process(pid: int, number: int) -> bool:
    """Send a signal to one process; say whether there is such a process."""
    if pid < LOWEST or pid == os.getpid():
        return False
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.kill(pid, number)
        return True
    return False


def signal_all_of(pid: int, number: int) -> bool:
    """Send a signal to the group that a process leads, or to it alone when it leads none (yet)."""
    return signal_group(pid, number) or signal_process(pid, number)
