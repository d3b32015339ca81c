import hashlib
import secrets
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Max

from yingtai.kernel.acting import Acting
from yingtai.kernel.errors import NotAllowed
from yingtai.kernel.scope import BRAND_SHIFT, EVERYTHING, REGION_SHIFT
from yingtai.organization.errors import CodeIsTaken, EmailIsTaken, RoleForOneself, UnitNotFound
from yingtai.organization.models import ApiKey, Assignment, Staff, Unit
from yingtai.organization.queries import UnitView, find_colleague, scope_of, view_unit


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


def invite_colleague(acting: Acting, *, email: str, name: str, unit_code: str, role: str) -> str:
    """Add a colleague with a role and return the password they sign in with the first time.

    Raises: UnitNotFound, EmailIsTaken, NotAllowed when the unit lies outside the actor's scope
    """
    unit = _unit_in_scope(acting, unit_code)
    if Staff.objects.filter(email__iexact=email).exists():
        raise EmailIsTaken(field="email")
    password = secrets.token_urlsafe(12)
    with transaction.atomic():
        staff = add_staff(email=email, name=name, password=password, time_zone=unit.time_zone)
        Assignment.objects.create(staff=staff, unit=unit, role=role)
    return password


def give_role(acting: Acting, *, staff_id: UUID, unit_code: str, role: str) -> None:
    """Give a colleague of the actor's scope a role in a unit of it. Repeating it changes nothing.

    Nobody widens their own rights: that takes another administrator.
    Raises: UnitNotFound, ColleagueNotFound, RoleForOneself, NotAllowed
    """
    unit = _unit_in_scope(acting, unit_code)
    staff = find_colleague(acting.scope, staff_id)
    if acting.actor == f"staff:{staff.id}":
        raise RoleForOneself(field="role")
    Assignment.objects.get_or_create(staff_id=staff.id, unit=unit, role=role)


def take_role(acting: Acting, assignment_id: int) -> None:
    """Take a role away; it ends with the colleague's next click. Repeating it changes nothing.

    Raises: NotAllowed
    """
    found = Assignment.objects.filter(id=assignment_id).select_related("unit").first()
    if found is not None:
        _refuse_outside(acting, found.unit)
        found.delete()


def grow_tree(
    acting: Acting, *, parent_code: str, code: str, name: str, name_zh: str = "", **more: str
) -> UnitView:
    """Add a unit below one of the actor's scope: a legal entity, brand, region or dealer, as the parent asks.

    Raises: UnitNotFound, CodeIsTaken, NotAllowed
    """
    parent = _unit_in_scope(acting, parent_code)
    if parent.kind == Unit.Kind.GROUP:
        return add_legal_entity(code=code, name=name, name_zh=name_zh, country=more.get("country") or "CN")
    return add_unit(
        parent_code=parent_code, code=code, name=name, name_zh=name_zh, time_zone=more.get("time_zone", ""),
        currency=more.get("currency", ""),
    )  # fmt: skip


def issue_key(acting: Acting, *, unit_code: str, name: str, roles: list[str]) -> str:
    """Make an API key for a unit of the actor's scope and return it; it cannot be shown again.

    Raises: UnitNotFound, NotAllowed
    """
    _unit_in_scope(acting, unit_code)
    return make_api_key(acting, unit_code=unit_code, name=name, roles=roles, at=acting.at)


def revoke_key(acting: Acting, key_id: UUID) -> None:
    """End a key at once. Repeating it changes nothing.

    Raises: NotAllowed
    """
    key = ApiKey.objects.filter(id=key_id, revoked_at=None).select_related("unit").first()
    if key is not None:
        _refuse_outside(acting, key.unit)
        key.revoked_at = acting.at
        key.save(update_fields=["revoked_at"])


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
