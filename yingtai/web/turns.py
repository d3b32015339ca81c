"""Who is answered next: nobody takes all threads, so one who asks a lot waits for themself only."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

WAIT_SECONDS = 30.0


class Busy(Exception):
    """The client asked for so much at once that this was not begun in time."""


class Turns:
    """Lets each client have so many requests under way at once; the others of that client wait in order."""

    def __init__(self, each: int) -> None:
        self._each = each
        self._gates: dict[str, asyncio.Semaphore] = {}
        self._users: Counter[str] = Counter()

    @asynccontextmanager
    async def turn(self, client: str) -> AsyncIterator[None]:
        """Wait for one's turn.

        Raises: Busy
        """
        gate = self._gates.setdefault(client, asyncio.Semaphore(self._each))
        self._users[client] += 1
        try:
            await self._enter(gate)
            try:
                yield
            finally:
                gate.release()
        finally:
            self._users[client] -= 1
            if not self._users[client]:
                del self._users[client], self._gates[client]

    async def _enter(self, gate: asyncio.Semaphore) -> None:
        try:
            await asyncio.wait_for(gate.acquire(), WAIT_SECONDS)
        except TimeoutError:
            raise Busy from None
