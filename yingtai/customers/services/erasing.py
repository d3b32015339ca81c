"""Erase a person: the keys die, so every copy of a private value dies with them, backups of the books too."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

from django.db.models import Q

from yingtai.compliance.api import remember_erased
from yingtai.customers.errors import ProfileNotFound
from yingtai.customers.events import PersonErased
from yingtai.customers.ingest.lock import sole_writer
from yingtai.customers.ingest.saying import Document, laid_over
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
from yingtai.customers.rules import BY_NUMBER, Standing
from yingtai.customers.services.revealing import note_shown
from yingtai.kernel.acting import Acting, require
from yingtai.kernel.contributions import privacy_holders
from yingtai.kernel.events import publish
from yingtai.kernel.labels import Label
from yingtai.kernel.scope import Scope, brand_node
from yingtai.kernel.scoping import acting_transaction
from yingtai.organization.api import record_deed
from yingtai.vault import api as vault

FORGOTTEN = (Identifier, SealedTraits, KnownName, Order, RecentTimeline)


def erase_person(acting: Acting, *, profile_id: UUID) -> int:
    """Erase a person with everyone folded together with them, at every holder, and return how many keys were
    destroyed. Events stay in the lake under a number that leads to nobody. Repeating it changes nothing.

    Call it outside a transaction, from a job. Raises: ProfileNotFound. Publishes: PersonErased
    """
    # No set may be sealing for this person at this moment.
    with sole_writer():
        acting = _seeing_the_brand(acting, profile_id)
        with acting_transaction(acting):
            profiles = _folded_together(profile_id)
            numbers = [profile.profile_no for profile in profiles]
            alive = [profile for profile in profiles if profile.erased_at is None]
            # Identifiers, which are told of first, go last: others may still need to read them.
            for holder in reversed(privacy_holders.all()):
                holder.erase(acting, numbers)
            DirtyTraits.objects.get_or_create(brand_no=profiles[0].brand_no, defaults={"since": acting.at})
            if alive:
                fact = PersonErased(
                    node_no=profiles[0].node_no, occurred_at=acting.at, profile_nos=tuple(numbers)
                )
                publish(acting, fact)
                about, node_no = str(profiles[0].id), profiles[0].node_no
                record_deed(acting, "person.erased", node_no=node_no, about=about)
        # After the commit: a repeat finds the keys' names again, whenever a crash came.
        return vault.destroy_keys([profile.key_id for profile in profiles if profile.key_id])


def export_person(acting: Acting, *, profile_id: UUID) -> dict[str, Any]:
    """Return everything every module keeps of a person, in the clear, for the person; who asked is recorded.

    Raises: NotAllowed, ProfileNotFound
    """
    require(acting, "reveal", Label.L3, "customers.profile")
    with acting_transaction(acting):
        profiles = _folded_together(profile_id)
        numbers = [profile.profile_no for profile in profiles]
        note_shown(acting, [profiles[0].profile_no], "everything")
        record_deed(acting, "person.copied", node_no=profiles[0].node_no, about=str(profile_id))
        kept = {name: holder.export(acting, numbers) for name, holder in privacy_holders.items()}
    return {"profile": str(profile_id), "as_of": acting.at, "kept": kept}


def count_kept(acting: Acting, *, profile_id: UUID) -> dict[str, int]:
    """Return how many things each module keeps of a person, by the name of the holder.

    Raises: ProfileNotFound
    """
    with acting_transaction(acting):
        numbers = [profile.profile_no for profile in _folded_together(profile_id)]
        return {
            name: holder.count(acting, numbers) if holder.count else len(holder.export(acting, numbers))
            for name, holder in privacy_holders.items()
        }


def export_own(acting: Acting, profile_nos: Sequence[int]) -> list[dict[str, Any]]:
    """Return identifiers and traits in the clear, one document for each; an identifier that a page only claimed is
    masked, for it may be another person's."""
    with acting_transaction(acting):
        identifiers = list(Identifier.objects.filter(profile_no__in=profile_nos).order_by("alias_no"))
        values = open_identifiers(identifiers)
        profiles = list(Profile.objects.filter(profile_no__in=profile_nos).order_by("profile_no"))
        private = private_traits_of(profile_nos)
    known = [_as_document(row, value) for row, value in zip(identifiers, values, strict=True)]
    traits: Document = {}
    for document in (*(profile.traits for profile in profiles), *private.values()):
        traits, _ = laid_over(traits, document)
    return known + [{"trait": name, "value": value[0]} for name, value in sorted(traits.items())]


def _as_document(row: Identifier, value: str | None) -> dict[str, Any]:
    kind, is_claim = BY_NUMBER[row.kind].name, row.standing == Standing.CLAIMED
    shown = vault.mask(kind, value) if is_claim and value is not None else value
    return {
        "identifier": kind,
        "value": shown,
        "first_seen_at": row.first_seen_at,
        **({"is_only_claimed": True} if is_claim else {}),
    }


def forget_own(acting: Acting, profile_nos: Sequence[int]) -> None:
    """Remove what leads to these people of one brand, and mark them erased; keyed hashes are remembered.

    Repeating it changes nothing."""
    with acting_transaction(acting):
        known = Identifier.objects.filter(profile_no__in=profile_nos).values_list("node_no", "blind")
        if blinds := [(node_no, bytes(blind)) for node_no, blind in known]:
            remember_erased(acting, blinds[0][0], [blind for _, blind in blinds])
        for model in FORGOTTEN:
            model.objects.filter(profile_no__in=profile_nos).delete()
        Profile.objects.filter(profile_no__in=profile_nos, erased_at=None).update(
            erased_at=acting.at, traits={}
        )


def _seeing_the_brand(acting: Acting, profile_id: UUID) -> Acting:
    """Return an acting that sees all of a person whom this one sees: other dealers may know them too."""
    with acting_transaction(acting):
        node_no = Profile.objects.filter(id=profile_id).values_list("node_no", flat=True).first()
    if node_no is None:
        raise ProfileNotFound
    return replace(acting, scope=Scope.of(brand_node(node_no)))


def _folded_together(profile_id: UUID) -> list[Profile]:
    """Return all profiles that are one person with this one, whoever survived first."""
    found: dict[int, Profile] = {}
    waiting = list(Profile.objects.filter(id=profile_id))
    if not waiting:
        raise ProfileNotFound
    while waiting:
        found |= {profile.profile_no: profile for profile in waiting}
        above = [profile.merged_into_no for profile in waiting if profile.merged_into_no]
        below = Q(merged_into_no__in=[profile.profile_no for profile in waiting])
        beside = Profile.objects.filter(below | Q(profile_no__in=above))
        waiting = [profile for profile in beside if profile.profile_no not in found]
    return sorted(found.values(), key=lambda profile: profile.merged_into_no is not None)
