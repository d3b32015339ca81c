"""The sample as messages: what the SDKs of its websites, apps and dealers would have sent of the same events."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

import msgspec
import numpy as np
import pyarrow as pa

from yingtai.customers.api import EventSet

PER_REQUEST = 500
AGENTS = {
    "mobile": "Mozilla/5.0 (iPhone; CPU iPhone OS 18_2 like Mac OS X) AppleWebKit/605.1.15 Mobile/15E148",
    "tablet": "Mozilla/5.0 (iPad; CPU OS 18_2 like Mac OS X) AppleWebKit/605.1.15 Safari/604.1",
    "desktop": "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/131.0.0.0 Safari/537.36",
}
"""By the class that ingest tells from them."""
CAMPAIGN = {"utm_source": "source", "utm_medium": "medium", "utm_campaign": "name"}
PAGE = {"title": "Xinghe"}
"""On a website every call names the page; its path is worth a column for page views only."""
APP = {"name": "Xinghe", "version": "3.2.0"}
WEB_LIBRARY = {"name": "analytics.js", "version": "2.11.1"}
SERVER_LIBRARY = {"name": "analytics-python", "version": "2.3.3"}

Row = dict[str, Any]

encode = msgspec.json.Encoder().encode
decode = msgspec.json.Decoder(dict[str, Any]).decode


def requests_of(events: EventSet, *, sent_at: str) -> Iterator[tuple[int, bytes]]:
    """Return the events as bodies of batch requests: (node_no of the sender, body), place by place.

    In: sent_at  the client's clock as it sends, in ISO 8601
    """
    nodes = events.events["node_no"].to_numpy()
    order = np.argsort(nodes, kind="stable")
    for rows in np.split(order, np.flatnonzero(np.diff(nodes[order])) + 1):
        for first in range(0, len(rows), PER_REQUEST):
            some = rows[first : first + PER_REQUEST]
            messages = messages_of(events.events.take(pa.array(some)))
            yield int(nodes[some[0]]), encode({"batch": messages, "sentAt": sent_at})


def messages_of(events: pa.Table) -> list[dict[str, Any]]:
    """Return the Segment message of each event."""
    return [_message(row) for row in events.to_pylist()]


def _message(row: Row) -> dict[str, Any]:
    message = {
        "type": row["kind"],
        "messageId": str(UUID(bytes=row["message_hash"])),
        "timestamp": row["occurred_at"],
        "context": _context(row),
    }
    for name, column in (("userId", "id_user"), ("anonymousId", "id_anonymous")):
        if row[column] is not None:
            message[name] = row[column]
    if row["kind"] == "track":
        message["event"] = row["event"]
    if row["kind"] == "identify":
        message["traits"] = _traits(row)
    if row["properties"] is not None:
        message["properties"] = msgspec.Raw(row["properties"].encode())
    return message


def _context(row: Row) -> dict[str, Any]:
    context: dict[str, Any] = {"library": SERVER_LIBRARY if row["channel"] == "store" else WEB_LIBRARY}
    if row["channel"] == "app":
        context["app"] = APP
    elif row["channel"] == "web":
        context["page"] = PAGE | {"path": row["page_path"]} if row["page_path"] else PAGE
    if row["device_class"] is not None:
        context["userAgent"] = AGENTS[row["device_class"]]
    if row["utm_source"] is not None:
        context["campaign"] = {word: row[column] for column, word in CAMPAIGN.items()}
    if row["session_no"] is not None:
        context["sessionId"] = row["session_no"]
    if row["id_device"] is not None:
        context["device"] = {"id": row["id_device"], "type": "tablet"}
    if row["id_member"] is not None:
        known_as = {"id": row["id_member"], "type": "member_no", "collection": "users", "encoding": "none"}
        context["externalIds"] = [known_as]
    return context


def _traits(row: Row) -> dict[str, Any]:
    """Return what somebody says of themselves: traits of both kinds, and the addresses that are identifiers."""
    addresses = {name: row[f"id_{name}"] for name in ("email", "phone") if row[f"id_{name}"] is not None}
    return decode(row["traits"] or "{}") | decode(row["private_traits"] or "{}") | addresses
