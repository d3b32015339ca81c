"""A file as lines of text cells under named columns, whatever its format, and batches of a few of the columns."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b
from itertools import islice
from statistics import median
from typing import Any, NamedTuple

from yingtai.collect.errors import (
    ColumnNotInFile,
    ColumnTwice,
    FileEmpty,
    FileGivenUp,
    FileNotATable,
    QuoteNotClosed,
)
from yingtai.collect.importing.opening import Form
from yingtai.collect.plan import kept_name
from yingtai.kernel.errors import ProductError

PATIENCE_LINES, PATIENCE_SHARE = 10_000, 0.95
"""A file is given up once more lines than that, and a larger share of what was read, could not be used."""
FEWEST_LINES, LINES_LOOKED_AT = 3, 12
"""So many first lines are looked at for titles above the line that names the columns."""
BATCH_ROWS = 50_000
BATCH_LETTERS = 16_000_000
HASH_BYTES = 16
MOST_COLUMNS = 2_000
MOST_SWALLOWED = 1_000_000
"""So many lines may stand in quotes that somebody forgot to close: what comes after them is read all the same."""
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


def _batch(lines: list[Line], contents: list[bytes], places: list[tuple[str, int]]) -> Batch:
    columns = {name: [line.cells[place] or None for line in lines] for name, place in places}
    return Batch([line.number for line in lines], columns, contents)


def _digest(joined: str) -> bytes:
    return blake2b(joined.encode("utf-8", "surrogatepass"), digest_size=HASH_BYTES).digest()


def named_columns(cells: Iterable[Any]) -> tuple[str, ...]:
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


def titles_above(rows: Sequence[Cells]) -> int:
    """Return how many of the first lines are titles above the table: they fill half of its columns at most."""
    if len(rows) < FEWEST_LINES:
        return 0
    filled = [[place for place, cell in enumerate(row, 1) if cell and cell.strip()] for row in rows]
    # How wide most of the later lines are: one with a stray comma does not make titles of those before it.
    usual = median(max(places, default=0) for places in filled[len(rows) // 2 :])
    return next((place for place, places in enumerate(filled) if 2 * len(places) > usual), 0)


def numbered_columns(count: int) -> tuple[str, ...]:
    return tuple(f"column {place}" for place in range(1, count + 1))


def is_clean(cells: Sequence[str]) -> bool:
    """Say whether all bytes could be decoded and no null character is inside."""
    joined = "".join(cells)
    if joined.isascii():
        return "\0" not in joined
    return "\0" not in joined and not any("\ud800" <= sign <= "\udfff" for sign in joined)
