"""The web's own process: Django's WSGI application behind granian's event loop.

The loop receives bodies and sends answers; threads only work. So slow clients hold no thread, and no client holds all.
"""

import asyncio
import os
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack, asynccontextmanager
from http import HTTPStatus
from importlib import import_module
from io import BytesIO
from typing import Any

from yingtai.kernel import heartbeats
from yingtai.kernel.http import SOMEBODYS
from yingtai.web import bodies
from yingtai.web.answers import Answer, Application, Scope, Send, environ_of
from yingtai.web.bodies import REFUSALS, Arriving, Body, Receive, TooLarge, announced
from yingtai.web.clients import Admitted, Client, Clients, Doubled
from yingtai.web.processes import die_with, show_name
from yingtai.web.refusing import refuse
from yingtai.web.turns import Busy, Room, TooMany, Turns
from yingtai.web.uploads import Uploads

THREADS = 8
EACH, EACH_POSTED = THREADS // 2, 2
"""So many requests of one client are under way at once, and so many of those that ask for work."""
STRANGERS, STRANGERS_POSTED, STRANGERS_WAITING = THREADS // 2, 1, 1_000
"""So many requests of all strangers together, from however many addresses, and so many of those that ask for work: a
wrong password costs as much of a core as a right one. Whoever is signed in does not wait for them."""
UPLOADS = 3
"""Threads that read files are few, whoever brings them; each client has one of them, and gives way when slow."""
ROOM_EACH, ROOM = 8 * 1024 * 1024, 128 * 1024 * 1024
"""So much of bodies is held in memory, of one client and of all; strangers have a quarter of each for themselves."""
STUCK_SECONDS = 300.0
"""A request may wait so long for its own file, or for a question to the lake."""
TURN_SECONDS, TURNED_SECONDS = 1.0, 8.0
"""How often the loop says that it turns, and how long it may not: all it does is brief."""
ASIDE = frozenset({"/health", "/health/live", "/metrics"})
"""What monitoring asks: answered beside everything else, so that it hears when everything else hangs."""
REFUSED: dict[type[Exception], HTTPStatus] = {
    **REFUSALS,
    Doubled: HTTPStatus.BAD_REQUEST,
    TooMany: HTTPStatus.TOO_MANY_REQUESTS,
    Busy: HTTPStatus.SERVICE_UNAVAILABLE,
}

Admit = Callable[[dict[str, Any]], Admitted]


class Watched:
    """A WSGI application that knows how long its requests have been on their way."""

    def __init__(self, application: Application, *, threads: int = THREADS) -> None:
        self._application = application
        self._threads = threads
        self._began: dict[int, float] = {}

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        me = threading.get_ident()
        self._began[me] = time.monotonic()
        try:
            return self._application(environ, start_response)
        finally:
            del self._began[me]

    def can_answer(self) -> bool:
        """Say whether a thread is free, or will be: not all of them hang in a request."""
        limit = time.monotonic() - STUCK_SECONDS
        return sum(began < limit for began in list(self._began.values())) < self._threads


