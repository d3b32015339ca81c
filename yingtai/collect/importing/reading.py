"""Files of any format we read as tables, with the line each came from.

What one line cannot say is reported and passed over; what spoils the whole file is a ProductError.
"""

import contextlib
from collections.abc import Iterator
from itertools import islice

from yingtai.collect.errors import (
    CellNotReadable,
    SheetEmpty,
)
from yingtai.collect.importing import apart
from yingtai.collect.importing.mapping import FileOptions
from yingtai.collect.importing.opening import CSV, EXCEL, JSON_LINES, Form, Origin, find_form
from yingtai.collect.importing.table import (
    LINES_LOOKED_AT,
    Line,
    Refuse,
    Table,
    is_clean,
    named_columns,
    numbered_columns,
    titles_above,
)
from yingtai.collect.importing.text_files import open_csv, open_json


def open_table(origin: Origin, options: FileOptions) -> Table:
    """Open a file of any format we read.

    Raises: FileEmpty, SheetEmpty, FileNotATable, FileDamaged, FileTooLarge, EncodingNotKnown, ColumnTwice, and the
            reason of the first line when none can be used
    """
    form = find_form(origin, options)
    if form.format == CSV:
        return open_csv(origin, form, options)
    if form.format == JSON_LINES:
        return open_json(origin, form)
    if form.format == EXCEL:
        return _open_excel(origin, form, options)
    return _open_parquet(origin, form)


# Excel


def _open_excel(origin: Origin, form: Form, options: FileOptions) -> Table:
    filled = (
        (row, number) for number, row in enumerate(apart.rows(origin, apart.EXCEL, options.sheet)) if any(row)
    )
    first = list(islice(filled, LINES_LOOKED_AT))
    if not first:
        raise SheetEmpty
    row, skipped = first[titles_above([row for row, _ in first]) if options.header else 0]
    header = named_columns(row) if options.header else numbered_columns(len(row))
    width = len(header)
    skipped += 1 if options.header else 0

    def lines(refuse: Refuse) -> Iterator[Line]:
        for number, row in enumerate(apart.rows(origin, apart.EXCEL, options.sheet), start=1):
            if number <= skipped or not any(row):
                continue
            cells = [cell or None for cell in row[:width]]
            if is_clean([cell for cell in cells if cell]):
                yield Line(number, cells + [None] * (width - len(cells)))
            else:
                refuse(number, "", CellNotReadable, "")

    return Table(form, header, lines)


# Parquet


def _open_parquet(origin: Origin, form: Form) -> Table:
    with contextlib.closing(apart.rows(origin, apart.PARQUET)) as found:
        header = named_columns(next(found, ()))

    def lines(refuse: Refuse) -> Iterator[Line]:
        for number, row in enumerate(islice(apart.rows(origin, apart.PARQUET), 1, None), start=1):
            cells = [cell or None for cell in row]
            if is_clean([cell for cell in cells if cell]):
                yield Line(number, cells)
            else:
                refuse(number, "", CellNotReadable, "")

    return Table(form, header, lines)
