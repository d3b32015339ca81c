"""Profiles over the API: found by a whole value, read masked."""

from datetime import datetime
from typing import Any
from uuid import UUID

from ninja import Query, Router, Schema
from pydantic import Field

from yingtai.customers import queries, timelines
from yingtai.customers.deeds import count_miss, count_search
from yingtai.customers.errors import SearchInAddress
from yingtai.kernel.acting import require
from yingtai.kernel.http import ActingRequest
from yingtai.kernel.labels import Label

PLACE = "customers.profile"
router = Router(tags=["profiles"])


class IdentifierOut(Schema):
    """A way the person is recognized; `masked` is empty when only a fingerprint is kept."""

    kind: str
    masked: str
    first_seen_at: datetime


class ProfileOut(Schema):
    """A person as one brand knows them, masked."""

    id: UUID
    name: str
    identifiers: list[IdentifierOut]
    first_seen_at: datetime
    latest_seen_at: datetime | None


class ProfileDetails(ProfileOut):
    """One person with what is known of them; private traits are masked."""

    traits: dict[str, Any]
    private_traits: dict[str, str]
    is_erased: bool
    merged_into: UUID | None


class EventOut(Schema):
    """One thing that happened."""

    at: datetime
    event: str
    facts: dict[str, Any]


class ProfilePage(Schema):
    items: list[ProfileOut]
    next_cursor: str | None


class TimelinePage(Schema):
    items: list[EventOut]
    next_cursor: str | None


class Looked(Schema):
    """What is looked for. It is posted, because an address stands in logs."""

    query: str = Field(
        min_length=1,
        max_length=320,
        description="a whole phone, e-mail, member or order number, user id or name",
    )


class Asked(Schema):
    query: str | None = Field(
        None, max_length=320, description="refused: POST it to /profiles/search instead"
    )
    after: str | None = Field(None, description="the next_cursor of the page before")


class AskedTimeline(Schema):
    before: str | None = Field(None, description="the next_cursor of the page before")


@router.post("/profiles/search", response=ProfilePage, summary="Find profiles by a whole value")
def search(request: ActingRequest, looked: Looked) -> dict[str, Any]:
    """Everyone that a whole value belongs to."""
    require(request.acting, "view", Label.L3, PLACE)
    count_search(request.acting)
    found = queries.find_profiles(request.acting, looked.query)
    if not found:
        count_miss(request.acting)
    return {"items": found, "next_cursor": None}


@router.get("/profiles", response=ProfilePage, summary="List profiles, newest first")
def profiles(request: ActingRequest, asked: Query[Asked]) -> dict[str, Any]:
    """All profiles in pages."""
    require(request.acting, "view", Label.L3, PLACE)
    if asked.query is not None:
        raise SearchInAddress(field="query")
    page = queries.list_profiles(request.acting, after=asked.after)
    return {"items": page.rows, "next_cursor": page.next_cursor}


@router.get("/profiles/{profile_id}", response=ProfileDetails, summary="Read one profile")
def profile(request: ActingRequest, profile_id: UUID) -> queries.ProfileView:
    """What is known of a person; private values are masked."""
    require(request.acting, "view", Label.L3, PLACE)
    return queries.get_profile(request.acting, profile_id)


@router.get("/profiles/{profile_id}/timeline", response=TimelinePage, summary="Read what happened")
def timeline(request: ActingRequest, profile_id: UUID, asked: Query[AskedTimeline]) -> dict[str, Any]:
    """The latest events first; `next_cursor` leads to older ones."""
    require(request.acting, "view", Label.L3, PLACE)
    view = queries.get_living(request.acting, profile_id)
    page = timelines.timeline(request.acting, view.profile_no, before=asked.before)
    return {"items": page.rows, "next_cursor": page.next_cursor}
