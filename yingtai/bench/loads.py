"""A load generator that costs little: requests made beforehand, many connections, one thread."""

import base64
import contextlib
import json
import random
import selectors
import socket
import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

EVENTS_PER_BATCH = 100
BODIES = 200
CITIES = ("上海", "北京", "广州", "深圳", "成都", "杭州", "武汉", "西安")
CATEGORIES = ("suv", "sedan", "mpv", "wagon", "accessories", "service")
PAGES = ("/models", "/models/compare", "/dealers", "/configure", "/offers", "/service/book")
AGENTS = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_2 like Mac OS X) AppleWebKit/605.1.15 Mobile/15E148",
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/131.0.0.0 Safari/537.36",
    "Mozilla/5.0 (Linux; Android 14; V2309A) AppleWebKit/537.36 Chrome/116.0.0.0 Mobile",
)


@dataclass
class Load:
    """What came back."""

    seconds: float = 0.0
    accepted: int = 0
    refused: int = 0
    waits: list[float] = field(default_factory=list)


@dataclass
class Line:
    """One keep-alive connection and where its present request stands."""

    socket: socket.socket
    left: memoryview = field(default_factory=lambda: memoryview(b""))
    sent_at: float = 0.0
    answer: bytes = b""


def requests(write_key: str, *, port: int) -> list[bytes]:
    """Return whole HTTP requests of a hundred varied events each, 90 % track and 10 % identify."""
    chance = random.Random(7)  # noqa: S311 - a load, not a secret
    basic = base64.b64encode(f"{write_key}:".encode()).decode()
    return [_request(_body(chance), basic, port) for _ in range(BODIES)]


def drive(requests: list[bytes], *, port: int, seconds: float, connections: int) -> Load:
    """Keep every connection busy for so many seconds and return what was answered."""
    load = Load()
    supply = _round(requests)
    with selectors.DefaultSelector() as selector:
        lines = [_connect(port) for _ in range(connections)]
        for line in lines:
            selector.register(line.socket, selectors.EVENT_READ, line)
            _begin(line, next(supply), selector)
        began = time.perf_counter()
        ends = began + seconds
        while time.perf_counter() < ends:
            for key, events in selector.select(0.1):
                if events & selectors.EVENT_WRITE:
                    _go_on(key.data, selector)
                if events & selectors.EVENT_READ and _is_answered(key.data, load):
                    _begin(key.data, next(supply), selector)
        load.seconds = time.perf_counter() - began
        for line in lines:
            line.socket.close()
    return load


def _connect(port: int) -> Line:
    line = socket.create_connection(("127.0.0.1", port))
    line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    line.setblocking(False)
    return Line(line)


def _begin(line: Line, request: bytes, selector: selectors.BaseSelector) -> None:
    line.left, line.answer, line.sent_at = memoryview(request), b"", time.perf_counter()
    _go_on(line, selector)


def _go_on(line: Line, selector: selectors.BaseSelector) -> None:
    was_waiting = bool(selector.get_key(line.socket).events & selectors.EVENT_WRITE)
    with contextlib.suppress(BlockingIOError):
        line.left = line.left[line.socket.send(line.left) :]
    waits = bool(line.left)
    if waits != was_waiting:
        events = selectors.EVENT_READ | (selectors.EVENT_WRITE if waits else 0)
        selector.modify(line.socket, events, line)


def _is_answered(line: Line, load: Load) -> bool:
    part = line.socket.recv(65_536)
    if not part:
        raise ConnectionError("the server hung up")
    line.answer += part
    head, end, body = line.answer.partition(b"\r\n\r\n")
    if not end:
        return False
    length = int(head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0])
    if len(body) < length:
        return False
    load.waits.append(time.perf_counter() - line.sent_at)
    if head.startswith(b"HTTP/1.1 200"):
        load.accepted += 1
    else:
        load.refused += 1
    return True


def _round(requests: list[bytes]) -> Iterator[bytes]:
    while True:
        yield from requests


def _request(body: bytes, basic: str, port: int) -> bytes:
    head = (
        f"POST /v1/batch HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nAuthorization: Basic {basic}\r\n"
        f"Content-Type: application/json\r\nUser-Agent: bench\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


def _body(chance: random.Random) -> bytes:
    now = datetime.now(UTC)
    events = [
        (_identify if place % 10 == 9 else _track)(chance, now - timedelta(seconds=chance.random() * 600))
        for place in range(EVENTS_PER_BATCH)
    ]
    whole = {"batch": events, "sentAt": now.isoformat()}
    return json.dumps(whole, ensure_ascii=False, separators=(",", ":")).encode()


def _track(chance: random.Random, when: datetime) -> dict[str, Any]:
    page = chance.choice(PAGES)
    return _message(chance, when, page) | {
        "type": "track",
        "event": "Product Viewed",
        "properties": {
            "product_id": f"SKU-{chance.randrange(50_000):05}",
            "category": chance.choice(CATEGORIES),
            "price": round(chance.uniform(9, 400_000), 2),
            "quantity": chance.randrange(1, 5),
            "currency": "CNY",
            "is_new": chance.random() < 0.3,
            "position": chance.randrange(40),
            "list": f"list-{chance.randrange(300)}",
        },
    }


def _identify(chance: random.Random, when: datetime) -> dict[str, Any]:
    number = chance.randrange(10**8)
    traits = {
        "email": f"person{number}@example.com",
        "phone": f"+1555{chance.randrange(10**7):07}",
        "city": chance.choice(CITIES),
        "age": chance.randrange(18, 80),
        "plan": chance.choice(CATEGORIES),
    }
    return _message(chance, when, "/account") | {"type": "identify", "traits": traits}


def _message(chance: random.Random, when: datetime, path: str) -> dict[str, Any]:
    query = f"utm_source=wechat&utm_campaign=c{chance.randrange(500)}"
    return {
        "messageId": str(uuid.UUID(int=chance.getrandbits(128), version=4)),
        "anonymousId": str(uuid.UUID(int=chance.getrandbits(128), version=4)),
        "userId": f"member-{chance.randrange(1_000_000)}",
        "timestamp": when.isoformat(),
        "context": {
            "library": {"name": "analytics-node", "version": "2.3.0"},
            "page": {"path": path, "url": f"https://www.example.com{path}?{query}"},
            "userAgent": chance.choice(AGENTS),
            "locale": "zh-CN",
        },
        "integrations": {},
    }
