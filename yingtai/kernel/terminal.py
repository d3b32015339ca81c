"""A progress line for long commands: a bar on a terminal, a line now and then in a log."""

import sys
import time
from types import TracebackType
from typing import TextIO

WIDTH = 28
LOG_SECONDS = 10.0


class ProgressBar:
    """Shows how far a long command is; use it as a context manager and call `step`."""

    def __init__(self, title: str, total: int, *, unit: str = "", out: TextIO = sys.stderr) -> None:
        self._title, self._total, self._unit, self._out = title, max(total, 1), unit, out
        self._began = self._shown = time.monotonic()
        self._done = 0

    def __enter__(self) -> "ProgressBar":
        self._show()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._show(is_over=True)

    def step(self, done: int, note: str = "") -> None:
        """Say how much is done; `note` names what is being done now."""
        self._done = done
        pause = 0.1 if self._out.isatty() else LOG_SECONDS
        if time.monotonic() - self._shown >= pause:
            self._show(note)

    def _show(self, note: str = "", *, is_over: bool = False) -> None:
        self._shown = time.monotonic()
        share = min(self._done / self._total, 1.0)
        bar = "█" * round(share * WIDTH) + "·" * (WIDTH - round(share * WIDTH))
        seconds = self._shown - self._began
        line = f"{self._title} {bar} {share:4.0%}  {self._done:,} {self._unit}  {seconds:.0f} s  {note}"
        if self._out.isatty():
            self._out.write(f"\r{line:<100}" + ("\n" if is_over else ""))
        else:
            self._out.write(line.rstrip() + "\n")
        self._out.flush()
