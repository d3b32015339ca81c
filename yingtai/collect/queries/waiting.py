"""What waits for somebody: counted from indexes, and only as far as a page would say."""

from datetime import datetime
from uuid import UUID

from django.db import connection

from yingtai.collect.models import Import, Quarantine, Source
from yingtai.collect.plan import EVENT, HIDDEN_NAME, OWN_EVENTS
from yingtai.kernel.acting import Acting
from yingtai.kernel.scoping import acting_transaction

MOST_COUNTED = 1_000

UNDECLARED = """
    SELECT count(*) FROM collect_seen AS seen
    WHERE seen.name <> %(hidden)s AND seen.event <> %(hidden)s
      AND NOT (seen.subject = %(event)s AND seen.name = ANY(%(own)s)) AND NOT EXISTS (
        SELECT FROM collect_declaration AS line
        WHERE line.node_no = seen.node_no AND line.subject = seen.subject AND line.name = seen.name
          AND line.event IN ('', seen.event))
"""


def has_source(acting: Acting) -> bool:
    """Say whether a website, an app or another system was connected; a file that was imported is none."""
    with acting_transaction(acting):
        return Source.objects.filter(kind__in=Source.SENDING).exists()


def has_import(acting: Acting) -> bool:
    """Say whether a file was loaded."""
    with acting_transaction(acting):
        return Import.objects.filter(state=Import.State.DONE).exists()


def count_refused(acting: Acting, *, since: datetime) -> int:
    """Return how many events were refused since then. Cost: at most a thousand rows of an index"""
    with acting_transaction(acting):
        rows = Quarantine.objects.filter(received_at__gte=since).order_by("node_no", "-received_at")
        return sum(rows.values_list("occurrences", flat=True)[:MOST_COUNTED])


def count_undeclared(acting: Acting) -> int:
    """Return how many names arrive that nobody declared. Cost: one pass over the names, never over events"""
    with acting_transaction(acting), connection.cursor() as cursor:
        cursor.execute(UNDECLARED, {"hidden": HIDDEN_NAME, "event": EVENT, "own": list(OWN_EVENTS)})
        return int(cursor.fetchone()[0])


def imports_waiting(acting: Acting, *, since: datetime) -> dict[str, list[UUID]]:
    """Return the imports since then that failed, and those that the actor brought and did not run."""
    with acting_transaction(acting):
        lately = Import.objects.filter(created_at__gte=since).order_by("node_no", "-created_at")
        rows = list(lately.values_list("id", "state", "upload__expires_at", "started_by")[:MOST_COUNTED])
    return {
        "failed": [id_ for id_, state, _, _ in rows if state == Import.State.FAILED],
        "unfinished": [
            id_
            for id_, state, expires_at, started_by in rows
            if started_by == acting.actor
            and state in {Import.State.DRAFT, Import.State.CHECKED}
            and expires_at
            and expires_at > acting.at
        ],
    }
