"""Opening a file: what it is by its first bytes, unpacked, with its encoding and delimiter found out."""

import codecs
import csv
import gzip
import io
import re
import zlib
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import BinaryIO, cast
from unicodedata import category

from yingtai.collect.errors import (
    EncodingNotKnown,
    FileDamaged,
    FileEmpty,
    FileMissing,
    FileNotATable,
    FileTooLarge,
)
from yingtai.collect.importing.mapping import FileOptions

CSV, JSON_LINES, PARQUET, EXCEL = "csv", "jsonl", "parquet", "xlsx"
ENCODINGS = ("utf-8", "gb18030", "utf-16", "windows-1252")
USUAL_NAMES = {
    "ansi": "windows-1252", "gbk": "gb18030", "gb2312": "gb18030", "utf-16": "utf-16-le", "utf16": "utf-16-le",
    "unicode": "utf-16-le", "utf-32": "utf-32-le", "utf-8-sig": "utf-8", "utf8": "utf-8",
}  # fmt: skip
"""What people call encodings; a byte order mark, where there is one, is looked at before."""
DELIMITERS = ",\t;|"
LOOKED_AT_BYTES = 64 * 1024 * 1024
SAMPLE_BYTES = 256 * 1024
STEP = 1024 * 1024
MOST_UNPACKED_BYTES = 20 * 1024**3
TEXT_BYTES = bytes([*b"\t\n\v\f\r\x1a\x1b", *range(32, 127), *range(128, 256)])
"""What text is made of in any encoding of a byte or more; pictures and programs hold the others by the hundred."""
NO_WRITING = frozenset({"Cc", "Cn", "Co", "Cs"})
"""Categories of signs that no name holds: for machines, not given out, for private use, halves of one."""
HIGH_BYTES = bytes(range(128, 256))
ALONE = re.compile(rb"(?<![\x80-\xff])[\x80-\xff](?=[\x00-\x2f\x3a-\x7f]|\Z)")
DAMAGE = (EOFError, zlib.error, gzip.BadGzipFile)

BEGINNINGS = {
    b"\xd0\xcf\x11\xe0": "Excel 97 (.xls)",
    b"%PDF": "PDF",
    b"\x89PNG": "PNG",
    b"\xff\xd8\xff": "JPEG",
    b"GIF8": "GIF",
    b"\x7fELF": "ELF",
    b"SQLite format 3": "SQLite",
    b"7z\xbc\xaf\x27\x1c": "7z",
    b"Rar!": "RAR",
    b"BZh": "bzip2",
    b"\xfd7zXZ": "xz",
    b"\x28\xb5\x2f\xfd": "zstd",
    b"<?xml": "XML",
    b"<!DOC": "HTML",
    b"<html": "HTML",
}
"""What files begin with that people take for tables; the names are the same in every language."""

Opener = Callable[[], BinaryIO]


@dataclass(frozen=True)
class Origin:
    """Where the bytes come from: `open` may be called again and again, and gives a stream that can seek."""

    open: Opener
    size_bytes: int

    @classmethod
    def of_path(cls, path: Path) -> "Origin":
        """Return the origin for a file on disk.

        Raises: FileMissing
        """
        try:
            if not path.is_file():
                raise FileMissing(name=path.name)
            with path.open("rb"):
                return cls(lambda: path.open("rb"), path.stat().st_size)
        except OSError as problem:
            raise FileMissing(name=path.name) from problem

    @classmethod
    def of_bytes(cls, data: bytes) -> "Origin":
        """Return the origin for bytes in memory."""
        return cls(lambda: io.BytesIO(data), len(data))


@dataclass(frozen=True)
class Form:
    """What a file turned out to be. `start` is how many bytes of a byte order mark to pass over."""

    format: str
    is_gzip: bool = False
    encoding: str = "utf-8"
    delimiter: str = ","
    start: int = 0


