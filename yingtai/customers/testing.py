"""Ready-made events for tests: sent as a collector writes them, into the inbox."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec
from django.db import connection

from yingtai.collect import inbox
from yingtai.collect.api import SourceView, explode
from yingtai.customers.eventset import EventSet
from yingtai.customers.ingest.building import build
from yingtai.customers.ingest.ways import ways_of
from yingtai.organization.testing import MONDAY
from yingtai.vault import api as vault

INSERT = """
    INSERT INTO collect_inbox (received_at, source_no, node_no, kind, epoch_id, event_count, body)
    VALUES (%s, %s, %s, %s, %s, %s, %s)
"""


def send(
    source: SourceView, events: Sequence[dict[str, Any]], *, at: datetime = MONDAY, node_no: int = 0
) -> None:
    """Put one request of these events into the inbox, sealed as the collector seals it."""
    send_document(source, _document(events, at), count=len(events), at=at, node_no=node_no)


def send_document(
    source: SourceView, document: bytes, *, count: int = 1, at: datetime = MONDAY, node_no: int = 0
) -> None:
    """Put a document into the inbox, whatever it holds."""
    place = node_no or source.node_no
    epoch = vault.current_epoch()
    body = vault.seal_blob(epoch, inbox.compress(document), inbox.additional_data(source.source_no, place))
    with connection.cursor() as cursor:
        cursor.execute(INSERT, (at, source.source_no, place, inbox.REQUEST, epoch.id, count, body))


def event_set(source: SourceView, events: Sequence[dict[str, Any]], *, at: datetime = MONDAY) -> EventSet:
    """Return these events as the reader of the inbox makes them into one set."""
    messages = explode(_document(events, at)).messages
    count = len(messages)
    built = build(
        messages, [source.source_no] * count, [source.node_no] * count, ways_of(source.node_no >> 40)
    )
    return built.events


def _document(events: Sequence[dict[str, Any]], at: datetime) -> bytes:
    received = round(at.timestamp() * 1_000_000)
    return inbox.document(inbox.Envelope(received=received), msgspec.json.encode({"batch": list(events)}))
