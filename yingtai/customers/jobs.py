"""Work that customers does later."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from yingtai.collect.api import end_killed_commands
from yingtai.customers import upkeep
from yingtai.customers.errors import ProfileNotFound
from yingtai.customers.importing import run_import
from yingtai.customers.loading import finish_loads
from yingtai.customers.queries import called, get_profile
from yingtai.customers.services import counting, expiring
from yingtai.customers.services.erasing import erase_person
from yingtai.customers.services.merging import merge_profiles, split_profile
from yingtai.kernel.acting import Acting
from yingtai.kernel.contributions import second_person
from yingtai.kernel.jobs import job
from yingtai.kernel.labels import Label
from yingtai.organization.api import Linked, TwoPersonAct, get_unit_at

A_DAY = timedelta(days=1)
"""What somebody brings may be large; so may a lake be."""


@job("customers.run_import", queue="ingest", longest=A_DAY)
def run_asked_import(acting: Acting, *, import_id: str) -> None:
    """Load a file. Sets that were loaded are passed over, so a repeat goes on where it stopped."""
    run_import(acting, UUID(import_id))


@job("customers.finish_loads", queue="ingest", longest=A_DAY)
def finish_killed_loads(acting: Acting) -> None:
    """Do what killed loads owe, and note which runs of the command line have ended. A repeat finds nothing."""
    finish_loads(acting)
    end_killed_commands(acting)


@job("customers.merge_profiles", queue="ingest")
def merge_by_hand(acting: Acting, *, survivor_id: str, duplicate_id: str) -> None:
    """Fold one profile into another. A repeat finds it done and says so, without harm."""
    merge_profiles(acting, survivor_id=UUID(survivor_id), duplicate_id=UUID(duplicate_id))


@job("customers.split_profile", queue="ingest")
def split_by_hand(acting: Acting, *, evidence_id: str) -> None:
    """Undo one merge. A repeat finds nothing left to undo and says so, without harm."""
    split_profile(acting, evidence_id=UUID(evidence_id))


@job("customers.erase_person", queue="ingest")
def erase_for_good(acting: Acting, *, profile_id: str) -> None:
    """Erase a person. A repeat destroys no more than is left."""
    erase_person(acting, profile_id=UUID(profile_id))


def _erase_approved(acting: Acting, asked: dict[str, Any]) -> None:
    erase_for_good.enqueue(acting, profile_id=asked["profile_id"], once_per=asked["profile_id"])


def _facts_of_erasing(acting: Acting, asked: dict[str, Any]) -> list[tuple[Any, Any]]:
    """Return who is meant, as a page calls them: a name that is masked, and the place."""
    try:
        found = get_profile(acting, UUID(asked.get("profile_id", "")))
    except (ProfileNotFound, ValueError):
        return []
    address = reverse("customers:profile", args=[found.id])
    title = called(found)
    return [
        (_("Person"), Linked(title, address)),
        (_("Place"), get_unit_at(found.node_no).title),
    ]


second_person.register(
    "person.erase",
    TwoPersonAct(
        _("erase a person for good"),
        ("edit", Label.L3, "customers.erasure"),
        _erase_approved,
        _facts_of_erasing,
        lambda asked: (_("See the person's page"), reverse("customers:profile", args=[asked["profile_id"]])),
    ),
)


@job("customers.merge_small_files", queue="reports")
def merge_small_files(acting: Acting) -> None:
    """Keep reading fast. A repeat finds the files merged."""
    upkeep.merge_small_files()


@job("customers.tidy_lake", queue="reports", longest=A_DAY)
def tidy_lake(acting: Acting) -> None:
    """Remove files that no reader needs. A repeat finds them gone."""
    upkeep.tidy_lake()


@job("customers.look_over_lake", queue="reports")
def look_over_lake(acting: Acting) -> None:
    """Look at some files of the lake. A repeat looks at the next ones."""
    upkeep.look_over_lake()


@job("customers.expire_events", queue="reports", longest=A_DAY)
def expire_events(acting: Acting) -> None:
    """Remove events whose declared time is over. A repeat finds what is left of them."""
    expiring.expire_events(acting)


@job("customers.forget_batches")
def forget_batches(acting: Acting) -> None:
    """Remove notes of batches published long ago. A repeat finds them gone."""
    upkeep.forget_batches(acting)


@job("customers.sweep_keys")
def sweep_keys(acting: Acting) -> None:
    """Destroy keys that nobody came to use. A repeat asks about new keys only."""
    upkeep.sweep_keys(acting)


@job("customers.destroy_old_keys")
def destroy_old_keys(acting: Acting) -> None:
    """Destroy keys whose time is over. A repeat finds them destroyed."""
    upkeep.destroy_old_keys(acting)


@job("customers.count_loaded", queue="reports")
def count_loaded(acting: Acting) -> None:
    """Count what came through the bulk door for its sources. A repeat finds it counted."""
    while counting.count_loaded(acting):
        pass
