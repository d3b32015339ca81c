"""Lists: which columns there are, what sorts and filters them by address, and the views somebody keeps by name.

A module registers its list once; the page draws it with `list_tools`, `list_head` and `cell` (`README.md`).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import parse_qsl, urlencode

from django.http import HttpRequest
from django.urls import reverse

from yingtai.kernel.contributions import Catalogue
from yingtai.ui.components import Text

LONGEST_QUERY = 500
COOKIE = "columns-"


@dataclass(frozen=True, kw_only=True)
class Column:
    """A column of a list.

    is_heading  names the row; it can not be left out
    is_extra    is left out until somebody chooses it
    """

    name: str
    title: Text
    is_sorted: bool = False
    is_numeric: bool = False
    is_heading: bool = False
    is_extra: bool = False

    @property
    def sorts(self) -> tuple[str, ...]:
        """The sorts it stands for, as an address writes them."""
        return (self.name, f"-{self.name}") if self.is_sorted else ()


@dataclass(frozen=True, kw_only=True)
class ListKind:
    """A list: where it stands, its columns, which of its filters stand in the address, how it is usually sorted.

    filters  names of filters without anything personal: they are kept in views and stand in logs
    """

    name: str
    url_name: str
    columns: tuple[Column, ...]
    filters: tuple[str, ...] = ()
    sort: str = ""

    @property
    def url(self) -> str:
        return reverse(self.url_name)

    def url_with(self, query: str) -> str:
        """Return the address of the list with what of a query is kept."""
        kept = self.kept(query)
        return f"{self.url}?{kept}" if kept else self.url

    def kept(self, query: str) -> str:
        """Return what of a query is kept: the filters and a sort of this list."""
        names = {*self.filters, "sort"}
        sorts = {sort for column in self.columns for sort in column.sorts}
        given = {name: value for name, value in parse_qsl(query[:LONGEST_QUERY]) if name in names}
        if given.get("sort", "") not in sorts:
            given.pop("sort", None)
        return urlencode(given)


@dataclass(frozen=True)
class KeptView:
    """A view somebody keeps: a name for a query."""

    name: str
    url: str
    remove_url: str
    is_current: bool = False


@dataclass(frozen=True)
class Keeping:
    """Where views are kept: how to read somebody's, and where a form posts a new one (`list`, `name`, `query`)."""

    views: Callable[[HttpRequest, ListKind], Sequence[KeptView]]
    save_url_name: str


@dataclass(frozen=True, kw_only=True)
class Listing:
    """A list as one page draws it."""

    kind: ListKind
    columns: tuple[Column, ...]
    choosable: tuple[Column, ...]
    sort: str
    query: str
    views: Sequence[KeptView] = ()
    save_url: str = ""
    is_bulk: bool = False
    sheet_url: str = ""
    taken: Any = None

    @property
    def shown(self) -> frozenset[str]:
        return frozenset(column.name for column in self.columns)

    @property
    def width(self) -> int:
        """How many cells a row has."""
        return len(self.columns) + self.is_bulk


list_kinds: Catalogue[ListKind] = Catalogue("lists")
"""Every list by its name, so that what is kept of one can be checked."""
_keeping: list[Keeping | None] = [None]


def install(keeping: Keeping) -> None:
    """Let this keep people's views. The module that owns staff installs it at start."""
    _keeping[0] = keeping


def listing(
    request: HttpRequest,
    kind: ListKind,
    *,
    without: Sequence[str] = (),
    unsorted: Sequence[str] = (),
    is_bulk: bool = False,
) -> Listing:
    """Return a list as the reader wants it.

    In: without   columns that say nothing here, such as the brand to whoever works in one
        unsorted  columns that this reader may not sort by
        is_bulk   rows can be ticked
    """
    possible = [
        replace(column, is_sorted=column.is_sorted and column.name not in unsorted)
        for column in kind.columns
        if column.name not in without
    ]
    chosen = _chosen(request.COOKIES, kind)
    columns = tuple(
        column
        for column in possible
        if column.is_heading or (column.name in chosen if chosen is not None else not column.is_extra)
    )
    keeping = _keeping[0]
    sort = request.GET.get("sort", "")
    sorts = {sort for column in possible for sort in column.sorts}
    return Listing(
        kind=kind,
        columns=columns,
        choosable=tuple(column for column in possible if not column.is_heading),
        sort=sort if sort in sorts else kind.sort,
        query=kind.kept(request.GET.urlencode()),
        views=keeping.views(request, kind) if keeping else (),
        save_url=reverse(keeping.save_url_name) if keeping else "",
        is_bulk=is_bulk,
        sheet_url=_sheet_url(request, kind),
        taken=_taken(request, columns),
    )


def _sheet_url(request: HttpRequest, kind: ListKind) -> str:
    if not getattr(request, "can_be_taken", False):
        return ""
    query = kind.kept(request.GET.urlencode())
    return f"{request.path}?{query}&as=csv" if query else f"{request.path}?as=csv"


def _taken(request: HttpRequest, columns: tuple[Column, ...]) -> Any:
    taken = getattr(request, "taken", None)
    if taken is not None:
        taken.columns = columns
    return taken


def cookie_of(kind: ListKind) -> str:
    """Return the name of the cookie that remembers which columns somebody chose."""
    return COOKIE + kind.name


def _chosen(cookies: Mapping[str, str], kind: ListKind) -> set[str] | None:
    """Return the names of the columns somebody chose, or None when they never did."""
    kept: Any = cookies.get(cookie_of(kind))
    return None if kept is None else set(kept.split("."))
