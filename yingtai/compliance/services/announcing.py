"""Telling the modules above what changed, a thousand people to a fact, made by the statement that changes it."""

from typing import Any

from yingtai.compliance.events import ConsentsRecorded
from yingtai.kernel import events
from yingtai.kernel.acting import Acting

CHANGES_IN_ONE_FACT = 1000

CHANGES_AS_FACTS = f"""
    , facts AS (
        SELECT min(node_no) AS node_no, json_agg(json_build_array(
                   profile_no, node_no, code, channel, recipient,
                   CASE status WHEN 1 THEN 'granted' WHEN 2 THEN 'denied' ELSE 'withdrawn' END, at, source))::text
        FROM (
            SELECT changed.*, purpose.code,
                   (row_number() OVER (ORDER BY changed.node_no) - 1) / {CHANGES_IN_ONE_FACT} AS part
            FROM changed JOIN compliance_purpose AS purpose USING (purpose_no)
            WHERE %(is_told)s
        ) AS numbered
        GROUP BY part
    )
    SELECT (SELECT count(*) FROM logged), (SELECT count(*) FROM changed), facts.*
    FROM (VALUES (1)) AS always LEFT JOIN facts ON true
"""
"""The end of a statement that has `logged` and `changed`: how many, and the facts to publish."""


def announced(
    acting: Acting, cursor: Any, statement: str, *, is_told: bool = True, **values: Any
) -> tuple[int, int]:
    """Run a statement that ends with CHANGES_AS_FACTS, publish its facts, return how many were logged and changed."""
    # The planner cannot know how many rows the parts of this statement pass on and takes them for one or two:
    # left to itself it compares a hundred thousand answers with each other.
    cursor.execute("SET LOCAL enable_nestloop = off")
    cursor.execute(statement, {"now": acting.at, "actor": acting.actor, "is_told": is_told, **values})
    rows = cursor.fetchall()
    cursor.execute("SET LOCAL enable_nestloop = on")
    facts = [
        ConsentsRecorded(node_no=node_no, occurred_at=acting.at, changes=changes)
        for _, _, node_no, changes in rows
        if changes
    ]
    if facts:
        events.publish(acting, *facts)
    return rows[0][0], rows[0][1]
