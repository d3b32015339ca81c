"""Facts that customers publishes."""

import json
from dataclasses import dataclass
from typing import ClassVar, NamedTuple

from yingtai.kernel.events import DomainEvent


class GivenAddress(NamedTuple):
    """An address by its number, whom it is a claim on, and the codes of the purposes that were agreed to.

    network  a keyed digest of the client's network, so that one does not crowd out others; "" when nobody knows
    """

    alias_no: int
    profile_no: int
    purposes: list[str]
    network: str = ""


def read_given(given: str) -> list[GivenAddress]:
    """Return the addresses that the text of a fact holds."""
    return [GivenAddress(*one) for one in json.loads(given)]


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
class AddressesGiven(DomainEvent):
    """Pages or apps of a brand gave e-mail addresses that nothing proves, each with a yes to some purposes.

    Whoever listens may ask at the address; nothing else may be sent there. No address travels in it.
    """

    name: ClassVar[str] = "customers.addresses_given"

    given: str

    def each(self) -> list[GivenAddress]:
        """Return the addresses by their numbers; they travel as JSON text."""
        return read_given(self.given)


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
