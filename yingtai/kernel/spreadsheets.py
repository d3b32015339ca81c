"""Tables for people to open in a spreadsheet, in which no cell can be taken for a formula."""

import csv
import re
import unicodedata
from collections.abc import Iterable, Sequence
from io import StringIO

DANGEROUS = ("=", "+", "-", "@", "\t", "\r", "|", "%")
UNSEEN = {"Cf", "Cc", "Zs", "Zl", "Zp"}
"""Kinds of characters before which a spreadsheet sees the next one first."""
AFTER_A_CUT = re.compile(r"(?<=[^\s])(\s*[;\t\n]\s*)(?=[=+@|%＝＋＠])")
"""Where a cell goes on as another one for a spreadsheet that divides at semicolons."""
BYTE_ORDER_MARK = "\ufeff"


def plain_cell(text: str) -> str:
    """Return a text that no spreadsheet takes for a formula."""
    begins = unicodedata.normalize("NFKC", text[:20])
    seen = next((letter for letter in begins if unicodedata.category(letter) not in UNSEEN), "")
    text = AFTER_A_CUT.sub(r"\1'", text)
    return f"'{text}" if text.startswith(DANGEROUS) or seen in DANGEROUS else text


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
