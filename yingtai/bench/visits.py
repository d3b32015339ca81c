"""A realistic load for ingest: visitors come in sessions, some sign in, a tenth of what they send is identify."""

import json
import random
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg

from yingtai.collect import inbox
from yingtai.collect.api import Declared, SourceView, declare, declare_preset, make_source
from yingtai.kernel.acting import system
from yingtai.kernel.env import dsn
from yingtai.kernel.labels import Label
from yingtai.kernel.scope import EVERYTHING
from yingtai.organization import services as organization
from yingtai.vault import api as vault

EVENTS_PER_REQUEST = 100
VISITORS_AT_ONCE = 40
EVENTS_PER_VISIT = 8
SIGNED_IN = 0.6
NAMES = ("product_id", "category", "price", "quantity", "currency", "is_new", "position", "list")


@dataclass(frozen=True)
class BenchBrand:
    """Where the load goes."""

    source: SourceView
    node_no: int


@dataclass
class Visitor:
    """One person on one device for a while."""

    anonymous: str
    user: str | None
    left: int


def make_brand(at: datetime) -> BenchBrand:
    """Make a brand with a source and a plan that declares what the load sends."""
    acting = system("bench", EVERYTHING, at)
    organization.ensure_group(name="Bench group")
    organization.add_legal_entity(code="bench-entity", name="Bench entity")
    brand = organization.add_unit(parent_code="bench-entity", code="bench-brand", name="Bench brand")
    node_no = brand.node_no or 0
    declare_preset(acting, node_no, "commerce")
    kinds = {"price": "number", "quantity": "integer", "is_new": "boolean", "position": "integer"}
    declare(
        acting,
        node_no,
        [Declared("event", "", "Product Viewed", "object", Label.L2)]
        + [
            Declared("property", "Product Viewed", name, kinds.get(name, "string"), Label.L2)
            for name in NAMES
        ]
        + [
            Declared("trait", "", "city", "string", Label.L2),
            Declared("trait", "", "age", "integer", Label.L2),
        ],
    )
    return BenchBrand(make_source(acting, node_no, name="Bench shop"), node_no)


def fill(brand: BenchBrand, events: int) -> None:
    """Put so many events into the inbox, a hundred per request, encoded as the collector does it."""
    chance = random.Random(7)  # noqa: S311 - a load, not a secret
    now = datetime.now(UTC)
    visitors = [_visitor(chance, events) for _ in range(VISITORS_AT_ONCE)]
    with psycopg.connect(dsn("worker"), autocommit=True) as books:
        for _ in range(0, events, EVENTS_PER_REQUEST * 200):
            rows = [_row(brand, _body(chance, visitors, events, now), now) for _ in range(200)]
            with books.cursor().copy(inbox.COPY_ROWS) as copy:
                copy.write(inbox.copy_data(rows))


def send_one(brand: BenchBrand, user: str) -> None:
    """Put one event of one person into the inbox, committed."""
    now = datetime.now(UTC)
    event = {"type": "track", "event": "Product Viewed", "userId": user, "messageId": str(uuid.uuid4())}
    with psycopg.connect(dsn("worker"), autocommit=True) as books:
        row = _row(brand, json.dumps({"batch": [event]}).encode(), now, count=1)
        with books.cursor().copy(inbox.COPY_ROWS) as copy:
            copy.write(inbox.copy_data([row]))


def _row(brand: BenchBrand, body: bytes, at: datetime, count: int = EVENTS_PER_REQUEST) -> bytes:
    received = round(at.timestamp() * 1_000_000)
    epoch = vault.current_epoch()
    document = inbox.compress(inbox.document(inbox.Envelope(received=received), body))
    place = inbox.additional_data(brand.source.source_no, brand.node_no)
    return inbox.row(
        received=received, source_no=brand.source.source_no, node_no=brand.node_no, kind=inbox.REQUEST,
        epoch_id=epoch.id, event_count=count, body=vault.seal_blob(epoch, document, place),
    )  # fmt: skip


def _body(chance: random.Random, visitors: list[Visitor], events: int, now: datetime) -> bytes:
    batch = []
    for place in range(EVENTS_PER_REQUEST):
        seat = chance.randrange(len(visitors))
        visitor = visitors[seat]
        when = now - timedelta(seconds=chance.random() * 600)
        batch.append(_identify(chance, visitor, when) if place % 10 == 9 else _track(chance, visitor, when))
        visitor.left -= 1
        if visitor.left <= 0:
            visitors[seat] = _visitor(chance, events)
    return json.dumps({"batch": batch, "sentAt": now.isoformat()}, ensure_ascii=False).encode()


def _visitor(chance: random.Random, events: int) -> Visitor:
    anonymous = str(uuid.UUID(int=chance.getrandbits(128), version=4))
    # People come back: there are fewer of them than visits.
    number = chance.randrange(max(10, events // 20))
    user = f"member-{number}" if chance.random() < SIGNED_IN else None
    return Visitor(anonymous, user, 1 + int(chance.expovariate(1 / EVENTS_PER_VISIT)))


def _track(chance: random.Random, visitor: Visitor, when: datetime) -> dict[str, Any]:
    return _message(chance, visitor, when) | {
        "type": "track",
        "event": "Product Viewed",
        "properties": {
            "product_id": f"SKU-{chance.randrange(50_000):05}",
            "category": chance.choice(("suv", "sedan", "mpv", "wagon", "service")),
            "price": round(chance.uniform(9, 400_000), 2),
            "quantity": chance.randrange(1, 5),
            "currency": "CNY",
            "is_new": chance.random() < 0.3,
            "position": chance.randrange(40),
            "list": f"list-{chance.randrange(300)}",
        },
    }


def _identify(chance: random.Random, visitor: Visitor, when: datetime) -> dict[str, Any]:
    name = visitor.user or visitor.anonymous[:8]
    traits = {
        "email": f"{name}@example.com",
        "phone": f"+1555{sum(name.encode()) * 7919 % 10**7:07}",
        "name": f"Person {name}",
        "city": chance.choice(("上海", "北京", "广州", "深圳")),
        "age": chance.randrange(18, 80),
    }
    if visitor.user is None:
        del traits["phone"], traits["email"]
        traits |= {"nickname": f"guest {name}", "note": "asked for a call back"}
    return _message(chance, visitor, when) | {"type": "identify", "traits": traits}


def _message(chance: random.Random, visitor: Visitor, when: datetime) -> dict[str, Any]:
    path = chance.choice(("/models", "/dealers", "/offers", "/configure"))
    query = f"utm_source=wechat&utm_campaign=c{chance.randrange(500)}"
    message = {
        "messageId": str(uuid.UUID(int=chance.getrandbits(128), version=4)),
        "anonymousId": visitor.anonymous,
        "timestamp": when.isoformat(),
        "context": {
            "library": {"name": "analytics.js", "version": "2.3.0"},
            "page": {"path": path, "url": f"https://www.example.com{path}?{query}"},
            "userAgent": "Mozilla/5.0 (iPhone; CPU iPhone OS 18_2 like Mac OS X) Mobile/15E148",
            "locale": "zh-CN",
        },
        "integrations": {},
    }
    return message | ({"userId": visitor.user} if visitor.user else {})
