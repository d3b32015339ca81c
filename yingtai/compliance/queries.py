from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import connection
from django.utils.translation import get_language

from yingtai.compliance.errors import PurposeNotFound
from yingtai.compliance.models import Basis, Consent, ConsentNow, Notice, Purpose, Status
from yingtai.kernel.acting import Acting
from yingtai.kernel.protecting import protected, protected_row
from yingtai.kernel.scope import brand_node
from yingtai.kernel.scoping import acting_transaction

# Counted first as the index lies, so that nothing is sorted: PostgreSQL cannot know how many rows a scope has.
COUNT_NOW = """
    WITH counted AS (
        SELECT node_no, purpose_no, channel, status, count(*) AS people
        FROM compliance_consent_now WHERE recipient = '' GROUP BY node_no, purpose_no, channel, status
    )
    SELECT purpose_no, channel, coalesce(sum(people) FILTER (WHERE status = 1), 0)::bigint,
           coalesce(sum(people) FILTER (WHERE status = 2), 0)::bigint,
           coalesce(sum(people) FILTER (WHERE status = 3), 0)::bigint
    FROM counted GROUP BY purpose_no, channel ORDER BY purpose_no, channel
"""
TREND = """
    WITH counted AS (
        SELECT recorded_at, node_no, purpose_no, status, count(*) AS answers
        FROM compliance_consent
        WHERE recorded_at >= %(since)s AND source NOT IN ('merge', 'split')
          AND (%(purpose_no)s::int IS NULL OR purpose_no = %(purpose_no)s)
        GROUP BY recorded_at, node_no, purpose_no, status
    )
    SELECT recorded_at::date, coalesce(sum(answers) FILTER (WHERE status = 1), 0)::bigint,
           coalesce(sum(answers) FILTER (WHERE status > 1), 0)::bigint
    FROM counted GROUP BY 1
"""

# What was said of a moment to come is kept as of when we heard of it.
SAID_BEFORE = """
    SELECT DISTINCT asked.place::int
    FROM unnest(%s::bigint[], %s::text[], %s::text[], %s::smallint[], %s::timestamptz[])
        WITH ORDINALITY AS asked (profile_no, purpose, channel, status, at, place)
    JOIN compliance_consent AS said
        ON said.profile_no = asked.profile_no AND said.channel = asked.channel AND said.recipient = ''
       AND said.status = asked.status AND said.at = least(asked.at, said.recorded_at)
    JOIN compliance_purpose AS purpose ON purpose.purpose_no = said.purpose_no AND purpose.code = asked.purpose
"""


@dataclass(frozen=True)
class DatedAnswer:
    """What one person said to a purpose on a channel at one moment; `status` is its number."""

    profile_no: int
    purpose: str
    channel: str
    status: int
    at: datetime


@dataclass(frozen=True)
class PurposeView:
    """A purpose as pages and other modules see it."""

    id: UUID
    purpose_no: int
    node_no: int
    code: str
    title_en: str
    title_zh: str
    channels: tuple[str, ...]
    basis: str
    retention_days: int
    created_at: datetime
    archived_at: datetime | None = None

    @property
    def title(self) -> str:
        return self.title_zh if self.title_zh and (get_language() or "").startswith("zh") else self.title_en


@dataclass(frozen=True)
class NoticeView:
    """One published version, in one language."""

    version: int
    language: str
    title: str
    text: str
    text_hash: str
    published_by: str
    published_at: datetime


@dataclass(frozen=True)
class ConsentView:
    """What holds now for one person, and how it was given."""

    purpose: str
    purpose_title: str
    channel: str
    recipient: str
    status: str
    notice_version: int | None
    at: datetime
    source: str
    evidence: dict[str, Any]
    recorded_by: str


@dataclass(frozen=True)
class ConsentNumbers:
    """How many people said what, for one purpose and channel."""

    purpose: PurposeView
    channel: str
    granted: int
    denied: int
    withdrawn: int


