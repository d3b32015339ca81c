"""Files as batches of text cells, a few columns of them, with the line each came from.

What one line cannot say is reported and passed over; what spoils the whole file is a ProductError.
"""

import contextlib
import csv
import io
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b
from itertools import islice
from statistics import median
from typing import Any, NamedTuple

import msgspec

from yingtai.collect.errors import (
    CellNotReadable,
    CellsTooFew,
    CellsTooMany,
    CellTooLarge,
    ColumnNotInFile,
    ColumnTwice,
    FileDamaged,
    FileEmpty,
    FileGivenUp,
    FileMostlyEmpty,
    FileNotATable,
    LineNotReadable,
    LineTooLong,
    QuoteNotClosed,
    SheetEmpty,
)
from yingtai.collect.importing import apart
from yingtai.collect.importing.cells import as_text
from yingtai.collect.importing.mapping import FileOptions
from yingtai.collect.importing.opening import CSV, EXCEL, JSON_LINES, Form, Origin, find_form, unpacked
from yingtai.collect.plan import kept_name
from yingtai.kernel.errors import ProductError

BATCH_ROWS = 50_000
BATCH_LETTERS = 16_000_000
LINE_LETTERS = 4_000_000
RECORD_LETTERS = 16_000_000
SKIPPED_LETTERS = 64_000_000
"""What is passed over to find the end of a line, and what one record may hold over many lines: a packed file of a few
kilobytes may unpack to one line of many gigabytes."""
CELL_LETTERS = 131_072
HASH_BYTES = 16
MOST_COLUMNS = 2_000
MOST_LINES_IN_ONE = 50
PATIENCE_LINES, PATIENCE_SHARE = 10_000, 0.95
"""A file is given up once more lines than that, and a larger share of what was read, could not be used."""
MOST_SWALLOWED = 1_000_000
"""So many lines may stand in quotes that somebody forgot to close: what comes after them is read all the same."""
MOST_EMPTY_LINES = 2_000_000
"""A spreadsheet saved to its very end has a million; a packed file of a few kilobytes may have milliards."""
MOST_WIDE_CELLS = 20_000_000
"""So many cells may stand in lines that are wider than any table."""
FEWEST_LINES, LINES_LOOKED_AT = 3, 12
"""So many first lines are looked at for titles above the line that names the columns."""

Cells = Sequence[str | None]
Refuse = Callable[[int, str, type[ProductError], str], None]
"""Called with line, column (empty: the whole line), reason and value for each line passed over."""


@dataclass
class Batch:
    """Some lines: their numbers in the file, the cells of the columns asked for, a digest of each whole line."""

    lines: list[int] = field(default_factory=list)
    columns: dict[str, list[str | None]] = field(default_factory=dict)
    contents: list[bytes] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self.lines)


class Line(NamedTuple):
    """One line as a reader found it: its number, all its cells."""

    number: int
    cells: Cells


@dataclass(frozen=True)
class Table:
    """A file, opened: what it is, the names of its columns, and its lines when they are asked for."""

    form: Form
    header: tuple[str, ...]
    open_lines: Callable[[Refuse], Iterator[Line]] = field(repr=False)

    def sample(self, count: int = 20) -> list[Cells]:
        """Return the first lines that can be read.

        Raises: FileGivenUp, FileMostlyEmpty
        """
        patience = Patience()
        return [line.cells for line in islice(patience.lines(self), count)]

    def batches(self, columns: dict[str, str], refuse: Refuse) -> Iterator[Batch]:
        """Return the lines in batches with these columns; `columns` says which key of the mapping needs each.

        Raises: ColumnNotInFile, FileGivenUp, FileMostlyEmpty, and the errors of a file that is damaged further on
        """
        for column, key in columns.items():
            if column not in self.header:
                # The first line of a file without a header holds values: what could tell a person is not said.
                names = dict.fromkeys(kept_name(name) for name in self.header)
                raise ColumnNotInFile(key=key, column=kept_name(column), columns=", ".join(names)[:500])
        places = [(name, self.header.index(name)) for name in columns]
        # A line is known again by what is taken from it, in the order of the mapping's keys: another order of the
        # columns, or a column that nobody uses, makes no other line.
        marks = [
            (key, self.header.index(name)) for name, key in sorted(columns.items(), key=lambda item: item[1])
        ]
        waiting: list[Line] = []
        contents: list[bytes] = []
        letters = 0
        for line in Patience(refuse).lines(self):
            joined = "\x1f".join([f"{key}={line.cells[place] or ''}" for key, place in marks])
            waiting.append(line)
            contents.append(_digest(joined))
            letters += len(joined)
            if len(waiting) == BATCH_ROWS or letters > BATCH_LETTERS:
                yield _batch(waiting, contents, places)
                waiting, contents, letters = [], [], 0
        if waiting:
            yield _batch(waiting, contents, places)


