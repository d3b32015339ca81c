"""Recording consent: one statement writes the log and what holds now, for one person or a million."""

import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from django.db import connection

from yingtai.compliance.errors import (
    ChannelNotInPurpose,
    NoticeNotFound,
    PurposeNotFound,
    StatusNotUnderstood,
)
from yingtai.compliance.models import Notice, Purpose, Status
from yingtai.compliance.services.announcing import CHANGES_AS_FACTS, announced
from yingtai.compliance.services.evidence import checked_evidence
from yingtai.kernel.acting import Acting
from yingtai.kernel.scope import brand_node
from yingtai.kernel.scoping import acting_transaction

NOTHING_TO_SAY: Mapping[str, object] = {}

STAGE = """
    CREATE TEMPORARY TABLE {staged} (profile_no bigint, node_no bigint, at timestamptz, kind integer) ON COMMIT DROP;
    CREATE TEMPORARY TABLE {staged}_kind (
        kind integer, purpose text, channel text, status smallint, source text, notice_version integer,
        recipient text, evidence jsonb
    ) ON COMMIT DROP
"""
COPY = "COPY {staged} (profile_no, node_no, at, kind) FROM STDIN"
ADD_KIND = "INSERT INTO {staged}_kind VALUES (%s, %s, %s, %s, %s, %s, %s, %s)"
UNSTAGE = "DROP TABLE {staged}, {staged}_kind"

# A clock ahead of ours must not win against later answers, so nothing is later than now.
RECORD = (
    """
    WITH known AS MATERIALIZED (
        SELECT kinds.*, purpose.purpose_no, purpose.node_no AS brand
        FROM {staged}_kind AS kinds
        JOIN compliance_purpose AS purpose ON purpose.code = kinds.purpose AND purpose.channels ? kinds.channel
    ), logged AS (
        INSERT INTO compliance_consent
            (node_no, profile_no, purpose_no, channel, recipient, status, notice_version, source, evidence, at,
             recorded_at, recorded_by)
        SELECT staged.node_no, profile_no, purpose_no, channel, recipient, status, notice_version, source, evidence,
               least(at, %(now)s), %(now)s, %(actor)s
        FROM {staged} AS staged
        JOIN known ON known.kind = staged.kind AND known.brand = (staged.node_no >> 40) << 40
        RETURNING node_no, profile_no, purpose_no, channel, recipient, status, notice_version, at, source, consent_no
    ), latest AS (
        SELECT DISTINCT ON (profile_no, purpose_no, channel, recipient) *
        FROM logged
        ORDER BY profile_no, purpose_no, channel, recipient, at DESC, status DESC
    ), kept AS (
        INSERT INTO compliance_consent_now AS held
            (node_no, profile_no, purpose_no, channel, recipient, status, notice_version, at, consent_no)
        SELECT node_no, profile_no, purpose_no, channel, recipient, status, notice_version, at, consent_no
        FROM latest
        ON CONFLICT (profile_no, purpose_no, channel, recipient) DO UPDATE
        SET status = excluded.status, notice_version = excluded.notice_version, at = excluded.at,
            consent_no = excluded.consent_no, node_no = excluded.node_no
        WHERE held.at < excluded.at OR (held.at = excluded.at AND held.status <= excluded.status)
        RETURNING new.profile_no, new.node_no, new.purpose_no, new.channel, new.recipient, new.status, new.at,
                  new.consent_no, old.status IS DISTINCT FROM new.status AS is_change
    ), changed AS (
        SELECT kept.*, logged.source FROM kept JOIN logged USING (consent_no) WHERE is_change
    )
    """
    + CHANGES_AS_FACTS
)

REFUSED = """
    SELECT kinds.purpose, kinds.channel, count(*)
    FROM {staged} AS staged JOIN {staged}_kind AS kinds USING (kind)
    WHERE NOT EXISTS (
        SELECT FROM compliance_purpose AS purpose
        WHERE purpose.code = kinds.purpose AND purpose.node_no = (staged.node_no >> 40) << 40
          AND purpose.channels ? kinds.channel)
    GROUP BY kinds.purpose, kinds.channel ORDER BY 1, 2
"""


class ConsentRow(NamedTuple):
    """One answer to record; `node_no` is the node of the profile, `recipient` "" the brand itself."""

    profile_no: int
    node_no: int
    purpose: str
    channel: str
    status: int | str
    at: datetime
    source: str
    notice_version: int | None = None
    recipient: str = ""
    evidence: Mapping[str, object] = NOTHING_TO_SAY


