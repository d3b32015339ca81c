from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from yingtai.kernel.events import DomainEvent


@dataclass(frozen=True, kw_only=True)
class AudienceRefreshed(DomainEvent):
    """The stored membership of an audience is as of `occurred_at`; who entered and left is in the lake."""

    name: ClassVar[str] = "audiences.audience_refreshed"

    audience_id: UUID
    audience_no: int
    people: int
    entered: int
    left: int