def refuse_hopeless(refused: int, rows: int, *, swallowed: int) -> None:
    """Give up a file of which hardly a line can be used, before it takes hours to say so of each.

    In: swallowed  how many of the refused lines a quote holds that was not closed: they say nothing of the others
    Raises: FileGivenUp
    """
    forgiven = min(swallowed, MOST_SWALLOWED)
    counted = refused - forgiven
    if counted > PATIENCE_LINES and counted > PATIENCE_SHARE * (rows - forgiven):
        raise FileGivenUp(rejected=f"{refused:,}", rows=f"{rows:,}")


class Patience:
    """Counts what a reader can use of a file and what not, and gives up when that is hopeless."""

    def __init__(self, refuse: Refuse = lambda *_: None) -> None:
        self._refuse, self._refused, self._used, self._swallowed = refuse, 0, 0, 0
        self._first: type[ProductError] = FileEmpty

    @property
    def why_nothing(self) -> ProductError:
        """Why a file has no line that can be used: the reason of its first line, or that there is none."""
        return self._first()

    def lines(self, table: Table) -> Iterator[Line]:
        """Return the lines of a table that can be used.

        Raises: FileGivenUp, FileMostlyEmpty
        """
        for line in table.open_lines(self.refuse):
            self._used += 1
            yield line

    def refuse(self, line: int, column: str, reason: type[ProductError], value: str) -> None:
        """Count a line that cannot be used.

        Raises: FileGivenUp
        """
        self._refuse(line, column, reason, value)
        if not self._refused:
            self._first = reason
        self._refused += 1
        self._swallowed += reason is QuoteNotClosed
        refuse_hopeless(self._refused, self._refused + self._used, swallowed=self._swallowed)


def open_table(origin: Origin, options: FileOptions) -> Table:
    """Open a file of any format we read.

    Raises: FileEmpty, SheetEmpty, FileNotATable, FileDamaged, FileTooLarge, EncodingNotKnown, ColumnTwice, and the
            reason of the first line when none can be used
    """
    form = find_form(origin, options)
    if form.format == CSV:
        return _open_csv(origin, form, options)
    if form.format == JSON_LINES:
        return _open_json(origin, form)
    if form.format == EXCEL:
        return _open_excel(origin, form, options)
    return _open_parquet(origin, form)


def _batch(lines: list[Line], contents: list[bytes], places: list[tuple[str, int]]) -> Batch:
    columns = {name: [line.cells[place] or None for line in lines] for name, place in places}
    return Batch([line.number for line in lines], columns, contents)


def _digest(joined: str) -> bytes:
    return blake2b(joined.encode("utf-8", "surrogatepass"), digest_size=HASH_BYTES).digest()


def _named(cells: Iterable[Any]) -> tuple[str, ...]:
    held = list(islice(cells, MOST_COLUMNS + 1))
    names = tuple(
        str(cell or "").strip()[:200] or f"column {place}" for place, cell in enumerate(held, start=1)
    )
    if not names:
        raise FileEmpty
    if len(names) > MOST_COLUMNS:
        raise FileNotATable(found=f"more than {MOST_COLUMNS:,} columns")
    for name in names:
        if names.count(name) > 1:
            raise ColumnTwice(column=kept_name(name))
    return names