def view_purpose(purpose: Purpose) -> PurposeView:
    return PurposeView(
        purpose.id, purpose.purpose_no, purpose.node_no, purpose.code, purpose.title, purpose.title_zh,
        tuple(purpose.channels), purpose.basis, purpose.retention_days,
        purpose.created_at, purpose.archived_at,
    )  # fmt: skip


def view_notice(notice: Notice) -> NoticeView:
    return NoticeView(
        notice.version, notice.language, notice.title, notice.text, notice.text_hash, notice.published_by,
        notice.published_at,
    )  # fmt: skip


def list_purposes(acting: Acting, *, is_archived: bool | None = None) -> list[PurposeView]:
    """Return the purposes in the actor's scope, and those of the brand above it.

    In: is_archived  only those in use (False) or those that are archived (True); None for all: answers are kept of all
    """
    purposes = Purpose.objects.order_by("node_no", "code")
    if is_archived is not None:
        purposes = purposes.filter(archived_at__isnull=not is_archived)
    with acting_transaction(acting):
        return [view_purpose(purpose) for purpose in purposes]


def get_purpose(acting: Acting, *, code: str, node_no: int | None = None) -> PurposeView:
    """Return one purpose; with `node_no`, of that brand.

    Raises: PurposeNotFound
    """
    with acting_transaction(acting):
        found = Purpose.objects.filter(code=code).order_by("node_no")
        purpose = (found if node_no is None else found.filter(node_no=brand_node(node_no))).first()
    if purpose is None:
        raise PurposeNotFound(purpose=code)
    return view_purpose(purpose)


def list_notices(acting: Acting, purpose: PurposeView) -> list[NoticeView]:
    """Return every published version, newest first."""
    with acting_transaction(acting):
        notices = Notice.objects.filter(purpose_id=purpose.purpose_no).order_by("-version", "language")
        return [view_notice(notice) for notice in notices]


def has_notice_of_consent(acting: Acting) -> bool:
    """Say whether people were told of any purpose that they are asked to agree to."""
    with acting_transaction(acting):
        return Notice.objects.filter(purpose__basis=Basis.CONSENT).exists()


def list_purposes_without_notice(acting: Acting) -> list[PurposeView]:
    """Return the purposes that ask for consent and of which people were told nothing yet."""
    with acting_transaction(acting):
        silent = Purpose.objects.filter(notices=None, basis=Basis.CONSENT, archived_at=None)
        silent = silent.order_by("node_no", "code")
        return [view_purpose(purpose) for purpose in silent]


def latest_notice_version(acting: Acting, *, node_no: int, purpose: str) -> int | None:
    """Return the newest published version of a purpose's notice, or None when nothing was published."""
    with acting_transaction(acting):
        held = Notice.objects.filter(purpose__code=purpose, purpose__node_no=brand_node(node_no))
        return held.order_by("-version").values_list("version", flat=True).first()


def said_before(acting: Acting, answers: Sequence[DatedAnswer]) -> set[int]:
    """Return the places in `answers` of those that were recorded before: the same answer of the same moment, to the
    same purpose, on the same channel, by the same person.

    Cost: one look-up by person for all of them
    """
    columns = [
        [getattr(one, name) for one in answers]
        for name in ("profile_no", "purpose", "channel", "status", "at")
    ]
    with acting_transaction(acting), connection.cursor() as cursor:
        cursor.execute(SAID_BEFORE, columns)
        return {place - 1 for (place,) in cursor.fetchall()}


def consents_of(acting: Acting, profile_no: int) -> list[ConsentView]:
    """Return what holds now for a person, with the evidence. Empty: never asked, which means no.

    Cost: 3 queries
    """
    return consents_of_many(acting, [profile_no]).get(profile_no, [])


