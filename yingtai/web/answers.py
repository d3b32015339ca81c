"""One answer of the WSGI application: made in a thread, sent by the loop."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from asgiref.wsgi import WsgiToAsgiInstance

AHEAD_BYTES = 4 * 1024 * 1024
"""So much of an answer is made before any of it is sent; a longer one is sent as it is made."""
SEND_SECONDS = 60.0

Application = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]
Send = Callable[[dict[str, Any]], Awaitable[None]]
Scope = dict[str, Any]


class Answer:
    """One answer, on its way."""

    def __init__(
        self, application: Application, scope: Scope, body: Any, send: Send, loop: asyncio.AbstractEventLoop
    ) -> None:
        self._application, self._send, self._loop = application, send, loop
        self.environ = environ_of(scope, body)
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

    def has_begun(self) -> bool:
        """Say whether a part of it was sent, so that nothing else can be said any more."""
        return not self._start

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


def _parts(answer: Iterable[bytes]) -> Iterator[bytes]:
    held = bytearray()
    for chunk in answer:
        held += chunk
        if len(held) > AHEAD_BYTES:
            yield bytes(held)
            held.clear()
    yield bytes(held)


def environ_of(scope: Scope, body: Any) -> dict[str, Any]:
    """Return a request as WSGI has it."""
    # A name with an underscore would be read as the one with a dash: what proxies say could be forged.
    headers = [(name, value) for name, value in scope["headers"] if b"_" not in name]
    instance = WsgiToAsgiInstance(None)  # type: ignore[no-untyped-call]
    instance.scope = {**scope, "headers": headers}
    environ: dict[str, Any] = instance.build_environ(instance.scope, body)  # type: ignore[no-untyped-call]
    return environ