def _titles(rows: Sequence[Cells]) -> int:
    """Return how many of the first lines are titles above the table: they fill half of its columns at most."""
    if len(rows) < FEWEST_LINES:
        return 0
    filled = [[place for place, cell in enumerate(row, 1) if cell and cell.strip()] for row in rows]
    # How wide most of the later lines are: one with a stray comma does not make titles of those before it.
    usual = median(max(places, default=0) for places in filled[len(rows) // 2 :])
    return next((place for place, places in enumerate(filled) if 2 * len(places) > usual), 0)


def _numbered(count: int) -> tuple[str, ...]:
    return tuple(f"column {place}" for place in range(1, count + 1))


# CSV


def _open_csv(origin: Origin, form: Form, options: FileOptions) -> Table:
    patience = Patience()
    first = [line.cells for line in islice(_records(origin, form, patience.refuse), LINES_LOOKED_AT)]
    if not first:
        raise patience.why_nothing
    titles = _titles(first) if options.header else 0
    header = _named(first[titles]) if options.header else _numbered(len(first[0]))

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
            elif not _is_clean(cells):
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


def _is_clean(cells: Sequence[str]) -> bool:
    """Say whether all bytes could be decoded and no null character is inside."""
    joined = "".join(cells)
    if joined.isascii():
        return "\0" not in joined
    return "\0" not in joined and not any("\ud800" <= sign <= "\udfff" for sign in joined)


# JSON lines


def _open_json(origin: Origin, form: Form) -> Table:
    names: dict[str, None] = {}
    patience = Patience()
    for place, (_, values) in enumerate(_objects(origin, form, patience.refuse)):
        names |= dict.fromkeys(values)
        if place == 1_000 or len(names) > MOST_COLUMNS:
            break
    if not names:
        raise patience.why_nothing
    header = _named(names)

    def lines(refuse: Refuse) -> Iterator[Line]:
        for number, values in _objects(origin, form, refuse):
            cells = [values.get(name) for name in header]
            if _is_clean([cell for cell in cells if cell]):
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


# Excel


def _open_excel(origin: Origin, form: Form, options: FileOptions) -> Table:
    filled = (
        (row, number) for number, row in enumerate(apart.rows(origin, apart.EXCEL, options.sheet)) if any(row)
    )
    first = list(islice(filled, LINES_LOOKED_AT))
    if not first:
        raise SheetEmpty
    row, skipped = first[_titles([row for row, _ in first]) if options.header else 0]
    header = _named(row) if options.header else _numbered(len(row))
    width = len(header)
    skipped += 1 if options.header else 0

    def lines(refuse: Refuse) -> Iterator[Line]:
        for number, row in enumerate(apart.rows(origin, apart.EXCEL, options.sheet), start=1):
            if number <= skipped or not any(row):
                continue
            cells = [cell or None for cell in row[:width]]
            if _is_clean([cell for cell in cells if cell]):
                yield Line(number, cells + [None] * (width - len(cells)))
            else:
                refuse(number, "", CellNotReadable, "")

    return Table(form, header, lines)


# Parquet


def _open_parquet(origin: Origin, form: Form) -> Table:
    with contextlib.closing(apart.rows(origin, apart.PARQUET)) as found:
        header = _named(next(found, ()))

    def lines(refuse: Refuse) -> Iterator[Line]:
        for number, row in enumerate(islice(apart.rows(origin, apart.PARQUET), 1, None), start=1):
            cells = [cell or None for cell in row]
            if _is_clean([cell for cell in cells if cell]):
                yield Line(number, cells)
            else:
                refuse(number, "", CellNotReadable, "")

    return Table(form, header, lines)
