"""Who is answered next: nobody takes all threads, so one who asks a lot waits for themself only."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

WAIT_SECONDS = 30.0
MOST_WAITING = 100
"""So many requests of one client wait for their turn; a browser opens six connections, an office some dozens."""


class Busy(Exception):
    """There is so much to do that this was not begun in time."""


class TooMany(Busy):
    """The client asks for so much at once that no more of it is kept."""


class Turns:
    """Lets each client have so many requests under way at once; the others of that client wait in order."""

    def __init__(self, each: int, *, waiting: int | None = None) -> None:
        self._each, self._waiting = each, waiting
        self._gates: dict[str, asyncio.Semaphore] = {}
        self._users: Counter[str] = Counter()

    @asynccontextmanager
    async def turn(self, client: str) -> AsyncIterator[None]:
        """Wait for one's turn.

        Raises: Busy, TooMany
        """
        if self._users[client] >= self._each + (MOST_WAITING if self._waiting is None else self._waiting):
            raise TooMany
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


class Room:
    """How many bytes of bodies are held in memory: of each client, and of all together."""

    def __init__(self, *, each: int, most: int) -> None:
        self._each, self._most = each, most
        self._held: Counter[str] = Counter()
        self._total = 0

    def take(self, client: str, count: int) -> None:
        """Hold so many more bytes of a client.

        Raises: TooMany, Busy
        """
        if self._held[client] + count > self._each:
            raise TooMany
        if self._total + count > self._most:
            raise Busy
        self._held[client] += count
        self._total += count

    def give_back(self, client: str, count: int) -> None:
        """Hold so many fewer."""
        self._total -= count
        self._held[client] -= count
        if not self._held[client]:
            del self._held[client]
