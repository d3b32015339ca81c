"""Reasons in the reader's language."""

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

from django.utils.translation import get_language, gettext, override

from yingtai.collect.errors import MappingKeyMissing
from yingtai.collect.forms import TARGETS
from yingtai.kernel.errors import CATALOGUE, ProductError
from yingtai.kernel.http import words_of
from yingtai.ui.components import Problem


def reason_words(code: str, facts: Mapping[str, Any] | None = None) -> tuple[str, str]:
    """Return what a reason's code means and what to do, in the reader's language, with the facts of one case."""
    problem = CATALOGUE.get(code)
    if problem is None:
        return code, ""
    if facts:
        return words_of(problem(**facts))
    title, remedy = gettext(problem.title), gettext(problem.remedy)
    # A reason of many lines has no facts of one of them to fill in.
    return title.replace("{", "").replace("}", ""), remedy


def in_sentences(title: str, remedy: str) -> str:
    """Return a title and what to do as two sentences, with the full stop of the reader's language."""
    return gettext("{title}. {remedy}").format(title=title, remedy=remedy) if remedy else title


def reasons_in_words() -> Callable[[str], str]:
    """Return what says a reason in the language of this request, also after it was answered: files are streamed."""
    language = get_language()

    @lru_cache(maxsize=500)
    def words(code: str) -> str:
        with override(language):
            return in_sentences(*reason_words(code))

    return words


def in_words_of_the_page(problem: ProductError) -> ProductError | Problem:
    """Return a problem of a mapping as the page calls its parts: the columns' meanings, not the keys of a file."""
    if not isinstance(problem, MappingKeyMissing):
        return problem
    meaning = str(TARGETS.get(str(problem.facts["key"]), problem.facts["key"]))
    return Problem(
        title=gettext("No column stands for “{meaning}” yet").format(meaning=meaning),
        remedy=gettext("Choose it for one of the columns, under “Means”."),
    )
