"""The one door into `customers`. Other modules import this file and `events`, nothing else."""

from yingtai.customers.errors import (
    CannotMergeIntoItself,
    IngestIsRunning,
    ProfileAlreadyMerged,
    ProfileNotFound,
)
from yingtai.customers.eventset import EventSet
from yingtai.customers.ingest.snapshots import refresh_traits
from yingtai.customers.known_by import profiles_behind
from yingtai.customers.loading import LoadReport, load_sets
from yingtai.customers.queries import (
    MaskedIdentifier,
    ProfileRow,
    ProfileView,
    TimelineRow,
    find_profiles,
    get_profile,
    ids_of,
    list_profiles,
    names_of,
    people_of,
    profile_nos_of,
    survivors_of,
    timeline,
)

__all__ = [
    "CannotMergeIntoItself",
    "EventSet",
    "IngestIsRunning",
    "LoadReport",
    "MaskedIdentifier",
    "ProfileAlreadyMerged",
    "ProfileNotFound",
    "ProfileRow",
    "ProfileView",
    "TimelineRow",
    "find_profiles",
    "get_profile",
    "ids_of",
    "list_profiles",
    "load_sets",
    "names_of",
    "people_of",
    "profile_nos_of",
    "profiles_behind",
    "refresh_traits",
    "survivors_of",
    "timeline",
]
