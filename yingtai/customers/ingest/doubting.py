"""Once something proves who somebody is, what only pages and apps gave of who they are is a claim, their browsers too
(ADR 0067)."""

from collections.abc import Collection
from typing import Any

from yingtai.customers.rules import KINDS, Standing

DOUBT = """
    UPDATE customers_identifier AS one SET standing = %(claimed)s
    WHERE one.profile_no = ANY(%(profiles)s) AND one.standing = %(given)s
        AND EXISTS (
            SELECT 1 FROM customers_identifier AS sure
            WHERE sure.profile_no = one.profile_no AND sure.standing = %(proven)s AND sure.kind = ANY(%(telling)s))
"""


def doubt(cursor: Any, profiles: Collection[int]) -> None:
    """Make claims of what pages gave of these people, of those whom something proves. Repeating it changes nothing.

    Cost: one statement
    """
    if not profiles:
        return
    cursor.execute(
        DOUBT,
        {
            "profiles": list(profiles),
            "telling": [kind.number for kind in KINDS if kind.tells_who],
            "claimed": int(Standing.CLAIMED),
            "given": int(Standing.GIVEN),
            "proven": int(Standing.PROVEN),
        },
    )
