"""The one door into `customers`. Other modules import this file and `events`, nothing else."""

from yingtai.customers.contacts import (
    Holder,
    choose_contact,
    holders_of,
    mark_without_contact,
    masked_addresses,
    masked_contacts,
    open_addresses,
    open_contacts,
)
from yingtai.customers.deeds import count_search
from yingtai.customers.errors import (
    CannotMergeIntoItself,
    IngestIsRunning,
    NothingToSplit,
    OtherBrand,
    ProfileAlreadyMerged,
    ProfileNotFound,
    TwoUserIds,
)
from yingtai.customers.eventset import EventSet, concat
from yingtai.customers.ingest.snapshots import refresh_traits
from yingtai.customers.ingesting import drain, inbox_backlog
from yingtai.customers.known_by import profiles_behind
from yingtai.customers.loading import LoadReport, load_sets
from yingtai.customers.personal_values import names_of_values, values_of, whole_name
from yingtai.customers.queries import (
    MaskedIdentifier,
    MergeView,
    ProfileRow,
    ProfileView,
    find_profiles,
    get_profile,
    ids_of,
    list_merges,
    list_profiles,
    names_of,
    people_of,
    profile_nos_of,
    survivors_of,
)
from yingtai.customers.services.erasing import erase_person, export_person
from yingtai.customers.services.merging import merge_profiles, split_profile
from yingtai.customers.services.revealing import note_shown, reveal_identifier, reveal_trait
from yingtai.customers.timelines import TimelineRow, timeline

__all__ = [
    "CannotMergeIntoItself",
    "EventSet",
    "Holder",
    "IngestIsRunning",
    "LoadReport",
    "MaskedIdentifier",
    "MergeView",
    "NothingToSplit",
    "OtherBrand",
    "ProfileAlreadyMerged",
    "ProfileNotFound",
    "ProfileRow",
    "ProfileView",
    "TimelineRow",
    "TwoUserIds",
    "choose_contact",
    "concat",
    "count_search",
    "drain",
    "erase_person",
    "export_person",
    "find_profiles",
    "get_profile",
    "holders_of",
    "ids_of",
    "inbox_backlog",
    "list_merges",
    "list_profiles",
    "load_sets",
    "mark_without_contact",
    "masked_addresses",
    "masked_contacts",
    "merge_profiles",
    "names_of",
    "names_of_values",
    "note_shown",
    "open_addresses",
    "open_contacts",
    "people_of",
    "profile_nos_of",
    "profiles_behind",
    "refresh_traits",
    "reveal_identifier",
    "reveal_trait",
    "split_profile",
    "survivors_of",
    "timeline",
    "values_of",
    "whole_name",
]
