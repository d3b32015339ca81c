"""Facts that the product records itself, and the document they travel in through the inbox. Pure."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec

INTERNAL_SOURCE = 0
"""The source number of what the product itself records."""


class RecordedFact(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Something worth analysing or reacting to that happened inside: a send, an open, a consent change.

    event       Title Case, past tense: `Email Sent`
    message_id  tells a repeat; made from what happened when the same fact may be recorded twice
    profile_no  who, as known now; or an identifier by kind in `identifiers`
    device_class  `bot` when a machine did it and not the person
    properties  split by the tracking plan like any other event's
    """

    event: str
    message_id: str
    node_no: int
    occurred_at: datetime
    profile_no: int | None = None
    identifiers: dict[str, str] = {}
    channel: str | None = None
    device_class: str | None = None
    campaign_no: int | None = None
    journey_no: int | None = None
    send_no: int | None = None
    order_id: str | None = None
    product_id: str | None = None
    category: str | None = None
    quantity: float | None = None
    amount_minor: int | None = None
    currency: str | None = None
    properties: dict[str, Any] = {}


class Facts(msgspec.Struct):
    """The document of an inbox row of kind RECORD."""

    received_at: datetime
    facts: list[RecordedFact]


_decoder = msgspec.json.Decoder(Facts)


def write_facts(received_at: datetime, facts: Sequence[RecordedFact]) -> bytes:
    """Return the document that carries these facts."""
    return msgspec.json.encode(Facts(received_at, list(facts)))


def read_facts(document: bytes) -> Facts:
    """Return the facts of an inbox row of kind RECORD, after opening the seal and decompressing."""
    return _decoder.decode(document)
