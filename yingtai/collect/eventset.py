"""The one shape in which facts go from the doors to ingest: columns, types and what they mean.

Pure pyarrow. A set may leave columns out, which reads as null; it may bring further `id_…` columns, one per
kind of identifier. `lines` belong to events by `event_row`, the position of the event in the same set.
"""

from dataclasses import dataclass

import pyarrow as pa

TEXT, NUMBER, REAL, MOMENT = pa.string(), pa.int64(), pa.float64(), pa.timestamp("us", tz="UTC")
HASH_BYTES = 16

REQUIRED = ("message_hash", "event", "kind", "occurred_at", "received_at", "node_no", "source_no")

EVENT_COLUMNS = pa.schema(
    [
        ("message_hash", pa.binary(HASH_BYTES)),
        ("kind", TEXT),
        ("event", TEXT),
        ("occurred_at", MOMENT),
        ("received_at", MOMENT),
        ("node_no", NUMBER),
        ("source_no", pa.int32()),
        ("profile_no", NUMBER),
        *((f"id_{kind}", TEXT) for kind in ("user", "email", "phone", "member", "device", "anonymous")),
        *((name, TEXT) for name in ("channel", "order_id", "product_id", "category", "currency")),
        *((f"utm_{name}", TEXT) for name in ("source", "medium", "campaign", "term", "content")),
        *((name, TEXT) for name in ("page_path", "device_class", "region_code")),
        ("quantity", REAL),
        ("amount_minor", NUMBER),
        *((name, NUMBER) for name in ("session_no", "campaign_no", "journey_no", "send_no")),
        *((name, TEXT) for name in ("properties", "extras", "traits", "private_traits")),
    ]
)
LINE_COLUMNS = pa.schema(
    [
        ("event_row", NUMBER),
        ("line_no", pa.int32()),
        ("product_id", TEXT),
        ("category", TEXT),
        ("quantity", REAL),
        ("amount_minor", NUMBER),
        ("currency", TEXT),
    ]
)


CONSENT_COLUMNS = pa.schema(
    [("event_row", NUMBER), ("purpose", TEXT), ("channel", TEXT), ("is_granted", pa.bool_()), ("at", MOMENT)]
)


@dataclass(frozen=True)
class RawSet:
    """Events, the order lines of those that have some, and what people among them agreed to or refused."""

    events: pa.Table
    lines: pa.Table | None = None
    consents: pa.Table | None = None
