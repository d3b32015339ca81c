"""Can an event be kept now? Asked of the inbox itself, on a line of its own, and answered within 1.5 seconds."""

import asyncio
import socket
import time
from typing import Any

import psycopg

from yingtai.collect.inbox import COPY_ROWS, copy_data
from yingtai.kernel.calling import Caller

LONGEST_SECONDS = 1.5
KEPT_SECONDS = 1.0
"""An answer is shared for so long, so that asking often costs nothing."""
GIVEN_UP_SECONDS = 5.0
LEAVE_A_TRACE = "SELECT pg_logical_emit_message(true, 'yingtai', 'well')"
"""A line in the write-ahead log that nobody reads: with it, a commit waits for the disk as an event's does."""


class Wellness:
    """Asks whether the inbox takes rows and keeps them; a question still on its way is not asked twice."""

    def __init__(self, conninfo: str) -> None:
        self._caller = Caller(conninfo)
        self._connection: psycopg.AsyncConnection[Any] | None = None
        self._asking: asyncio.Task[bool] | None = None
        self._well_at = float("-inf")

    async def is_well(self, *, as_of: float = float("-inf")) -> bool:
        """Say whether an event could be kept, as of a second ago at the most; what hangs is not well.

        In: as_of  when an event was last kept, on the monotonic clock
        """
        if time.monotonic() - max(self._well_at, as_of) < KEPT_SECONDS:
            return True
        if self._asking is None:
            self._asking = asyncio.create_task(self._ask())
            self._asking.add_done_callback(self._answered)
        # Not cancelled when it takes too long: it ends by itself, and those who ask meanwhile wait for the same.
        done, _ = await asyncio.wait({self._asking}, timeout=LONGEST_SECONDS)
        return bool(done) and done.pop().result()

    async def close(self) -> None:
        """Close the connection, if there is one."""
        if self._asking is not None:
            hang_up(self._connection)
            await asyncio.wait({self._asking}, timeout=LONGEST_SECONDS)
        await self._forget()

    def _answered(self, asked: asyncio.Task[bool]) -> None:
        self._asking = None

    async def _ask(self) -> bool:
        try:
            if self._connection is None:
                self._connection = await self._caller.connect()
                await self._connection.execute("SET synchronous_commit = on")
            await _keep_nothing(self._connection)
        except (psycopg.Error, OSError):
            await self._forget()
            return False
        self._well_at = time.monotonic()
        return True

    async def _forget(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            await connection.close()


async def _keep_nothing(connection: psycopg.AsyncConnection[Any]) -> None:
    alarm = asyncio.get_running_loop().call_later(GIVEN_UP_SECONDS, hang_up, connection)
    try:
        async with connection.transaction(), connection.cursor() as cursor:
            async with cursor.copy(COPY_ROWS) as copy:
                await copy.write(copy_data([]))
            await cursor.execute(LEAVE_A_TRACE)
    finally:
        alarm.cancel()


def hang_up(connection: psycopg.AsyncConnection[Any] | None) -> None:
    """Stop waiting for a server that does not answer: its connection breaks."""
    if connection is not None and not connection.closed:
        with socket.fromfd(connection.fileno(), socket.AF_UNIX, socket.SOCK_STREAM) as line:
            line.shutdown(socket.SHUT_RDWR)
