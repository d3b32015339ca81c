"""Tables for people to open in a spreadsheet, in which no cell can be taken for a formula."""

import csv
from collections.abc import Iterable, Sequence
from io import StringIO

DANGEROUS = ("=", "+", "-", "@", "\t", "\r", "|", "%")
BYTE_ORDER_MARK = "\ufeff"


def plain_cell(text: str) -> str:
    """Return a text that no spreadsheet takes for a formula."""
    return f"'{text}" if text.startswith(DANGEROUS) else text


def sheet(header: Sequence[object], rows: Iterable[Sequence[object]]) -> str:
    """Return a table as CSV; numbers stay numbers, missing is empty.

    Its mark at the beginning lets spreadsheets read Chinese rightly.
    """
    into = StringIO()
    writer = csv.writer(into)
    writer.writerows(_plain(row) for row in (header, *rows))
    return BYTE_ORDER_MARK + into.getvalue()


def _plain(row: Sequence[object]) -> list[object]:
    return [cell if cell is None or isinstance(cell, int | float) else plain_cell(str(cell)) for cell in row]
