"""Erase a person: the keys die, so every copy of a private value dies with them, backups of the books too."""

from typing import Any
from uuid import UUID

from yingtai.customers.errors import ProfileNotFound
from yingtai.customers.events import PersonErased
from yingtai.customers.ingest.pipeline import sole_writer
from yingtai.customers.models import (
    DirtyTraits,
    Identifier,
    KnownName,
    Order,
    Profile,
    RecentTimeline,
    SealedTraits,
)
from yingtai.customers.queries import open_identifiers, private_traits_of
from yingtai.customers.rules import BY_NUMBER
from yingtai.kernel.acting import Acting
from yingtai.kernel.events import publish
from yingtai.kernel.scoping import acting_transaction
from yingtai.vault import api as vault

FORGOTTEN = (Identifier, SealedTraits, KnownName, Order, RecentTimeline)


def erase_person(acting: Acting, *, profile_id: UUID) -> int:
    """Erase a person with everyone folded into them, and return how many keys were destroyed. Events stay in
    the lake under a number that leads to nobody. Repeating it changes nothing.

    Call it outside a transaction, from a job. Raises: ProfileNotFound. Publishes: PersonErased
    """
    # No set may be sealing for this person at this moment.
    with sole_writer():
        with acting_transaction(acting):
            profiles = _with_all_folded_in(profile_id)
            numbers = [profile.profile_no for profile in profiles]
            for model in FORGOTTEN:
                model.objects.filter(profile_no__in=numbers).delete()
            alive = [profile for profile in profiles if profile.erased_at is None]
            Profile.objects.filter(profile_no__in=numbers, erased_at=None).update(
                erased_at=acting.at, traits={}
            )
            DirtyTraits.objects.get_or_create(brand_no=profiles[0].brand_no, defaults={"since": acting.at})
            if alive:
                fact = PersonErased(
                    node_no=profiles[0].node_no, occurred_at=acting.at, profile_nos=tuple(numbers)
                )
                publish(acting, fact)
        # After the commit: a repeat finds the keys' names again, whenever a crash came.
        return vault.destroy_keys([profile.key_id for profile in profiles if profile.key_id])


def export_person(acting: Acting, *, profile_no: int) -> dict[str, Any]:
    """Return everything these tables hold of a person, in the clear, for the person."""
    with acting_transaction(acting):
        profile = Profile.objects.filter(profile_no=profile_no).first()
        if profile is None:
            raise ProfileNotFound
        identifiers = list(Identifier.objects.filter(profile_no=profile_no).order_by("alias_no"))
        values = open_identifiers(identifiers)
        private = private_traits_of([profile_no])[profile_no]
    return {
        "profile": str(profile.id),
        "first_seen_at": profile.first_seen_at,
        "identifiers": [
            {"kind": BY_NUMBER[row.kind].name, "value": value, "first_seen_at": row.first_seen_at}
            for row, value in zip(identifiers, values, strict=True)
        ],
        "traits": {name: value[0] for name, value in (profile.traits | private).items()},
    }


def _with_all_folded_in(profile_id: UUID) -> list[Profile]:
    found = list(Profile.objects.filter(id=profile_id))
    if not found:
        raise ProfileNotFound
    waiting = [profile.profile_no for profile in found]
    while waiting:
        folded = list(Profile.objects.filter(merged_into_no__in=waiting))
        found += folded
        waiting = [profile.profile_no for profile in folded]
    return found
