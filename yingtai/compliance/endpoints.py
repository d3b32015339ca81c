"""Consent over the API: what a person answered, recorded with evidence."""

from datetime import datetime
from typing import Any
from uuid import UUID

from ninja import Router, Schema, Status
from pydantic import ConfigDict, Field

from yingtai.compliance import queries
from yingtai.compliance.people import find_people
from yingtai.compliance.services.recording import ConsentRow, check_purpose, record_consents
from yingtai.kernel.acting import require
from yingtai.kernel.http import ActingRequest
from yingtai.kernel.labels import Label

MOST_IN_ONE_CALL = 1000
router = Router(tags=["consents"])


class ConsentIn(Schema):
    """One answer of one person."""

    model_config = ConfigDict(extra="forbid")

    profile_id: UUID
    purpose: str = Field(max_length=60, examples=["marketing.email"])
    channel: str = Field(max_length=20, examples=["email"])
    status: str = Field(examples=["granted"], description="granted, denied or withdrawn")
    source: str = Field("api", max_length=40)
    at: datetime | None = Field(None, description="when the person answered; now when left out")
    notice_version: int | None = Field(None, ge=1)
    recipient: str = Field("", max_length=60)
    evidence: dict[str, Any] = Field(default_factory=dict, examples=[{"form": "newsletter"}])


class ConsentBatch(Schema):
    """Up to a thousand answers; all are kept, or none."""

    consents: list[ConsentIn] = Field(max_length=MOST_IN_ONE_CALL)


class Recorded(Schema):
    recorded: int
    changed: int
    before_erasure: int = Field(description="a yes from before the person was erased: not recorded")


class ConsentOut(Schema):
    """What holds now."""

    purpose: str
    channel: str
    recipient: str
    status: str
    notice_version: int | None
    at: datetime
    source: str
    evidence: dict[str, Any]


class PurposeOut(Schema):
    code: str
    title: str
    channels: list[str]
    basis: str
    retention_days: int


@router.post("/consents", response={201: Recorded}, summary="Record what people answered")
def record(request: ActingRequest, body: ConsentIn | ConsentBatch) -> Any:
    """Record one answer, or up to a thousand in `consents`. Repeating a call changes nothing.

    A yes covers the addresses the person is known by at that moment; one that comes later needs its own. Of whoever was
    erased, a yes from before that is not believed.
    """
    require(request.acting, "edit", Label.L3, "compliance.consent")
    given = body.consents if isinstance(body, ConsentBatch) else [body]
    people = find_people(request.acting, [item.profile_id for item in given])
    rows = [_row(request, item, *people[item.profile_id]) for item in given]
    done = record_consents(request.acting, rows)
    return Status(
        201, {"recorded": done.recorded, "changed": done.changed, "before_erasure": done.before_erasure}
    )


@router.get("/consents/{profile_id}", response=list[ConsentOut], summary="What holds now for a person")
def consents(request: ActingRequest, profile_id: UUID) -> Any:
    """Return the answers that hold now. An empty list means: never asked, so no."""
    require(request.acting, "view", Label.L2, "compliance.consent")
    require(request.acting, "view", Label.L3, "customers.profile")
    profile_no, _node_no = find_people(request.acting, [profile_id])[profile_id]
    return queries.consents_of(request.acting, profile_no)


@router.get("/purposes", response=list[PurposeOut], summary="Registered purposes")
def purposes(request: ActingRequest) -> Any:
    """Return the purposes that answers can be recorded for."""
    require(request.acting, "view", Label.L2, "compliance.purpose")
    return queries.list_purposes(request.acting)


def _row(request: ActingRequest, item: ConsentIn, profile_no: int, node_no: int) -> ConsentRow:
    check_purpose(
        node_no=node_no, purpose=item.purpose, channel=item.channel, notice_version=item.notice_version
    )
    return ConsentRow(
        profile_no, node_no, item.purpose, item.channel, item.status, item.at or request.acting.at,
        item.source, item.notice_version, item.recipient, item.evidence,
    )  # fmt: skip
