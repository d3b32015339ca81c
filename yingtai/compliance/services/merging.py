"""When two records turn out to be one person, the more restrictive answer wins; when not, it stays with both."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.db import connection

from yingtai.compliance.services.announcing import CHANGES_AS_FACTS, announced
from yingtai.kernel.acting import Acting
from yingtai.kernel.scoping import acting_transaction

PAIRS = "SELECT * FROM unnest(%(survivors)s::bigint[], %(duplicates)s::bigint[]) AS t (survivor, duplicate)"

# The merged answer is dated now: an older answer that arrives late must not overturn it.
KEEP = (
    """
    , logged AS (
        INSERT INTO compliance_consent
            (node_no, profile_no, purpose_no, channel, recipient, status, notice_version, source, evidence, at,
             recorded_at, recorded_by, alias_nos)
        SELECT node_no, profile_no, purpose_no, channel, recipient, status, notice_version, %(source)s, evidence,
               %(now)s, %(now)s, %(actor)s, CASE WHEN status = 1 THEN alias_nos ELSE '{}' END
        FROM wanted
        RETURNING node_no, profile_no, purpose_no, channel, recipient, status, notice_version, at, consent_no,
                  alias_nos
    ), kept AS (
        INSERT INTO compliance_consent_now AS held
            (node_no, profile_no, purpose_no, channel, recipient, status, notice_version, at, consent_no, alias_nos)
        SELECT node_no, profile_no, purpose_no, channel, recipient, status, notice_version, at, consent_no, alias_nos
        FROM logged
        ON CONFLICT (profile_no, purpose_no, channel, recipient) DO UPDATE
        SET status = excluded.status, notice_version = excluded.notice_version, at = excluded.at,
            consent_no = excluded.consent_no, alias_nos = excluded.alias_nos
        RETURNING profile_no, node_no, purpose_no, channel, recipient, status, at
    ), changed AS (SELECT kept.*, %(source)s AS source FROM kept)
    """
    + CHANGES_AS_FACTS
)

MERGE = f"""
    WITH pairs AS ({PAIRS}), members AS (
        SELECT survivor, duplicate AS member FROM pairs UNION SELECT survivor, survivor FROM pairs
    ), combined AS (
        SELECT members.survivor AS profile_no, held.purpose_no, held.channel, held.recipient,
               max(held.status) AS status,
               (array_agg(held.notice_version ORDER BY held.status DESC, held.at DESC))[1] AS notice_version,
               (array_agg(held.node_no ORDER BY held.profile_no = members.survivor DESC, held.at DESC))[1] AS node_no,
               jsonb_build_object('consents', jsonb_agg(DISTINCT held.consent_no)) AS evidence,
               array_agg(DISTINCT alias.alias_no) FILTER (WHERE alias.alias_no IS NOT NULL) AS alias_nos,
               max(held.status) FILTER (WHERE held.profile_no = members.survivor) AS before,
               max(held.alias_nos) FILTER (WHERE held.profile_no = members.survivor) AS addresses_before
        FROM members JOIN compliance_consent_now AS held ON held.profile_no = members.member
        LEFT JOIN LATERAL unnest(held.alias_nos) AS alias (alias_no) ON held.status = 1
        GROUP BY members.survivor, held.purpose_no, held.channel, held.recipient
    ), wanted AS (
        SELECT profile_no, purpose_no, channel, recipient, status, notice_version, node_no, evidence,
               coalesce(alias_nos, '{{}}') AS alias_nos
        FROM combined
        WHERE before IS DISTINCT FROM status
           OR (status = 1 AND NOT addresses_before @> coalesce(alias_nos, '{{}}'))
    ) {KEEP}
"""

FORGET_DUPLICATES = "DELETE FROM compliance_consent_now WHERE profile_no = ANY(%(duplicates)s)"

SPLIT = f"""
    WITH restored AS (
        SELECT * FROM unnest(%(restored)s::bigint[], %(nodes)s::bigint[]) AS t (profile_no, home)
    ), answers AS (
        SELECT DISTINCT ON (log.profile_no, purpose_no, channel, recipient)
               log.profile_no, purpose_no, channel, recipient, status, notice_version, consent_no, alias_nos
        FROM compliance_consent AS log JOIN restored USING (profile_no)
        ORDER BY log.profile_no, purpose_no, channel, recipient, at DESC, status DESC, consent_no DESC
    ), refusals AS (
        SELECT restored.profile_no, purpose_no, channel, recipient, status, notice_version, consent_no, alias_nos
        FROM compliance_consent_now AS held, restored
        WHERE held.profile_no = %(survivor)s AND held.status > 1
    ), wanted AS (
        SELECT profile_no, home AS node_no, purpose_no, channel, recipient, max(status) AS status,
               (array_agg(notice_version ORDER BY status DESC))[1] AS notice_version,
               max(alias_nos) AS alias_nos,
               jsonb_build_object('consents', jsonb_agg(consent_no ORDER BY consent_no)) AS evidence
        FROM (SELECT * FROM answers UNION ALL SELECT * FROM refusals) AS known JOIN restored USING (profile_no)
        GROUP BY profile_no, home, purpose_no, channel, recipient
    ) {KEEP}
"""


def merge_consents(acting: Acting, survivor_no: int, duplicate_nos: Sequence[int]) -> None:
    """Give the survivor of a merge the more restrictive answer of all. Repeating it changes nothing.

    An answer beats no answer: a grant on a duplicate holds for the person when the survivor never answered.
    Publishes: ConsentsRecorded, when the survivor's answer changed
    """
    merge_consents_in_pairs(acting, [(survivor_no, duplicate) for duplicate in duplicate_nos])


def merge_consents_in_pairs(acting: Acting, pairs: Iterable[tuple[int, int]]) -> None:
    """Merge for many (survivor, duplicate) in one statement; a chain must name its end as survivor."""
    survivors, duplicates = zip(*pairs, strict=True) if (pairs := list(pairs)) else ((), ())
    values: dict[str, Any] = {"survivors": list(survivors), "duplicates": list(duplicates), "source": "merge"}
    with acting_transaction(acting), connection.cursor() as cursor:
        announced(acting, cursor, MERGE, **values)
        cursor.execute(FORGET_DUPLICATES, values)


def split_consents(acting: Acting, survivor_no: int, restored: Sequence[tuple[int, int]]) -> None:
    """Give profiles (profile_no, node_no) that leave a merged one their own answers back.

    Whatever was refused meanwhile stays refused with both: we cannot know who of them said no.
    """
    numbers, nodes = zip(*restored, strict=True) if restored else ((), ())
    values: dict[str, Any] = {
        "survivor": survivor_no,
        "restored": list(numbers),
        "nodes": list(nodes),
        "source": "split",
    }
    with acting_transaction(acting), connection.cursor() as cursor:
        announced(acting, cursor, SPLIT, **values)
