"""Ready-made events for tests: sent as a collector writes them, into the inbox."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec
from django.db import connection

from yingtai.collect import inbox
from yingtai.collect.api import SourceView
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
    received = round(at.timestamp() * 1_000_000)
    document = inbox.document(inbox.Envelope(received=received), msgspec.json.encode({"batch": list(events)}))
    place = node_no or source.node_no
    epoch = vault.current_epoch()
    body = vault.seal_blob(epoch, inbox.compress(document), inbox.additional_data(source.source_no, place))
    with connection.cursor() as cursor:
        cursor.execute(INSERT, (at, source.source_no, place, inbox.REQUEST, epoch.id, len(events), body))
