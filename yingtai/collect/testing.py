"""Ready-made imports for tests, ours and others'."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from django.db import connection

from yingtai.collect import inbox
from yingtai.collect.importing.mapping import read_mapping
from yingtai.collect.services.imports import ask_for_check, ask_for_import, map_import, start_import
from yingtai.collect.services.uploads import Arriving, save_upload
from yingtai.kernel.acting import Acting
from yingtai.kernel.jobs import JOBS
from yingtai.vault.api import current_epoch, seal_blob


def ask_for_import_of(acting: Acting, node_no: int, text: str, mapping: str) -> tuple[UUID, UUID]:
    """Upload a file, map it and ask for its import, as the pages do; return the import's id and the task's."""
    import_id = map_file(acting, node_no, text, mapping)
    return import_id, ask_for_import(acting, import_id)


def map_file(acting: Acting, node_no: int, text: str, mapping: str) -> UUID:
    """Upload a file and map it, as the pages do; return the import's id."""
    arriving = Arriving()
    arriving.write(text.encode())
    upload_id = save_upload(acting, arriving, node_no=node_no, name="file.csv")
    import_id = start_import(acting, node_no=node_no, upload_id=upload_id)
    map_import(acting, import_id, read_mapping(mapping).document)
    return import_id


def ask_again(acting: Acting, import_id: UUID) -> UUID:
    """Ask for an import that has stopped or failed, and return the new task's id."""
    return ask_for_import(acting, import_id)


def try_out(acting: Acting, import_id: UUID) -> UUID:
    """Have a file read without loading anything, and return the task's id."""
    task_id = ask_for_check(acting, import_id)
    JOBS["collect.check_import"](acting, import_id=str(import_id), task_id=str(task_id))
    return task_id


def request_document(events: Sequence[dict[str, Any]], at: datetime, client: str = "") -> bytes:
    """Return what the collector writes down of a batch of events that came at a time, from a client."""
    envelope = inbox.Envelope(received=round(at.timestamp() * 1_000_000), ip=client)
    return inbox.document(envelope, msgspec.json.encode({"batch": list(events)}))


INSERT_ARRIVED = """
    INSERT INTO collect_inbox (received_at, source_no, node_no, kind, epoch_id, event_count, body)
    VALUES (%s, %s, %s, %s, %s, %s, %s)
"""


def put_into_inbox(document: bytes, *, source_no: int, node_no: int, at: datetime, event_count: int) -> None:
    """Put a document into the inbox, sealed as the collector seals it."""
    epoch = current_epoch()
    body = seal_blob(epoch, inbox.compress(document), inbox.additional_data(source_no, node_no))
    with connection.cursor() as cursor:
        cursor.execute(INSERT_ARRIVED, (at, source_no, node_no, inbox.REQUEST, epoch.id, event_count, body))
