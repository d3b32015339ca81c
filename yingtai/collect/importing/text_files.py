"""Files of text as tables, CSV and JSON lines: what cannot be read is refused, and reading goes on a line below."""

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

import msgspec

from yingtai.collect.errors import (
    CellNotReadable,
    CellsTooFew,
    CellsTooMany,
    CellTooLarge,
    FileDamaged,
    FileGivenUp,
    FileMostlyEmpty,
    LineNotReadable,
    LineTooLong,
    QuoteNotClosed,
)
from yingtai.collect.importing.cells import as_text
from yingtai.collect.importing.mapping import FileOptions
from yingtai.collect.importing.opening import Form, Origin, unpacked
from yingtai.collect.importing.table import (
    LINES_LOOKED_AT,
    MOST_COLUMNS,
    PATIENCE_SHARE,
    Line,
    Patience,
    Refuse,
    Table,
    is_clean,
    named_columns,
    numbered_columns,
    titles_above,
)
from yingtai.kernel.errors import ProductError

LINE_LETTERS = 4_000_000
RECORD_LETTERS = 16_000_000
SKIPPED_LETTERS = 64_000_000
"""What is passed over to find the end of a line, and what one record may hold over many lines: a packed file of a few
kilobytes may unpack to one line of many gigabytes."""
CELL_LETTERS = 131_072
MOST_LINES_IN_ONE = 50
MOST_EMPTY_LINES = 2_000_000
"""A spreadsheet saved to its very end has a million; a packed file of a few kilobytes may have milliards."""
MOST_WIDE_CELLS = 20_000_000
"""So many cells may stand in lines that are wider than any table."""


def open_csv(origin: Origin, form: Form, options: FileOptions) -> Table:
    patience = Patience()
    first = [line.cells for line in islice(_records(origin, form, patience.refuse), LINES_LOOKED_AT)]
    if not first:
        raise patience.why_nothing
    titles = titles_above(first) if options.header else 0
    header = named_columns(first[titles]) if options.header else numbered_columns(len(first[0]))

    def lines(refuse: Refuse) -> Iterator[Line]:
        records = _records(origin, form, refuse)
        if options.header:
            next(islice(records, titles, None), None)
        return _of_width(records, len(header), refuse)

    return Table(form, header, lines)


def _of_width(records: Iterator[Line], width: int, refuse: Refuse) -> Iterator[Line]:
    for line in records:
        count = len(line.cells)
        if count == width:
            yield line
        elif count > width and not any(line.cells[width:]):
            yield Line(line.number, line.cells[:width])
        else:
            refuse(line.number, "", CellsTooMany if count > width else CellsTooFew, "")


def _records(origin: Origin, form: Form, refuse: Refuse) -> Iterator[Line]:
    """Read records; a record that cannot be read is refused, and reading goes on with the next line."""
    csv.field_size_limit(CELL_LETTERS)
    with unpacked(origin, is_gzip=form.is_gzip) as stream:
        stream.read(form.start)
        text = io.TextIOWrapper(stream, encoding=form.encoding, errors="surrogateescape", newline="")
        latest, widths, said = Latest(), Widths(), set[int]()

        def refuse_giant(line: int, column: str, reason: type[ProductError], value: str) -> None:
            said.add(line)
            refuse(line, column, reason, value)

        def refuse_swallowed(first: int) -> None:
            for swallowed in range(first, reader.line_num + 1):
                if swallowed not in said:
                    refuse(swallowed, "", QuoteNotClosed, "")

        reader = csv.reader(_watched(_lines(text, refuse_giant), latest), delimiter=form.delimiter)
        number = 1
        while True:
            latest.letters = 0
            try:
                cells = next(reader)
            except StopIteration:
                return
            except csv.Error:
                # A cell of several lines that grows too large is a quote that somebody forgot to close.
                if reader.line_num > number:
                    refuse_swallowed(number)
                else:
                    refuse(number, "", CellTooLarge, "")
                number = reader.line_num + 1
                continue
            if reader.line_num > number and (
                reader.line_num - number > MOST_LINES_IN_ONE or '"' not in latest.line
            ):
                refuse_swallowed(number)
            elif not widths.has_any(cells, number):
                pass
            elif not is_clean(cells):
                refuse(number, "", CellNotReadable, "")
            else:
                yield Line(number, cells)
            number = reader.line_num + 1


