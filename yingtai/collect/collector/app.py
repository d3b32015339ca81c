"""The ASGI application: from a request to a durable, sealed row, and only then to an answer."""

import asyncio
import contextlib
from datetime import UTC, datetime
from functools import partial
from time import monotonic
from typing import Any

from yingtai.collect import inbox
from yingtai.collect.clocks import micros
from yingtai.collect.collector import answers, opening, reception
from yingtai.collect.collector.answers import Lines, Send
from yingtai.collect.collector.checking import Verdict, check, window_for
from yingtai.collect.collector.commits import Committer
from yingtai.collect.collector.keys import KeyRing, Source
from yingtai.collect.collector.packing import Accepted, pack
from yingtai.collect.collector.reception import Headers, Receive
from yingtai.collect.collector.sealing import Sealer
from yingtai.collect.errors import (
    AllRefused,
    CollectorBusy,
    KeyUnknown,
    MethodNotAllowed,
    OriginNotAllowed,
    PathUnknown,
    StoreUnavailable,
    TooManyEvents,
)
from yingtai.collect.messages import KINDS
from yingtai.kernel import heartbeats
from yingtai.kernel.errors import ProductError

CALLS = {f"/v1/{name}": name for name in ("batch", "import", *KINDS)}
# What the browser SDK calls them.
CALLS |= {f"/v1/{name[0]}": name for name in ("batch", *KINDS)}
MEASURES = "/v1/m"
"""Where the browser SDK tells of itself; it wants an answer, and nobody wants its numbers."""
MANY = frozenset(("batch", "import"))
NO_LINES: Lines = []
MOST_AT_ONCE = 256
"""Requests whose bodies we hold at a time; connections may be many more."""


class Collector:
    """Takes events over HTTP and keeps them in the inbox."""

    def __init__(self, conninfo: str, sealer: Sealer, *, writers: int = 2) -> None:
        self._keys = KeyRing(conninfo)
        self._committer = Committer(conninfo, partial(pack, sealer=sealer), writers=writers)
        self._sealer = sealer
        self._at_work = 0
        self._waiting = reception.Waiting()
        self._refreshers: list[asyncio.Task[None]] = []

    async def start(self) -> None:
        """Connect; requests that come before the database answers are told to come again."""
        self._committer.start()
        work = (self._keys.keep_fresh(), self._sealer.keep_fresh(), heartbeats.beat_in_loop())
        self._refreshers = [asyncio.create_task(part) for part in work]

    async def stop(self) -> None:
        """Keep what was taken, then disconnect."""
        await self._committer.close()
        for refresher in self._refreshers:
            refresher.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await refresher
        await self._keys.close()

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
        return answers.cors_lines(origin) if self._keys.knows_origin(_plain(origin)) else answers.CORS_FOR_ALL

    async def _serve(
        self, scope: dict[str, Any], receive: Receive, headers: Headers, refused: list[inbox.Mark]
    ) -> tuple[int, bytes, Lines]:
        path: str = scope["path"]
        method: str = scope["method"]
        if path == "/health":
            return self._health()
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
        source = await self._admit(key, headers) if key else None
        with self._waiting.place(reception.address_of(scope, headers)):
            body = await reception.read_body(receive, headers)
        self._refuse_when_busy()
        self._at_work += 1
        try:
            accepted = await self._collect(scope, headers, body, source, call, refused)
        finally:
            self._at_work -= 1
        return 200, answers.accepted(accepted, refused), NO_LINES

    def _refuse_when_busy(self) -> None:
        if not self._sealer.is_ready:
            raise StoreUnavailable
        if self._at_work >= MOST_AT_ONCE:
            raise CollectorBusy
        self._committer.admit()

    def _health(self) -> tuple[int, bytes, Lines]:
        ready = self._committer.is_connected and self._keys.is_loaded and self._sealer.is_ready
        return (200, b'{"status":"ok"}', NO_LINES) if ready else (503, b'{"status":"waiting"}', NO_LINES)

    async def _collect(
        self,
        scope: dict[str, Any],
        headers: Headers,
        body: bytes,
        source: Source | None,
        call: str,
        refused: list[inbox.Mark],
    ) -> int:
        request = opening.open_request(body, many=call in MANY, call=call)
        if source is None:
            source = await self._admit(reception.key_in_body(request.write_key), headers)
        source.bucket.spend(request.event_count or 1)
        received = datetime.now(UTC)
        window = window_for(request.sent_at, received=received, source=source)
        verdict = (
            Verdict(request.marks, []) if request.malformed else check(request, source=source, window=window)
        )
        refused.extend(verdict.refused)
        envelope = inbox.Envelope(
            received=micros(received),
            call=call,
            ip=reception.address_of(scope, headers),
            user_agent=headers.get(b"user-agent", b"")[:512].decode("utf-8", "replace"),
            zone=source.zone_name,
            opted_out=headers.get(b"sec-gpc") == b"1" or headers.get(b"dnt") == b"1",
            refused=verdict.refused,
            violations=verdict.violations,
            malformed=request.malformed,
        )
        count = request.event_count
        document = inbox.document(envelope, request.body)
        accepted = Accepted(document, source, envelope.received, count or 1)
        await self._committer.keep(accepted, len(document))
        if request.malformed or len(refused) == count:
            raise request.problem or AllRefused
        return count - len(refused)

    async def _admit(self, key: str | None, headers: Headers) -> Source:
        source = await self._keys.find(key) if key else None
        if source is None:
            raise KeyUnknown if self._keys.is_loaded else StoreUnavailable
        origin = headers.get(b"origin")
        if origin and "*" not in source.origins and _plain(origin) not in source.origins:
            raise OriginNotAllowed
        if wait := source.bucket.wait(monotonic()):
            raise TooManyEvents(seconds=wait)
        return source


def _plain(origin: bytes) -> str:
    return origin.decode("latin-1").rstrip("/").lower()


def _lines_for(error: ProductError) -> Lines:
    if error.status == 401:
        return [(b"www-authenticate", b'Basic realm="write key"')]
    if error.status == 405:
        return [(b"allow", answers.ALLOW)]
    if error.status in {429, 503}:
        return answers.retry_lines(float(error.facts.get("seconds", answers.RETRY_SECONDS)))  # type: ignore[arg-type]
    return NO_LINES
