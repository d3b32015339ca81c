"""Packed files (Excel, Parquet), read in a process of their own with bounds on memory and time.

A workbook of 1.4 KB with cells in two opposite corners makes the reader lay out 17 thousand million cells; 28 KB of
Parquet hold a text of 900 MB. The process that reads dies of it, and the import says so.
"""

import contextlib
import json
import resource
import subprocess
import sys
import threading
from collections.abc import Generator, Iterator
from dataclasses import dataclass
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
TEXT_BYTES = 16 * 1024 * 1024
"""So large may one row be that comes back; a cell of a table is a few letters."""
CPU_SECONDS = 600
MOST_UNPACKED_BYTES = 600 * 1024 * 1024
PARQUET_ROWS = 1_000
PROBLEMS: dict[str, type[ProductError]] = {
    one.__name__: one for one in (FileDamaged, FileEmpty, FileNotATable, FileTooLarge)
}
decode = msgspec.json.Decoder(list[str] | dict[str, str]).decode


@dataclass(frozen=True)
class Kind:
    """A packed format: how large a file may be, and what is said when it unpacks too far."""

    name: str
    packed_bytes: int
    packed: str
    unpacked: str


EXCEL = Kind("excel", 300 * 1024 * 1024, "300 MB (Excel)", "10 million cells (Excel)")
PARQUET = Kind("parquet", 1024**3, "1 GB (Parquet)", "3 GB unpacked (Parquet)")


def rows(origin: Origin, kind: Kind, sheet: str = "") -> Generator[list[str], None, None]:
    """Give the rows of a file from its first on, the names of columns included; of Excel, each up to its last cell
    with something in it.

    Raises: FileDamaged, FileEmpty, FileNotATable, FileTooLarge
    """
    if origin.size_bytes > kind.packed_bytes:
        raise FileTooLarge(limit=kind.packed)
    child = subprocess.Popen(
        [sys.executable, "-I", "-m", "yingtai.collect.importing.apart", kind.name, sheet],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
        env={"ARROW_DEFAULT_MEMORY_POOL": "system", "OMP_NUM_THREADS": "1"},
    )  # fmt: skip
    with child, contextlib.ExitStack() as ending:
        ending.callback(child.kill)
        threading.Thread(target=_feed, args=(origin, cast(IO[bytes], child.stdin)), daemon=True).start()
        out = cast(IO[bytes], child.stdout)
        while line := out.readline(TEXT_BYTES):
            if not line.endswith(b"\n"):
                break
            row = decode(line)
            if isinstance(row, dict):
                raise PROBLEMS[row.pop("problem")](**row)
            yield row
        else:
            if not child.wait():
                return
        raise FileTooLarge(limit=kind.unpacked)


def _feed(origin: Origin, sink: IO[bytes]) -> None:
    # A reader that has died closes its end; what it had to say is read at the other.
    with contextlib.suppress(BrokenPipeError, ValueError), sink, origin.open() as stream:
        while part := stream.read(STEP):
            sink.write(part)


def main(kind: str, sheet: str) -> None:
    """Read a file from standard input and write its rows, a line of JSON each."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS + 1))
    write = sys.stdout.buffer.write
    try:
        packed = BytesIO(sys.stdin.buffer.read())
        for row in _parquet_rows(packed) if kind == PARQUET.name else _excel_rows(packed, sheet):
            write(msgspec.json.encode(row) + b"\n")
    except ProductError as problem:
        said = {"problem": type(problem).__name__} | {
            name: str(value) for name, value in problem.facts.items()
        }
        write(json.dumps(said).encode() + b"\n")
    sys.stdout.flush()


def _parquet_rows(packed: BytesIO) -> Iterator[list[str]]:
    # Loaded here: whoever reads a workbook needs none of it.
    import pyarrow as pa  # noqa: PLC0415
    from pyarrow import parquet  # noqa: PLC0415

    try:
        book = parquet.ParquetFile(packed)
        yield list(book.schema_arrow.names)
        for batch in book.iter_batches(batch_size=PARQUET_ROWS, use_threads=False):
            for row in zip(*(column.to_pylist() for column in batch.columns), strict=True):
                yield [as_text(cell) or "" for cell in row]
    except (pa.ArrowException, OSError, ValueError) as problem:
        raise FileDamaged(detail=str(problem)[:200]) from problem


def _excel_rows(packed: BytesIO, sheet: str) -> Iterator[list[str]]:
    try:
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
    main(*sys.argv[1:3])
