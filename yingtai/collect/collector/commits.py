"""Group commit: all that waits goes into the inbox with one COPY, and is answered when it is durable."""

import asyncio
import logging
import time
from collections import deque
from collections.abc import Callable
from typing import Any, Generic, TypeVar

import psycopg

from yingtai.collect.collector.wellness import hang_up
from yingtai.collect.errors import CollectorBusy, StoreUnavailable
from yingtai.collect.inbox import COPY_ROWS
from yingtai.kernel.calling import Caller

log = logging.getLogger("yingtai.collect")

GROUP_BYTES = 4 * 1024 * 1024
QUEUE_BYTES = 64 * 1024 * 1024
COMMIT_SECONDS = 10.0
FIRST_PAUSE = 0.05
LONGEST_PAUSE = 2.0

Connection = psycopg.AsyncConnection[Any]
Item = TypeVar("Item")
Waiting = tuple[Item, int, asyncio.Future[None]]


class NotSent(Exception):
    """The connection broke before the group was there as a whole, so nothing of it is kept."""

    def __init__(self, group: list[Any]) -> None:
        self.group = group


class Committer(Generic[Item]):
    """A queue, and a few connections that empty it; while one commits, the next group gathers.

    `pack` makes a group one binary COPY; for more than one it runs in a thread, so it should let go of the
    interpreter where it works hard. What nobody confirmed counts as not kept, though it may be there: the
    sender repeats it, and ingest drops repeats.
    """

    def __init__(
        self,
        conninfo: str,
        pack: Callable[[list[Item]], bytes],
        *,
        writers: int = 2,
        copy_statement: str = COPY_ROWS,
        commit_seconds: float = COMMIT_SECONDS,
    ) -> None:
        self._caller = Caller(conninfo)
        self._pack = pack
        self._copy_statement = copy_statement
        self._commit_seconds = commit_seconds
        self._writers = writers
        self._queue: deque[Waiting[Item]] = deque()
        self._bytes = 0
        self._connected = 0
        self.kept_at = float("-inf")
        """When rows were last committed, on the monotonic clock: nothing shows better that they are."""
        self._is_reachable = False
        self._closing = False
        self._wake = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []

    @property
    def is_connected(self) -> bool:
        return self._connected > 0

    @property
    def is_working(self) -> bool:
        """Say whether every writer is still at work, connected or about to be."""
        return self._closing or not any(task.done() for task in self._tasks)

    def start(self) -> None:
        """Begin to connect and to write."""
        self._tasks = [asyncio.create_task(self._write()) for _ in range(self._writers)]

    def admit(self) -> None:
        """Refuse work that could not be kept now: raises StoreUnavailable or CollectorBusy."""
        if self._closing or not self._is_reachable:
            raise StoreUnavailable
        if self._bytes > QUEUE_BYTES:
            raise CollectorBusy

    async def keep(self, item: Item, size: int) -> None:
        """Return when the item of so many bytes is durable: raises StoreUnavailable or CollectorBusy."""
        self.admit()
        kept = asyncio.get_running_loop().create_future()
        self._queue.append((item, size, kept))
        self._bytes += size
        self._wake.set()
        await kept

    async def close(self) -> None:
        """Commit what waits, take nothing new, and disconnect."""
        self._closing = True
        self._wake.set()
        await asyncio.gather(*self._tasks)

    async def _write(self) -> None:
        pause = FIRST_PAUSE
        unsent: list[Waiting[Item]] = []
        while not (self._closing and not self._queue and not unsent):
            try:
                connection = await self._caller.connect()
                pause = FIRST_PAUSE
            except (psycopg.Error, OSError) as problem:
                log.warning("The inbox cannot be written: %s. Trying again.", type(problem).__name__)
                _fail(unsent)
                unsent = []
                if not self._connected:
                    self._is_reachable = False
                    self._fail_all()
                await asyncio.sleep(pause)
                pause = min(pause * 2, LONGEST_PAUSE)
                continue
            async with connection:
                unsent = await self._serve(connection, unsent)

    async def _serve(self, connection: Connection, unsent: list[Waiting[Item]]) -> list[Waiting[Item]]:
        """Commit what comes until the connection breaks or we close; return what was not sent because it broke."""
        try:
            # Kept is what survives a crash of the server, whatever the role's or the server's own setting says.
            await connection.execute("SET synchronous_commit = on")
            self._connected += 1
            self._is_reachable = True
            try:
                if unsent:
                    await self._commit(connection, unsent)
                    unsent = []
                while group := await self._gather(connection):
                    await self._commit(connection, group)
            finally:
                self._connected -= 1
        except NotSent as broken:
            # Once only: what breaks two connections is not worth a third.
            if not unsent:
                return broken.group
            _fail([*unsent, *broken.group])
        except (psycopg.Error, OSError) as problem:
            log.warning("The inbox cannot be written: %s. Trying again.", type(problem).__name__)
            _fail(unsent)
            await asyncio.sleep(FIRST_PAUSE)
        return []

    async def _gather(self, connection: Connection) -> list[Waiting[Item]]:
        """Return what waits, at most a group; nothing when we are closing and all is written.

        Raises: psycopg.OperationalError when the server hangs up meanwhile
        """
        while not self._queue and not self._closing:
            await self._idle(connection)
        group: list[Waiting[Item]] = []
        size = 0
        while self._queue and size < GROUP_BYTES:
            waiting = self._queue.popleft()
            group.append(waiting)
            size += waiting[1]
        self._bytes -= size
        return group

    async def _idle(self, connection: Connection) -> None:
        """Wait for work. An idle server says nothing; when it does, it says goodbye."""
        loop, said = asyncio.get_running_loop(), asyncio.Event()

        def listen() -> None:
            said.set()
            self._wake.set()

        self._wake.clear()
        loop.add_reader(connection.fileno(), listen)
        try:
            await self._wake.wait()
        finally:
            loop.remove_reader(connection.fileno())
        if said.is_set():
            self._wake.set()  # it may have been for the other writers
            await connection.execute("SELECT 1")  # a notice is read and forgotten, a goodbye raises

    async def _commit(self, connection: Connection, group: list[Waiting[Item]]) -> None:
        alarm = asyncio.get_running_loop().call_later(self._commit_seconds, _hang_up, connection, group)
        items = [item for item, _, _ in group]
        is_sent = False
        try:
            data = self._pack(items) if len(items) == 1 else await asyncio.to_thread(self._pack, items)
            async with connection.cursor() as cursor, cursor.copy(self._copy_statement) as copy:
                await copy.write(data)
                is_sent = True  # what comes now may commit it
        except StoreUnavailable:
            _fail(group)
        except BaseException as problem:
            if isinstance(problem, psycopg.Error) and connection.broken and not is_sent:
                # Those that were told meanwhile that it takes too long send it again themselves.
                raise NotSent([waiting for waiting in group if not waiting[2].done()]) from problem
            _fail(group)
            raise
        finally:
            alarm.cancel()
        self.kept_at = time.monotonic()
        for _, _, kept in group:
            if not kept.done():
                kept.set_result(None)

    def _fail_all(self) -> None:
        group, self._bytes = list(self._queue), 0
        self._queue.clear()
        _fail(group)


def _fail(group: list[Waiting[Any]]) -> None:
    for _, _, kept in group:
        if not kept.done():
            kept.set_exception(StoreUnavailable())
            # Whoever hung up, or was told to stop, asks no more: that nobody hears it is no error to log.
            kept.exception()


def _hang_up(connection: Connection, group: list[Waiting[Any]]) -> None:
    """Stop waiting for a server that does not answer; its connection breaks and is made anew."""
    _fail(group)
    hang_up(connection)
