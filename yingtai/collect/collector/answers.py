"""What we answer: one small JSON object, in the words SDKs look for, with a way out when we refuse."""

import math
import time
from collections.abc import Awaitable, Callable
from typing import Any

import msgspec

from yingtai.collect.inbox import Mark
from yingtai.collect.limits import REASONS_ANSWERED
from yingtai.kernel.errors import CATALOGUE, ProductError

Send = Callable[[dict[str, Any]], Awaitable[None]]
Lines = list[tuple[bytes, bytes]]

RETRY_SECONDS = 1.0
JSON = (b"content-type", b"application/json")
ALLOW = b"POST, OPTIONS"
CORS_FOR_ALL: Lines = [(b"vary", b"Origin")]
PREFLIGHT: Lines = [
    (b"access-control-allow-methods", ALLOW),
    (b"access-control-allow-headers", b"authorization, content-type, content-encoding"),
    (b"access-control-max-age", b"7200"),
]

encode = msgspec.json.encode


def accepted(count: int, refused: list[Mark]) -> bytes:
    """Return the body of a 200: what was kept, and what was refused with its reason."""
    if not refused:
        return b'{"success":true,"accepted":%d,"refused":[]}' % count
    return encode(
        {
            "success": True,
            "accepted": count,
            "refused_count": len(refused),
            "refused": [_reason(mark) for mark in refused[:REASONS_ANSWERED]],
        }
    )


def problem(error: ProductError, refused: list[Mark]) -> bytes:
    """Return the body of a refusal; `code` and `message` are where SDKs look for it."""
    answer: dict[str, Any] = {
        "success": False,
        "code": error.code,
        "message": str(error),
        "detail": error.remedy,
        "accepted": 0,
    }
    if refused:
        answer["refused_count"] = len(refused)
        answer["refused"] = [_reason(mark) for mark in refused[:REASONS_ANSWERED]]
    return encode(answer)


def retry_lines(seconds: float) -> Lines:
    """Return the headers that say when to come back: in seconds, and as a time."""
    whole = max(1, math.ceil(seconds))
    return [
        (b"retry-after", b"%d" % whole),
        (b"x-ratelimit-reset", b"%d" % (time.time() + whole)),
    ]


def cors_lines(origin: bytes) -> Lines:
    """Return the headers that let a website's script read our answer."""
    return [(b"access-control-allow-origin", origin), *CORS_FOR_ALL]


async def answer(send: Send, status: int, body: bytes, lines: Lines | tuple[()] = ()) -> None:
    """Send one whole response."""
    headers = [JSON, (b"content-length", b"%d" % len(body)), *lines]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


def _reason(mark: Mark) -> dict[str, Any]:
    reason: dict[str, Any] = {"index": mark.index, "code": mark.code, "detail": mark.detail}
    if mark.path:
        reason["path"] = mark.path
    reason["remedy"] = CATALOGUE[mark.code].remedy
    return reason