@dataclass(frozen=True)
class RecordedConsents:
    """What became of a set: answers written, people whose answer changed, and what was refused."""

    recorded: int
    changed: int
    refused: tuple[tuple[str, str, int], ...]
    """(purpose, channel, count) of answers for a purpose or channel the brand has not registered."""


def record_consents(acting: Acting, rows: Iterable[ConsentRow], *, announce: bool = True) -> RecordedConsents:
    """Record many answers at once; the latest answer of each person holds, whatever order they come in.

    Answers for a purpose or channel that the brand has not registered are counted as refused, the others kept.
    In:        announce  False for history whose events are loaded another way
    Raises:    EvidenceHoldsPersonalData, EvidenceNotUnderstood, StatusNotUnderstood
    Publishes: ConsentsRecorded, for answers that differ from the one that held before
    Cost:      one COPY and two statements, whatever the number
    """
    staged = f"staged_{secrets.token_hex(6)}"
    with acting_transaction(acting), connection.cursor() as cursor:
        cursor.execute(STAGE.format(staged=staged))
        _stage(cursor, staged, rows)
        recorded, changed = announced(acting, cursor, RECORD.format(staged=staged), is_told=announce)
        refused: list[Any] = []
        if recorded < _count(cursor, staged):
            cursor.execute(REFUSED.format(staged=staged))
            refused = cursor.fetchall()
        cursor.execute(UNSTAGE.format(staged=staged))
    return RecordedConsents(recorded, changed, tuple(refused))


def record_consent(
    acting: Acting,
    *,
    profile_no: int,
    node_no: int,
    purpose: str,
    channel: str,
    status: int | str,
    source: str,
    notice_version: int | None = None,
    evidence: Mapping[str, object] = NOTHING_TO_SAY,
    recipient: str = "",
    at: datetime | None = None,
) -> None:
    """Record one person's answer.

    Raises: PurposeNotFound, ChannelNotInPurpose, NoticeNotFound, StatusNotUnderstood,
            EvidenceHoldsPersonalData, EvidenceNotUnderstood
    """
    with acting_transaction(acting):
        check_purpose(node_no=node_no, purpose=purpose, channel=channel, notice_version=notice_version)
        row = ConsentRow(
            profile_no, node_no, purpose, channel, status, at or acting.at, source, notice_version, recipient,
            evidence,
        )  # fmt: skip
        record_consents(acting, [row])


def check_purpose(*, node_no: int, purpose: str, channel: str, notice_version: int | None) -> None:
    """Refuse a purpose, channel or notice version that the brand does not have.

    Raises: PurposeNotFound, ChannelNotInPurpose, NoticeNotFound
    """
    found = Purpose.objects.filter(node_no=brand_node(node_no), code=purpose).first()
    if found is None:
        raise PurposeNotFound(purpose=purpose, field="purpose")
    if channel not in found.channels:
        raise ChannelNotInPurpose(purpose=purpose, channel=channel, field="channel")
    if notice_version is None:
        return
    if not Notice.objects.filter(purpose=found, version=notice_version).exists():
        raise NoticeNotFound(purpose=purpose, version=notice_version, field="notice_version")


def status_of(status: int | str) -> int:
    """Return the number of a status given by number or name.

    Raises: StatusNotUnderstood
    """
    try:
        return Status[status.upper()].value if isinstance(status, str) else Status(status).value
    except (KeyError, ValueError):
        raise StatusNotUnderstood(status=status, field="status") from None


def _stage(cursor: Any, staged: str, rows: Iterable[ConsentRow]) -> None:
    # A set usually shares a handful of kinds of answer, so only what differs by person is copied row by row.
    kinds: dict[tuple[Any, ...], int] = {}
    evidences: dict[int, Mapping[str, object]] = {}
    with cursor.copy(COPY.format(staged=staged)) as copy:
        for profile_no, node_no, purpose, channel, status, at, source, version, recipient, evidence in rows:
            # Held, so that no other evidence gets the same id while we count.
            evidences[id(evidence)] = evidence
            key = (purpose, channel, status, source, version, recipient, id(evidence))
            copy.write_row((profile_no, node_no, at, kinds.setdefault(key, len(kinds))))
    cursor.executemany(
        ADD_KIND.format(staged=staged),
        [
            (kind, key[0], key[1], status_of(key[2]), *key[3:6], checked_evidence(evidences[key[6]]))
            for key, kind in kinds.items()
        ],
    )
    # Without it the planner takes a hundred thousand answers for a few, and compares each with each.
    cursor.execute(f"ANALYZE {staged}, {staged}_kind")


def _count(cursor: Any, staged: str) -> int:
    cursor.execute(f"SELECT count(*) FROM {staged}")
    return int(cursor.fetchone()[0])
