"""Heartbeats: every process of one machine shows that its work moves, on a page of memory that all of them share.

The supervisor makes the page before it forks them. A process started on its own has no page, and its beats go nowhere.
"""

import asyncio
import mmap
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

BEAT_SECONDS = 1.0
PATIENCE_SECONDS = 120.0
"""How long one step of a main loop may take: a part of a large set, or what a fact's handler does."""
FIELDS = 5
BEAT_AT, PID, BEGAN_AT, ENDS, RENEWALS = range(FIELDS)


@dataclass(frozen=True)
class Life:
    """How one process lives; times in seconds, `silent` is None until its first beat.

    ends      how often it ended without being asked to
    renewals  how often it ended well, to make room for a fresh one
    """

    name: str
    pid: int
    age: float
    silent: float | None
    ends: int
    renewals: int = 0

    @property
    def is_running(self) -> bool:
        return self.pid > 0


class Board:
    """A line per process: its latest beat, its number, when it began, how often it ended or was renewed."""

    def __init__(self, names: Sequence[str]) -> None:
        self.names = tuple(names)
        self._places = {name: place * FIELDS for place, name in enumerate(self.names)}
        # Anonymous, so that neither a full nor a frozen disk stops a heart.
        self._numbers = memoryview(mmap.mmap(-1, max(len(self.names), 1) * FIELDS * 8)).cast("d")

    def note_start(self, name: str, pid: int) -> None:
        place = self._places[name]
        self._numbers[place + BEAT_AT] = 0.0
        self._numbers[place + PID] = pid
        self._numbers[place + BEGAN_AT] = time.monotonic()

    def note_end(self, name: str, *, made_room: bool = False) -> None:
        """Note that a process ended; one that made room for a fresh one is counted apart: it is nobody's concern."""
        place = self._places[name]
        self._numbers[place + PID] = 0
        self._numbers[place + (RENEWALS if made_room else ENDS)] += 1

    def beat(self, name: str) -> None:
        self._numbers[self._places[name] + BEAT_AT] = time.monotonic()

    def latest_beat(self, name: str) -> float:
        """Return the time of the latest beat by the machine's monotonic clock; 0 before the first."""
        return self._numbers[self._places[name] + BEAT_AT]

    def lives(self) -> list[Life]:
        """Return how every process lives now."""
        now = time.monotonic()
        return [self._life(name, now) for name in self.names]

    def _life(self, name: str, now: float) -> Life:
        place = self._places[name]
        beat, pid, began, ends, renewals = self._numbers[place : place + FIELDS]
        return Life(
            name,
            int(pid),
            now - began if pid else 0.0,
            now - beat if beat else None,
            int(ends),
            int(renewals),
        )


class _Place:
    """Where this process beats, and when its main loop moved last."""

    board: Board | None = None
    name = ""
    moved_at = 0.0


def install(board: Board | None) -> None:
    """Have this process and the children it forks from now on share a board."""
    _Place.board = board


def board() -> Board | None:
    """Return the board of this machine's processes; None in a process that was started on its own."""
    return _Place.board


def take_place(name: str) -> None:
    """Beat under this name from now on."""
    _Place.name = name


def beat() -> None:
    """Show that this process works."""
    if _Place.board is not None and _Place.name:
        _Place.board.beat(_Place.name)


def moved() -> None:
    """Note that the main loop made a step; see `beat_while_moving`."""
    _Place.moved_at = time.monotonic()


def is_moving() -> bool:
    """Say whether the main loop made a step within patience."""
    return time.monotonic() - _Place.moved_at < PATIENCE_SECONDS


def beat_while_moving() -> None:
    """Beat in a thread for a main loop whose steps may be long, as long as it calls `moved` now and then.

    A stopped process, or one that never lets go of the interpreter, stops the thread at once.
    """
    moved()
    beat_while(is_moving)


def beat_while(is_well: Callable[[], bool]) -> None:
    """Beat in a thread of this process while it is well."""

    def go() -> None:
        while True:
            if is_well():
                beat()
            time.sleep(BEAT_SECONDS)

    threading.Thread(target=go, name="heartbeat", daemon=True).start()


async def beat_in_loop(is_well: Callable[[], bool] = lambda: True) -> None:
    """Beat from inside an event loop until cancelled, while it is well: a loop that hangs does not beat."""
    while True:
        if is_well():
            beat()
        await asyncio.sleep(BEAT_SECONDS)
