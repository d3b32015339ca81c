"""Bodies of requests as they arrive: small ones are waited for without a thread, large ones are read as a file.

Whoever sends slowly holds up nobody else: a thread is taken only when there is something to do.
"""

import asyncio
import io
import time
from collections.abc import Awaitable, Callable
from concurrent.futures import TimeoutError as TookTooLong
from http import HTTPStatus
from typing import Any

from yingtai.web.turns import Room

Receive = Callable[[], Awaitable[dict[str, Any]]]

STRANGER_BYTES = 64 * 1024
"""What whoever is not known may send: a sign-in takes far less."""
HELD_BYTES = 2 * 1024 * 1024
"""What forms and the API may send; a larger body is a file, which is read by a thread as it arrives."""
STRANGER_SECONDS, BODY_SECONDS = 5.0, 15.0
BYTES_PER_SECOND = 16 * 1024
"""A body may take so many seconds, and longer while it comes at this speed at least."""
PATIENCE_SECONDS = 16.0
"""A thread waits so long for the next bytes of a file, though the body as a whole may still have time."""


class TooSlow(Exception):
    """The body does not come in time."""


class Gone(Exception):
    """The client hung up before the body was complete."""


class TooLarge(Exception):
    """The body is longer than its sender may send to this address."""


REFUSALS: dict[type[Exception], HTTPStatus] = {
    TooSlow: HTTPStatus.REQUEST_TIMEOUT,
    Gone: HTTPStatus.BAD_REQUEST,
    TooLarge: HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
}
"""Whoever hung up hears nothing; whoever sent a body that cannot be one is told so, not that we failed."""


def has_not_arrived(problem: BaseException | None) -> bool:
    """Say whether an error comes from a body that did not arrive, whatever was raised on top of it."""
    while problem is not None:
        if isinstance(problem, tuple(REFUSALS)):
            return True
        problem = problem.__cause__ or problem.__context__
    return False


def announced(scope: dict[str, Any]) -> int:
    """Return how long a request says its body is; 0 when it says nothing that could be."""
    said = dict(scope["headers"]).get(b"content-length", b"")
    return int(said[:20]) if said.isdigit() else 0


class Body:
    """What has come of a body, held in memory within the room that its sender has.

    Use as a context manager: what it held is given back at the end. Once it `gives_way`, no more of it is waited for.
    """

    def __init__(self, receive: Receive, room: Room, client: str, *, seconds: float) -> None:
        self.received = 0
        self.is_complete = self.gives_way = False
        self._receive, self._room, self._client, self._seconds = receive, room, client, seconds
        self._began = time.monotonic()
        self._held = bytearray()
        self._counted = 0

    def __enter__(self) -> "Body":
        return self

    def __exit__(self, *_: object) -> None:
        self._room.give_back(self._client, self._counted)

    def belongs_to(self, client: str, room: Room, *, seconds: float) -> None:
        """Learn whose body it is: what is held of it counts there, and it may take so long.

        Raises: TooMany, Busy
        """
        room.take(client, self._counted)
        self._room.give_back(self._client, self._counted)
        self._room, self._client, self._seconds = room, client, seconds

    async def comes_within(self, most_bytes: int) -> bool:
        """Wait until the body is complete, or longer than that; say whether it is complete.

        Raises: TooSlow, Gone, TooMany, Busy
        """
        while not self.is_complete and self.received <= most_bytes:
            chunk = await self.next_chunk()
            self._room.take(self._client, len(chunk))
            self._counted += len(chunk)
            self._held += chunk
        return self.is_complete and self.received <= most_bytes

    async def next_chunk(self) -> bytes:
        """Return the next bytes, which nobody holds yet.

        Raises: TooSlow, Gone
        """
        seconds = self._seconds_left()
        try:
            message = await asyncio.wait_for(self._receive(), seconds)
        except TimeoutError:
            raise TooSlow from None
        if message["type"] != "http.request":
            raise Gone
        self.is_complete = not message.get("more_body", False)
        chunk: bytes = message.get("body", b"")
        self.received += len(chunk)
        return chunk

    def held(self) -> bytes:
        """Return what is held, which is not held here any more."""
        held, self._held = bytes(self._held), bytearray()
        return held

    def _seconds_left(self) -> float:
        left = self._began + self._seconds + self.received / BYTES_PER_SECOND - time.monotonic()
        if left <= 0 or self.gives_way:
            raise TooSlow
        return left


class Arriving(io.RawIOBase):
    """A body that is still arriving, read by a thread while the event loop receives it.

    Reading raises OSError when the client hangs up, is too slow, or sends more than `most_bytes`; `refusal` says then
    what to answer.
    """

    def __init__(self, body: Body, loop: asyncio.AbstractEventLoop, *, most_bytes: int) -> None:
        super().__init__()
        self.refusal: HTTPStatus | None = None
        self._body, self._loop, self._most_bytes = body, loop, most_bytes
        self._held = body.held()

    def readable(self) -> bool:
        return True

    def readinto(self, into: Any) -> int:
        while not self._held and not self._body.is_complete:
            self._held = self._take()
        part = self._held[: len(into)]
        into[: len(part)] = part
        self._held = self._held[len(part) :]
        return len(part)

    def _take(self) -> bytes:
        try:
            chunk = self._next_chunk()
            if self._body.received > self._most_bytes:
                raise TooLarge
        except tuple(REFUSALS) as problem:
            self.refusal = REFUSALS[type(problem)]
            raise OSError("the body did not arrive") from problem
        return chunk

    def _next_chunk(self) -> bytes:
        taking = asyncio.run_coroutine_threadsafe(self._body.next_chunk(), self._loop)
        try:
            return taking.result(PATIENCE_SECONDS)
        except TookTooLong:
            raise TooSlow from None
