"""What is wrong with a template that cannot be read: the engine's words, and ours where we have them. Pure."""

import re
from collections.abc import Iterable
from difflib import get_close_matches

from django.utils.translation import gettext_noop
from liquid import Environment
from liquid.exceptions import LiquidError
from liquid.template import BoundTemplate

from yingtai.content.errors import FilterUnknown, TagNotClosed, TagUnknown, TemplateNotUnderstood
from yingtai.kernel.errors import ProductError

SUGGESTED = 3
TAG = re.compile(r"unexpected tag '(\w{1,40})'")
UNCLOSED = re.compile(r"expected tag (\w{1,40}), found")
OURS = (
    (re.compile(r"expected '[}%]}', found end|missing tag name or closing"), gettext_noop("a {{ or {% is not closed")),
    (re.compile(r"unexpected [\"'\\]+"), gettext_noop("a sign stands where none may, or a quotation mark is missing")),
    (re.compile(r"missing expression|found end of expression"), gettext_noop(
        "something is missing inside the tag: a name, or what it is compared with"
    )),
    (re.compile(r"expected end of expression"), gettext_noop(
        "something is left over inside the tag: a filter stands after | and its values after a colon, and == compares"
    )),
)  # fmt: skip


def mistake_in(problem: BaseException, environment: Environment, *, part: str, line: int) -> ProductError:
    """Return what the engine complained of when it read a template."""
    said = words_of_engine(problem)
    if found := TAG.match(said):
        return TagUnknown(part=part, line=line, name=found[1], alike=alike(found[1], environment.tags))
    if found := UNCLOSED.match(said):
        return TagNotClosed(part=part, line=line, name=found[1])
    ours = next((words for pattern, words in OURS if pattern.search(said)), said)
    return TemplateNotUnderstood(part=part, line=line, what=ours)


def require_known_filters(template: BoundTemplate, source: str, *, part: str) -> None:
    """Refuse a filter that there is not, wherever it stands: else it would stop the mails of only some people.

    Raises: FilterUnknown
    """
    known = template.env.filters
    for name, places in template.analyze(include_partials=False).filters.items():
        if name not in known:
            line = source.count("\n", 0, places[0].index) + 1
            raise FilterUnknown(part=part, line=line, name=name[:40], alike=alike(name, known))


def alike(name: str, known: Iterable[str]) -> str:
    """Return the names there are that are most like one."""
    close = get_close_matches(name, known, n=1)
    return " / ".join(close or get_close_matches(name, known, n=SUGGESTED, cutoff=0))


def words_of_engine(problem: BaseException) -> str:
    """Return what the engine says, in one line."""
    if isinstance(problem, RecursionError):
        return gettext_noop("it is nested too deeply")
    if isinstance(problem, LiquidError):
        return str(getattr(problem, "message", None) or problem).partition("\n")[0]
    return str(problem)[:200]
