"""Recording consent: one statement writes the log and what holds now, for one person or a million."""

import secrets
from collections.abc import Iterable, Mapping, Sequence
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
from yingtai.compliance.people import addresses_in_sql, hashes_in_sql
from yingtai.compliance.services.announcing import CHANGES_AS_FACTS, announced
from yingtai.compliance.services.evidence import checked_code, checked_evidence
from yingtai.kernel.acting import Acting
from yingtai.kernel.scope import brand_node
from yingtai.kernel.scoping import acting_transaction

NOTHING_TO_SAY: Mapping[str, object] = {}

STAGE = """
    CREATE TEMPORARY TABLE {staged} (
        profile_no bigint, node_no bigint, at timestamptz, kind integer, alias_nos bigint[]
    ) ON COMMIT DROP;
    CREATE TEMPORARY TABLE {staged}_kind (
        kind integer, purpose text, channel text, status smallint, source text, notice_version integer,
        recipient text, evidence jsonb, is_dated boolean
    ) ON COMMIT DROP
"""
COPY = "COPY {staged} (profile_no, node_no, at, kind, alias_nos) FROM STDIN"
ADD_KIND = "INSERT INTO {staged}_kind VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s)"
UNSTAGE = "DROP TABLE {staged}, {staged}_kind"

# A clock ahead of ours must not win against later answers, so nothing is later than now. Somebody's list of old
# answers must not win against a withdrawal, so an answer without a time of its own passes by those who withdrew,
# and those of whom it says nothing new. The question is put as one value a row, so that recording one answer does
# not read the answers of everybody.
RECORD = (
    """
    WITH known AS MATERIALIZED (
        SELECT kinds.*, purpose.purpose_no, purpose.node_no AS brand
        FROM {staged}_kind AS kinds
        JOIN compliance_purpose AS purpose ON purpose.code = kinds.purpose AND purpose.channels ? kinds.channel
    ), logged AS (
        INSERT INTO compliance_consent
            (node_no, profile_no, purpose_no, channel, recipient, status, notice_version, source, evidence, at,
             recorded_at, recorded_by, alias_nos)
        SELECT staged.node_no, profile_no, purpose_no, channel, recipient, status, notice_version, source, evidence,
               least(at, %(now)s), %(now)s, %(actor)s,
               CASE WHEN status = 1 THEN coalesce(alias_nos, {addresses}) ELSE '{{}}' END
        FROM {staged} AS staged
        JOIN known AS asked ON asked.kind = staged.kind AND asked.brand = (staged.node_no >> 40) << 40
        WHERE NOT {before_erasure} AND (is_dated OR coalesce((
            SELECT held.status < 3 AND (held.status <> asked.status OR NOT held.alias_nos @> CASE
                       WHEN asked.status = 1 THEN coalesce(staged.alias_nos, {addresses}) ELSE '{{}}' END)
            FROM compliance_consent_now AS held
            WHERE held.profile_no = staged.profile_no AND held.purpose_no = asked.purpose_no
              AND held.channel = asked.channel AND held.recipient = asked.recipient), true))
        RETURNING node_no, profile_no, purpose_no, channel, recipient, status, notice_version, at, source,
                  consent_no, alias_nos
    ), latest AS (
        SELECT DISTINCT ON (profile_no, purpose_no, channel, recipient) *
        FROM logged
        ORDER BY profile_no, purpose_no, channel, recipient, at DESC, status DESC
    ), kept AS (
        INSERT INTO compliance_consent_now AS held
            (node_no, profile_no, purpose_no, channel, recipient, status, notice_version, at, consent_no, alias_nos)
        SELECT node_no, profile_no, purpose_no, channel, recipient, status, notice_version, at, consent_no, alias_nos
        FROM latest
        ON CONFLICT (profile_no, purpose_no, channel, recipient) DO UPDATE
        SET status = excluded.status, notice_version = excluded.notice_version, at = excluded.at,
            consent_no = excluded.consent_no, node_no = excluded.node_no,
            alias_nos = CASE WHEN held.status = 1 AND excluded.status = 1 AND held.alias_nos <> excluded.alias_nos
                             THEN ARRAY(SELECT DISTINCT unnest(held.alias_nos || excluded.alias_nos) ORDER BY 1)
                             ELSE excluded.alias_nos END
        WHERE held.at < excluded.at OR (held.at = excluded.at AND held.status <= excluded.status)
        RETURNING new.profile_no, new.node_no, new.purpose_no, new.channel, new.recipient, new.status, new.at,
                  new.consent_no, old.status IS DISTINCT FROM new.status AS is_change
    ), changed AS (
        SELECT kept.*, logged.source FROM kept JOIN logged USING (consent_no) WHERE is_change
    )
    """
    + CHANGES_AS_FACTS
)

