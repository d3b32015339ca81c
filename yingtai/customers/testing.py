"""Ready-made events for tests, sent as a collector writes them; and the books that they are written to."""

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from yingtai.collect.api import SourceView, explode
from yingtai.collect.testing import put_into_inbox, request_document
from yingtai.customers.events import AddressesGiven
from yingtai.customers.eventset import EventSet
from yingtai.customers.ingest import giving
from yingtai.customers.ingest.building import build
from yingtai.customers.ingest.ways import ways_of
from yingtai.customers.ingesting import acting_now, drain
from yingtai.customers.models import Identifier, KnownName, Order, Profile, RecentTimeline
from yingtai.customers.queries import open_identifiers, private_traits_of
from yingtai.customers.rules import BY_NAME
from yingtai.kernel.acting import Acting
from yingtai.kernel.events import publish
from yingtai.organization.testing import MONDAY

if TYPE_CHECKING:
    import pytest

__all__ = [
    "EMAIL",
    "Identifier",
    "KnownName",
    "Order",
    "Profile",
    "RecentTimeline",
    "acting_now",
    "drain",
    "event_set",
    "hear_given",
    "open_identifiers",
    "private_traits_of",
    "send",
    "send_document",
]

EMAIL = BY_NAME["email"].number
"""How the books write that an identifier is an e-mail address."""


def send(
    source: SourceView, events: Sequence[dict[str, Any]], *, at: datetime = MONDAY, node_no: int = 0,
    client: str = "",
) -> None:  # fmt: skip
    """Put one request of these events into the inbox."""
    send_document(source, request_document(events, at, client), count=len(events), at=at, node_no=node_no)


def send_document(
    source: SourceView, document: bytes, *, count: int = 1, at: datetime = MONDAY, node_no: int = 0
) -> None:
    """Put a document into the inbox, whatever it holds."""
    place = node_no or source.node_no
    put_into_inbox(document, source_no=source.source_no, node_no=place, at=at, event_count=count)


def hear_given(monkeypatch: "pytest.MonkeyPatch") -> list[AddressesGiven]:
    """Return a list that fills with what ingest tells about addresses that pages give."""
    told: list[AddressesGiven] = []

    def heard(acting: Acting, *facts: AddressesGiven) -> None:
        told.extend(facts)
        publish(acting, *facts)

    monkeypatch.setattr(giving, "publish", heard)
    return told


def event_set(source: SourceView, events: Sequence[dict[str, Any]], *, at: datetime = MONDAY) -> EventSet:
    """Return these events as the reader of the inbox makes them into one set."""
    messages = explode(request_document(events, at)).messages
    count = len(messages)
    ways = ways_of(source.node_no >> 40)
    return build(messages, [source.source_no] * count, [source.node_no] * count, ways).events
