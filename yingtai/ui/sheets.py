"""Lists to take along: the rows as they are shown, with the same columns, masked alike, as CSV."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import wraps
from html.parser import HTMLParser
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from yingtai.kernel.spreadsheets import sheet
from yingtai.ui.downloads import call_download
from yingtai.ui.formats import number
from yingtai.ui.lists import Column
from yingtai.ui.navigation import current_entry

MOST_ROWS = 1_000
WHOLE_NUMBER = re.compile(r"[-+−]?(\d{1,3}(,\d{3})+|\d+)")
WITHOUT_END = frozenset({"br", "input", "img", "hr", "wbr"})
NOT_TAKEN = frozenset({"button", "svg", "script", "select"})
BREAKS = frozenset({"div", "p", "li", "form", "br"})


@dataclass
class Taken:
    """What of a list was taken so far: a row of texts for each row shown, by the names of its columns."""

    columns: tuple[Column, ...] = ()
    rows: list[dict[str, object]] = field(default_factory=list)
    next_cursor: str | None = None

    def add(self, column: Column, content: str) -> None:
        """Take one cell; the first column begins a row."""
        if column.name == self.columns[0].name:
            self.rows.append({})
        self.rows[-1][column.name] = _value(content, is_numeric=column.is_numeric)


def can_be_taken(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Let the view of a list answer `?as=csv` with up to 1,000 of its rows, as it shows them page by page."""

    @wraps(view)
    def listed(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.GET.get("as") != "csv":
            request.can_be_taken = True  # type: ignore[attr-defined]
            return view(request, *args, **kwargs)
        taken = Taken()
        request.taken, query = taken, request.GET.copy()  # type: ignore[attr-defined]
        query.pop("after", None)
        while True:
            request.GET = query  # type: ignore[assignment]
            view(request, *args, **kwargs)
            if not taken.next_cursor or len(taken.rows) >= MOST_ROWS:
                return _answer(request, taken)
            query = query.copy()
            query["after"] = taken.next_cursor

    return listed


def _answer(request: HttpRequest, taken: Taken) -> HttpResponse:
    names = [column.name for column in taken.columns]
    rows: list[list[object]] = [[row.get(name) for name in names] for row in taken.rows[:MOST_ROWS]]
    if taken.next_cursor or len(taken.rows) > MOST_ROWS:
        rows.append([_("Only the first {count} rows are in this file.").format(count=number(MOST_ROWS))])
    text = sheet([str(column.title) for column in taken.columns], rows)
    response = HttpResponse(text, content_type="text/csv; charset=utf-8")
    entry = current_entry(request.path)
    called = entry.title if entry else request.path.strip("/").replace("/", "-")
    call_download(response, "csv", called, request.acting.at)  # type: ignore[attr-defined]
    return response


def _value(content: str, *, is_numeric: bool) -> object:
    words = _Words()
    words.feed(content)
    text = words.text()
    return (
        int(text.replace(",", "").replace("−", "-")) if is_numeric and WHOLE_NUMBER.fullmatch(text) else text
    )


class _Words(HTMLParser):
    """What a cell says to whoever reads it: no buttons, nothing that only stands there for machines."""

    def __init__(self) -> None:
        super().__init__()
        self._said: list[str] = []
        self._hidden = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in BREAKS:
            self._said.append("\n")
        given = dict(attrs)
        is_hidden = tag in NOT_TAKEN or "data-not-taken" in given or "hidden" in given
        if tag not in WITHOUT_END and (self._hidden or is_hidden):
            self._hidden += 1

    def handle_endtag(self, tag: str) -> None:
        if tag not in WITHOUT_END and self._hidden:
            self._hidden -= 1
        elif tag in BREAKS:
            self._said.append("\n")

    def handle_data(self, data: str) -> None:
        if not self._hidden:
            self._said.append(re.sub(r"\s+", " ", data))

    def text(self) -> str:
        lines = [" ".join(line.split()) for line in "".join(self._said).split("\n")]
        return "; ".join(line for line in lines if line)
