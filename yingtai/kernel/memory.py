"""How a process that handles millions of objects at once goes about memory."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def without_looking_for_cycles() -> Iterator[None]:
    """Leave Python's search for cycles out while many objects are made that refer to nothing back.

    They are freed by their count all the same; to look through all of them again and again took a tenth of the time
    of a load. Within another such block, or where the search is off anyway, it changes nothing.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()
