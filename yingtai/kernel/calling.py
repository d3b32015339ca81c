"""Connecting to a database that may stand still: what is given up is closed, and is not tried again too often.

Psycopg leaves the socket of a connection that took too long to its garbage collector. Until that one comes, the server
counts it: a standstill of two minutes would use up the connections of the whole product.
"""

import asyncio
import time
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from psycopg.errors import ConnectionTimeout

LONGEST_SECONDS = 5.0
FIRST_PAUSE = 0.5
LONGEST_PAUSE = 5.0


@contextmanager
def given_up_is_closed() -> Iterator[None]:
    """Close a connection that is given up while it is being made, by its time limit or by whoever asked for it."""
    try:
        yield
    except BaseException as problem:
        # The frames behind the problem hold the half-made connection, and it has no other holder.
        traceback.clear_frames(problem.__traceback__)
        raise


class Caller:
    """Connects for one purpose: one attempt at a time, and after silence a pause that doubles up to five seconds."""

    def __init__(self, conninfo: str, *, seconds: float = LONGEST_SECONDS) -> None:
        self._conninfo = conninfo
        self._seconds = seconds
        self._lock = asyncio.Lock()
        self._pause = 0.0
        self._not_before = float("-inf")

    async def connect(self) -> psycopg.AsyncConnection[Any]:
        """Return a new connection that commits by itself.

        Raises: psycopg.OperationalError, at once during the pause after a silence
        """
        async with self._lock:
            if time.monotonic() < self._not_before:
                raise ConnectionTimeout("the server was silent a moment ago")
            try:
                async with asyncio.timeout(self._seconds):
                    with given_up_is_closed():
                        connection = await psycopg.AsyncConnection.connect(self._conninfo, autocommit=True)
            except TimeoutError:
                self._rest()
                raise ConnectionTimeout("the server is silent") from None
            except asyncio.CancelledError:
                self._rest()
                raise
            self._pause = 0.0
            return connection

    def _rest(self) -> None:
        self._pause = min(max(self._pause * 2, FIRST_PAUSE), LONGEST_PAUSE)
        self._not_before = time.monotonic() + self._pause
