"""Reading customers: find by a blind index, lists by cursor, one profile."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import numpy as np
from django.db import connection
from django.db.models import Q
from django.utils.translation import gettext as _

from yingtai.customers.codes import code_of, number_of
from yingtai.customers.errors import ProfileErased, ProfileNotFound
from yingtai.customers.ingest.concealing import pseudonym
from yingtai.customers.ingest.people import order_blinds
from yingtai.customers.ingest.private import IDENTIFIER_COLUMN, TRAITS_COLUMN, names_in
from yingtai.customers.ingest.saying import Document, decode, laid_over
from yingtai.customers.latest import latest_seen
from yingtai.customers.models import (
    Identifier,
    KnownName,
    MergeEvidence,
    Order,
    Profile,
    RecentTimeline,
    SealedTraits,
)
from yingtai.customers.rules import BY_NUMBER, KINDS, PROVING_DOOR, Standing
from yingtai.kernel.acting import Acting
from yingtai.kernel.pages import ROWS_PER_PAGE, Page, decode_cursor, encode_cursor, number
from yingtai.kernel.scope import BRAND_SHIFT, brand_of
from yingtai.kernel.scoping import acting_transaction
from yingtai.organization.api import entity_no_at, get_unit_at, list_brands
from yingtai.vault import api as vault

# The numbers alone come out of the index. `OFFSET 0` keeps the order of steps: first the newest, and who of them
# is known only until the page is full. The planner takes a brand for a few rows and would look at all of them.
NEWEST = """
    SELECT profile.profile_no FROM (
        SELECT profile_no FROM customers_profile
        WHERE merged_into_no IS NULL AND profile_no < %(before)s ORDER BY profile_no DESC OFFSET 0
    ) AS profile {which}
    ORDER BY profile.profile_no DESC LIMIT %(most)s
"""
KNOWN = """
    WHERE EXISTS (
        SELECT FROM customers_identifier AS known
        WHERE known.profile_no = profile.profile_no AND known.kind = ANY(%(kinds)s) OFFSET 0)
