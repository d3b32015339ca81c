"""The log of one child: rotated by size, its troubles shown in the terminal too."""

import contextlib
import os
import re
import shutil
import sys
from pathlib import Path
from typing import BinaryIO, TextIO

MAX_BYTES = 5 * 1024 * 1024
KEPT_FILES = 3
CHUNK_BYTES = 65_536
TROUBLE = re.compile(rb"ERROR|CRITICAL|Traceback|Error:|Cannot ")


def trim(path: Path) -> None:
    """Keep the log of a program that writes it itself, and only ever adds to it, within the same size."""
    if not path.exists() or path.stat().st_size <= MAX_BYTES:
        return
    with path.open("rb") as full, path.with_suffix(".log.1").open("wb") as older:
        full.seek(-MAX_BYTES, os.SEEK_END)
        shutil.copyfileobj(full, older)
    os.truncate(path, 0)


def tell(line: str, *, to: TextIO | None = None) -> None:
    """Say something in the terminal, if it still listens: a closed one, or a full disk behind it, stops nobody."""
    with contextlib.suppress(OSError, ValueError):
        print(line, file=to or sys.stderr, flush=True)


class LogFile:
    """Copies what one child writes into its file, and remembers how its latest trouble began.

    It never fails: what cannot be written, because the disk is full or the folder was taken away, is dropped, and
    once writing works again the log says how much that was.
    """

    def __init__(self, folder: Path, name: str) -> None:
        self.path = folder / f"{name}.log"
        self._file: BinaryIO | None = None
        self._rest = b""
        self._dropped = 0
        self._write(b"")

    def copy(self, descriptor: int) -> list[str]:
        """Copy what can be read now; return the lines that tell of trouble. Raises EOFError at the end."""
        try:
            chunk = os.read(descriptor, CHUNK_BYTES)
        except BlockingIOError:
            return []
        if not chunk:
            raise EOFError
        self._write(chunk)
        *lines, self._rest = (self._rest + chunk).split(b"\n")
        self._rest = self._rest[-CHUNK_BYTES:]
        return [line.decode(errors="replace") for line in lines if TROUBLE.search(line)]

    def close(self) -> None:
        if self._file is not None:
            with contextlib.suppress(OSError):
                self._file.close()
            self._file = None

    def _write(self, chunk: bytes) -> None:
        lost = (
            f"\n[{self._dropped} bytes of this log could not be written]\n".encode() if self._dropped else b""
        )
        try:
            file = self._opened(len(lost) + len(chunk))
            file.write(lost + chunk)
            self._dropped = 0
        except (OSError, ValueError):
            self._dropped += len(chunk)
            self.close()

    def _opened(self, more: int) -> BinaryIO:
        """Return the file to write to: made anew when it is full, or when somebody took it away."""
        if self._file is not None and not os.fstat(self._file.fileno()).st_nlink:
            self.close()
        if self._file is None:
            self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._file = self.path.open("ab", buffering=0)
        if self._file.tell() + more > MAX_BYTES:
            self._rotate()
            self._file = self.path.open("ab", buffering=0)
        return self._file

    def _rotate(self) -> None:
        self.close()
        for number in range(KEPT_FILES - 1, 0, -1):
            older = self.path.with_suffix(f".log.{number}")
            if older.exists():
                older.replace(self.path.with_suffix(f".log.{number + 1}"))
        self.path.replace(self.path.with_suffix(".log.1"))
