"""The log of one child: rotated by size, its troubles shown in the terminal too."""

import os
import re
import shutil
from pathlib import Path

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


class LogFile:
    """Copies what one child writes into its file, and remembers how its latest trouble began."""

    def __init__(self, folder: Path, name: str) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.path = folder / f"{name}.log"
        self._file = self.path.open("ab")
        self._rest = b""

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

    def tail(self, count: int) -> list[str]:
        """Return the latest lines."""
        with self.path.open("rb") as file:
            file.seek(max(0, self.path.stat().st_size - CHUNK_BYTES))
            return file.read().decode(errors="replace").splitlines()[-count:]

    def close(self) -> None:
        self._file.close()

    def _write(self, chunk: bytes) -> None:
        if self._file.tell() + len(chunk) > MAX_BYTES:
            self._rotate()
        self._file.write(chunk)
        self._file.flush()

    def _rotate(self) -> None:
        self._file.close()
        for number in range(KEPT_FILES - 1, 0, -1):
            older = self.path.with_suffix(f".log.{number}")
            if older.exists():
                older.replace(self.path.with_suffix(f".log.{number + 1}"))
        self.path.replace(self.path.with_suffix(".log.1"))
        self._file = self.path.open("ab")
