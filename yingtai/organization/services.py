import hashlib
import secrets
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Max
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext

from yingtai.kernel.acting import Acting, decide
from yingtai.kernel.contributions import second_person
from yingtai.kernel.env import env
from yingtai.kernel.errors import NotAllowed
from yingtai.kernel.labels import Label
from yingtai.kernel.scope import BRAND_SHIFT, EVERYTHING, REGION_SHIFT
from yingtai.kernel.scoping import acting_transaction
from yingtai.organization import approving, inviting
from yingtai.organization.deeds import record_deed
from yingtai.organization.errors import CodeIsTaken, EmailIsTaken, RoleForOneself, RolesDoNotMix, UnitNotFound
from yingtai.organization.makers import maker
from yingtai.organization.models import ApiKey, Assignment, Role, Staff, Unit
from yingtai.organization.queries import UnitView, find_colleague, scope_of, view_unit
from yingtai.ui.formats import listed

# Whoever may do this decides, as the second person, about the rights of others.
BY_TWO = ("administer", Label.L2, "organization.approval")


@transaction.atomic
def ensure_group(*, name: str, name_zh: str = "") -> UnitView:
    """Make the group at the top of the tree. Repeating it changes nothing."""
    group, _ = Unit.objects.get_or_create(
        kind="group", node_no=0, defaults={"code": "group", "name": name, "name_zh": name_zh}
    )
    return view_unit(group)


@transaction.atomic
def add_legal_entity(*, code: str, name: str, name_zh: str = "", country: str = "CN") -> UnitView:
    """Add a company of the group; it is a processor of personal information of its own in law."""
    group = Unit.objects.select_for_update().get(kind="group")
    _refuse_taken(code)
    entity_no = (Unit.objects.aggregate(latest=Max("entity_no"))["latest"] or 0) + 1
    return view_unit(
        Unit.objects.create(
            kind="legal_entity", parent=group, entity_no=entity_no, code=code, name=name, name_zh=name_zh,
            country=country,
        )
    )  # fmt: skip


@transaction.atomic
def add_unit(
    *, parent_code: str, code: str, name: str, name_zh: str = "", time_zone: str = "", currency: str = ""
) -> UnitView:
    """Add a brand below a legal entity, a region below a brand, or a dealer below a region.

    Raises: UnitNotFound, CodeIsTaken
    """
    parent = Unit.objects.select_for_update().filter(code=parent_code).first()
    if parent is None:
        raise UnitNotFound(code=parent_code)
    if parent.kind == "legal_entity":
        # Brands are numbered across legal entities, so they are added one at a time in the whole group.
        Unit.objects.select_for_update().get(kind="group")
    _refuse_taken(code)
    kind, node_no = _place_below(parent)
    return view_unit(
        Unit.objects.create(
            kind=kind, parent=parent, entity_no=parent.entity_no, node_no=node_no, code=code, name=name,
            name_zh=name_zh, time_zone=time_zone or parent.time_zone, currency=currency or parent.currency,
            country=parent.country,
        )
    )  # fmt: skip


@transaction.atomic
def add_units(*, parent_code: str, units: list[tuple[str, str, str]]) -> None:
    """Add many units (code, name, name_zh) below one parent in one statement."""
    parent = Unit.objects.select_for_update().get(code=parent_code)
    kind, first = _place_below(parent)
    step = 1 << REGION_SHIFT if kind == "region" else 1
    Unit.objects.bulk_create(
        Unit(
            kind=kind, parent=parent, entity_no=parent.entity_no, node_no=first + place * step, code=code,
            name=name, name_zh=name_zh, time_zone=parent.time_zone, currency=parent.currency,
            country=parent.country,
        )
        for place, (code, name, name_zh) in enumerate(units)
    )  # fmt: skip


