"""Reasons in the reader's language."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext

from yingtai.kernel.errors import CATALOGUE
from yingtai.kernel.http import words_of


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
