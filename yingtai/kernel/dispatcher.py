"""The process that tells facts: takes pending ones, calls their handlers, marks them, all in one transaction."""

from datetime import datetime, timedelta

from django.db import connection, transaction

from yingtai.kernel.events import tell
from yingtai.kernel.models import OutboxFact

FACTS_AT_ONCE = 200
KEPT = timedelta(days=3)
WAITING_FACTS = """
    SELECT count(*), min(occurred_at) FROM (
        SELECT occurred_at FROM kernel_outboxfact WHERE handled_at IS NULL ORDER BY id LIMIT 1001
    ) AS waiting
"""
"""How many facts wait to be told, 1,001 standing for more, and since when the oldest does."""


def dispatch(at: datetime) -> int:
    """Tell up to 200 pending facts and return how many. Several dispatchers may run side by side."""
    with transaction.atomic():
        pending = OutboxFact.objects.select_for_update(skip_locked=True).filter(handled_at=None)
        facts = list(pending.order_by("id")[:FACTS_AT_ONCE])
        for fact in facts:
            tell(fact.name, fact.envelope)
        OutboxFact.objects.filter(id__in=[fact.id for fact in facts]).update(handled_at=at)
    return len(facts)


def prune(at: datetime) -> int:
    """Remove facts that were told more than three days ago and return how many."""
    count, _ = OutboxFact.objects.filter(handled_at__lt=at - KEPT).delete()
    return count


def wait_for_facts(seconds: float) -> None:
    """Sleep until a fact is published, or the time is over."""
    connection.ensure_connection()
    raw = connection.connection
    raw.execute("LISTEN outbox")
    for _ in raw.notifies(timeout=seconds, stop_after=1):
        pass
