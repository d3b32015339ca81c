import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.utils.translation import get_language, gettext

from yingtai.kernel.acting import Acting
from yingtai.kernel.scope import EVERYTHING, Scope, brand_node
from yingtai.organization.errors import ColleagueNotFound, UnitNotFound
from yingtai.organization.models import ApiKey, Assignment, Role, Staff, Unit

OUTSIDE = -1
"""The node number of what has no place in the number tree: no range holds it."""


MOST_COLLEAGUES = 200
CHINESE = frozenset({"CN", "HK", "MO", "TW"})
"""Countries where a brand goes by its Chinese name."""


@dataclass(frozen=True)
class UnitView:
    """A node of the tree as other modules and pages see it.

    `node_no` is OUTSIDE for a legal entity, `entity_no` is 0 for the group.
    """

    id: UUID
    kind: str
    code: str
    name: str
    name_zh: str
    node_no: int
    entity_no: int
    time_zone: str
    currency: str
    country: str

    @property
    def title(self) -> str:
        """The name in the language of whoever reads it in the console."""
        return self.name_zh if self.name_zh and (get_language() or "").startswith("zh") else self.name

    @property
    def own_title(self) -> str:
        """The name by which its customers know it: the same in every preview, mail and page, whoever looks."""
        return self.name_zh if self.name_zh and self.country in CHINESE else self.name

    @property
    def language(self) -> str:
        """The language it speaks with customers who do not say theirs."""
        return "zh-hans" if self.name_zh and self.country in CHINESE else "en"


@dataclass(frozen=True)
class Colleague:
    """A colleague to whom something can be sent, at the address they sign in with."""

    id: UUID
    name: str
    email: str


@dataclass(frozen=True)
class Workplace:
    """A unit that someone may work in, and the roles they have there."""

    unit: UnitView
    scope: Scope
    roles: frozenset[str]


def view_unit(unit: Unit) -> UnitView:
    return UnitView(
        id=unit.id,
        kind=unit.kind,
        code=unit.code,
        name=unit.name,
        name_zh=unit.name_zh,
        node_no=OUTSIDE if unit.node_no is None else unit.node_no,
        entity_no=unit.entity_no or 0,
        time_zone=unit.time_zone,
        currency=unit.currency,
        country=unit.country,
    )


def get_unit(code: str) -> UnitView:
    """Return the unit with this code.

    Raises: UnitNotFound
    """
    unit = Unit.objects.filter(code=code).first()
    if unit is None:
        raise UnitNotFound(code=code)
    return view_unit(unit)


def get_unit_at(node_no: int) -> UnitView:
    """Return the unit at a node number.

    Raises: UnitNotFound
    """
    unit = Unit.objects.filter(node_no=node_no).first()
    if unit is None:
        raise UnitNotFound(code=str(node_no))
    return view_unit(unit)


def units_at(node_nos: Sequence[int]) -> dict[int, UnitView]:
    """Return the units at these node numbers, for a list in one query."""
    units = [view_unit(unit) for unit in Unit.objects.filter(node_no__in=set(node_nos))]
    return {unit.node_no: unit for unit in units}


def entity_no_at(node_no: int) -> int:
    """Return the number of the legal entity that answers for a node: whose index keys and notices apply."""
    return get_unit_at(brand_node(node_no)).entity_no


def list_brands(scope: Scope = EVERYTHING) -> list[UnitView]:
    """Return the brands that lie in a scope or above it, by number."""
    brands = [view_unit(unit) for unit in Unit.objects.filter(kind="brand").order_by("node_no")]
    seen = {brand_node(lo) for lo, _ in scope.ranges}
    return [brand for brand in brands if scope.covers(brand.node_no) or brand.node_no in seen]


def list_units(scope: Scope, *, kind: str) -> list[UnitView]:
    """Return the units of one kind in a scope, by node number."""
    units = [view_unit(unit) for unit in Unit.objects.filter(kind=kind).order_by("node_no")]
    return [unit for unit in units if scope.covers(unit.node_no)]


def scope_of(unit: Unit) -> Scope:
    """Return what is seen from a unit: its subtree; for a legal entity, its brands."""
    if unit.kind == "legal_entity":
        brands = Unit.objects.filter(parent=unit)
        return Scope.of(*[view_unit(brand).node_no for brand in brands])
    return Scope.of(view_unit(unit).node_no)


