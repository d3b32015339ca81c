"""Limits of the filters of a template. Pure."""

from collections.abc import Callable
from typing import Any

from liquid.exceptions import FilterArgumentError, FilterError

from yingtai.content import limits

MULTIPLYING_FILTERS = ("replace", "join")


def bounded(name: str, filter_: Callable[..., Any]) -> Callable[..., Any]:
    """Return the filter with its results measured: a few small filters in a row can make a value of any size."""

    def measured(value: Any, *arguments: Any, **options: Any) -> Any:
        if name in MULTIPLYING_FILTERS:
            _refuse_multiplication(value, arguments)
        if name == "round" and any(abs(_as_int(argument)) > 10 for argument in arguments):
            raise FilterArgumentError("round goes to ten digits", token=None)
        made = filter_(value, *arguments, **options)
        if isinstance(made, str) and len(made) > limits.STRING_LENGTH:
            raise FilterError(f"{name} makes a text that is too long", token=None)
        if isinstance(made, list) and len(made) > limits.LIST_LENGTH:
            raise FilterError(f"{name} makes a list that is too long", token=None)
        if isinstance(made, int | float) and abs(made) > limits.LARGEST_NUMBER:
            raise FilterError(f"{name} makes a number that is too large", token=None)
        return made

    for mark in ("with_context", "with_environment", "filter_async"):
        if hasattr(filter_, mark):
            setattr(measured, mark, getattr(filter_, mark))
    return measured


def _refuse_multiplication(value: Any, arguments: tuple[Any, ...]) -> None:
    pieces = [len(str(argument)) for argument in arguments]
    size = len(value) if isinstance(value, str | list) else 0
    if (size + 1) * (max(pieces, default=0) + 1) > 10 * limits.STRING_LENGTH:
        raise FilterError("it makes a text that is too long", token=None)


def _as_int(value: Any) -> int:
    return int(value) if isinstance(value, int | float) or (isinstance(value, str) and value.isdigit()) else 0
