"""Whose file is read next: threads for files are few, and whoever sends slowly gives way to who waits."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from yingtai.web.bodies import Body
from yingtai.web.turns import Turns

LOOK_SECONDS = 8.0
"""Whoever waits looks so often for a file that could give way; shorter than they wait, longer than a line falters."""
FAIR_BYTES_PER_SECOND = 512 * 1024
"""A file that comes at this speed keeps its turn whoever waits: the largest is through in about an hour."""


class Uploads:
    """Lets so many files be read at once, one of each client.

    Alone, a file may come as slowly as any body. While others wait, the slowest below the fair speed gives way: the
    few who have all turns cannot keep them by sending hardly anything.
    """

    def __init__(self, most: int) -> None:
        self._all, self._own = Turns(most), Turns(1)
        self._read: set[Body] = set()

    @asynccontextmanager
    async def turn(self, client: str, body: Body) -> AsyncIterator[None]:
        """Wait for one's turn.

        Raises: Busy, TooMany
        """
        async with self._own.turn(client):
            asking = asyncio.create_task(self._ask_for_room())
            try:
                async with self._all.turn("everybody"):
                    asking.cancel()
                    self._read.add(body)
                    try:
                        yield
                    finally:
                        self._read.discard(body)
            finally:
                asking.cancel()
                with suppress(asyncio.CancelledError):
                    await asking

    async def _ask_for_room(self) -> None:
        while True:
            before = {body: body.received for body in self._read}
            await asyncio.sleep(LOOK_SECONDS)
            came = {body: body.received - count for body, count in before.items() if body in self._read}
            slow = [body for body, count in came.items() if count < FAIR_BYTES_PER_SECOND * LOOK_SECONDS]
            coming = [body for body in slow if not (body.is_complete or body.gives_way)]
            if coming:
                min(coming, key=lambda body: came[body]).gives_way = True
