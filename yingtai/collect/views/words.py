"""Reasons in the reader's language."""

from django.utils.translation import gettext

from yingtai.kernel.errors import CATALOGUE


def reason_words(code: str) -> tuple[str, str]:
    """Return what a reason's code means and what to do, in the reader's language."""
    problem = CATALOGUE.get(code)
    if problem is None:
        return code, ""
    title, remedy = gettext(problem.title), gettext(problem.remedy)
    # A reason of many lines has no facts of one of them to fill in.
    return title.replace("{", "").replace("}", ""), remedy
