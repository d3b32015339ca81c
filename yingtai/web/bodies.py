"""Bodies of requests as they arrive: small ones are waited for without a thread, large ones are read as a file.

Whoever sends slowly holds up nobody else: a thread is taken only when there is something to do.
"""

import asyncio
import io
import time
from collections.abc import Awaitable, Callable
from concurrent.futures import TimeoutError as TookTooLong
from typing import Any

Receive = Callable[[], Awaitable[dict[str, Any]]]

HELD_BYTES = 2 * 1024 * 1024
"""What forms and the API may send; a larger body is a file, which is read by a thread as it arrives."""
BODY_SECONDS = 15.0
BYTES_PER_SECOND = 16 * 1024
"""A body may take `BODY_SECONDS`, and longer while it comes at this speed at least."""


class TooSlow(Exception):
    """The body does not come in time."""


class Gone(Exception):
    """The client hung up before the body was complete."""


class Pace:
    """How long a body may still take, by how much of it has come."""

    def __init__(self) -> None:
        self._began = time.monotonic()

    def left(self, received: int) -> float:
        """Return the seconds that the next bytes may take.

        Raises: TooSlow
        """
        left = self._began + BODY_SECONDS + received / BYTES_PER_SECOND - time.monotonic()
        if left <= 0:
            raise TooSlow
        return left


def announced(scope: dict[str, Any]) -> int:
    """Return how long a request says its body is; 0 when it says nothing that could be."""
    said = dict(scope["headers"]).get(b"content-length", b"")
    return int(said[:20]) if said.isdigit() else 0


async def read_body(receive: Receive) -> "io.RawIOBase | io.BytesIO":
    """Return the body to read from: complete, or its beginning with the rest to come when it is a large one.

    Raises: TooSlow, Gone
    """
    pace, held = Pace(), bytearray()
    while True:
        chunk, is_last = await _next_chunk(receive, pace, len(held))
        held += chunk
        if is_last:
            return io.BytesIO(held)
        if len(held) > HELD_BYTES:
            return Arriving(bytes(held), receive, pace, asyncio.get_running_loop())


async def _next_chunk(receive: Receive, pace: Pace, received: int) -> tuple[bytes, bool]:
    try:
        message = await asyncio.wait_for(receive(), pace.left(received))
    except TimeoutError:
        raise TooSlow from None
    if message["type"] != "http.request":
        raise Gone
    return message.get("body", b""), not message.get("more_body", False)


class Arriving(io.RawIOBase):
    """A body that is still arriving, read by a thread while the event loop receives it.

    Reading raises OSError when the client hangs up or is too slow.
    """

    def __init__(
        self, beginning: bytes, receive: Receive, pace: Pace, loop: asyncio.AbstractEventLoop
    ) -> None:
        super().__init__()
        self._held, self._received = beginning, len(beginning)
        self._receive, self._pace, self._loop = receive, pace, loop
        self._is_complete = False

    def readable(self) -> bool:
        return True

    def readinto(self, into: Any) -> int:
        while not self._held and not self._is_complete:
            self._held = self._take()
        part = self._held[: len(into)]
        into[: len(part)] = part
        self._held = self._held[len(part) :]
        return len(part)

    def _take(self) -> bytes:
        taking = asyncio.run_coroutine_threadsafe(
            _next_chunk(self._receive, self._pace, self._received), self._loop
        )
        try:
            chunk, self._is_complete = taking.result(BODY_SECONDS + 1)
        except (TooSlow, Gone, TookTooLong) as problem:
            raise OSError("the body did not arrive") from problem
        self._received += len(chunk)
        return chunk
