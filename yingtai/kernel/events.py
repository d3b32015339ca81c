"""Facts, told upwards: a service publishes in its own transaction, a dispatcher hands the fact to handlers.

Handlers only queue a job, in the transaction that notes that they were told, so a job is queued exactly once. A handler
that fails holds up neither other handlers nor other facts: `yingtai.kernel.dispatcher` tries it again, then parks it.
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
        known = FACTS.setdefault(cls.name, cls)
        if (known.__module__, known.__qualname__) != (cls.__module__, cls.__qualname__):
            raise ValueError(f"two facts are called {cls.name!r}: {known.__module__} and {cls.__module__}")
        FACTS[cls.name] = cls


NOBODY_KNOWS = "no module knows a fact of this name"
OTHER_VALUES = "its values are not those of a fact of this name"


class FactNotUnderstood(Exception):
    """A fact of the outbox is of no known name or shape: another release wrote it, or its module is gone."""


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


def handlers_of(name: str) -> dict[str, Callable[[Acting, Any], None]]:
    """Return who is told of a fact, by the name that notes in the outbox that they were."""
    return {f"{one.__module__}.{one.__qualname__}": one for one in _handlers[name]}


def read_fact(name: str, envelope: dict[str, Any]) -> tuple[Acting, DomainEvent]:
    """Return who published a fact, and the fact. What was added to its shape since has its default.

    Raises: FactNotUnderstood
    """
    if name not in FACTS:
        raise FactNotUnderstood(NOBODY_KNOWS)
    kind = FACTS[name]
    known = {field.name: field for field in dataclasses.fields(kind)}
    try:
        said = {
            each: _revived(known[each].type, value)
            for each, value in envelope["fact"].items()
            if each in known
        }
        return unpack(envelope["acting"]), kind(**said)
    except (KeyError, TypeError, ValueError, AttributeError) as problem:
        raise FactNotUnderstood(OTHER_VALUES) from problem


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