def workplaces_of(staff: Staff) -> list[Workplace]:
    """Return where a colleague may work: the units of their roles, and the brands below those."""
    roles: dict[UUID, set[str]] = {}
    units: dict[UUID, Unit] = {}
    for assignment in Assignment.objects.filter(staff=staff).select_related("unit").order_by("id"):
        units[assignment.unit_id] = assignment.unit
        roles.setdefault(assignment.unit_id, set()).add(assignment.role)
    places = [
        Workplace(view_unit(unit), scope_of(unit), frozenset(roles[key])) for key, unit in units.items()
    ]
    return places + _brands_below(places)


def find_key(key: str) -> tuple[UUID, Scope, frozenset[str]] | None:
    """Return id, scope and roles of a live API key."""
    digest = hashlib.sha256(key.encode()).digest()
    found = ApiKey.objects.filter(key_hash=digest, revoked_at=None).select_related("unit").first()
    return (found.id, scope_of(found.unit), frozenset(found.roles)) if found else None


@dataclass(frozen=True)
class TreeRow:
    """A unit in the tree, `depth` steps below the first."""

    unit: UnitView
    depth: int
    dealer_count: int


@dataclass(frozen=True)
class StaffRow:
    """A colleague and where they have which role, as far as the reader may see it."""

    id: UUID
    name: str
    email: str
    is_active: bool
    roles: tuple[tuple[int, str, str], ...]
    """(assignment id, role, name of the unit)"""


@dataclass(frozen=True)
class KeyRow:
    """An API key as a page shows it: never the key itself."""

    id: UUID
    name: str
    start: str
    unit: str
    roles: tuple[str, ...]
    created_at: datetime
    is_live: bool


def list_tree(scope: Scope) -> list[TreeRow]:
    """Return group, legal entities, brands and regions in a scope in the order of the tree; dealers are counted.

    Cost: 1 query
    """
    units = list(Unit.objects.order_by("node_no", "code"))
    below: dict[UUID | None, list[Unit]] = {}
    for unit in units:
        below.setdefault(unit.parent_id, []).append(unit)
    return _branch(scope, below, None, 0)


def list_places(scope: Scope) -> list[TreeRow]:
    """Return every unit of a scope, dealers too, in the order of the tree: where a role can be given."""
    units = list(Unit.objects.order_by("node_no", "code"))
    by_id = {unit.id: unit for unit in units}
    below: dict[UUID | None, list[Unit]] = {}
    for unit in units:
        own = scope_of(unit)
        if scope.contains(own) and (own.ranges or scope == EVERYTHING):
            below.setdefault(unit.parent_id, []).append(unit)
    inside = {unit.id for some in below.values() for unit in some}
    tops = [by_id[key] for key in by_id if key in inside and by_id[key].parent_id not in inside]
    return [row for top in tops for row in _with_all_below(below, top, 0)]


def list_dealers(scope: Scope, parent: UnitView) -> list[UnitView]:
    """Return the dealers of a region that lie in a scope."""
    dealers = [view_unit(unit) for unit in Unit.objects.filter(parent_id=parent.id).order_by("node_no")]
    return [dealer for dealer in dealers if scope.covers(dealer.node_no)]


def list_staff(scope: Scope, *, role: str = "", sort: str = "name") -> list[StaffRow]:
    """Return colleagues with a role in a scope; in the group's scope those without a role too.

    In:   role  only those who have it; sort  name or email, with `-` before it for the other way round
    Cost: 2 queries
    """
    assignments = Assignment.objects.select_related("unit").order_by("id")
    roles: dict[UUID, list[tuple[int, str, str]]] = {}
    for one in assignments:
        if scope.contains(scope_of(one.unit)):
            roles.setdefault(one.staff_id, []).append((one.pk, one.role, view_unit(one.unit).title))
    field = "email" if sort.removeprefix("-") == "email" else "name"
    people = Staff.objects.order_by(f"-{field}" if sort.startswith("-") else field, "email")
    return [
        StaffRow(staff.id, staff.name, staff.email, staff.is_active, tuple(roles.get(staff.id, ())))
        for staff in people
        if staff.id in roles or scope == EVERYTHING
        if not role or any(one == role for _id, one, _place in roles.get(staff.id, ()))
    ]


