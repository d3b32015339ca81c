from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from time import perf_counter
from typing import Any
from uuid import UUID

from yingtai.audiences.compiler import compile_audience
from yingtai.audiences.definition import Group, read_definition
from yingtai.audiences.errors import AudienceNotFound
from yingtai.audiences.models import Audience
from yingtai.kernel.acting import Acting
from yingtai.kernel.pages import ROWS_PER_PAGE, Page, decode_cursor, encode_cursor
from yingtai.kernel.scoping import acting_transaction
from yingtai.lake.api import ScopedLake, scoped


@dataclass(frozen=True)
class AudienceView:
    """An audience as pages and programs see it; `people` is as of `refreshed_at`."""

    id: UUID
    audience_no: int
    node_no: int
    name: str
    about: str
    definition: Group
    document: dict[str, Any]
    people: int | None
    entered: int
    left: int
    refreshed_at: datetime | None
    took_ms: int | None
    is_current: bool
    created_by: str
    changed_at: datetime


@dataclass(frozen=True)
class LiveCount:
    """How many people a definition chooses now; `as_of` is the latest event that the answer knows."""

    people: int
    took_ms: float
    as_of: datetime | None


def list_audiences(acting: Acting, *, search: str = "", after: str | None = None) -> Page[AudienceView]:
    """Return a page of live audiences, newest first. Cost: 1 query."""
    with acting_transaction(acting):
        audiences = Audience.objects.filter(archived_at=None, name__icontains=search).order_by("-audience_no")
        place = decode_cursor(after, 1)
        if place:
            audiences = audiences.filter(audience_no__lt=place[0])
        rows = [_view(audience) for audience in audiences[: ROWS_PER_PAGE + 1]]
    more = len(rows) > ROWS_PER_PAGE
    rows = rows[:ROWS_PER_PAGE]
    return Page(rows, encode_cursor(rows[-1].audience_no) if more else None)


def get_audience(acting: Acting, audience_id: UUID) -> AudienceView:
    """Return an audience.

    Raises: AudienceNotFound
    """
    with acting_transaction(acting):
        return _view(found(audience_id))


def names_of(acting: Acting, audience_nos: Sequence[int]) -> dict[int, str]:
    """Return the names of audiences, for a list in one query."""
    with acting_transaction(acting):
        audiences = Audience.objects.filter(audience_no__in=set(audience_nos))
        return dict(audiences.values_list("audience_no", "name"))


def count_now(acting: Acting, definition: Group) -> LiveCount:
    """Count the people a definition chooses, now, in the actor's scope.

    Raises: DefinitionNotUnderstood
    Cost:   one scan of the events of the days it asks about
    """
    began = perf_counter()
    lake = scoped(acting.scope)
    compiled = compile_audience(definition, at=acting.at, trait_columns=trait_columns(lake))
    people = lake.query(compiled.count)["people"][0].as_py()
    return LiveCount(people, (perf_counter() - began) * 1000, lake.freshness)


def trait_columns(lake: ScopedLake) -> list[str]:
    """Return the columns of declared traits that the lake has now."""
    return [name for name in lake.columns("traits") if name.startswith("trait_")]


def found(audience_id: UUID) -> Audience:
    audience = Audience.objects.filter(id=audience_id, archived_at=None).first()
    if audience is None:
        raise AudienceNotFound
    return audience


def _view(audience: Audience) -> AudienceView:
    return AudienceView(
        audience.id, audience.audience_no, audience.node_no, audience.name, audience.about,
        read_definition(audience.definition), audience.definition, audience.people, audience.entered,
        audience.left, audience.refreshed_at, audience.took_ms, audience.refreshed_revision == audience.revision,
        audience.created_by, audience.changed_at,
    )  # fmt: skip