@transaction.atomic
def add_staff(*, email: str, name: str, password: str, language: str = "", time_zone: str = "UTC") -> Staff:
    """Add a colleague who can sign in; without an assignment they can do nothing yet."""
    return Staff.objects.create_user(email, password, name=name, language=language, time_zone=time_zone)


def assign_role(*, email: str, unit_code: str, role: str) -> None:
    """Give a colleague a role in a unit. Repeating it changes nothing.

    Raises: UnitNotFound
    """
    unit = Unit.objects.filter(code=unit_code).first()
    if unit is None:
        raise UnitNotFound(code=unit_code)
    Assignment.objects.get_or_create(staff=Staff.objects.get(email=email), unit=unit, role=role)


def make_api_key(acting: Acting | None, *, unit_code: str, name: str, roles: list[str], at: datetime) -> str:
    """Make a key for a program and return it; it cannot be shown again."""
    key = f"ytk_{secrets.token_urlsafe(32)}"
    ApiKey.objects.create(
        unit=Unit.objects.get(code=unit_code), name=name, roles=roles, start=key[:12],
        key_hash=hashlib.sha256(key.encode()).digest(), created_at=at,
    )  # fmt: skip
    return key


def invite_colleague(acting: Acting, *, email: str, name: str, unit_code: str, role: str) -> bool:
    """Invite somebody by mail, who then chooses a password; return whether a second person has to agree first.

    Raises: UnitNotFound, EmailIsTaken, MailNotSent, NotAllowed when the unit lies outside the actor's scope
    """
    unit = _unit_in_scope(acting, unit_code)
    if Staff.objects.filter(email__iexact=email).exists():
        raise EmailIsTaken(field="email")
    asked = {
        "email": email,
        "name": name,
        "unit_code": unit_code,
        "role": role,
        "made_by": maker(acting.actor),
    }
    return _with_two(acting, "staff.invite", unit, about=email, asked=asked, roles=[role], beneficiary=email)


def give_role(acting: Acting, *, staff_id: UUID, unit_code: str, role: str) -> bool:
    """Give a colleague of the actor's scope a role in a unit of it; return whether a second person has to agree first.
    Repeating it changes nothing.

    Nobody widens their own rights, and whoever administers accounts gets no customers' data.
    Raises: UnitNotFound, ColleagueNotFound, RoleForOneself, RolesDoNotMix, NotAllowed
    """
    unit = _unit_in_scope(acting, unit_code)
    staff = find_colleague(acting.scope, staff_id)
    if acting.actor == f"staff:{staff.id}":
        raise RoleForOneself(field="role")
    _refuse_mixture(staff.id, role)
    asked = {
        "staff_id": str(staff.id), "unit_code": unit_code, "role": role, "made_by": maker(acting.actor),
    }  # fmt: skip
    return _with_two(
        acting,
        "role.give",
        unit,
        about=staff.email,
        asked=asked,
        roles=[role],
        beneficiary=f"staff:{staff.id}",
    )


def _with_two(
    acting: Acting,
    what: str,
    unit: Unit,
    *,
    about: str,
    asked: dict[str, Any],
    roles: list[str],
    beneficiary: str = "",
) -> bool:
    """Do something, or ask a second person first when the roles take one."""
    if any(takes_two(role) for role in roles):
        return (
            approving.ask(
                acting, what, node_no=unit.node_no or 0, about=about, asked=asked, beneficiary=beneficiary
            )
            is not None
        )
    second_person.get(what).perform(acting, asked)
    return False


def takes_two(role: str) -> bool:
    """Say whether a role is given by two: it leads to customers, or makes somebody the second person of others."""
    return leads_to_customers(role) or _may(role, *BY_TWO)


def leads_to_customers(role: str) -> bool:
    """Say whether somebody with a role sees customer-private values, or lets them be shown, sent or taken away."""
    return any(
        _may(role, action, Label.L3, place)
        for action, place in (
            ("view", "customers.profile"), ("reveal", "customers.profile"), ("send", "campaigns.campaign"),
            ("reveal", "collect.quarantine"), ("edit", "customers.erasure"),
        )
    )  # fmt: skip