def consents_of_many(acting: Acting, profile_nos: Sequence[int]) -> dict[int, list[ConsentView]]:
    """Return what holds now for people, with the evidence, by person, for a list; who was never asked is left out.

    Cost: 3 queries
    """
    with acting_transaction(acting):
        held = list(ConsentNow.objects.filter(profile_no__in=profile_nos))
        logged = Consent.objects.in_bulk([row.consent_no for row in held])
        purposes = {p.purpose_no: view_purpose(p) for p in Purpose.objects.all()}
    found: dict[int, list[ConsentView]] = {}
    for row in held:
        view = _view_consent(row, logged[row.consent_no], purposes[row.purpose_no])
        found.setdefault(row.profile_no, []).append(view)
    return {
        number: sorted(views, key=lambda view: (view.purpose, view.channel, view.recipient))
        for number, views in found.items()
    }


def consent_history(acting: Acting, profile_no: int) -> list[ConsentView]:
    """Return every answer of a person, newest first."""
    with acting_transaction(acting):
        purposes = {p.purpose_no: view_purpose(p) for p in Purpose.objects.all()}
        log = Consent.objects.filter(profile_no=profile_no).order_by("-consent_no")[:200]
        return [_view_consent(row, row, purposes[row.purpose_no]) for row in log]


def answers_of(acting: Acting, profile_nos: Sequence[int]) -> list[dict[str, Any]]:
    """Return every answer ever given under these numbers, oldest first: the person's own copy."""
    with acting_transaction(acting):
        codes = dict(Purpose.objects.values_list("purpose_no", "code"))
        log = Consent.objects.filter(profile_no__in=profile_nos).order_by("consent_no")
        return [
            {
                "purpose": codes.get(row.purpose_no, ""), "channel": row.channel,
                "answer": Status(row.status).name.lower(), "notice_version": row.notice_version,
                "at": row.at, "source": row.source, "evidence": row.evidence,
            }
            for row in log
        ]  # fmt: skip


def count_consents(acting: Acting) -> list[ConsentNumbers]:
    """Return how many people said what, per purpose and channel, as the actor may read it.

    Cost: one scan of an index of what holds now
    """
    purposes = {purpose.purpose_no: purpose for purpose in list_purposes(acting)}
    with acting_transaction(acting), connection.cursor() as cursor:
        cursor.execute(COUNT_NOW)
        rows = [ConsentNumbers(purposes[row[0]], *row[1:]) for row in cursor.fetchall() if row[0] in purposes]
    return [_numbers_told(acting, row) for row in rows]


def consent_trend(
    acting: Acting, *, purpose_no: int | None = None, days: int = 30
) -> list[tuple[date, int, int]]:
    """Return (day, grants, refusals) for the latest days, days without any answer included."""
    since = (acting.at - timedelta(days=days - 1)).replace(hour=0, minute=0, second=0, microsecond=0)
    with acting_transaction(acting), connection.cursor() as cursor:
        cursor.execute(TREND, {"since": since, "purpose_no": purpose_no})
        found = {row[0]: row for row in cursor.fetchall()}
    all_days = [since.date() + timedelta(days=step) for step in range(days)]
    about = ["answers", purpose_no, acting.scope.text()]
    return [_day_told(acting, *found.get(day, (day, 0, 0)), about=about) for day in all_days]


def channels_granted(consents: Sequence[ConsentView]) -> list[str]:
    """Return the channels a person may be reached through for some purpose."""
    return sorted({view.channel for view in consents if view.status == "granted"})


def _numbers_told(acting: Acting, row: ConsentNumbers) -> ConsentNumbers:
    about = ["consent", row.purpose.purpose_no, row.channel, acting.scope.text()]
    return protected(acting, row, "granted", "denied", "withdrawn", about=about)


def _day_told(acting: Acting, day: date, yes: int, no: int, *, about: list[Any]) -> tuple[date, int, int]:
    told = protected_row(acting, {"day": day, "yes": yes, "no": no}, "yes", "no", about=about)
    return day, told["yes"], told["no"]


def _view_consent(row: Any, logged: Consent, purpose: PurposeView) -> ConsentView:
    return ConsentView(
        purpose.code, purpose.title, row.channel, row.recipient, Status(row.status).name.lower(),
        row.notice_version, row.at, logged.source, logged.evidence, logged.recorded_by,
    )  # fmt: skip
