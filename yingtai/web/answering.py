"""The web's own process: Django's WSGI application behind granian's event loop.

The loop receives bodies and sends answers; threads only work. So slow clients hold no thread, and no client holds all.
"""

import asyncio
import os
import threading
import time
from collections.abc import Awaitable, Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractAsyncContextManager, nullcontext
from http import HTTPStatus
from importlib import import_module
from io import BytesIO
from typing import Any

from asgiref.wsgi import WsgiToAsgiInstance

from yingtai.kernel import heartbeats
from yingtai.web.bodies import HELD_BYTES, Arriving, Gone, Receive, TooSlow, announced, read_body
from yingtai.web.clients import Clients
from yingtai.web.processes import die_with, show_name
from yingtai.web.turns import Busy, Turns

THREADS = 8
EACH, EACH_POSTED = THREADS // 2, 2
"""So many requests of one client are under way at once, and so many of those that ask for work."""
UPLOADS = 2
STUCK_SECONDS = 300.0
"""A request may wait so long for its own file, or for a question to the lake."""
TURN_SECONDS, TURNED_SECONDS = 1.0, 8.0
"""How often the loop says that it turns, and how long it may not: all it does is brief."""
AHEAD_BYTES = 4 * 1024 * 1024
"""So much of an answer is made before any of it is sent; a longer one is sent as it is made."""
SEND_SECONDS = 60.0
ASIDE = frozenset({"/health", "/health/live", "/metrics"})
"""What monitoring asks: answered beside everything else, so that it hears when everything else hangs."""
SIGNED_IN = (b"sessionid=", b"authorization")

Application = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]
Send = Callable[[dict[str, Any]], Awaitable[None]]
Scope = dict[str, Any]


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

    def __init__(self, application: Application) -> None:
        self._application = application
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="pages")
        self._turns, self._posts = Turns(EACH), Turns(EACH_POSTED)
        self._uploads = Turns(UPLOADS)
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
                return
            if announced(scope) > HELD_BYTES and not _is_signed_in(scope):
                # Nobody waits for what will be refused anyway.
                await _refuse(send, HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
                return
            body = await read_body(receive)
            if not isinstance(body, Arriving):
                await self._answer(scope, body, send)
            elif not _is_signed_in(scope):
                await _refuse(send, HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
            else:
                # Threads that read files are few, whoever brings them.
                async with self._uploads.turn("everybody"):
                    await self._answer(scope, body, send)
        except TooSlow:
            await _refuse(send, HTTPStatus.REQUEST_TIMEOUT)
        except Busy:
            await _refuse(send, HTTPStatus.SERVICE_UNAVAILABLE)
        except Gone:
            # Whoever hung up hears nothing; whoever sent a body that cannot be one is told so, not that we failed.
            await _refuse(send, HTTPStatus.BAD_REQUEST)

    async def _answer(self, scope: Scope, body: Any, send: Send) -> None:
        client = self._clients.of(scope)
        async with self._waiting(scope["method"], client), self._turns.turn(client):
            answer = _Answer(self._application, scope, body, send, asyncio.get_running_loop())
            await answer.make_in(self._threads)
        self._clients.note(scope, answer.environ)
        await answer.send_rest()

    async def _answer_aside(self, scope: Scope, send: Send) -> None:
        answer = _Answer(self._application, scope, BytesIO(), send, asyncio.get_running_loop())
        await answer.make_in(self._aside)
        await answer.send_rest()

    def _waiting(self, method: str, client: str) -> AbstractAsyncContextManager[None]:
        return nullcontext() if method in {"GET", "HEAD"} else self._posts.turn(client)


class _Answer:
    """One answer: made in a thread, sent by the loop."""

    def __init__(
        self, application: Application, scope: Scope, body: Any, send: Send, loop: asyncio.AbstractEventLoop
    ) -> None:
        self._application, self._send, self._loop = application, send, loop
        self.environ = _environ(scope, body)
        self._start: dict[str, Any] = {}
        self._rest = b""

    async def make_in(self, threads: ThreadPoolExecutor) -> None:
        """Make the answer in one of these threads."""
        await self._loop.run_in_executor(threads, self.make)

    def make(self) -> None:
        """Make the answer; of a long one all but the last part is sent on the way."""
        answer = self._application(self.environ, self._start_response)
        try:
            for part in _parts(answer):
                if self._rest:
                    self._send_now(self._rest)
                self._rest = part
        finally:
            if hasattr(answer, "close"):
                answer.close()

    async def send_rest(self) -> None:
        """Send what is left to send."""
        if self._start:
            await self._send(self._start)
        await self._send({"type": "http.response.body", "body": self._rest})

    def _send_now(self, part: bytes) -> None:
        messages = [{"type": "http.response.body", "body": part, "more_body": True}]
        if self._start:
            messages.insert(0, self._start)
            self._start = {}
        for message in messages:
            asyncio.run_coroutine_threadsafe(self._sent(message), self._loop).result(SEND_SECONDS)

    async def _sent(self, message: dict[str, Any]) -> None:
        await self._send(message)

    def _start_response(self, status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> None:
        self._start = {
            "type": "http.response.start",
            "status": int(status.partition(" ")[0]),
            "headers": [(name.lower().encode("latin1"), value.encode("latin1")) for name, value in headers],
        }


def pages() -> Answering:
    """Return the application; runs in granian's own child, which must not outlive granian."""
    die_with(os.getppid())
    show_name("web (pages)")
    watched = Watched(import_module("yingtai.web.wsgi").application)
    answering = Answering(watched)
    heartbeats.beat_while(lambda: watched.can_answer() and answering.turns())
    return answering


def _parts(answer: Iterable[bytes]) -> Iterator[bytes]:
    held = bytearray()
    for chunk in answer:
        held += chunk
        if len(held) > AHEAD_BYTES:
            yield bytes(held)
            held.clear()
    yield bytes(held)


def _environ(scope: Scope, body: Any) -> dict[str, Any]:
    # A name with an underscore would be read as the one with a dash: what proxies say could be forged.
    headers = [(name, value) for name, value in scope["headers"] if b"_" not in name]
    instance = WsgiToAsgiInstance(None)  # type: ignore[no-untyped-call]
    instance.scope = {**scope, "headers": headers}
    environ: dict[str, Any] = instance.build_environ(instance.scope, body)  # type: ignore[no-untyped-call]
    return environ


def _is_signed_in(scope: Scope) -> bool:
    """Say whether somebody claims to be; whether it is true is asked before anything of a file is kept."""
    return any(
        name == SIGNED_IN[1] or (name == b"cookie" and SIGNED_IN[0] in value)
        for name, value in scope["headers"]
    )


async def _refuse(send: Send, status: HTTPStatus) -> None:
    text = f"{status.phrase}\n".encode()
    headers = [(b"content-type", b"text/plain"), (b"connection", b"close"), (b"retry-after", b"5")]
    await send({"type": "http.response.start", "status": int(status), "headers": headers})
    await send({"type": "http.response.body", "body": text})
