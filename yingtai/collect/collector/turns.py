"""Whose turn is it? Work on bodies is done a little at a time, an address after the other.

Bodies may end by the thousand in one moment. Without turns all of them would be worked on before the loop sees
anything else: no heartbeat, no other address, no connection.
"""

import asyncio
from collections import OrderedDict, deque
from collections.abc import Callable
from time import monotonic
from typing import Any, TypeVar

from yingtai.kernel.errors import ProductError

Result = TypeVar("Result")
Job = tuple[Callable[[], Any], asyncio.Future[Any]]

TURN_SECONDS = 0.005
"""How long we work before the loop looks at everything else; one body more may take some 50 ms."""


class Turns:
    """A line for each address; the first of each in turn."""

    def __init__(self) -> None:
        self._lines: OrderedDict[str, deque[Job]] = OrderedDict()

    async def take(self, address: str, work: Callable[[], Result]) -> Result:
        """Wait for the turn of an address, do the work, and return or raise what it does."""
        loop = asyncio.get_running_loop()
        done: asyncio.Future[Result] = loop.create_future()
        if not self._lines:
            loop.call_soon(self._work)
        self._lines.setdefault(address, deque()).append((work, done))
        return await done

    def _work(self) -> None:
        end = monotonic() + TURN_SECONDS
        while self._lines:
            _do(*self._next())
            if monotonic() > end:
                break
        if self._lines:
            asyncio.get_running_loop().call_soon(self._work)

    def _next(self) -> Job:
        address, line = self._lines.popitem(last=False)
        job = line.popleft()
        if line:
            self._lines[address] = line
        return job


def _do(work: Callable[[], Any], done: asyncio.Future[Any]) -> None:
    if done.done():
        return  # whoever waited hung up
    try:
        result = work()
    except Exception as problem:  # it is raised where the work was asked for
        done.set_exception(problem)
        if isinstance(problem, ProductError):
            done.exception()  # a refusal that nobody waits for any more is no error to log
    else:
        done.set_result(result)
