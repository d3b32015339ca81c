"""Read audiences from the books, and their stored members from the lake."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Q

from yingtai.audiences.definition import Group, mentioned, read_definition
from yingtai.audiences.errors import AudienceNotFound
from yingtai.audiences.models import Audience, Refresh
from yingtai.audiences.questions import question_of
from yingtai.kernel.acting import Acting
from yingtai.kernel.pages import LARGEST, ROWS_PER_PAGE, Page, decode_cursor, encode_cursor, moment, number
from yingtai.kernel.protecting import Counted, is_protected, protected
from yingtai.kernel.scoping import acting_transaction
from yingtai.kernel.sorting import Order, sort_or, sorted_page
from yingtai.lake.api import scoped

MEMBERS = """
    SELECT profile_no, entered_at FROM audience_members
    WHERE audience_no = $audience_no AND profile_no > $after ORDER BY profile_no LIMIT $limit
"""
MEMBERS_BY_TIME = """
    SELECT profile_no, entered_at FROM audience_members
    WHERE audience_no = $audience_no
      AND (entered_at {than} $since OR (entered_at = $since AND profile_no {than} $after))
    ORDER BY entered_at {way}, profile_no {way} LIMIT $limit
"""
SOME_MEMBERS = """
    SELECT profile_no, entered_at FROM audience_members
    WHERE audience_no = $audience_no AND list_contains($people, profile_no) ORDER BY profile_no
