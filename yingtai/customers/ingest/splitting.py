"""Undo a merge in the books: exactly the aliases that it moved go back to where they came from."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from yingtai.customers.ingest.moving import Moved

RETURN_ALIASES = """
    UPDATE customers_identifier AS one SET profile_no = %(restored)s, node_no = home.node_no
    FROM customers_profile AS home
    WHERE home.profile_no = %(restored)s AND one.alias_no = ANY (%(aliases)s)
    RETURNING one.alias_no, one.profile_no, one.node_no
"""
RETURN_THE_REST = (
    """
    UPDATE customers_sealedtraits AS one SET profile_no = %(restored)s, node_no = home.node_no
    FROM customers_profile AS home
    WHERE home.profile_no = %(restored)s AND one.row_id = ANY (%(trait_rows)s)
    """,
    """
    UPDATE customers_profile SET merged_into_no = NULL, merged_at = NULL WHERE profile_no = %(restored)s
    """,
)


def restore(cursor: Any, restored_no: int, alias_nos: Sequence[int], trait_row_ids: Sequence[int]) -> Moved:
    """Give a merged profile its aliases and private traits back, and return the aliases that moved."""
    values = {"restored": restored_no, "aliases": list(alias_nos), "trait_rows": list(trait_row_ids)}
    cursor.execute(RETURN_ALIASES, values)
    rows = np.array(cursor.fetchall(), dtype=np.int64).reshape(-1, 3)
    for statement in RETURN_THE_REST:
        cursor.execute(statement, values)
    return Moved(rows[:, 0], rows[:, 1], rows[:, 2])