def _may(role: str, action: str, label: Label, place: str) -> bool:
    somebody = Acting("system:organization", EVERYTHING, "operations", datetime.now(UTC), frozenset({role}))
    return decide(somebody, action, label, place).allowed


def _refuse_mixture(staff_id: UUID, role: str) -> None:
    held = set(Assignment.objects.filter(staff_id=staff_id).values_list("role", flat=True))
    is_admin = Role.ADMINISTRATOR in held
    if (is_admin and leads_to_customers(role)) or (
        role == Role.ADMINISTRATOR and any(leads_to_customers(one) for one in held)
    ):
        raise RolesDoNotMix(field="role")


def _invite(acting: Acting, asked: dict[str, Any]) -> None:
    unit = _unit_in_scope(acting, asked["unit_code"])
    inviting.send_invitation(
        acting, email=asked["email"], name=asked["name"], unit=unit, role=asked["role"],
        made_by=asked["made_by"], is_by_two=takes_two(asked["role"]),
    )  # fmt: skip


def _give(acting: Acting, asked: dict[str, Any]) -> None:
    unit = _unit_in_scope(acting, asked["unit_code"])
    staff = Staff.objects.get(id=asked["staff_id"])
    _refuse_mixture(staff.id, asked["role"])
    _made, is_new = Assignment.objects.get_or_create(
        staff=staff, unit=unit, role=asked["role"], defaults={"made_by": asked["made_by"]}
    )
    if is_new:
        record_deed(
            acting,
            "role.given",
            node_no=unit.node_no or 0,
            about=staff.email,
            role=asked["role"],
            unit=unit.code,
        )


def _facts(acting: Acting, asked: dict[str, Any]) -> list[tuple[Any, Any]]:
    unit = Unit.objects.filter(code=asked["unit_code"]).first()
    roles = [str(Role(role).label) for role in asked.get("roles") or [asked["role"]]]
    named = [(pgettext("person", "Name"), asked["name"])] if asked.get("email") else []
    return [*named, (_("Role"), listed(roles)), (_("Works in"), view_unit(unit).title if unit else "–")]


def _colleagues(asked: dict[str, Any]) -> tuple[Any, str]:
    return _("See the colleagues"), reverse("organization:staff_list")


second_person.register(
    "staff.invite", approving.TwoPersonAct(_("invite a colleague"), BY_TWO, _invite, _facts, _colleagues)
)
second_person.register(
    "role.give", approving.TwoPersonAct(_("give a role"), BY_TWO, _give, _facts, _colleagues)
)
# Whoever asked for a key makes it after the approval, and alone sees it.
second_person.register(
    "key.issue",
    approving.TwoPersonAct(
        _("make an API key"),
        BY_TWO,
        lambda acting, asked: None,
        _facts,
        lambda asked: (_("Make the key"), reverse("organization:key_list")),
        is_left_to_asker=True,
    ),
)


def take_role(acting: Acting, assignment_id: int) -> None:
    """Take a role away; it ends with the colleague's next click. Repeating it changes nothing.

    Raises: NotAllowed
    """
    found = Assignment.objects.filter(id=assignment_id).select_related("unit", "staff").first()
    if found is not None:
        _refuse_outside(acting, found.unit)
        about = found.staff.email
        record_deed(
            acting,
            "role.taken",
            node_no=found.unit.node_no or 0,
            about=about,
            role=found.role,
            unit=found.unit.code,
        )
        found.delete()