"""
LONG_AGO, FAR_AHEAD = datetime(1900, 1, 1, tzinfo=UTC), datetime(9000, 1, 1, tzinfo=UTC)
MEMBER_SORTS = ("since", "-since")
AUDIENCES_OF = "SELECT audience_no, entered_at FROM audience_members WHERE profile_no = $profile_no"
LONGEST_HISTORY = 400
MOST_OFFERED = 10_000
ORDERS = {
    "made": Order("audience_no", number),
    "name": Order("name"),
    "people": Order("people", number),
    "entered": Order("entered", number),
    "left": Order("left", number),
    "refreshed": Order("refreshed_at", moment),
    "changed": Order("changed_at", moment),
    "cost": Order("took_ms", number),
}
OF_PEOPLE = ("people", "entered", "left")
"""The orders that tell how many people an audience has: which of two has more, and the number in a cursor."""
STALE_AFTER = timedelta(hours=26)


@dataclass(frozen=True)
class AudienceView:
    """An audience as pages and programs see it; `people` is as of `refreshed_at`."""

    id: UUID
    audience_no: int
    node_no: int
    name: str
    about: str
    document: dict[str, Any]
    people: int | None
    entered: int
    left: int
    refreshed_at: datetime | None
    took_ms: int | None
    is_current: bool
    created_by: str
    changed_at: datetime
    archived_at: datetime | None

    @property
    def definition(self) -> Group:
        """What it is made of.

        Raises: DefinitionNotUnderstood when a kind of sentence has gone with the module that brought it
        """
        return read_definition(self.document)


@dataclass(frozen=True)
class SizeView:
    """An audience at one of its refreshes."""

    at: datetime
    people: int
    entered: int
    left: int
    took_ms: int


def list_audiences(
    acting: Acting, *, search: str = "", after: str | None = None, sort: str = "", is_archived: bool = False
) -> Page[AudienceView]:
    """Return a page of audiences that are in use, newest first, or of those that are archived.

    In:     sort  a name of ORDERS, with `-` before it for the largest first; whoever may not see people sorts by none
                  OF_PEOPLE
    Raises: CursorNotUnderstood
    Cost:   2 queries
    """
    orders = {
        name: order for name, order in ORDERS.items() if name not in OF_PEOPLE or not is_protected(acting)
    }
    with acting_transaction(acting):
        audiences = Audience.objects.filter(archived_at__isnull=not is_archived, name__icontains=search)
        total = audiences.count()
        rows, cursor = sorted_page(
            audiences, orders, sort=sort_or(sort, orders, "-made"), after=after, key="audience_no"
        )
        return Page([_view(acting, audience) for audience in rows], cursor, total)


def stand_in_many_places(acting: Acting) -> bool:
    """Say whether the audiences one may see belong to more than one place. Cost: 1 query"""
    with acting_transaction(acting):
        return Audience.objects.order_by().values("node_no").distinct()[:2].count() > 1


def get_audience(acting: Acting, audience_id: UUID, *, or_archived: bool = False) -> AudienceView:
    """Return an audience that is in use; on request also one that no longer is.

    Raises: AudienceNotFound
    """
    with acting_transaction(acting):
        return _view(acting, found(audience_id, or_archived=or_archived))


def list_stale(acting: Acting) -> list[AudienceView]:
    """Return live audiences whose people were not looked up for more than a day, newest first."""
    before = acting.at - STALE_AFTER
    with acting_transaction(acting):
        live = Audience.objects.filter(archived_at=None, changed_at__lt=before)
        stale = live.filter(Q(refreshed_at=None) | Q(refreshed_at__lt=before)).order_by("-audience_no")
        return [_view(acting, audience) for audience in stale[:LONGEST_HISTORY]]


def names_of(acting: Acting, audience_nos: Sequence[int]) -> dict[int, str]:
    """Return the names of audiences, for a list in one query."""
    with acting_transaction(acting):
        audiences = Audience.objects.filter(audience_no__in=set(audience_nos))
        return dict(audiences.values_list("audience_no", "name"))


def named(acting: Acting, ids: Sequence[UUID]) -> list[str]:
    """Return the names of those audiences that are there, in order."""
    with acting_transaction(acting):
        return list(Audience.objects.filter(id__in=ids).order_by("name").values_list("name", flat=True))


def has_audience(acting: Acting) -> bool:
    """Say whether there is any live audience."""
    with acting_transaction(acting):
        return Audience.objects.filter(archived_at=None).exists()


def id_of_audience(acting: Acting, audience_no: int) -> UUID | None:
    """Return the public id of an audience, or None when there is none in scope."""
    with acting_transaction(acting):
        return Audience.objects.filter(audience_no=audience_no).values_list("id", flat=True).first()


def definitions_behind(acting: Acting, audience_id: UUID) -> dict[int, tuple[int, Any]]:
    """Return the stored definition of an audience and of every one that it is made of, however far down.

    Out:  number: (revision, definition), itself first, the innermost last; empty when none such is in scope
    Cost: one query for each level
    """
    behind: dict[int, tuple[int, Any]] = {}
    with acting_transaction(acting):
        level = Audience.objects.filter(id=audience_id)
        while rows := list(level.values_list("audience_no", "revision", "definition")):
            behind |= {audience_no: (revision, document) for audience_no, revision, document in rows}
            named = {number for *_, document in rows for number in mentioned(document)}
            level = Audience.objects.filter(audience_no__in=named - behind.keys())
    return behind


def choices(acting: Acting) -> list[tuple[int, str]]:
    """Return number and name of every live audience, by name: what a sentence may refer to."""
    with acting_transaction(acting):
        audiences = Audience.objects.filter(archived_at=None).order_by("name", "audience_no")
        return list(audiences.values_list("audience_no", "name"))


def audiences_of(acting: Acting, profile_no: int) -> list[tuple[UUID, str, datetime]]:
    """Return the live audiences that hold a person since their latest refresh, by name: (id, name, since when).

    Cost: one scoped read of the memberships and one query
    """
    members = scoped(acting.scope).query(AUDIENCES_OF, {"profile_no": profile_no}).to_pylist()
    since = {row["audience_no"]: row["entered_at"] for row in members}
    with acting_transaction(acting):
        live = Audience.objects.filter(archived_at=None, audience_no__in=since).order_by(
            "name", "audience_no"
        )
        return [(one.id, one.name, since[one.audience_no]) for one in live]


def list_offered(acting: Acting) -> list[tuple[UUID, int, str]]:
    """Return id, place and name of every live audience, by name: what a campaign may be for. Cost: 1 query"""
    with acting_transaction(acting):
        audiences = Audience.objects.filter(archived_at=None).order_by("name", "audience_no")
        return list(audiences.values_list("id", "node_no", "name")[:MOST_OFFERED])


def list_sizes(acting: Acting, audience_no: int) -> list[SizeView]:
    """Return the latest refreshes of an audience, oldest first."""
    with acting_transaction(acting):
        refreshes = Refresh.objects.filter(audience_no=audience_no).order_by("-at")[:LONGEST_HISTORY]
        rows = [SizeView(row.at, row.people, row.entered, row.left, row.took_ms) for row in refreshes]
        asked = Audience.objects.filter(audience_no=audience_no).values_list("definition", "node_no").first()
    return [_protected(acting, row, row.at, *(asked or (None, 0))) for row in reversed(rows)]


def members_of(
    acting: Acting, audience_id: UUID, *, after: str | None = None, limit: int = ROWS_PER_PAGE
) -> Page[tuple[int, datetime]]:
    """Return a page of the stored membership: profile number and since when, lowest number first.

    Raises: AudienceNotFound
    Cost:   one read of the audience's own partition
    """
    with acting_transaction(acting):
        audience = found(audience_id, or_archived=True)
    place = decode_cursor(after, number)
    values = {"audience_no": audience.audience_no, "after": place[0] if place else 0, "limit": limit + 1}
    rows = _members(acting, MEMBERS, values)
    return Page(
        rows[:limit],
        encode_cursor(rows[limit - 1][0]) if len(rows) > limit else None,
        _view(acting, audience).people,
    )


def members_by_time(
    acting: Acting, audience_id: UUID, *, sort: str, after: str | None = None
) -> Page[tuple[int, datetime]]:
    """Return a page of the stored membership as `members_of` does, by since when; `sort` is one of MEMBER_SORTS.

    Raises: AudienceNotFound, CursorNotUnderstood
    Cost:   one read of the audience's own partition
    """
    is_down = sort.startswith("-")
    place = decode_cursor(after, moment, number)
    since, last = place or ((FAR_AHEAD, LARGEST) if is_down else (LONG_AGO, 0))
    with acting_transaction(acting):
        audience = found(audience_id, or_archived=True)
    values = {
        "audience_no": audience.audience_no, "since": since, "after": last, "limit": ROWS_PER_PAGE + 1
    }  # fmt: skip
    query = MEMBERS_BY_TIME.format(than="<" if is_down else ">", way="DESC" if is_down else "ASC")
    rows = _members(acting, query, values)
    shown = rows[:ROWS_PER_PAGE]
    cursor = encode_cursor(shown[-1][1], shown[-1][0]) if len(rows) > ROWS_PER_PAGE else None
    return Page(shown, cursor, _view(acting, audience).people)


def members_among(acting: Acting, audience_id: UUID, people: Sequence[int]) -> Page[tuple[int, datetime]]:
    """Return which of some people, by number, are in the stored membership, and since when.

    Raises: AudienceNotFound
    """
    with acting_transaction(acting):
        audience = found(audience_id, or_archived=True)
    rows = _members(
        acting, SOME_MEMBERS, {"audience_no": audience.audience_no, "people": list(people)}
    ) if people else []  # fmt: skip
    return Page(rows, None, len(rows))


def _members(acting: Acting, query: str, values: dict[str, Any]) -> list[tuple[int, datetime]]:
    read = scoped(acting.scope).query(query, values)
    return list(zip(read["profile_no"].to_pylist(), read["entered_at"].to_pylist(), strict=True))


def found(audience_id: UUID, *, for_change: bool = False, or_archived: bool = False) -> Audience:
    audiences = Audience.objects.select_for_update() if for_change else Audience.objects
    audience = audiences.filter(id=audience_id).first()
    if audience is None or (audience.archived_at and not or_archived):
        raise AudienceNotFound
    return audience


def names_in_use(node_no: int) -> set[str]:
    """Return the names of the live audiences of a place, in the transaction's scope."""
    return set(Audience.objects.filter(node_no=node_no, archived_at=None).values_list("name", flat=True))


