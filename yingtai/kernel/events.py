"""Facts, told upwards: a service publishes in its own transaction, a dispatcher hands the fact to handlers.

Handlers are told at least once; they only queue a job, in the transaction that marks the fact as handled,
so a job is queued exactly once.
"""

import dataclasses
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar, TypeVar
from uuid import UUID

from django.db import connection

from yingtai.kernel.acting import Acting
from yingtai.kernel.envelope import pack, unpack
from yingtai.kernel.models import OutboxFact

FACTS: dict[str, type["DomainEvent"]] = {}
_handlers: dict[str, list[Callable[[Acting, Any], None]]] = defaultdict(list)


@dataclass(frozen=True, kw_only=True)
class DomainEvent:
    """A fact in the past tense: ids, and the values true at that moment, no more."""

    name: ClassVar[str]

    node_no: int
    occurred_at: datetime

    def __init_subclass__(cls) -> None:
        FACTS[cls.name] = cls


Fact = TypeVar("Fact", bound=DomainEvent)


def publish(acting: Acting, *facts: DomainEvent) -> None:
    """Write facts to the outbox, in the caller's transaction."""
    with connection.cursor() as cursor:
        cursor.execute("NOTIFY outbox")
    OutboxFact.objects.bulk_create(
        OutboxFact(
            name=fact.name,
            node_no=fact.node_no,
            occurred_at=fact.occurred_at,
            envelope={"acting": pack(acting), "fact": _as_json(fact)},
        )
        for fact in facts
    )


def handles(kind: type[Fact]) -> Callable[[Callable[[Acting, Fact], None]], Callable[[Acting, Fact], None]]:
    """Register a handler of a fact; it is called with the acting of whoever published it."""

    def register(handler: Callable[[Acting, Fact], None]) -> Callable[[Acting, Fact], None]:
        _handlers[kind.name].append(handler)
        return handler

    return register


def tell(name: str, envelope: dict[str, Any]) -> None:
    """Hand one fact to all its handlers, in the caller's transaction."""
    kind = FACTS[name]
    values = {
        field.name: _revived(field.type, envelope["fact"][field.name]) for field in dataclasses.fields(kind)
    }
    for handler in _handlers[name]:
        handler(unpack(envelope["acting"]), kind(**values))


def _revived(kind: Any, value: Any) -> Any:
    if value is None:
        return None
    if kind in (datetime, "datetime"):
        return datetime.fromisoformat(value)
    if kind in (UUID, "UUID"):
        return UUID(value)
    return tuple(value) if isinstance(value, list) else value


def _as_json(fact: DomainEvent) -> dict[str, Any]:
    return {
        name: value if isinstance(value, int | str | list | tuple | float | dict | None) else str(value)
        for name, value in dataclasses.asdict(fact).items()
    }
