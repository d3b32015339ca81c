"""Questions that the lake refuses are our own mistakes, whatever page they break: each is noted for whoever runs this.

What the engine says may quote a value, so the note says which error it was and from where in our program it was asked.
"""

import inspect
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

from yingtai.lake.errors import QueryCannotBeTranslated, QueryNotAllowed, QueryNotUnderstood

REFUSALS = (QueryNotUnderstood, QueryNotAllowed, QueryCannotBeTranslated)
PACKAGE = Path(__file__).parents[1]
HERE = Path(__file__).parent

log = logging.getLogger(__name__)


@contextmanager
def refusals_noted() -> Iterator[None]:
    """Note in the log a question that is refused, once, and let its error pass."""
    try:
        yield
    except REFUSALS as problem:
        kind = type(problem.__cause__).__name__ if problem.__cause__ else "-"
        # Read by the page of operations: code, kind, place.
        log.error("refused %s %s %s", problem.code, kind, _place(inspect.currentframe()))
        raise


def _place(frame: FrameType | None) -> str:
    """Return the nearest place of the product that is not the lake's own."""
    while frame is not None:
        path = Path(frame.f_code.co_filename)
        if path.is_relative_to(PACKAGE) and not path.is_relative_to(HERE):
            return f"{path.relative_to(PACKAGE.parent)}:{frame.f_lineno} {frame.f_code.co_name}"
        frame = frame.f_back
    return "-"