def definitions_in_use() -> dict[int, Any]:
    """Return the stored definitions of all live audiences in the transaction's scope, by number."""
    return dict(Audience.objects.filter(archived_at=None).values_list("audience_no", "definition"))


def names_of_users(audience_no: int, *, or_archived: bool = False) -> list[str]:
    """Return the names of live audiences whose sentences name this one; of archived ones too on request."""
    audiences = Audience.objects.all() if or_archived else Audience.objects.filter(archived_at=None)
    named = audiences.values_list("name", "definition")
    return sorted(name for name, document in named if audience_no in mentioned(document))


def _view(acting: Acting, audience: Audience) -> AudienceView:
    view = AudienceView(
        audience.id, audience.audience_no, audience.node_no, audience.name, audience.about,
        audience.definition, audience.people, audience.entered, audience.left, audience.refreshed_at,
        audience.took_ms, audience.refreshed_revision == audience.revision, audience.created_by,
        audience.changed_at, audience.archived_at,
    )  # fmt: skip
    return _protected(acting, view, view.refreshed_at, view.document, view.node_no)


def _protected(acting: Acting, counted: Counted, at: datetime | None, document: Any, node_no: int) -> Counted:
    """Return the numbers of a refresh as the actor may read them: its size moved as a count of now is."""
    question = question_of(document, node_no)
    sized = protected(acting, counted, "people", about=question)
    return protected(acting, sized, "entered", "left", about=[question, at])
