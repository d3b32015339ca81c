"""Facts that collect publishes."""

from dataclasses import dataclass
from uuid import UUID

from yingtai.kernel.events import DomainEvent


@dataclass(frozen=True, kw_only=True)
class ImportAsked(DomainEvent):
    """Somebody asked for an import to be run; its task shows how far it is. Whoever loads events runs it."""

    name = "collect.import_asked"

    import_id: UUID
