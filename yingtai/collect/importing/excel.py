"""Workbooks, read in a process of its own with bounds on memory and time.

A file of 1.4 KB with cells in two opposite corners makes the reader lay out 17 thousand million cells; a short text
that a million cells share becomes a million texts. The process that reads dies of it, and the import says so.
"""

import contextlib
import json
import resource
import subprocess
import sys
import threading
from collections.abc import Iterator
from io import BytesIO
from typing import IO, BinaryIO, cast
from zipfile import BadZipFile, ZipFile

import msgspec
from python_calamine import CalamineError, CalamineWorkbook

from yingtai.collect.errors import FileDamaged, FileEmpty, FileNotATable, FileTooLarge
from yingtai.collect.importing.cells import as_text
from yingtai.collect.importing.opening import STEP, Origin
from yingtai.kernel.errors import ProductError

MEMORY_BYTES = 3 * 1024**3
CPU_SECONDS = 600
MOST_UNPACKED_BYTES = 600 * 1024 * 1024
MOST_PACKED_BYTES = 300 * 1024 * 1024
PROBLEMS: dict[str, type[ProductError]] = {
    one.__name__: one for one in (FileDamaged, FileEmpty, FileNotATable, FileTooLarge)
}
decode = msgspec.json.Decoder(list[str] | dict[str, str]).decode


def rows(origin: Origin, sheet: str) -> Iterator[list[str]]:
    """Give the rows of a sheet from its first on, each up to its last cell with something in it.

    Raises: FileDamaged, FileEmpty, FileNotATable, FileTooLarge
    """
    if origin.size_bytes > MOST_PACKED_BYTES:
        raise FileTooLarge(limit="300 MB (Excel)")
    child = subprocess.Popen(
        [sys.executable, "-I", "-m", "yingtai.collect.importing.excel", sheet],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    with child, contextlib.ExitStack() as ending:
        ending.callback(child.kill)
        threading.Thread(target=_feed, args=(origin, cast(IO[bytes], child.stdin)), daemon=True).start()
        for line in cast(IO[bytes], child.stdout):
            row = decode(line)
            if isinstance(row, dict):
                raise PROBLEMS[row.pop("problem")](**row)
            yield row
        if child.wait():
            raise FileTooLarge(limit="10 million cells (Excel)")


def _feed(origin: Origin, sink: IO[bytes]) -> None:
    # A reader that has died closes its end; what it had to say is read at the other.
    with contextlib.suppress(BrokenPipeError, ValueError), sink, origin.open() as stream:
        while part := stream.read(STEP):
            sink.write(part)


def main(sheet: str) -> None:
    """Read a workbook from standard input and write its rows, a line of JSON each."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS + 1))
    write = sys.stdout.buffer.write
    try:
        for row in _rows(sys.stdin.buffer, sheet):
            write(msgspec.json.encode(row) + b"\n")
    except ProductError as problem:
        said = {"problem": type(problem).__name__} | {
            name: str(value) for name, value in problem.facts.items()
        }
        write(json.dumps(said).encode() + b"\n")
    sys.stdout.flush()


def _rows(stream: BinaryIO, sheet: str) -> Iterator[list[str]]:
    try:
        packed = BytesIO(stream.read())
        _refuse_bombs(packed)
        packed.seek(0)
        book = CalamineWorkbook.from_filelike(packed)
        names = book.sheet_names
        if sheet and sheet not in names:
            raise FileNotATable(found=f"Excel, not {sheet[:80]}")
        if not names:
            raise FileEmpty
        found = book.get_sheet_by_name(sheet or names[0])
        # Rows are numbered as people see them, wherever the first cell stands.
        yield from ([] for _ in range(found.start[0] if found.start else 0))
        before = [""] * (found.start[1] if found.start else 0)
        for row in found.iter_rows():
            yield _trimmed([*before, *(as_text(cell) or "" for cell in row)])
    except (BadZipFile, CalamineError, OSError, ValueError, KeyError, IndexError) as problem:
        raise FileDamaged(detail=str(problem)[:200]) from problem


def _trimmed(row: list[str]) -> list[str]:
    while row and not row[-1]:
        row.pop()
    return row


def _refuse_bombs(stream: BinaryIO) -> None:
    with ZipFile(stream) as parts:
        names = parts.namelist()
        if "xl/workbook.bin" in names:
            raise FileNotATable(found="Excel (.xlsb)")
        if "xl/workbook.xml" not in names:
            raise FileNotATable(found="ZIP")
        if sum(part.file_size for part in parts.infolist()) > MOST_UNPACKED_BYTES:
            raise FileTooLarge(limit="600 MB")


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "")