class Answering:
    """An ASGI application that answers with a WSGI application on a few threads."""

    def __init__(self, application: Application, admit: Admit) -> None:
        self._application, self._admit = application, admit
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="pages")
        self._turns, self._posts = Turns(EACH), Turns(EACH_POSTED)
        self._strangers = Turns(STRANGERS, waiting=STRANGERS_WAITING)
        self._strangers_posts = Turns(STRANGERS_POSTED, waiting=STRANGERS_WAITING)
        self._uploads = Uploads(UPLOADS)
        self._room = Room(each=ROOM_EACH, most=ROOM)
        self._strangers_room = Room(each=ROOM_EACH // 4, most=ROOM // 4)
        self._clients = Clients()
        self._aside = ThreadPoolExecutor(2, thread_name_prefix="aside")
        self._turned_at = 0.0
        self._turning: asyncio.Task[None] | None = None

    def turns(self) -> bool:
        """Say whether the loop turns; before the first request it has nothing to say."""
        return self._turning is None or time.monotonic() - self._turned_at < TURNED_SECONDS

    async def _turn(self) -> None:
        while True:
            self._turned_at = time.monotonic()
            await asyncio.sleep(TURN_SECONDS)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if self._turning is None:
            self._turned_at = time.monotonic()
            self._turning = asyncio.create_task(self._turn())
        try:
            if scope["path"] in ASIDE and scope["method"] in {"GET", "HEAD"}:
                await self._answer_aside(scope, send)
            else:
                await self._answer_client(scope, receive, send)
        except tuple(REFUSED) as problem:
            status = next(status for kind, status in REFUSED.items() if isinstance(problem, kind))
            await refuse(send, status, environ_of(scope, BytesIO()))

    async def _answer_client(self, scope: Scope, receive: Receive, send: Send) -> None:
        client = self._clients.of(scope)
        most = bodies.HELD_BYTES if client.was_known else bodies.STRANGER_BYTES
        seconds = bodies.BODY_SECONDS if client.is_known else bodies.STRANGER_SECONDS
        # Strangers fill no room but their own, however many addresses they come from.
        room = self._room if client.is_known else self._strangers_room
        with Body(receive, room, client.name, seconds=seconds) as body:
            if announced(scope) <= most and await body.comes_within(most):
                await self._answer(scope, client, BytesIO(body.held()), send)
            else:
                await self._answer_large(scope, client, body, send)

    async def _answer_large(self, scope: Scope, client: Client, body: Body, send: Send) -> None:
        """Answer a request with more than a stranger may send, or a file, once the books say whose it is."""
        admitted = await self._admitted(scope, client)
        said, held = announced(scope), bodies.HELD_BYTES
        if not admitted.who or said > max(held, admitted.most_bytes):
            # Nobody waits for what will be refused anyway.
            raise TooLarge
        client = Client(admitted.who, client.said, is_known=True)
        body.belongs_to(client.name, self._room, seconds=bodies.BODY_SECONDS)
        if said <= held and await body.comes_within(held):
            await self._answer(scope, client, BytesIO(body.held()), send)
        elif not admitted.most_bytes:
            raise TooLarge
        else:
            async with self._uploads.turn(client.name, body):
                arriving = Arriving(body, asyncio.get_running_loop(), most_bytes=admitted.most_bytes)
                await self._answer(scope, client, arriving, send)

    async def _admitted(self, scope: Scope, client: Client) -> Admitted:
        if not client.said:
            return Admitted("", 0)
        async with self._turns.turn(client.name):
            ask = asyncio.get_running_loop().run_in_executor
            admitted = await ask(self._threads, self._admit, environ_of(scope, BytesIO()))
        self._clients.note(client, admitted.who)
        return admitted

    async def _answer(self, scope: Scope, client: Client, body: Any, send: Send) -> None:
        async with self._turn_of(client, is_post=scope["method"] not in {"GET", "HEAD"}):
            answer = Answer(self._application, scope, body, send, asyncio.get_running_loop())
            await answer.make_in(self._threads)
        self._clients.note(client, answer.environ.get(SOMEBODYS, ""))
        if isinstance(body, Arriving) and body.refusal and not answer.has_begun():
            # Whatever a page says of half a file, what is wrong is that it did not come.
            await refuse(send, body.refusal, answer.environ)
        else:
            await answer.send_rest()

    async def _answer_aside(self, scope: Scope, send: Send) -> None:
        answer = Answer(self._application, scope, BytesIO(), send, asyncio.get_running_loop())
        await answer.make_in(self._aside)
        await answer.send_rest()

    @asynccontextmanager
    async def _turn_of(self, client: Client, *, is_post: bool) -> AsyncIterator[None]:
        # Everybody waits for themself first, so that one address fills no more than its share of the common queue.
        async with AsyncExitStack() as turns:
            if is_post:
                await turns.enter_async_context(self._posts.turn(client.name))
            await turns.enter_async_context(self._turns.turn(client.name))
            if not client.was_known:
                if is_post:
                    await turns.enter_async_context(self._strangers_posts.turn("everybody"))
                await turns.enter_async_context(self._strangers.turn("everybody"))
            yield


def pages() -> Answering:
    """Return the application; runs in granian's own child, which must not outlive granian."""
    die_with(os.getppid())
    show_name("web (pages)")
    watched = Watched(import_module("yingtai.web.wsgi").application)
    answering = Answering(watched, import_module("yingtai.web.admitting").admit)
    heartbeats.beat_while(lambda: watched.can_answer() and answering.turns())
    return answering
