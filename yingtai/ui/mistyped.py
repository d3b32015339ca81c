"""Finding what was meant when a word is mistyped: a letter too many, too few, another or two in the wrong order."""

from collections.abc import Callable, Iterable
from difflib import SequenceMatcher
from typing import Protocol, TypeVar

from yingtai.kernel.pages import Page

ALIKE = 0.75
SHORTEST, LONGEST = 4, 40
"""Of shorter words too many are alike; longer texts are not compared, so that an answer stays quick."""
MOST_PAGES = 4


class Named(Protocol):
    """A row that is found by its name."""

    @property
    def name(self) -> str: ...


Row = TypeVar("Row", bound=Named)
Thing = TypeVar("Thing")


def is_alike(text: str, name: str) -> bool:
    """Say whether each word of a text resembles a word of a name, or how one begins."""
    words = name.casefold().split()
    typed = text.casefold().split()
    return 0 < len(text) <= LONGEST and all(any(_resembles(one, word) for word in words) for one in typed)


def matching(text: str, named: Iterable[tuple[str, Thing]]) -> list[Thing]:
    """Return what has a text in its name; when nothing has, what is named alike."""
    known = list(named)
    holding = [one for name, one in known if text.casefold() in name.casefold()]
    return holding or [one for name, one in known if is_alike(text, name)]


def rows_named(text: str, page_of: Callable[[str, str | None], Page[Row]]) -> list[Row]:
    """Return the rows whose name holds a text; when none does, those of the first pages that are named alike.

    In: page_of  `page_of(search, after)`, a page of a list that the reader may see
    """
    found = list(page_of(text, None).rows)
    if found or not SHORTEST <= len(text) <= LONGEST:
        return found
    after: str | None = None
    for _page in range(MOST_PAGES):
        page = page_of("", after)
        found += [row for row in page.rows if is_alike(text, row.name)]
        after = page.next_cursor
        if after is None:
            break
    return found


def _resembles(typed: str, word: str) -> bool:
    if len(typed) < SHORTEST:
        return typed in word
    return any(
        SequenceMatcher(None, typed, part, autojunk=False).ratio() >= ALIKE
        for part in {word, word[: len(typed)]}
    )