def find_form(origin: Origin, options: FileOptions) -> Form:
    """Return what the file is; what the options state is not guessed.

    Raises: FileEmpty, FileNotATable, FileDamaged, FileTooLarge, EncodingNotKnown
    """
    with origin.open() as stream:
        head = stream.read(512)
    if not head:
        raise FileEmpty
    is_gzip = head[:2] == b"\x1f\x8b"
    with unpacked(origin, is_gzip=is_gzip) as stream:
        sample = _read(stream, SAMPLE_BYTES)
    form = replace(_form_by_beginning(sample), is_gzip=is_gzip)
    if form.format in {PARQUET, EXCEL}:
        if is_gzip:
            raise FileNotATable(found=f"{form.format} + gzip")
        return form
    form = _with_encoding(origin, form, sample, options)
    text = _decoded(sample[form.start :], form.encoding)
    if not text.strip():
        raise FileEmpty
    if text.lstrip()[:1] == "{":
        return replace(form, format=JSON_LINES)
    if text.lstrip()[:1] == "[" and text.lstrip()[1:].lstrip()[:1] in {"{", "]"}:
        raise FileNotATable(found="JSON [ ]")
    form = replace(form, delimiter=options.delimiter or find_delimiter(text))
    if _is_gibberish(text.lstrip().partition("\n")[0], form.delimiter):
        raise FileNotATable(found="binary")
    return form


def _is_gibberish(first_line: str, delimiter: str) -> bool:
    """Say whether what should name the columns is no writing: signs for machines, or bytes that no letter is made of,
    where there is a single name, or as more than every fourth sign."""
    odd = sum(sign == "\ufffd" or category(sign) in NO_WRITING for sign in first_line.rstrip("\r"))
    return odd > 0 and (delimiter not in first_line or odd * 4 > len(first_line))


def unpacked(origin: Origin, *, is_gzip: bool) -> BinaryIO:
    """Open the file, unpacked; a stream that gives more than 20 GiB breaks off."""
    stream = origin.open()
    if not is_gzip:
        return stream
    return cast(BinaryIO, io.BufferedReader(_Bounded(cast(BinaryIO, gzip.GzipFile(fileobj=stream))), STEP))


def find_delimiter(text: str) -> str:
    """Return the sign that splits the lines of a sample into the same number of cells most often."""
    lines = text.splitlines()[:200]
    best, best_score = ",", 0.0
    for delimiter in DELIMITERS:
        try:
            found = [len(row) for row in csv.reader(lines, delimiter=delimiter) if row]
        except csv.Error:
            continue
        widths = Counter(found)
        width, times = max(widths.items(), key=lambda item: (item[1], item[0]), default=(1, 0))
        # The names of the columns hold no decimal commas: a sign that does not part them parts nothing.
        if found and found[0] == 1:
            continue
        score = times / max(sum(widths.values()), 1) * min(width - 1, 20)
        if score > best_score:
            best, best_score = delimiter, score
    return best


def _form_by_beginning(sample: bytes) -> Form:
    if sample[:4] == b"PAR1":
        return Form(PARQUET)
    if sample[:4] == b"PK\x03\x04":
        return Form(EXCEL)
    start = sample.lstrip()
    for beginning, found in BEGINNINGS.items():
        if start[: len(beginning)].lower() == beginning.lower():
            raise FileNotATable(found=found)
    return Form(CSV)


def _with_encoding(origin: Origin, form: Form, sample: bytes, options: FileOptions) -> Form:
    for mark, encoding in (
        (codecs.BOM_UTF8, "utf-8"),
        (codecs.BOM_UTF16_LE, "utf-16-le"),
        (codecs.BOM_UTF16_BE, "utf-16-be"),
    ):
        if sample.startswith(mark):
            return replace(form, encoding=encoding, start=len(mark))
    if options.encoding:
        return replace(form, encoding=_known_encoding(options.encoding))
    if sample.count(0) > len(sample) // 4:
        odd = sample[1::2].count(0) >= sample[::2].count(0)
        if not odd or sample[1::2].count(0) < len(sample) // 3:
            raise FileNotATable(found="binary")
        return replace(form, encoding="utf-16-le")
    if len(sample.translate(None, TEXT_BYTES)) > len(sample) // 200 + 2:
        raise FileNotATable(found="binary")
    return replace(form, encoding=_find_encoding(origin, form))


