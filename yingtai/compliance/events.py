import json
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar, NamedTuple

from yingtai.kernel.events import DomainEvent


class ConsentChange(NamedTuple):
    """One person's answer is another than before. No identifier: it may travel anywhere."""

    profile_no: int
    node_no: int
    purpose: str
    channel: str
    recipient: str
    status: str
    at: datetime
    source: str


@dataclass(frozen=True, kw_only=True)
class ConsentsRecorded(DomainEvent):
    """Consent changed for some people: one fact per up to a thousand changes.

    Whoever keeps the event stream records each answer that somebody gave as "Consent Updated".
    """

    name: ClassVar[str] = "compliance.consents_recorded"

    changes: str

    def each(self) -> list[ConsentChange]:
        """Return the changes; they travel as JSON text."""
        return read_changes(self.changes)


def read_changes(changes: str) -> list[ConsentChange]:
    """Return the changes that the text of a fact holds."""
    return [
        ConsentChange(profile, node, purpose, channel, recipient, status, datetime.fromisoformat(at), source)
        for profile, node, purpose, channel, recipient, status, at, source in json.loads(changes)
    ]