"""
LARGEST = 2**63 - 1
# Without the signs that are read for one another: 0 and O, 1, I and L.
KINDS_OF_NAMES = ("phone", "email", "member")
KINDS_OF_VISITORS = ("anonymous", "device")
PLAIN_USER_ID = re.compile(r"[A-Za-z]{0,4}[-_]?[0-9]{1,9}")
KINDS_THAT_TELL = [kind.number for kind in KINDS if kind.is_kept]
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class MaskedIdentifier:
    """An identifier as a page shows it; `masked` is empty when only its blind index is kept."""

    alias_no: int
    kind: str
    masked: str
    first_seen_at: datetime
    standing: Standing = Standing.PROVEN


@dataclass(frozen=True)
class ProfileRow:
    """A profile in a list: who it is, masked."""

    profile_no: int
    id: UUID
    node_no: int
    brand_no: int
    name: str
    identifiers: tuple[MaskedIdentifier, ...]
    first_seen_at: datetime
    latest_seen_at: datetime | None
    latest_event: str
    erased_at: datetime | None

    @property
    def is_erased(self) -> bool:
        return self.erased_at is not None

    @property
    def code(self) -> str:
        """What the audit log calls them to whoever may not see people."""
        return code_of(self.profile_no)


@dataclass(frozen=True)
class ProfileView(ProfileRow):
    """One profile with what it is declared and known by; private traits are masked."""

    traits: dict[str, Any]
    private_traits: dict[str, str]
    merged_into: UUID | None


@dataclass(frozen=True)
class MergeView:
    """Why a profile was folded into this one."""

    id: UUID
    duplicate_no: int
    rule: str
    alias_count: int
    at: datetime
    by: str


def find_profiles(acting: Acting, query: str) -> list[ProfileRow]:
    """Return the profiles that a phone, e-mail, member or order number, user id, whole name or code belongs to.

    Only equal values are found: what is sealed cannot be searched in parts.
    """
    text = query.strip()
    if not text:
        return []
    with acting_transaction(acting):
        numbers: set[int] = set()
        for brand in list_brands(acting.scope):
            numbers |= _numbers_known_as(text, (brand.node_no or 0) >> BRAND_SHIFT, brand.country)
        if (coded := number_of(text)) is not None:
            numbers |= set(_survivors([coded]).values())
        profiles = Profile.objects.filter(profile_no__in=numbers, merged_into_no=None).order_by("-profile_no")
        return _rows(list(profiles[:ROWS_PER_PAGE]))


def list_latest(acting: Acting, *, only_known: bool = False, after: str | None = None) -> Page[ProfileRow]:
    """Return profiles, latest seen first; `only_known` leaves out visitors of whom only a browser or device is known.

    Cost: 6 queries, whatever the page holds
    """
    with acting_transaction(acting):
        numbers, cursor = latest_seen(acting, only_known=only_known, after=after)
        rows = {row.profile_no: row for row in _rows(list(Profile.objects.filter(profile_no__in=numbers)))}
    return Page([rows[number] for number in numbers if number in rows], cursor)


def list_profiles(acting: Acting, *, only_known: bool = False, after: str | None = None) -> Page[ProfileRow]:
    """Return profiles, newest first; `only_known` leaves out visitors of whom only a browser or device is known.

    Cost: 5 queries, whatever the page holds
    """
    place = decode_cursor(after, number)
    values = {"before": place[0] if place else LARGEST, "kinds": KINDS_THAT_TELL, "most": ROWS_PER_PAGE + 1}
    with acting_transaction(acting):
        with connection.cursor() as cursor:
            cursor.execute(NEWEST.format(which=KNOWN if only_known else ""), values)
            found = [number for (number,) in cursor.fetchall()]
        profiles = Profile.objects.filter(profile_no__in=found[:ROWS_PER_PAGE]).order_by("-profile_no")
        rows = _rows(list(profiles))
    more = len(found) > ROWS_PER_PAGE
    return Page(rows, encode_cursor(rows[-1].profile_no) if more else None)


def get_profile(acting: Acting, id: UUID) -> ProfileView:
    """Return one profile, masked.

    Raises: ProfileNotFound
    """
    with acting_transaction(acting):
        profile = Profile.objects.filter(id=id).first()
        if profile is None:
            raise ProfileNotFound
        [row] = _rows([profile])
        survivor = Profile.objects.filter(profile_no=profile.merged_into_no or 0).first()
        private = private_traits_of([profile.profile_no])[profile.profile_no]
    return ProfileView(
        **vars(row),
        traits={name: value[0] for name, value in sorted(profile.traits.items())},
        private_traits={name: mask_trait(name, value[0]) for name, value in sorted(private.items())},
        merged_into=survivor.id if survivor else None,
    )


def get_living(acting: Acting, id: UUID) -> ProfileView:
    """Return one profile as `get_profile` does, for whoever reads on from it: of an erased person nothing is read.

    Raises: ProfileNotFound, ProfileErased
    """
    view = get_profile(acting, id)
    if view.is_erased:
        raise ProfileErased
    return view


def list_merges(acting: Acting, profile_no: int) -> list[MergeView]:
    """Return which profiles were folded into this one and why, newest first."""
    with acting_transaction(acting):
        found = MergeEvidence.objects.filter(survivor_no=profile_no).order_by("-at", "-id")
        undone = set(
            Profile.objects.filter(
                profile_no__in=[one.duplicate_no for one in found], merged_into_no=None
            ).values_list("profile_no", flat=True)
        )
        return [
            MergeView(one.id, one.duplicate_no, one.rule, len(one.alias_nos), one.at, one.by)
            for one in found
            if one.duplicate_no not in undone
        ]


def profile_nos_of(acting: Acting, ids: Sequence[UUID]) -> dict[UUID, int]:
    """Return the numbers behind public ids, those in scope only."""
    with acting_transaction(acting):
        return dict(Profile.objects.filter(id__in=ids).values_list("id", "profile_no"))


def ids_of(acting: Acting, profile_nos: Sequence[int]) -> dict[int, UUID]:
    """Return the public ids of profiles, for a list in one query."""
    with acting_transaction(acting):
        return dict(Profile.objects.filter(profile_no__in=profile_nos).values_list("profile_no", "id"))


def people_of(acting: Acting, ids: Sequence[UUID]) -> dict[UUID, tuple[int, int]]:
    """Return (profile_no, node_no) by public id; a merged profile's is its survivor's."""
    with acting_transaction(acting):
        asked = {one.profile_no: one.id for one in Profile.objects.filter(id__in=ids)}
        survivors = _survivors(list(asked))
        nodes = dict(
            Profile.objects.filter(profile_no__in=survivors.values()).values_list("profile_no", "node_no")
        )
    return {
        asked[number]: (survivor, nodes[survivor])
        for number, survivor in survivors.items()
        if survivor in nodes
    }


def survivors_of(acting: Acting, profile_nos: Sequence[int]) -> dict[int, int]:
    """Return who each profile is now: itself, or whoever it was folded into."""
    with acting_transaction(acting):
        return _survivors(profile_nos)


def names_of(acting: Acting, profile_nos: Sequence[int]) -> dict[int, str]:
    """Return how pages call people, masked; for a list in a few queries."""
    with acting_transaction(acting):
        rows = _rows(list(Profile.objects.filter(profile_no__in=profile_nos)))
    return {row.profile_no: called(row) for row in rows}


def called(row: ProfileRow) -> str:
    """Return what pages call a person: masked name, address or number. Whoever has none is a customer with a code; a
    visitor, when nothing but a browser or device is known."""
    if title := title_of(row):
        return title
    is_visitor = not row.is_erased and all(one.kind in KINDS_OF_VISITORS for one in row.identifiers)
    return (_("Visitor {code}") if is_visitor else _("Customer {code}")).format(code=row.code)


def title_of(row: ProfileRow) -> str:
    """Return what to call a profile when there is room for one word; nothing when nothing tells it from others."""
    telling = (one.masked for one in row.identifiers if one.kind in KINDS_OF_NAMES and one.masked)
    return row.name or next(telling, "")


def private_traits_of(profile_nos: Sequence[int]) -> dict[int, Document]:
    """Return private traits by profile, opened; documents of merged profiles are laid over each other."""
    documents: dict[int, Document] = {number: {} for number in profile_nos}
    rows = list(SealedTraits.objects.filter(profile_no__in=profile_nos).order_by("row_id"))
    opened = vault.open_sealed(
        [row.sealed for row in rows], column=TRAITS_COLUMN, row_ids=[row.row_id for row in rows]
    )
    for row, text in zip(rows, opened, strict=True):
        if text is not None:
            documents[row.profile_no], _ = laid_over(documents[row.profile_no], decode(text))
    return documents


def open_identifiers(rows: Sequence[Identifier]) -> list[str | None]:
    """Return the values of identifiers; None for one that is not kept or was erased."""
    return vault.open_sealed(
        [row.sealed for row in rows], column=IDENTIFIER_COLUMN, row_ids=[row.alias_no for row in rows]
    )


def mask_trait(name: str, value: object) -> str:
    """Return a private trait as a page shows it."""
    kind = "name" if "name" in name.lower() or name == "姓名" else name
    return vault.mask(kind, value if isinstance(value, str) else str(value))


def _survivors(profile_nos: Sequence[int]) -> dict[int, int]:
    found = {number: number for number in profile_nos}
    waiting = set(found)
    while waiting:
        merged = dict(
            Profile.objects.filter(profile_no__in=waiting, merged_into_no__isnull=False).values_list(
                "profile_no", "merged_into_no"
            )
        )
        found = {number: merged.get(now) or now for number, now in found.items()}
        waiting = {number for number in merged.values() if number}
    return found


def _numbers_known_as(text: str, brand_no: int, country: str) -> set[int]:
    entity_no = entity_no_at(brand_no << BRAND_SHIFT)
    known = Q(pk__in=[])
    for kind in KINDS:
        shape = vault.normalise(kind.name, text, country)
        if shape is not None:
            [blind] = vault.blind(kind.name, entity_no, [shape])
            known |= Q(brand_no=brand_no, kind=kind.number, blind=blind)
    numbers = set(Identifier.objects.filter(known).values_list("profile_no", flat=True))
    # An order number that looks like somebody's phone is known by what stands for it.
    called = [text, pseudonym(text, brand_no)] if vault.names_somebody(text) else [text]
    orders = [blind.tobytes() for blind in order_blinds(called, np.full(len(called), brand_no))]
    numbers |= _numbers_that_paid(brand_no, orders)
    name = vault.normalise("name", text)
    if name:
        [blind] = vault.blind("name", entity_no, [name])
        named = KnownName.objects.filter(brand_no=brand_no, blind=blind)
        numbers |= set(named.values_list("profile_no", flat=True)[:ROWS_PER_PAGE])
    return numbers


def _numbers_that_paid(brand_no: int, orders: list[bytes]) -> set[int]:
    """Return who an order number belongs to: by the word of a door that proves it, else by what pages said."""
    held = Order.objects.filter(brand_no=brand_no, blind__in=orders).order_by("payer")
    words = list(held.values_list("payer", "profile_no")[:ROWS_PER_PAGE])
    proven = {profile_no for payer, profile_no in words if bytes(payer) == PROVING_DOOR}
    return proven or {profile_no for _, profile_no in words}


def _event_at(events: list[dict[str, Any]], at: datetime | None) -> str:
    """Return what somebody did when they were seen latest; nothing when mails of ours pushed it out of the timeline."""
    moment = None if at is None else (at - EPOCH) // timedelta(microseconds=1)
    return next((event.get("event") or "" for event in events if event["at"] == moment), "")


def _rows(profiles: list[Profile]) -> list[ProfileRow]:
    numbers = [profile.profile_no for profile in profiles]
    identifiers = _masked_identifiers(numbers)
    recent = RecentTimeline.objects.filter(profile_no__in=numbers)
    latest = {
        number: (at, _event_at(events, at))
        for number, at, events in recent.values_list("profile_no", "latest_seen_at", "events")
    }
    private = private_traits_of(numbers)
    return [
        ProfileRow(
            one.profile_no, one.id, one.node_no, brand_of(one.node_no), _masked_name(private[one.profile_no]),
            tuple(identifiers.get(one.profile_no, ())), one.first_seen_at, *latest.get(one.profile_no, (None, "")),
            one.erased_at,
        )
        for one in profiles
    ]  # fmt: skip


def _masked_identifiers(profile_nos: Iterable[int]) -> dict[int, list[MaskedIdentifier]]:
    rows = list(Identifier.objects.filter(profile_no__in=profile_nos).order_by("kind", "alias_no"))
    found: dict[int, list[MaskedIdentifier]] = {}
    for row, value in zip(rows, open_identifiers(rows), strict=True):
        kind = BY_NUMBER[row.kind].name
        masked = _shown(kind, value) if value else ""
        found.setdefault(row.profile_no, []).append(
            MaskedIdentifier(row.alias_no, kind, masked, row.first_seen_at, Standing(row.standing))
        )
    return found


def _shown(kind: str, value: str) -> str:
    """Mask an identifier; a number that a system gave its user tells nothing of a person and is shown."""
    if kind == "user" and PLAIN_USER_ID.fullmatch(value) and not vault.names_somebody(value):
        return value
    return vault.mask(kind, value)


def _masked_name(document: Document) -> str:
    names = sorted(names_in(document), key=len)
    return vault.mask("name", names[0].title()) if names else ""


def country_of(node_no: int) -> str:
    """Return the country whose telephone numbers a place dials."""
    return get_unit_at(node_no).country
