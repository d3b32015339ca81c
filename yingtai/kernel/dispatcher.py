"""The process that tells facts: takes what is due, calls the handlers, notes who was told, all in one transaction.

A handler that fails is undone alone and called again after pauses that double; then the fact is parked for an operator.
"""

import logging
import traceback
from collections.abc import Collection
from datetime import datetime, timedelta
from pathlib import PurePath

from django.db import connection, transaction
from django.db.models import Q, QuerySet

from yingtai.kernel import heartbeats
from yingtai.kernel.events import FactNotUnderstood, handlers_of, read_fact
from yingtai.kernel.models import OutboxFact

FACTS_AT_ONCE = 200
KEPT = timedelta(days=3)
MOST_TRIES = 8
"""With pauses of 1, 2, 4 … seconds about two minutes in all: longer trouble is for a person to look at."""
WAITING_FACTS = """
    SELECT count(*), min(occurred_at) FROM (
        SELECT occurred_at FROM kernel_outboxfact
        WHERE handled_at IS NULL AND parked_at IS NULL ORDER BY id LIMIT 1001
    ) AS waiting
"""
"""How many facts wait to be told, 1,001 standing for more, and since when the oldest does."""
UNTOLD_FACTS = """
    SELECT id, name, attempts, trouble, due_at, occurred_at FROM kernel_outboxfact
    WHERE handled_at IS NULL AND (parked_at IS NOT NULL OR due_at > %(at)s)
    ORDER BY parked_at IS NULL, id DESC LIMIT 51
"""
"""Facts that are parked or wait for another try: id, name, attempts, trouble, due_at, occurred_at; parked first."""

log = logging.getLogger(__name__)


def dispatch(at: datetime) -> int:
    """Tell up to 200 facts that are due and return how many. Several dispatchers may run side by side."""
    with transaction.atomic():
        waiting = OutboxFact.objects.select_for_update(skip_locked=True).filter(
            handled_at=None, parked_at=None
        )
        facts = list(waiting.filter(Q(due_at=None) | Q(due_at__lte=at)).order_by("id")[:FACTS_AT_ONCE])
        told = [fact.id for fact in facts if _tell(fact, at)]
        OutboxFact.objects.filter(id__in=told).update(handled_at=at)
    return len(facts)


def try_fact_again(fact_id: int) -> str | None:
    """Let a parked fact be told to whom it is still owed; return its name, or None when it is not parked."""
    parked = _parked().filter(id=fact_id)
    name = parked.values_list("name", flat=True).first()
    if name is None or not parked.update(parked_at=None, due_at=None, attempts=0):
        return None
    with connection.cursor() as cursor:
        cursor.execute("NOTIFY outbox")
    return name


def count_alike(fact_ids: Collection[int]) -> tuple[int, int]:
    """Return how many of these facts are parked, and how many are that have the name and the trouble of one of them."""
    chosen = _parked().filter(id__in=fact_ids)
    return chosen.count(), _parked().filter(_like(chosen)).count()


def let_facts_go(fact_ids: Collection[int], at: datetime, *, alike: bool) -> dict[str, list[int]]:
    """Count parked facts as told though nobody was; return their numbers by name. The caller holds a transaction.

    `alike` takes all parked facts that have the name and the trouble of one of these with them.
    """
    chosen = _parked().filter(id__in=fact_ids)
    found = (_parked().filter(_like(chosen)) if alike else chosen).order_by("id")
    by_name: dict[str, list[int]] = {}
    for fact_id, name in found.select_for_update().values_list("id", "name"):
        by_name.setdefault(name, []).append(fact_id)
    gone = [fact_id for ids in by_name.values() for fact_id in ids]
    OutboxFact.objects.filter(id__in=gone).update(handled_at=at)
    return by_name


def _parked() -> QuerySet[OutboxFact]:
    return OutboxFact.objects.filter(parked_at__isnull=False, handled_at=None)


def _like(chosen: QuerySet[OutboxFact]) -> Q:
    kinds = set(chosen.values_list("name", "trouble"))
    return (
        Q(*(Q(name=name, trouble=trouble) for name, trouble in kinds), _connector=Q.OR)
        if kinds
        else Q(pk=None)
    )


def prune(at: datetime) -> int:
    """Remove facts that were told more than three days ago and return how many. Parked ones stay."""
    count, _ = OutboxFact.objects.filter(handled_at__lt=at - KEPT).delete()
    return count


def wait_for_facts(seconds: float) -> None:
    """Sleep until a fact is published, or the time is over."""
    connection.ensure_connection()
    raw = connection.connection
    raw.execute("LISTEN outbox")
    for _ in raw.notifies(timeout=seconds, stop_after=1):
        pass


def _tell(fact: OutboxFact, at: datetime) -> bool:
    """Hand a fact to those who were not told yet and return whether all are."""
    try:
        acting, happened = read_fact(fact.name, fact.envelope)
    except FactNotUnderstood as problem:
        _put_off(fact, at, problem, is_final=True)
        return False
    failed: Exception | None = None
    for name, handler in handlers_of(fact.name).items():
        if name in fact.told:
            continue
        try:
            with transaction.atomic():
                handler(acting, happened)
            fact.told.append(name)
        except Exception as problem:
            if not connection.is_usable():
                raise
            failed = problem
    heartbeats.moved()
    if failed is not None:
        _put_off(fact, at, failed)
    return failed is None


def _put_off(fact: OutboxFact, at: datetime, problem: Exception, *, is_final: bool = False) -> None:
    log.error("fact %s #%s could not be told", fact.name, fact.id, exc_info=problem)
    fact.attempts += 1
    is_final = is_final or fact.attempts >= MOST_TRIES
    fact.parked_at = at if is_final else None
    fact.due_at = None if is_final else at + timedelta(seconds=2 ** (fact.attempts - 1))
    fact.trouble = _words_of(problem)
    fact.save(update_fields=["attempts", "due_at", "parked_at", "told", "trouble"])


def _words_of(problem: Exception) -> str:
    """Return the kind and place of an error: what it says may quote a value."""
    if isinstance(problem, FactNotUnderstood):
        return str(problem)
    last = traceback.extract_tb(problem.__traceback__)[-1]
    return f"{type(problem).__name__} ({PurePath(last.filename).name}:{last.lineno})"[:200]
