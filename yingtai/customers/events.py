"""Facts that customers publishes."""

from dataclasses import dataclass
from typing import ClassVar

from yingtai.kernel.events import DomainEvent


@dataclass(frozen=True, kw_only=True)
class SetIngested(DomainEvent):
    """A set of events became part of the lake and of profiles; `ingest_no` is theirs and no other set's.

    Told once per set, before readers can see the set in the lake: ask the lake for its freshness.
    """

    name: ClassVar[str] = "customers.set_ingested"

    ingest_no: int
    event_count: int
    brand_nos: tuple[int, ...]
    source_nos: tuple[int, ...]


@dataclass(frozen=True, kw_only=True)
class ProfilesMerged(DomainEvent):
    """These profiles of one brand turned out to be one person: the survivor has everything they had."""

    name: ClassVar[str] = "customers.profiles_merged"

    survivor_no: int
    duplicate_nos: tuple[int, ...]
    rule: str


@dataclass(frozen=True, kw_only=True)
class ProfileSplit(DomainEvent):
    """A merge was undone: the aliases it moved are back with the profile they came from."""

    name: ClassVar[str] = "customers.profile_split"

    survivor_no: int
    restored_no: int


@dataclass(frozen=True, kw_only=True)
class PersonErased(DomainEvent):
    """A person was erased: every key of the profiles that were theirs is destroyed."""

    name: ClassVar[str] = "customers.person_erased"

    profile_nos: tuple[int, ...]
