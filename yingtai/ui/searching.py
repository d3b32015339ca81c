"""The search of the frame: every module says what it finds; here it is asked, filtered and put in order."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from yingtai.kernel.acting import Acting, decide
from yingtai.kernel.contributions import Searcher, searchers
from yingtai.kernel.errors import ProductError
from yingtai.kernel.http import ActingRequest, words_of
from yingtai.ui.mistyped import matching
from yingtai.ui.navigation import SECTIONS, Text, entries, may_open
from yingtai.ui.panels import Found

LONGEST = 320
SHOWN = 6
LANGUAGES = ("en", "zh-hans")


@dataclass(frozen=True)
class Group:
    """What one module found, or why it could not look."""

    title: Any
    found: Sequence[Found] = ()
    problem: dict[str, str] | None = None


def look_for(request: ActingRequest, text: str, *, is_typing: bool) -> list[Group]:
    """Return what is found for a text, by module; nothing that the reader may not open.

    In:  is_typing  the text is not complete yet: then only what may be found by its parts is looked for
    """
    asked = text.strip()[:LONGEST]
    if not asked:
        return []
    wanted = [one for one in searchers.all() if not (is_typing and one.takes_whole_values)]
    return [group for one in wanted if (group := _group(request, one, asked))]


def _group(request: ActingRequest, one: Searcher, asked: str) -> Group | None:
    try:
        found = [found for found in one.find(request.acting, asked) if may_open(request, found.url)]
    except ProductError as problem:
        title, remedy = words_of(problem)
        return Group(one.title, problem={"title": title, "remedy": remedy})
    return Group(one.title, found[:SHOWN]) if found else None


def find_pages(acting: Acting, text: str) -> list[Found]:
    """Return the pages of the navigation whose name, in any of our languages, holds a text or resembles it."""
    sections = {section.name: section.title for section in SECTIONS}
    named = [(" ".join(_names(entry.title, sections[entry.section])), entry) for entry in entries.all()]
    return [
        Found(title=str(entry.title), url=url, note=_unless_same(sections[entry.section], entry.title))
        for entry in matching(text, named)
        if (not entry.place or decide(acting, entry.action, entry.label, entry.place).allowed)
        and (url := _url(entry.url_name))
    ]


def _unless_same(note: Text, title: Text) -> str:
    return "" if str(note) == str(title) else str(note)


def said_in_every_language(*texts: Text) -> str:
    """Return texts in all of our languages, so that a reader of one finds what was named in another."""
    return " ".join(_names(*texts))


def is_open(request: HttpRequest) -> bool:
    """Say whether there is somebody who may search."""
    return getattr(request, "acting", None) is not None and request.user.is_authenticated


def _names(*texts: Text) -> Iterator[str]:
    for language in LANGUAGES:
        with translation.override(language):
            yield from [str(text) for text in texts]


def _url(url_name: str) -> str:
    try:
        return reverse(url_name)
    except NoReverseMatch:
        return ""


searchers.register("ui.pages", Searcher(_("Pages"), find_pages), order=10)