# Whoever was erased may come back, and agree anew; what an old file or device says of before is not believed. The time
# of a yes without one of its own is not known, so it may be from before.
BEFORE_ERASURE = """(
    asked.status = 1 AND EXISTS (
        SELECT FROM compliance_erased AS erased
        WHERE erased.node_no = (staged.node_no >> 40) << 40 AND erased.blind IN ({hashes})
          AND (NOT asked.is_dated OR staged.at <= erased.erased_at)))
"""

REFUSED = """
    SELECT kinds.purpose, kinds.channel, count(*)
    FROM {staged} AS staged JOIN {staged}_kind AS kinds USING (kind)
    WHERE NOT EXISTS (
        SELECT FROM compliance_purpose AS purpose
        WHERE purpose.code = kinds.purpose AND purpose.node_no = (staged.node_no >> 40) << 40
          AND purpose.channels ? kinds.channel)
    GROUP BY kinds.purpose, kinds.channel ORDER BY 1, 2
"""

NOT_BELIEVED = """
    SELECT count(*) FILTER (WHERE is_old), count(*) FILTER (WHERE is_withdrawn AND NOT is_old)
    FROM (
        SELECT {before_erasure} AS is_old, NOT asked.is_dated AND asked.status = 1 AND EXISTS (
            SELECT FROM compliance_consent_now AS held
            WHERE held.profile_no = staged.profile_no AND held.purpose_no = purpose.purpose_no
              AND held.channel = asked.channel AND held.recipient = asked.recipient AND held.status = 3
        ) AS is_withdrawn
        FROM {staged} AS staged JOIN {staged}_kind AS asked ON asked.kind = staged.kind
        JOIN compliance_purpose AS purpose
          ON purpose.code = asked.purpose AND purpose.node_no = (staged.node_no >> 40) << 40
         AND purpose.channels ? asked.channel
    ) AS answers
"""


class ConsentRow(NamedTuple):
    """One answer to record; `node_no` is the node of the profile, `recipient` "" the brand itself.

    alias_nos  the addresses a yes is for, by their numbers; None: all that are known and proven now
    is_dated   False when nobody knows when it was said, so `at` is only when we heard of it
    """

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
    alias_nos: Sequence[int] | None = None
    is_dated: bool = True


@dataclass(frozen=True)
class RecordedConsents:
    """What became of a set: answers written, people whose answer changed, and what was refused."""

    recorded: int
    changed: int
    refused: tuple[tuple[str, str, int], ...]
    """(purpose, channel, count) of answers for a purpose or channel the brand has not registered."""
    withdrawals_kept: int = 0
    """Answers yes without a time of their own, of people who had withdrawn: not recorded, they stay withdrawn."""
    before_erasure: int = 0
    """Answers yes, from before the person was erased or without a time of their own: not recorded."""
    unchanged: int = 0
    """Answers without a time of their own that say nothing but what holds already: not recorded."""