def _known_encoding(name: str) -> str:
    wanted = USUAL_NAMES.get(name.lower().replace("_", "-"), name)
    try:
        info = codecs.lookup(wanted)
        "a,1\n".encode(info.name).decode(info.name)
    except (LookupError, ValueError, TypeError) as problem:
        raise EncodingNotKnown(field="file.encoding", name=name) from problem
    if not info._is_text_encoding or info.name in {
        "idna",
        "punycode",
        "unicode_escape",
        "raw_unicode_escape",
    }:
        raise EncodingNotKnown(field="file.encoding", name=name)
    return info.name


def _find_encoding(origin: Origin, form: Form) -> str:
    """Return the encoding with the fewest unreadable places in the first 64 MB; UTF-8 when it is in doubt."""
    wrong, beyond = _wrong_places(origin, form, "utf-8")
    # Text of another encoding is hardly ever right by chance: where more is right than wrong, it is UTF-8 with a few
    # broken places, and the lines they stand in are refused.
    if wrong == 0 or beyond - wrong > wrong:
        return "utf-8"
    wrong, beyond = _wrong_places(origin, form, "gb18030")
    return "gb18030" if wrong / max(beyond, 1) < 0.01 and not _is_western(origin, form) else "windows-1252"


def _is_western(origin: Origin, form: Form) -> bool:
    """Say whether the signs beyond ASCII stand alone between letters, as ü in Müller; Chinese ones come in pairs."""
    with unpacked(origin, is_gzip=form.is_gzip) as stream:
        sample = _read(stream, SAMPLE_BYTES)
    high = len(sample) - len(sample.translate(None, HIGH_BYTES))
    alone = len(ALONE.findall(sample))
    return alone * 2 > high


def _wrong_places(origin: Origin, form: Form, encoding: str) -> tuple[int, int]:
    wrong = beyond = looked = 0
    decoder = codecs.getincrementaldecoder(encoding)("replace")
    with unpacked(origin, is_gzip=form.is_gzip) as stream:
        while looked < LOOKED_AT_BYTES and (part := _read(stream, STEP)):
            looked += len(part)
            if part.isascii() and not decoder.getstate()[0]:
                continue
            text = decoder.decode(part)
            wrong += text.count("\ufffd") - (part.count(b"\xef\xbf\xbd") if encoding == "utf-8" else 0)
            beyond += len(text) - len(text.encode("ascii", "ignore"))
    return wrong, beyond


def _decoded(sample: bytes, encoding: str) -> str:
    # The sample may end within a letter.
    return codecs.getincrementaldecoder(encoding)("replace").decode(sample)


def _read(stream: BinaryIO, count: int) -> bytes:
    try:
        return stream.read(count)
    except DAMAGE as problem:
        raise FileDamaged(detail=str(problem)[:200]) from problem


class _Bounded(io.RawIOBase):
    """A stream that refuses to give more than a file may hold, so that a small file cannot fill the machine."""

    def __init__(self, inner: BinaryIO) -> None:
        self._inner, self._left = inner, MOST_UNPACKED_BYTES

    def readable(self) -> bool:
        return True

    def readinto(self, into: memoryview) -> int:  # type: ignore[override]
        try:
            part = self._inner.read(len(into))
        except DAMAGE as problem:
            raise FileDamaged(detail=str(problem)[:200]) from problem
        self._left -= len(part)
        if self._left < 0:
            raise FileTooLarge(limit="20 GB")
        into[: len(part)] = part
        return len(part)

    def close(self) -> None:
        self._inner.close()
        super().close()
