"""The processes of this machine: how their hearts beat, and what memory they hold."""

from contextlib import suppress
from dataclasses import dataclass

import psutil

from yingtai.kernel import heartbeats
from yingtai.kernel.env import env
from yingtai.kernel.heartbeats import Life


@dataclass(frozen=True)
class ProcessFigure:
    """One process; times in seconds, memory None when it cannot be told. `state` is works, starts, silent or ended."""

    name: str
    pid: int
    state: str
    silent: float | None
    age: float
    ends: int
    renewals: int
    memory_bytes: int | None


def processes() -> list[ProcessFigure]:
    """Return every process that the supervisor of this machine watches; none where each was started on its own."""
    board = heartbeats.board()
    return [_figure(life) for life in board.lives()] if board else []


def _figure(life: Life) -> ProcessFigure:
    return ProcessFigure(
        life.name,
        life.pid,
        _state(life),
        life.silent,
        life.age,
        life.ends,
        life.renewals,
        _memory(life.pid),
    )


def _state(life: Life) -> str:
    if not life.is_running:
        return "ended"
    if life.silent is None:
        return "starts"
    return "silent" if life.silent > max(env().hang_seconds / 2, 3) else "works"


def _memory(pid: int) -> int | None:
    """Return what the process and its own children hold, shared memory counted in parts where the machine tells; None
    when it is not told of any."""
    if not pid:
        return None
    try:
        one = psutil.Process(pid)
        parts = [one, *one.children(recursive=True)]
    except psutil.Error:
        return None
    held = [size for part in parts if (size := _held_by(part)) is not None]
    return sum(held) if held else None


def _held_by(part: psutil.Process) -> int | None:
    """Return what one process holds. Containers often let nobody read the parts: then the whole is told."""
    for ask, field in (("memory_full_info", "pss"), ("memory_info", "rss")):
        with suppress(psutil.Error, OSError):
            if size := getattr(getattr(part, ask)(), field, 0):
                return int(size)
    return None