def grow_tree(
    acting: Acting, *, parent_code: str, code: str, name: str, name_zh: str = "", **more: str
) -> UnitView:
    """Add a unit below one of the actor's scope: a legal entity, brand, region or dealer, as the parent asks.

    Raises: UnitNotFound, CodeIsTaken, NotAllowed
    """
    parent = _unit_in_scope(acting, parent_code)
    record_deed(acting, "unit.added", node_no=parent.node_no or 0, about=code, below=parent_code)
    if parent.kind == Unit.Kind.GROUP:
        return add_legal_entity(code=code, name=name, name_zh=name_zh, country=more.get("country") or "CN")
    return add_unit(
        parent_code=parent_code, code=code, name=name, name_zh=name_zh, time_zone=more.get("time_zone", ""),
        currency=more.get("currency", ""),
    )  # fmt: skip


def issue_key(acting: Acting, *, unit_code: str, name: str, roles: list[str]) -> str | None:
    """Make an API key for a unit of the actor's scope and return it; it cannot be shown again. A key whose roles take
    two waits for a second person first: then None is returned, and `collect_key` makes it afterwards.

    Raises: UnitNotFound, NotAllowed
    """
    unit = _unit_in_scope(acting, unit_code)
    asked = {"unit_code": unit_code, "name": name, "roles": sorted(roles)}
    if any(takes_two(role) for role in roles) and not env().alone:
        approving.ask(acting, "key.issue", node_no=unit.node_no or 0, about=name, asked=asked)
        return None
    return _issued(acting, unit, name, roles)


def collect_key(acting: Acting, approval_id: UUID) -> str:
    """Make the key that somebody else approved, once, for whoever asked for it.

    Raises: ApprovalNotFound, UnitNotFound, NotAllowed
    """
    asked = approving.use(acting, "key.issue", approval_id)
    return _issued(acting, _unit_in_scope(acting, asked["unit_code"]), asked["name"], asked["roles"])


def _issued(acting: Acting, unit: Unit, name: str, roles: list[str]) -> str:
    with acting_transaction(acting):
        key = make_api_key(acting, unit_code=unit.code, name=name, roles=roles, at=acting.at)
        record_deed(
            acting, "key.issued", node_no=unit.node_no or 0, about=name, roles=sorted(roles), unit=unit.code
        )
    return key


def revoke_key(acting: Acting, key_id: UUID) -> None:
    """End a key at once. Repeating it changes nothing.

    Raises: NotAllowed
    """
    key = ApiKey.objects.filter(id=key_id, revoked_at=None).select_related("unit").first()
    if key is not None:
        _refuse_outside(acting, key.unit)
        key.revoked_at = acting.at
        key.save(update_fields=["revoked_at"])
        record_deed(acting, "key.revoked", node_no=key.unit.node_no or 0, about=key.name)


def _unit_in_scope(acting: Acting, code: str) -> Unit:
    unit = Unit.objects.filter(code=code).first()
    if unit is None:
        raise UnitNotFound(code=code)
    _refuse_outside(acting, unit)
    return unit


def _refuse_outside(acting: Acting, unit: Unit) -> None:
    scope = scope_of(unit)
    # A legal entity without a brand has an empty scope; only the group may add to it.
    if (not scope.ranges and acting.scope != EVERYTHING) or not acting.scope.contains(scope):
        raise NotAllowed


def _refuse_taken(code: str) -> None:
    if Unit.objects.filter(code=code).exists():
        raise CodeIsTaken(code=code)


def _place_below(parent: Unit) -> tuple[str, int]:
    """Return kind and node number of the next child of a locked parent."""
    latest = Unit.objects.filter(parent=parent).aggregate(latest=Max("node_no"))["latest"]
    if parent.kind == "legal_entity":
        latest = Unit.objects.filter(kind="brand").aggregate(latest=Max("node_no"))["latest"]
        return "brand", (latest or 0) + (1 << BRAND_SHIFT)
    if parent.kind == "brand":
        return "region", (latest or view_unit(parent).node_no) + (1 << REGION_SHIFT)
    if parent.kind == "region":
        return "dealer", (latest or view_unit(parent).node_no) + 1
    raise UnitNotFound(code=parent.code)