def record_consents(acting: Acting, rows: Iterable[ConsentRow], *, announce: bool = True) -> RecordedConsents:
    """Record many answers at once; the latest answer of each person holds, whatever order they come in.

    Answers for a purpose or channel that the brand has not registered are counted as refused, the others kept.
    A yes covers the addresses it names, else those the person is known by now. An answer without a time of
    its own is kept when it says something new, and never undoes a withdrawal. A yes from before somebody was erased is
    not recorded of whoever is recognized by the same.
    In:        announce  False for history whose events are loaded another way
    Raises:    EvidenceHoldsPersonalData, EvidenceNotUnderstood, SourceHoldsPersonalData, SourceNotUnderstood,
               StatusNotUnderstood
    Publishes: ConsentsRecorded, for answers that differ from the one that held before
    Cost:      one COPY and two statements, whatever the number
    """
    staged = f"staged_{secrets.token_hex(6)}"
    with acting_transaction(acting), connection.cursor() as cursor:
        cursor.execute(STAGE.format(staged=staged))
        _stage(cursor, staged, rows)
        addresses = addresses_in_sql(profile_no="staged.profile_no", channel="asked.channel")
        before = BEFORE_ERASURE.format(hashes=hashes_in_sql(profile_no="staged.profile_no"))
        statement = RECORD.format(staged=staged, addresses=addresses, before_erasure=before)
        recorded, changed = announced(acting, cursor, statement, is_told=announce)
        refused: list[Any] = []
        not_believed = (0, 0)
        missing = _count(cursor, f"SELECT count(*) FROM {staged}") - recorded
        if missing:
            cursor.execute(REFUSED.format(staged=staged))
            refused = cursor.fetchall()
            cursor.execute(NOT_BELIEVED.format(staged=staged, before_erasure=before))
            not_believed = cursor.fetchone()
        cursor.execute(UNSTAGE.format(staged=staged))
    unchanged = missing - sum(count for _, _, count in refused) - sum(not_believed)
    return RecordedConsents(recorded, changed, tuple(refused), not_believed[1], not_believed[0], unchanged)


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
    alias_nos: Sequence[int] | None = None,
) -> None:
    """Record one person's answer.

    Raises: PurposeNotFound, ChannelNotInPurpose, NoticeNotFound, StatusNotUnderstood,
            EvidenceHoldsPersonalData, EvidenceNotUnderstood, SourceHoldsPersonalData, SourceNotUnderstood
    """
    with acting_transaction(acting):
        check_purpose(node_no=node_no, purpose=purpose, channel=channel, notice_version=notice_version)
        row = ConsentRow(
            profile_no, node_no, purpose, channel, status, at or acting.at, source, notice_version, recipient,
            evidence, alias_nos,
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
        for row in rows:
            # Held, so that no other evidence gets the same id while we count.
            evidences[id(row.evidence)] = row.evidence
            key = (*row[2:5], *row[6:9], id(row.evidence), row.is_dated)
            aliases = None if row.alias_nos is None else list(row.alias_nos)
            copy.write_row((row.profile_no, row.node_no, row.at, kinds.setdefault(key, len(kinds)), aliases))
    cursor.executemany(
        ADD_KIND.format(staged=staged), [_kind(kind, key, evidences) for key, kind in kinds.items()]
    )
    # Without it the planner takes a hundred thousand answers for a few, and compares each with each.
    cursor.execute(f"ANALYZE {staged}, {staged}_kind")


def _kind(kind: int, key: tuple[Any, ...], evidences: Mapping[int, Mapping[str, object]]) -> tuple[Any, ...]:
    purpose, channel, status, source, version, recipient, evidence, is_dated = key
    return (
        kind, purpose, channel, status_of(status), checked_code(source, field="source"), version,
        checked_code(recipient, field="recipient"), checked_evidence(evidences[evidence]), is_dated,
    )  # fmt: skip


def _count(cursor: Any, question: str) -> int:
    cursor.execute(question)
    return int(cursor.fetchone()[0])
