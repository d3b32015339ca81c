"""The ASGI application: from a request to a durable, sealed row, and only then to an answer."""

import asyncio
import contextlib
from functools import partial
from typing import Any

from yingtai.collect import inbox
from yingtai.collect.collector import answers, reception
from yingtai.collect.collector.answers import Lines, Send
from yingtai.collect.collector.commits import Committer
from yingtai.collect.collector.judging import CALLS, Arrived, judge, let_in, plain
from yingtai.collect.collector.keys import KeyRing, Source
from yingtai.collect.collector.packing import pack
from yingtai.collect.collector.reception import Headers, Receive
from yingtai.collect.collector.sealing import Sealer
from yingtai.collect.collector.turns import Turns
from yingtai.collect.collector.wellness import Wellness
from yingtai.collect.errors import KeyUnknown, MethodNotAllowed, PathUnknown, StoreUnavailable
from yingtai.kernel import heartbeats
from yingtai.kernel.addresses import sharer
from yingtai.kernel.errors import ProductError

MEASURES = "/v1/m"
"""Where the browser SDK tells of itself; it wants an answer, and nobody wants its numbers."""
NO_LINES: Lines = []


class Collector:
    """Takes events over HTTP and keeps them in the inbox."""

    def __init__(self, conninfo: str, sealer: Sealer, *, writers: int = 2) -> None:
        self._keys = KeyRing(conninfo)
        self._committer = Committer(conninfo, partial(pack, sealer=sealer), writers=writers)
        self._sealer = sealer
        self._wellness = Wellness(conninfo)
        self._waiting = reception.Waiting()
        self._turns = Turns()
        self._refreshers: list[asyncio.Task[None]] = []

    async def start(self) -> None:
        """Connect; requests that come before the database answers are told to come again."""
        self._committer.start()
        work = (self._keys.keep_fresh(), self._sealer.keep_fresh(), heartbeats.beat_in_loop(self._works))
        self._refreshers = [asyncio.create_task(part) for part in work]

    def _works(self) -> bool:
        """Say whether all that must go on beside the requests does: a loop may turn without those who write."""
        return self._committer.is_working and not any(task.done() for task in self._refreshers)

    async def stop(self) -> None:
        """Keep what was taken, then disconnect."""
        await self._committer.close()
        for refresher in self._refreshers:
            refresher.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await refresher
        await self._keys.close()
        await self._wellness.close()

    async def __call__(self, scope: dict[str, Any], receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._live(receive, send)
            return
        headers: Headers = dict(scope["headers"])
        refused: list[inbox.Mark] = []
        try:
            status, body, more = await self._serve(scope, receive, headers, refused)
        except ProductError as error:
            status, body, more = error.status, answers.problem(error, refused), _lines_for(error)
        origin = headers.get(b"origin")
        # Whoever hung up hears nothing; whoever sent a body that cannot be one is told so, not that we failed.
        await answers.answer(send, status, body, [*more, *self._cors(origin)] if origin else more)

    async def _live(self, receive: Receive, send: Send) -> None:
        while True:
            message = await receive()
            if message["type"] == "lifespan.startup":
                await self.start()
                await send({"type": "lifespan.startup.complete"})
            else:
                await self.stop()
                await send({"type": "lifespan.shutdown.complete"})
                return

    def _cors(self, origin: bytes) -> Lines:
        return answers.cors_lines(origin) if self._keys.knows_origin(plain(origin)) else answers.CORS_FOR_ALL

    async def _serve(
        self, scope: dict[str, Any], receive: Receive, headers: Headers, refused: list[inbox.Mark]
    ) -> tuple[int, bytes, Lines]:
        path: str = scope["path"]
        method: str = scope["method"]
        if path == "/health":
            return await self._health()
        path = path.rstrip("/")
        call = CALLS.get(path)
        if path == MEASURES and method == "POST":
            return 200, answers.accepted(0, []), NO_LINES
        if call is None and path != MEASURES:
            raise PathUnknown
        if method == "OPTIONS":
            return 204, b"", answers.PREFLIGHT
        if method != "POST" or call is None:
            raise MethodNotAllowed
        self._refuse_when_busy()
        key = reception.key_in_header(headers)
        address = reception.address_of(scope, headers)
        payer = sharer(address)
        source = await self._admit([key], headers, payer) if key else None
        with self._waiting.place(payer):
            body = await reception.read_body(receive, headers)
            self._refuse_when_busy()
            accepted = await self._collect(Arrived(call, headers, body, address, payer), source, refused)
        return 200, answers.accepted(accepted, refused), NO_LINES

    def _refuse_when_busy(self) -> None:
        if not self._sealer.is_ready:
            raise StoreUnavailable
        self._committer.admit()

    async def _health(self) -> tuple[int, bytes, Lines]:
        ready = self._committer.is_connected and self._keys.is_loaded and self._sealer.is_ready
        ready = ready and await self._wellness.is_well(as_of=self._committer.kept_at)
        return (200, b'{"status":"ok"}', NO_LINES) if ready else (503, b'{"status":"waiting"}', NO_LINES)

    async def _collect(self, arrived: Arrived, source: Source | None, refused: list[inbox.Mark]) -> int:
        keys = None
        if source is None:
            # Nothing is read as a whole before we know that a live key is in it.
            peeked = await self._turns.take(arrived.payer, arrived.body.keys_peeked)
            source, keys = await self._admit(peeked, arrived.headers, arrived.payer), self._keys
        judged = await self._turns.take(arrived.payer, partial(judge, arrived, source, keys))
        refused.extend(judged.refused)
        await self._committer.keep(judged.document, len(judged.document.document))
        if judged.problem:
            raise judged.problem
        return judged.kept

    async def _admit(self, keys: list[str], headers: Headers, payer: str) -> Source:
        source = await self._keys.find(keys) if keys else None
        if source is None:
            raise KeyUnknown if self._keys.is_loaded else StoreUnavailable
        let_in(source, headers, payer)
        return source


def _lines_for(error: ProductError) -> Lines:
    if error.status == 401:
        return [(b"www-authenticate", b'Basic realm="write key"')]
    if error.status == 405:
        return [(b"allow", answers.ALLOW)]
    if error.status in {429, 503}:
        return answers.retry_lines(float(error.facts.get("seconds", answers.RETRY_SECONDS)))  # type: ignore[arg-type]
    return NO_LINES