class Widths:
    """Looks at how much stands in the records of a file: nothing at all, as below the last row of a spreadsheet that
    was saved to its end, or more cells than a table can have."""

    def __init__(self) -> None:
        self._empty, self._filled, self._wide, self._wide_cells = 0, 0, 0, 0

    def has_any(self, cells: list[str], number: int) -> bool:
        """Say whether anything stands in a record.

        Raises: FileGivenUp, FileMostlyEmpty
        """
        if len(cells) > MOST_COLUMNS:
            self._wide, self._wide_cells = self._wide + 1, self._wide_cells + len(cells)
            if self._wide_cells > MOST_WIDE_CELLS:
                raise FileGivenUp(rejected=f"{self._wide:,}", rows=f"{number:,}")
        if any(cells):
            self._filled += 1
            return True
        self._empty += 1
        if self._empty > MOST_EMPTY_LINES and self._empty > PATIENCE_SHARE * (self._empty + self._filled):
            raise FileMostlyEmpty(count=f"{MOST_EMPTY_LINES:,}")
        return False


@dataclass
class Latest:
    """The latest line of a record, and how much of the record there is so far."""

    line: str = ""
    letters: int = 0


def _watched(lines: Iterator[str], latest: Latest) -> Iterator[str]:
    """Pass lines on and remember the latest: a record of several lines ends where its quote is closed.

    Raises: LineTooLong
    """
    for line in lines:
        latest.line = line
        latest.letters += len(line)
        if latest.letters > RECORD_LETTERS:
            raise LineTooLong(limit="16 MB")
        yield line


def _lines(text: io.TextIOBase, refuse: Refuse) -> Iterator[str]:
    number = 0
    while line := _read_line(text):
        number += 1
        if len(line) == LINE_LETTERS and line[-1] not in "\r\n":
            _skip_line(text)
            refuse(number, "", CellTooLarge, "")
            line = "\n"
        yield line


def _skip_line(text: io.TextIOBase) -> None:
    """Pass over the rest of a line.

    Raises: LineTooLong
    """
    skipped = LINE_LETTERS
    while (rest := _read_line(text)) and rest[-1] not in "\r\n":
        skipped += len(rest)
        if skipped > SKIPPED_LETTERS:
            raise LineTooLong(limit="64 MB")


def _read_line(text: io.TextIOBase) -> str:
    try:
        return text.readline(LINE_LETTERS)
    except UnicodeError as problem:
        # Some decoders give up whatever they are told to do about single bytes.
        raise FileDamaged(detail=f"it is not written in {getattr(text, 'encoding', '')}") from problem


def open_json(origin: Origin, form: Form) -> Table:
    names: dict[str, None] = {}
    patience = Patience()
    for place, (_, values) in enumerate(_objects(origin, form, patience.refuse)):
        names |= dict.fromkeys(values)
        if place == 1_000 or len(names) > MOST_COLUMNS:
            break
    if not names:
        raise patience.why_nothing
    header = named_columns(names)

    def lines(refuse: Refuse) -> Iterator[Line]:
        for number, values in _objects(origin, form, refuse):
            cells = [values.get(name) for name in header]
            if is_clean([cell for cell in cells if cell]):
                yield Line(number, cells)
            else:
                refuse(number, "", CellNotReadable, "")

    return Table(form, header, lines)


def _objects(origin: Origin, form: Form, refuse: Refuse) -> Iterator[tuple[int, dict[str, str | None]]]:
    with unpacked(origin, is_gzip=form.is_gzip) as stream:
        stream.read(form.start)
        text = io.TextIOWrapper(stream, encoding=form.encoding, errors="surrogateescape", newline="\n")
        widths = Widths()
        for number, line in enumerate(_lines(text, refuse), start=1):
            if not widths.has_any([line.strip()], number):
                continue
            try:
                value = msgspec.json.decode(line)
            except (msgspec.DecodeError, UnicodeError, RecursionError, ValueError):
                value = None
            if not isinstance(value, dict):
                refuse(number, "", LineNotReadable, "")
                continue
            yield number, _flat(value)


def _flat(value: dict[str, Any], before: str = "", depth: int = 0) -> dict[str, str | None]:
    flat: dict[str, str | None] = {}
    for name, inner in value.items():
        if isinstance(inner, dict) and depth < 5:
            flat |= _flat(inner, f"{before}{name}.", depth + 1)
        else:
            flat[f"{before}{name}"] = as_text(inner)
    return flat
