"""Taking a request in: who sends it, how much it is, and what lies in its body."""

import asyncio
import binascii
import contextlib
import re
import zlib
from base64 import b64decode
from collections.abc import Awaitable, Callable, Iterator
from itertools import islice
from typing import Any, NamedTuple

import msgspec

from yingtai.collect.errors import (
    CollectorBusy,
    EncodingUnknown,
    RequestIncomplete,
    RequestNotReadable,
    RequestTooLarge,
    RequestTooSlow,
)
from yingtai.collect.limits import BATCH_BYTES
from yingtai.collect.messages import UNREADABLE
from yingtai.kernel.addresses import client_address

Receive = Callable[[], Awaitable[dict[str, Any]]]
Headers = dict[bytes, bytes]

LOOPBACK = frozenset(("127.0.0.1", "::1", ""))
GZIP = 16 + zlib.MAX_WBITS
BODY_SECONDS = 15.0
BODIES_AWAITED = 1_024
BODIES_ALWAYS_AWAITED = 64
"""Requests we hold, from the beginning of their bodies until they are kept: of all clients, and those of one address
that need no room beside them."""
BYTES_HEARD_OUT = 8 * 1024 * 1024
"""A client that is cut off while it sends never reads why, and sends the same again."""

BYTES_PEEKED = 64 * 1024
KEYS_PEEKED = 4
WRITE_KEY = re.compile(rb'"writeKey"\s{0,9}:\s{0,9}"([^"\\]{1,128})"')

read_text = msgspec.json.Decoder(str).decode


class Body(NamedTuple):
    """A body as it came."""

    sent: bytes
    is_packed: bool

    def unpacked(self) -> bytes:
        """Return what it holds, never unpacking more than a request may have.

        Raises: RequestTooLarge, RequestNotReadable
        """
        if not self.is_packed:
            return self.sent
        stream = zlib.decompressobj(GZIP)
        try:
            body = stream.decompress(self.sent, BATCH_BYTES + 1)
        except zlib.error as problem:
            raise RequestNotReadable from problem
        if len(body) > BATCH_BYTES:
            raise RequestTooLarge
        if not stream.eof or stream.unused_data:
            raise RequestNotReadable
        return body

    def keys_peeked(self) -> list[str]:
        """Return what may be its write key, after a look at its beginning and, when it is not packed, its end.

        Cost:   0.2 ms at most
        Raises: RequestNotReadable
        """
        said = islice(WRITE_KEY.finditer(self._peeked()), KEYS_PEEKED)
        return [found[1].decode("utf-8", "surrogateescape") for found in said]

    def _peeked(self) -> bytes:
        if not self.is_packed:
            begin, rest = self.sent[:BYTES_PEEKED], self.sent[BYTES_PEEKED:]
            return begin + rest[-BYTES_PEEKED:]
        try:
            return zlib.decompressobj(GZIP).decompress(self.sent, BYTES_PEEKED)
        except zlib.error as problem:
            raise RequestNotReadable from problem


class Waiting:
    """Counts requests whose bodies are on their way, wait for their turn, or wait to be kept.

    One address may hold as many as are still free for others: alone half of all, beside another that wants all a third.
    So whoever sends slowly holds up themself, and an office behind one address is not refused while there is room.
    """

    def __init__(self) -> None:
        self._of: dict[str, int] = {}
        self._all = 0

    @contextlib.contextmanager
    def place(self, address: str) -> Iterator[None]:
        """Hold a place while a request is under way.

        Raises: CollectorBusy
        """
        held, free = self._of.get(address, 0), BODIES_AWAITED - self._all
        if held >= max(free, BODIES_ALWAYS_AWAITED) or not free:
            raise CollectorBusy
        self._of[address], self._all = held + 1, self._all + 1
        try:
            yield
        finally:
            self._all -= 1
            left = self._of[address] - 1
            if left:
                self._of[address] = left
            else:
                del self._of[address]


async def read_body(receive: Receive, headers: Headers) -> Body:
    """Return the body as it came; what does not come in time, or is too large, is given up.

    Raises: RequestTooLarge, RequestTooSlow, EncodingUnknown, RequestIncomplete
    """
    if _announced(headers) > BYTES_HEARD_OUT:
        raise RequestTooLarge
    body = await _received(receive)
    encoding = headers.get(b"content-encoding", b"").strip().lower()
    if encoding in {b"", b"identity"}:
        return Body(body, is_packed=False)
    if encoding not in {b"gzip", b"x-gzip"}:
        raise EncodingUnknown
    return Body(body, is_packed=True)


def key_in_header(headers: Headers) -> str | None:
    """Return the user name of HTTP Basic sign-in, which is where SDKs put the write key."""
    scheme, _, packed = headers.get(b"authorization", b"").partition(b" ")
    if scheme.lower() != b"basic":
        return None
    try:
        pair = b64decode(packed.strip(), validate=True)
    except binascii.Error:
        return None
    return pair.partition(b":")[0].decode("utf-8", "surrogateescape") or None


def key_in_body(raw: bytes) -> str | None:
    """Return the body's own writeKey, for browsers that cannot set a header when a page closes."""
    try:
        return read_text(raw) or None if raw else None
    except UNREADABLE:
        return None


def address_of(scope: dict[str, Any], headers: Headers) -> str:
    """Return the client's address; the one a front server names is believed when it runs beside us or is named."""
    host: str = (scope.get("client") or ("",))[0]
    forwarded = headers.get(b"x-forwarded-for", b"").decode("latin-1")
    if forwarded and host in LOOPBACK:
        return forwarded.rpartition(",")[2].strip()[:64]
    return client_address(host, forwarded) if forwarded else host


def _announced(headers: Headers) -> int:
    """Return how long the body is said to be; 0 when nothing is said that could be."""
    said = headers.get(b"content-length", b"").strip()
    return int(said[:20]) if said.isdigit() else 0


async def _received(receive: Receive) -> bytes:
    parts: list[bytes] = []
    size, more = 0, True
    try:
        async with asyncio.timeout(BODY_SECONDS):
            while more:
                message = await receive()
                if message["type"] == "http.disconnect":
                    # How the server says that the line broke, and that a chunk was none.
                    raise RequestIncomplete
                part = message.get("body", b"")
                size += len(part)
                if size <= BATCH_BYTES:
                    parts.append(part)
                elif size > BYTES_HEARD_OUT:
                    raise RequestTooLarge
                more = message.get("more_body", False)
    except TimeoutError as slow:
        raise RequestTooSlow from slow
    except asyncio.CancelledError as gone:
        raise RequestIncomplete from gone
    if size > BATCH_BYTES:
        raise RequestTooLarge
    return parts[0] if len(parts) == 1 else b"".join(parts)
