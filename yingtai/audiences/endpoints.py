"""Audiences over the API: which there are, who is in them, and how many a definition chooses."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from ninja import Query, Router, Schema
from pydantic import ConfigDict, Field

from yingtai.audiences import queries
from yingtai.audiences.counting import count_now
from yingtai.audiences.names import read_asked
from yingtai.customers.api import ids_of
from yingtai.kernel.acting import require
from yingtai.kernel.http import ActingRequest
from yingtai.kernel.labels import Label

MOST_MEMBERS = 1000
Limit = Annotated[int, Query(ge=1, le=MOST_MEMBERS)]
router = Router(tags=["audiences"])


class AudienceOut(Schema):
    """An audience; its numbers are as of `refreshed_at`, null before the first refresh.

    Whoever may not see people reads numbers in tens, off by up to ten; 0 is fewer than twenty.
    """

    id: UUID
    name: str
    about: str
    definition: dict[str, Any] = Field(alias="document")
    people: int | None
    entered: int = Field(description="since the previous refresh")
    left: int = Field(description="since the previous refresh")
    refreshed_at: datetime | None
    is_current: bool = Field(description="whether the numbers are of the definition as it is now")
    changed_at: datetime


class AudiencePage(Schema):
    rows: list[AudienceOut]
    next_cursor: str | None
    total: int | None


class MemberPage(Schema):
    """Profile ids of the stored membership. One that is unknown to the books by now is left out."""

    rows: list[UUID]
    next_cursor: str | None
    total: int | None


class CountIn(Schema):
    """A definition, in the form that `GET /audiences/{audience_id}` returns."""

    model_config = ConfigDict(extra="forbid")

    definition: dict[str, Any] = Field(
        examples=[
            {
                "join": "all",
                "parts": [
                    {"block": "did", "event": "Product Viewed", "at_least": 3, "within_days": 30},
                    {"block": "did", "event": "Order Completed", "within_days": 90, "negated": True},
                ],
            }
        ]
    )


class CountOut(Schema):
    people: int
    took_ms: float
    as_of: datetime | None = Field(description="when the latest event that was counted came in")


@router.get("/audiences", response=AudiencePage, by_alias=False, summary="Audiences, newest first")
def audiences(request: ActingRequest, search: str = "", after: str | None = None) -> Any:
    """Return a page of audiences; `search` is a part of the name."""
    require(request.acting, "view", Label.L2, "audiences.audience")
    page = queries.list_audiences(request.acting, search=search, after=after)
    return {"rows": page.rows, "next_cursor": page.next_cursor, "total": page.total}


@router.post("/audiences/count", response=CountOut, summary="How many people a definition chooses now")
def count(request: ActingRequest, body: CountIn) -> Any:
    """Count anew over all events, in the place of the key."""
    require(request.acting, "view", Label.L2, "audiences.audience")
    return count_now(request.acting, read_asked(request.acting, body.definition, node_no=None))


@router.get("/audiences/{audience_id}", response=AudienceOut, by_alias=False, summary="One audience")
def audience(request: ActingRequest, audience_id: UUID) -> Any:
    """Return an audience with its definition."""
    require(request.acting, "view", Label.L2, "audiences.audience")
    return queries.get_audience(request.acting, audience_id)


@router.get("/audiences/{audience_id}/members", response=MemberPage, summary="Who is in an audience")
def members(
    request: ActingRequest, audience_id: UUID, after: str | None = None, limit: Limit = MOST_MEMBERS
) -> Any:
    """Return a page of the stored membership, up to 1,000 profile ids at a time."""
    require(request.acting, "view", Label.L2, "audiences.audience")
    require(request.acting, "view", Label.L3, "customers.profile")
    page = queries.members_of(request.acting, audience_id, after=after, limit=limit)
    numbers = [number for number, _since in page.rows]
    ids = ids_of(request.acting, numbers)
    rows = [ids[number] for number in numbers if number in ids]
    return {"rows": rows, "next_cursor": page.next_cursor, "total": page.total}