def list_colleagues(node_no: int) -> list[Colleague]:
    """Return whoever works at a brand itself and can sign in, by name, at most two hundred.

    Cost: 1 query
    """
    people = Staff.objects.filter(is_active=True, assignments__unit__node_no=node_no).distinct()
    return [
        Colleague(one.id, one.name, one.email) for one in people.order_by("name", "email")[:MOST_COLLEAGUES]
    ]


def colleague_of(actor: str) -> Colleague | None:
    """Return the colleague behind an actor such as `staff:<uuid>`; None for a program."""
    staff_id = _staff_id(actor)
    one = Staff.objects.filter(id=staff_id, is_active=True).first() if staff_id else None
    return Colleague(one.id, one.name, one.email) if one else None


def find_colleague(scope: Scope, staff_id: UUID) -> StaffRow:
    """Return a colleague whom the list of a scope shows.

    Raises: ColleagueNotFound
    """
    found = next((row for row in list_staff(scope) if row.id == staff_id), None)
    if found is None:
        raise ColleagueNotFound
    return found


def list_keys(scope: Scope) -> list[KeyRow]:
    """Return the API keys that act in a scope, newest first."""
    keys = ApiKey.objects.select_related("unit").order_by("-created_at")
    return [
        KeyRow(
            key.id,
            key.name,
            key.start,
            view_unit(key.unit).title,
            tuple(key.roles),
            key.created_at,
            not key.revoked_at,
        )
        for key in keys
        if scope.contains(scope_of(key.unit))
    ]


def names_of_staff(acting: Acting, actors: Sequence[str]) -> dict[str, str]:
    """Return the names behind actors such as `staff:<uuid>`; the product itself has one, too."""
    ids = {actor: _staff_id(actor) for actor in actors}
    names = dict(Staff.objects.filter(id__in=[key for key in ids.values() if key]).values_list("id", "name"))
    ours = {actor: gettext("The system") for actor in actors if actor.startswith("system:")}
    return ours | {actor: names.get(key, "") for actor, key in ids.items() if key}


def _staff_id(actor: str) -> UUID | None:
    kind, _, key = actor.partition(":")
    try:
        return UUID(key) if kind == "staff" else None
    except ValueError:
        return None


def _branch(
    scope: Scope, below: dict[UUID | None, list[Unit]], parent: UUID | None, depth: int
) -> list[TreeRow]:
    rows: list[TreeRow] = []
    for unit in below.get(parent, []):
        if unit.kind == Unit.Kind.DEALER:
            continue
        inner = _branch(scope, below, unit.id, depth + 1)
        dealers = sum(1 for child in below.get(unit.id, []) if child.kind == Unit.Kind.DEALER)
        if inner or scope.contains(scope_of(unit)):
            rows += [
                TreeRow(
                    view_unit(unit),
                    depth,
                    dealers + sum(row.dealer_count for row in inner if row.depth == depth + 1),
                ),
                *inner,
            ]
    return rows


def _with_all_below(below: dict[UUID | None, list[Unit]], unit: Unit, depth: int) -> list[TreeRow]:
    inner = [row for child in below.get(unit.id, []) for row in _with_all_below(below, child, depth + 1)]
    return [TreeRow(view_unit(unit), depth, 0), *inner]


def _brands_below(places: list[Workplace]) -> list[Workplace]:
    known = {place.unit.id for place in places}
    below: dict[UUID, Workplace] = {}
    wide = [place for place in places if place.unit.kind in {"group", "legal_entity"}]
    for brand in list_brands() if wide else []:
        roles = frozenset().union(*(place.roles for place in wide if place.scope.covers(brand.node_no)))
        if roles and brand.id not in known:
            below[brand.id] = Workplace(brand, Scope.of(brand.node_no), roles)
    return list(below.values())


def has_administrator() -> bool:
    """Say whether anybody who can sign in administers anything."""
    return Assignment.objects.filter(role=Role.ADMINISTRATOR, staff__is_active=True).exists()
