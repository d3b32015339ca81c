"""The supervisor's children: forked, listened to, started again when they end."""

import os
import selectors
import signal
import time
import urllib.error
import urllib.request
from dataclasses import dataclass, field

from yingtai.kernel import heartbeats
from yingtai.kernel.env import env
from yingtai.web import ground
from yingtai.web.log_files import LogFile, tell
from yingtai.web.processes import PROCESSES, Process, fork
from yingtai.web.signals import signal_group

SHORTEST_PAUSE_SECONDS = 0.2
LONGEST_PAUSE_SECONDS = 30.0
STEADY_SECONDS = 10
STOP_SECONDS = 15
START_SECONDS = 60
"""How long a process may take to its first heartbeat."""
LONGEST_LOOK_SECONDS = 1.0
ROOM_GLANCE_SECONDS = 2.0
HEALTH = {"web": (0, "/health/live"), "collector": (1, "/health")}


@dataclass
class Child:
    """One process and its present life, if it has one."""

    process: Process
    log: LogFile
    pid: int = 0
    output: int = -1
    began: float = 0.0
    failures: int = 0
    made_room: bool = False
    """It ended of itself, well, for a fresh one to take its place."""
    heard: float = 0.0
    """Its latest heartbeat that we saw."""
    quiet: float = 0.0
    """Seconds since then, as far as we ourselves were awake."""
    due: float = field(default_factory=time.monotonic)


class Children:
    """All children of one supervisor."""

    def __init__(self) -> None:
        folder = env().home / "logs"
        self._selector = selectors.DefaultSelector()
        self._children = [
            Child(process, LogFile(folder, process.name)) for process in PROCESSES if process.can_run()
        ]
        self._answering: set[str] = set()
        self._board = heartbeats.Board([child.process.name for child in self._children])
        heartbeats.install(self._board)
        self._looked_at = self._room_at = time.monotonic()
        self._has_room = True

    def start_all(self) -> None:
        for child in self._children:
            self._start(child)

    def glance(self, seconds: float) -> None:
        """Copy what children say for up to so long, and start again those that ended."""
        for key, _ in self._selector.select(seconds):
            self._listen(key.data)
        awake = self._time_awake()
        self._look_for_room()
        for child in self._children:
            if child.pid and self._has_ended(child):
                self._plan_again(child)
            elif child.pid and self._hangs(child, awake):
                self._put_down(child)
            if not child.pid and time.monotonic() >= child.due:
                self._start(child)

    def answer(self) -> bool:
        """Say whether every process that can be asked has answered once."""
        names = {child.process.name for child in self._children if child.process.name in HEALTH}
        for name in names - self._answering:
            if _is_healthy(*HEALTH[name]):
                self._answering.add(name)
        return names == self._answering

    def stop_all(self) -> None:
        """End every child: the mailbox after those that write to it, hard when it does not listen."""
        late = [child for child in self._children if child.process.name == "mailbox"]
        for wave in ([child for child in self._children if child not in late], late):
            for child in wave:
                _signal(child, signal.SIGTERM)
            deadline = time.monotonic() + STOP_SECONDS
            while any(child.pid for child in wave) and time.monotonic() < deadline:
                for key, _ in self._selector.select(0.05):
                    self._listen(key.data)
                for child in wave:
                    self._has_ended(child)
            for child in wave:
                _signal(child, signal.SIGKILL)
                self._bury(child)
                child.log.close()

    def _start(self, child: Child) -> None:
        reading, writing = os.pipe()
        os.set_blocking(reading, False)
        child.pid = fork(child.process, output=writing, leave=[reading, writing, *self._descriptors()])
        os.close(writing)
        self._board.note_start(child.process.name, child.pid)
        child.output, child.began = reading, time.monotonic()
        child.heard = child.quiet = 0.0
        self._selector.register(reading, selectors.EVENT_READ, child)

    def _descriptors(self) -> list[int]:
        return [child.output for child in self._children if child.output >= 0]

    def _listen(self, child: Child) -> None:
        if child.output < 0:
            return
        try:
            for line in child.log.copy(child.output):
                tell(f"{child.process.name}: {line}")
        except EOFError:
            self._close_output(child)

    def _time_awake(self) -> float:
        """Return the seconds since the latest look; few of them when it was us, or the machine, that slept."""
        now, before = time.monotonic(), self._looked_at
        self._looked_at = now
        return min(now - before, LONGEST_LOOK_SECONDS)

    def _look_for_room(self) -> None:
        """Let what failed while the disk was full wait no longer once it has room again."""
        if time.monotonic() - self._room_at < ROOM_GLANCE_SECONDS:
            return
        self._room_at = time.monotonic()
        had_room, self._has_room = self._has_room, ground.has_room()
        if had_room or not self._has_room:
            return
        tell("The disk has room again.")
        for child in self._children:
            child.failures, child.due = 0, time.monotonic()

    def _hangs(self, child: Child, awake: float) -> bool:
        """Say whether a child lives but has shown no sign of work for too long."""
        beat = self._board.latest_beat(child.process.name)
        child.quiet = 0.0 if beat != child.heard else child.quiet + awake
        child.heard = beat
        return child.quiet > (env().hang_seconds if beat else START_SECONDS)

    def _put_down(self, child: Child) -> None:
        name, seconds = child.process.name, child.quiet
        tell(f"{name} has not moved for {seconds:.0f} s; ending it.")
        child.quiet = 0.0
        _signal(child, signal.SIGKILL)

    def _has_ended(self, child: Child) -> bool:
        """Take note when the child has ended, and sweep away what it leaves behind."""
        if not child.pid:
            return True
        pid, status = os.waitpid(child.pid, os.WNOHANG)
        if not pid:
            return False
        self._clear(child, made_room=not status and time.monotonic() - child.began > STEADY_SECONDS)
        return True

    def _bury(self, child: Child) -> None:
        if child.pid:
            os.waitpid(child.pid, 0)
            self._clear(child)

    def _clear(self, child: Child, *, made_room: bool = False) -> None:
        # Its own children, if any, are in its group; a new life must find its port free.
        _signal(child, signal.SIGKILL)
        self._listen(child)
        self._close_output(child)
        self._board.note_end(child.process.name, made_room=made_room)
        child.pid, child.made_room = 0, made_room

    def _close_output(self, child: Child) -> None:
        if child.output >= 0:
            self._selector.unregister(child.output)
            os.close(child.output)
            child.output = -1

    def _plan_again(self, child: Child) -> None:
        if child.made_room:
            child.due = time.monotonic()
            return
        lived = time.monotonic() - child.began
        child.failures = 0 if lived > STEADY_SECONDS else child.failures + 1
        pause = min(SHORTEST_PAUSE_SECONDS * 2**child.failures, LONGEST_PAUSE_SECONDS)
        child.due = time.monotonic() + pause
        name, log = child.process.name, child.log.path
        tell(f"{name} ended; starting it again in {pause:.1f} s (log: {log})")


def _signal(child: Child, number: int) -> None:
    # The whole group: every child leads one of its own.
    signal_group(child.pid, number)


def _is_healthy(step: int, path: str) -> bool:
    host = "127.0.0.1" if env().host in {"0.0.0.0", "::"} else env().host  # noqa: S104 - only compared
    try:
        with urllib.request.urlopen(f"http://{host}:{env().port + step}{path}", timeout=1) as answer:
            return bool(answer.status == 200)
    except (OSError, urllib.error.URLError):
        return False
