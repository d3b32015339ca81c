"""The one door into `organization`. Other modules import this file and `events`, nothing else."""

from yingtai.organization.approving import Linked, TwoPersonAct, ask, find_waiting, list_approved
from yingtai.organization.approving import use as use_approval
from yingtai.organization.asking import actor_of
from yingtai.organization.deeds import DeedRow, deeds_about, record_deed, record_deed_once
from yingtai.organization.errors import (
    ChangedMeanwhile,
    CodeIsTaken,
    KeyNotAccepted,
    NoWorkplace,
    TooManyQuestions,
    UnitNotFound,
)
from yingtai.organization.first import invite_first
from yingtai.organization.forgotten import link_to_new_password
from yingtai.organization.limits import count_question
from yingtai.organization.meanwhile import read_seen, require_unchanged, seen_by_form, status_of
from yingtai.organization.models import Role
from yingtai.organization.queries import (
    Colleague,
    UnitView,
    Workplace,
    colleague_of,
    entity_no_at,
    get_unit,
    get_unit_at,
    list_brands,
    list_colleagues,
    list_units,
    names_of_staff,
    units_at,
)
from yingtai.organization.services import (
    add_legal_entity,
    add_staff,
    add_unit,
    add_units,
    assign_role,
    ensure_group,
    make_api_key,
)

__all__ = [
    "ChangedMeanwhile",
    "CodeIsTaken",
    "Colleague",
    "DeedRow",
    "KeyNotAccepted",
    "Linked",
    "NoWorkplace",
    "Role",
    "TooManyQuestions",
    "TwoPersonAct",
    "UnitNotFound",
    "UnitView",
    "Workplace",
    "actor_of",
    "add_legal_entity",
    "add_staff",
    "add_unit",
    "add_units",
    "ask",
    "assign_role",
    "colleague_of",
    "count_question",
    "deeds_about",
    "ensure_group",
    "entity_no_at",
    "find_waiting",
    "get_unit",
    "get_unit_at",
    "invite_first",
    "link_to_new_password",
    "list_approved",
    "list_brands",
    "list_colleagues",
    "list_units",
    "make_api_key",
    "names_of_staff",
    "read_seen",
    "record_deed",
    "record_deed_once",
    "require_unchanged",
    "seen_by_form",
    "status_of",
    "units_at",
    "use_approval",
]
