"""The processes of the product, and how one is forked from a parent that has everything loaded already."""

import ctypes
import io
import os
import signal
import sys
import traceback
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from typing import NoReturn

from yingtai.kernel import heartbeats
from yingtai.web.start import become

PR_SET_PDEATHSIG = 1
COLLECTORS = ("collector", "collector-2")


@dataclass(frozen=True, kw_only=True)
class Process:
    """One process: its name, the role it signs in to the books as, and the function that is its life."""

    name: str
    role: str
    target: str
    arguments: tuple[str, ...] = ()
    needs: str = ""
    """A module without which it has nothing to do, so it is not started."""

    def can_run(self) -> bool:
        return not self.needs or find_spec(self.needs) is not None

    def live(self) -> None:
        """Be this process until told to stop."""
        module, _, function = self.target.partition(":")
        getattr(import_module(module), function)(*self.arguments)


PROCESSES = [
    Process(name="mailbox", role="", target="yingtai.web.mailbox:serve"),
    Process(name="web", role="app", target="yingtai.web.serving:web"),
    # They share one port, and the kernel deals connections out to them: reading requests fills one core each.
    *[
        Process(name=name, role="collector", target="yingtai.collect.collector.serving:serve")
        for name in COLLECTORS
    ],
    Process(name="dispatcher", role="dispatcher", target="yingtai.web.serving:dispatcher"),
    Process(
        name="ingest",
        role="worker",
        target="yingtai.web.serving:ingest",
        needs="yingtai.customers.ingesting",
    ),
    *[
        Process(
            name=f"worker-{queues[0]}", role="worker", target="yingtai.web.workers:work", arguments=queues
        )
        # What is queued for `default` takes moments, so it shares a process with what is seldom.
        for queues in (("ingest",), ("audiences",), ("sending",), ("reports", "default"))
    ],
]


def fork(process: Process, *, output: int, leave: Iterable[int]) -> int:
    """Start a process as our child, writing to the file descriptor `output`; return its number.

    `leave` names our descriptors that are not the child's business. Must be called before this process has
    made a thread or a connection of its own: a child gets neither.
    """
    return fork_life(lambda: _live(process), output=output, leave=leave)


def fork_life(life: Callable[[], None], *, output: int | None, leave: Iterable[int] = ()) -> int:
    """Start a child that does one thing and ends. It dies with us; Ctrl-C in the terminal is not for it."""
    parent = os.getpid()
    sys.stdout.flush()
    sys.stderr.flush()
    child = os.fork()
    if child:
        return child
    code = 1
    try:
        _settle(parent, output, leave)
        life()
        code = 0
    except SystemExit as ending:
        code = _code_of(ending)
    except BaseException:  # the last line of defence of a process: say it and end
        traceback.print_exc()
    finally:
        _end(code)


def die_with(parent: int) -> None:
    """Ask the kernel to kill this process when its parent dies, however it dies."""
    if sys.platform.startswith("linux"):
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(1)  # it died before we asked


def show_name(name: str) -> None:
    """Be called what we are in the machine's list of processes, where secrets and settings do not belong."""
    # Only the command line is written over: the environment beside it stays readable for those who may.
    os.environ.setdefault("SPT_NOENV", "1")
    import_module("setproctitle").setproctitle(f"yingtai {name}")


def _live(process: Process) -> None:
    show_name(process.name)
    heartbeats.take_place(process.name)
    if process.role:
        become(process.role)
    process.live()


def _settle(parent: int, output: int | None, leave: Iterable[int]) -> None:
    os.setsid()
    die_with(parent)
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGCHLD):
        signal.signal(number, signal.SIG_DFL)
    signal.set_wakeup_fd(-1)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    if output is not None:
        os.dup2(output, 1)
        os.dup2(output, 2)
    for descriptor in {nothing, *leave} - {0, 1, 2}:
        os.close(descriptor)
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(line_buffering=True)


def _code_of(ending: SystemExit) -> int:
    if isinstance(ending.code, int):
        return ending.code
    if ending.code is not None:
        print(ending.code, file=sys.stderr)
        return 1
    return 0


def _end(code: int) -> NoReturn:
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)
