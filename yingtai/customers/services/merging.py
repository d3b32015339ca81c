"""Fold profiles into one by hand, and undo a merge exactly: the alias map changes, events never do."""

from collections.abc import Sequence
from uuid import UUID

from django.db import connection

from yingtai.compliance.api import merge_consents_in_pairs, split_consents
from yingtai.customers.errors import (
    CannotMergeIntoItself,
    NothingToSplit,
    OtherBrand,
    ProfileAlreadyMerged,
    ProfileNotFound,
    TwoUserIds,
)
from yingtai.customers.events import ProfilesMerged, ProfileSplit
from yingtai.customers.ingest import moving, writing
from yingtai.customers.ingest.doubting import doubt
from yingtai.customers.ingest.lock import sole_writer
from yingtai.customers.ingest.pipeline import lake_batch
from yingtai.customers.ingest.resolving import Merge
from yingtai.customers.ingest.splitting import restore
from yingtai.customers.ingest.timeline import KEPT_EVENTS
from yingtai.customers.models import DirtyTraits, Identifier, MergeEvidence, Profile
from yingtai.customers.rules import BY_NAME
from yingtai.customers.services.rebuilding import rebuild_profiles
from yingtai.kernel.acting import Acting
from yingtai.kernel.events import publish
from yingtai.kernel.scoping import acting_transaction
from yingtai.organization.api import record_deed

BY_HAND = "by hand"


def merge_profiles(acting: Acting, *, survivor_id: UUID, duplicate_id: UUID) -> None:
    """Fold a duplicate into the profile that survives: identifiers, traits, orders and consent follow.

    Call it outside a transaction, from a job: it writes the lake too.
    Raises:    CannotMergeIntoItself, ProfileNotFound, ProfileAlreadyMerged, OtherBrand, TwoUserIds
    Publishes: ProfilesMerged
    """
    if survivor_id == duplicate_id:
        raise CannotMergeIntoItself(field="duplicate_id")
    with sole_writer(), lake_batch(acting) as (batch_no, add_to_lake):
        survivor, duplicate = _locked(survivor_id, duplicate_id)
        _refuse_two_users(survivor, duplicate)
        merge = Merge(survivor.profile_no, duplicate.profile_no, BY_HAND)
        with connection.cursor() as cursor:
            cursor.execute(moving.MERGED_TABLE)
            moved = moving.fold(
                cursor, [merge], ingest_no=batch_no, at=acting.at, by=acting.actor, kept_events=KEPT_EVENTS
            )
            doubt(cursor, [merge.survivor_no])
        merge_consents_in_pairs(acting, [(merge.survivor_no, merge.duplicate_no)])
        add_to_lake({"alias_map": writing.moved_rows(moved, batch_no, acting.at)})
        _note_dirty(acting, survivor.brand_no)
        _record(acting, "person.merged", survivor, other=duplicate_id)
        publish(
            acting,
            ProfilesMerged(
                node_no=survivor.node_no, occurred_at=acting.at, survivor_no=survivor.profile_no,
                duplicate_nos=(duplicate.profile_no,), rule=BY_HAND,
            ),
        )  # fmt: skip


def check_merge(acting: Acting, *, survivor_id: UUID, duplicate_id: UUID) -> None:
    """Refuse at once what `merge_profiles` would refuse later, in a job that nobody waits for.

    Raises: CannotMergeIntoItself, ProfileNotFound, ProfileAlreadyMerged, OtherBrand, TwoUserIds
    """
    if survivor_id == duplicate_id:
        raise CannotMergeIntoItself(field="duplicate_id")
    with acting_transaction(acting):
        _refuse_two_users(*_locked(survivor_id, duplicate_id))


def check_split(acting: Acting, *, survivor_id: UUID, evidence_id: UUID) -> None:
    """Refuse at once to undo a merge that is not one of this profile.

    Raises: NothingToSplit
    """
    with acting_transaction(acting):
        survivor_no = Profile.objects.filter(id=survivor_id).values_list("profile_no", flat=True).first()
        if not MergeEvidence.objects.filter(id=evidence_id, survivor_no=survivor_no or 0).exists():
            raise NothingToSplit


def split_profile(acting: Acting, *, evidence_id: UUID) -> None:
    """Undo one merge: the aliases it moved point at the profile they came from again.

    What came under other identifiers since the merge stays with the survivor. Refusals stay with both.
    Call it outside a transaction, from a job: it writes the lake too.
    Raises:    NothingToSplit
    Publishes: ProfileSplit
    """
    with sole_writer():
        profiles = _split(acting, evidence_id)
        rebuild_profiles(acting, profiles)


def _split(acting: Acting, evidence_id: UUID) -> tuple[int, int]:
    with lake_batch(acting) as (batch_no, add_to_lake):
        evidence = MergeEvidence.objects.filter(id=evidence_id).first()
        if evidence is None:
            raise NothingToSplit
        restored = (
            Profile.objects.select_for_update()
            .filter(profile_no=evidence.duplicate_no, merged_into_no__isnull=False, erased_at=None)
            .first()
        )
        if restored is None or not evidence.alias_nos:
            raise NothingToSplit
        with connection.cursor() as cursor:
            moved = restore(cursor, evidence.duplicate_no, evidence.alias_nos, evidence.trait_row_ids)
        split_consents(acting, evidence.survivor_no, [(restored.profile_no, restored.node_no)])
        add_to_lake({"alias_map": writing.moved_rows(moved, batch_no, acting.at)})
        _note_dirty(acting, restored.brand_no)
        survivor_id = Profile.objects.values_list("id", flat=True).get(profile_no=evidence.survivor_no)
        _record(acting, "person.split", restored, other=survivor_id)
        publish(
            acting,
            ProfileSplit(
                node_no=restored.node_no, occurred_at=acting.at, survivor_no=evidence.survivor_no,
                restored_no=restored.profile_no,
            ),
        )  # fmt: skip
    return evidence.survivor_no, restored.profile_no


def _record(acting: Acting, what: str, profile: Profile, *, other: UUID) -> None:
    record_deed(acting, what, node_no=profile.node_no, about=str(profile.id), other_profile=str(other))


def _locked(survivor_id: UUID, duplicate_id: UUID) -> Sequence[Profile]:
    # Always locked in id order, so that two merges cannot wait on each other.
    rows = (
        Profile.objects.select_for_update().filter(id__in=(survivor_id, duplicate_id)).order_by("profile_no")
    )
    found = {profile.id: profile for profile in rows}
    if len(found) < 2 or any(profile.erased_at for profile in found.values()):
        raise ProfileNotFound
    for profile in found.values():
        if profile.merged_at:
            raise ProfileAlreadyMerged(merged_on=profile.merged_at.date())
    survivor, duplicate = found[survivor_id], found[duplicate_id]
    if survivor.brand_no != duplicate.brand_no:
        raise OtherBrand
    return survivor, duplicate


def _refuse_two_users(survivor: Profile, duplicate: Profile) -> None:
    users = Identifier.objects.filter(
        profile_no__in=(survivor.profile_no, duplicate.profile_no), kind=BY_NAME["user"].number
    )
    if users.count() > 1:
        raise TwoUserIds


def _note_dirty(acting: Acting, brand_no: int) -> None:
    DirtyTraits.objects.get_or_create(brand_no=brand_no, defaults={"since": acting.at})
