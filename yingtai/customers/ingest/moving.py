"""Fold profiles into their survivors in the books: what they had follows, and how to undo it is written down.

Aliases change what they point at; events never change. No ciphertext moves: a value stays under its key.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np

from yingtai.customers.ingest.resolving import Merge

MERGED_TABLE = """
    CREATE TEMPORARY TABLE IF NOT EXISTS merged_profile (
        duplicate_no bigint, survivor_no bigint, rule text
    ) ON COMMIT DELETE ROWS
"""
EVIDENCE = """
    INSERT INTO customers_mergeevidence (
        id, survivor_no, duplicate_no, alias_nos, trait_row_ids, rule, ingest_no, at, by, node_no)
    SELECT gen_random_uuid(), merged.survivor_no, merged.duplicate_no,
        coalesce((SELECT jsonb_agg(alias_no ORDER BY alias_no) FROM customers_identifier AS one
                  WHERE one.profile_no = merged.duplicate_no), '[]'),
        coalesce((SELECT jsonb_agg(row_id ORDER BY row_id) FROM customers_sealedtraits AS one
                  WHERE one.profile_no = merged.duplicate_no), '[]'),
        merged.rule, %(ingest_no)s, %(at)s, %(by)s, survivor.node_no
    FROM merged_profile AS merged
    JOIN customers_profile AS survivor ON survivor.profile_no = merged.survivor_no
"""
# Read once as an array, so that an index finds the few rows that move: joined alone, tables that were never analyzed
# are read whole.
MERGED = "ANY (ARRAY(SELECT duplicate_no FROM merged_profile))"
MOVE_ALIASES = f"""
    UPDATE customers_identifier AS one SET profile_no = merged.survivor_no, node_no = survivor.node_no
    FROM merged_profile AS merged
    JOIN customers_profile AS survivor ON survivor.profile_no = merged.survivor_no
    WHERE one.profile_no = merged.duplicate_no AND one.profile_no = {MERGED}
    RETURNING one.alias_no, one.profile_no, one.node_no
"""
FOLLOW = (
    f"""
    UPDATE customers_sealedtraits AS one SET profile_no = merged.survivor_no, node_no = survivor.node_no
    FROM merged_profile AS merged
    JOIN customers_profile AS survivor ON survivor.profile_no = merged.survivor_no
    WHERE one.profile_no = merged.duplicate_no AND one.profile_no = {MERGED}
    """,
    f"""
    UPDATE customers_order AS one SET profile_no = merged.survivor_no, node_no = survivor.node_no
    FROM merged_profile AS merged
    JOIN customers_profile AS survivor ON survivor.profile_no = merged.survivor_no
    WHERE one.profile_no = merged.duplicate_no AND one.profile_no = {MERGED}
    """,
    f"""
    INSERT INTO customers_knownname (brand_no, blind, profile_no, node_no)
    SELECT one.brand_no, one.blind, merged.survivor_no, survivor.node_no
    FROM merged_profile AS merged
    JOIN customers_profile AS survivor ON survivor.profile_no = merged.survivor_no
    JOIN customers_knownname AS one ON one.profile_no = merged.duplicate_no
        AND one.profile_no = {MERGED}
    ON CONFLICT DO NOTHING
    """,
    f"DELETE FROM customers_knownname WHERE profile_no = {MERGED}",
    """
    UPDATE customers_profile AS survivor SET
        first_seen_at = least(survivor.first_seen_at, had.first_seen_at),
        traits = coalesce((
            SELECT jsonb_object_agg(name, value) FROM (
                SELECT DISTINCT ON (name) name, value FROM (
                    SELECT key AS name, value FROM jsonb_each(survivor.traits)
                    UNION ALL
                    SELECT each.key, each.value FROM merged_profile AS merged
                    JOIN customers_profile AS duplicate ON duplicate.profile_no = merged.duplicate_no,
                    LATERAL jsonb_each(duplicate.traits) AS each
                    WHERE merged.survivor_no = survivor.profile_no
                ) AS everything ORDER BY name, value->2 IS NULL DESC, (value->>1)::bigint DESC
            ) AS newest), '{}')
    FROM (
        SELECT merged.survivor_no, min(duplicate.first_seen_at) AS first_seen_at FROM merged_profile AS merged
        JOIN customers_profile AS duplicate ON duplicate.profile_no = merged.duplicate_no GROUP BY 1
    ) AS had
    WHERE survivor.profile_no = had.survivor_no
    """,
    """
    INSERT INTO customers_recenttimeline (profile_no, node_no, latest_seen_at, events)
    SELECT survivor.profile_no, survivor.node_no, max(had.latest_seen_at), (
        SELECT jsonb_agg(event ORDER BY (event->>'at')::bigint DESC, event->>'id') FROM (
            SELECT event FROM customers_recenttimeline AS each, jsonb_array_elements(each.events) AS event
            WHERE each.profile_no = survivor.profile_no OR each.profile_no IN (
                SELECT duplicate_no FROM merged_profile WHERE survivor_no = survivor.profile_no)
            ORDER BY (event->>'at')::bigint DESC, event->>'id' LIMIT %(kept)s
        ) AS latest)
    FROM customers_profile AS survivor
    JOIN merged_profile AS merged ON merged.survivor_no = survivor.profile_no
    JOIN customers_recenttimeline AS had ON had.profile_no IN (survivor.profile_no, merged.duplicate_no)
    GROUP BY survivor.profile_no, survivor.node_no
    ON CONFLICT (profile_no) DO UPDATE SET
        events = excluded.events, latest_seen_at = excluded.latest_seen_at
    """,
    f"DELETE FROM customers_recenttimeline WHERE profile_no = {MERGED}",
    """
    UPDATE customers_profile AS duplicate SET merged_into_no = merged.survivor_no, merged_at = %(at)s
    FROM merged_profile AS merged WHERE duplicate.profile_no = merged.duplicate_no
    """,
)


@dataclass(frozen=True)
class Moved:
    """Aliases that point at somebody else now: parallel arrays."""

    alias_no: np.ndarray
    profile_no: np.ndarray
    node_no: np.ndarray


NOTHING_MOVED = Moved(*(np.zeros(0, np.int64),) * 3)


def fold(
    cursor: Any, merges: Sequence[Merge], *, ingest_no: int, at: datetime, by: str, kept_events: int
) -> Moved:
    """Fold each duplicate into its survivor and return the aliases that moved."""
    if not merges:
        return NOTHING_MOVED
    with cursor.copy("COPY merged_profile (duplicate_no, survivor_no, rule) FROM STDIN") as copy:
        for merge in merges:
            copy.write_row((merge.duplicate_no, merge.survivor_no, merge.rule))
    cursor.execute("ANALYZE merged_profile")
    values = {"ingest_no": ingest_no, "at": at, "by": by, "kept": kept_events}
    cursor.execute(EVIDENCE, values)
    cursor.execute(MOVE_ALIASES)
    rows = np.array(cursor.fetchall(), dtype=np.int64).reshape(-1, 3)
    for statement in FOLLOW:
        cursor.execute(statement, values)
    cursor.execute("DELETE FROM merged_profile")
    return Moved(rows[:, 0], rows[:, 1], rows[:, 2])
