"""The processes of this machine: how their hearts beat, and what memory they hold."""

from contextlib import suppress
from dataclasses import dataclass

import psutil

from yingtai.kernel import heartbeats
from yingtai.kernel.env import env
from yingtai.kernel.heartbeats import Life


@dataclass(frozen=True)
class ProcessFigure:
    """One process; times in seconds. `state` is works, starts, silent or ended."""

    name: str
    pid: int
    state: str
    silent: float | None
    age: float
    ends: int
    memory_bytes: int


def processes() -> list[ProcessFigure]:
    """Return every process that the supervisor of this machine watches; none where each was started on its own."""
    board = heartbeats.board()
    return [_figure(life) for life in board.lives()] if board else []


def _figure(life: Life) -> ProcessFigure:
    return ProcessFigure(
        life.name, life.pid, _state(life), life.silent, life.age, life.ends, _memory(life.pid)
    )


def _state(life: Life) -> str:
    if not life.is_running:
        return "ended"
    if life.silent is None:
        return "starts"
    return "silent" if life.silent > max(env().hang_seconds / 2, 3) else "works"


def _memory(pid: int) -> int:
    """Return what the process and its own children hold, shared memory counted in parts where the machine tells."""
    held = 0
    with suppress(psutil.Error):
        one = psutil.Process(pid) if pid else None
        for part in [one, *one.children(recursive=True)] if one else []:
            with suppress(psutil.Error):
                told = part.memory_full_info()
                held += getattr(told, "pss", told.rss)
    return held
