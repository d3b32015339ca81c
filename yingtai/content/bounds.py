"""Limits inside a template: what a range, a filter and its arguments may hold. Pure.

The engine counts turns of loops and characters written, and looks at the clock between steps. Inside one step it can
do neither, so that each step is bounded by the size of what it is given, before it begins.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sized
from typing import Any

from django.utils.translation import gettext_noop
from liquid import RenderContext
from liquid.ast import Node
from liquid.builtin.expressions.primitive import RangeLiteral
from liquid.exceptions import FilterArgumentError, FilterError, ResourceLimitError
from liquid.expression import Expression
from liquid.template import BoundTemplate
from liquid.undefined import is_undefined

from yingtai.content import limits
from yingtai.content.filters import NO_NUMBER

MULTIPLYING_FILTERS = ("replace", "join")
ARITHMETIC_FILTERS = (
    *(
        "abs",
        "at_least",
        "at_most",
        "ceil",
        "divided_by",
        "floor",
        "minus",
        "modulo",
        "plus",
        "round",
        "times",
    ),
    "money",
)
NUMBER = re.compile(r"[+-]?\d{1,20}(\.\d{1,20})?")
COMPARING_FILTERS = ("uniq", "compact", "sort", "sort_natural", "strip_html", "escape_once")
"""These may take the square of what they are given."""
PRESENT = object()


class BoundedRange(RangeLiteral):
    """`(1..n)`, refused before anybody makes a list of it."""

    __slots__ = ()

    def _make_range(self, start: Any, stop: Any) -> range:
        made: range = super()._make_range(start, stop)
        if made.stop - made.start > limits.LIST_LENGTH:
            raise ResourceLimitError(gettext_noop("it counts too far"), token=self.token)
        return made


def bound_ranges(template: BoundTemplate) -> None:
    """Bound every range of a parsed template, however deep it stands."""
    for expression in _expressions(template.nodes, RenderContext(template)):
        if type(expression) is RangeLiteral:
            expression.__class__ = BoundedRange


def bounded(name: str, filter_: Callable[..., Any]) -> Callable[..., Any]:
    """Return the filter with its arguments and its results measured: a few small filters in a row can make a value
    of any size. What is missing stays missing, so that nobody is told they have 0 points."""
    heaviest = limits.COMPARED_LENGTH if name in COMPARING_FILTERS else limits.STRING_LENGTH

    def measured(value: Any, *arguments: Any, **options: Any) -> Any:
        missing = _missing(name, (value, *arguments))
        if missing is not PRESENT:
            return missing
        given = [weight(part) for part in (value, *arguments, *options.values())]
        if sum(given) > heaviest:
            raise FilterError(f"{name} is given too much", token=None)
        if name in MULTIPLYING_FILTERS:
            _refuse_multiplication(value, given)
        if name == "round" and any(abs(_as_int(argument)) > 10 for argument in arguments):
            raise FilterArgumentError(gettext_noop("round goes to ten digits"), token=None)
        made = filter_(value, *arguments, **options)
        if weight(made) > limits.STRING_LENGTH:
            raise FilterError(f"{name} makes more than a mail can hold", token=None)
        return made

    for mark in ("with_context", "with_environment", "filter_async"):
        if hasattr(filter_, mark):
            setattr(measured, mark, getattr(filter_, mark))
    return measured


def _missing(name: str, given: tuple[Any, ...]) -> Any:
    """Return the missing value that a filter would make something of, or PRESENT.

    Raises: FilterArgumentError, when a number is wanted and something else is there
    """
    if name == "default":
        return PRESENT
    if name not in ARITHMETIC_FILTERS:
        return given[0] if is_undefined(given[0]) else PRESENT
    for part in given if name != "money" else given[:1]:
        if is_undefined(part) or part is None or part == "":
            return part
        if isinstance(part, str) and not NUMBER.fullmatch(part.strip()):
            raise FilterArgumentError(NO_NUMBER, token=None)
    return PRESENT


def weight(value: Any) -> int:
    """Return how many characters a value would have as text, about; a list that repeats a text weighs all of it.

    Raises: FilterError, when it is a list of too many or a number that is too large
    """
    if is_undefined(value):
        return 0
    if isinstance(value, str):
        return len(value)
    if isinstance(value, Mapping):
        return sum(weight(part) for pair in value.items() for part in pair)
    if isinstance(value, range | list | tuple | set):
        if _length(value) > limits.LIST_LENGTH:
            raise FilterError(gettext_noop("it makes a list that is too long"), token=None)
        return sum(weight(part) for part in value) + len(value)
    if isinstance(value, int | float) and abs(value) > limits.LARGEST_NUMBER:
        raise FilterError(gettext_noop("it makes a number that is too large"), token=None)
    return 20


def _length(value: Sized) -> int:
    try:
        return len(value)
    except OverflowError:
        return limits.LIST_LENGTH + 1


def _refuse_multiplication(value: Any, given: list[int]) -> None:
    pieces = len(value) if isinstance(value, Sized) else 1
    if given[0] + (pieces + 1) * max(given[1:], default=0) > limits.STRING_LENGTH:
        raise FilterError(gettext_noop("it makes a text that is too long"), token=None)


def _as_int(value: Any) -> int:
    try:
        return int(value)
    except (TypeError, ValueError, OverflowError):
        return 0  # the filter itself refuses what is no number


def _expressions(nodes: Iterable[Node], context: RenderContext) -> Iterable[Expression]:
    for node in nodes:
        for expression in node.expressions():
            yield from _and_inside(expression)
        yield from _expressions(node.children(context, include_partials=False), context)


def _and_inside(expression: Expression) -> Iterable[Expression]:
    yield expression
    for child in expression.children():
        yield from _and_inside(child)
