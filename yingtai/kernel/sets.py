"""Sets of people that several modules work on in one transaction.

A set is a temporary table of profile numbers. Each module's api fills it or marks it with SQL over its own
tables, so a million people cross the doors as one name, not as a million values.
"""

import secrets
from collections.abc import Iterable
from dataclasses import dataclass

from django.db import connection

CREATE = """
    CREATE TEMPORARY TABLE {table} (
        profile_no bigint PRIMARY KEY, node_no bigint NOT NULL DEFAULT 0, reason text, alias_nos bigint[],
        alias_no bigint
    ) ON COMMIT DROP
"""
COUNT_BY_REASON = "SELECT reason, count(*) FROM {table} GROUP BY reason"


@dataclass(frozen=True)
class ProfileSet:
    """A set of profiles for the length of this transaction.

    `table` has profile_no (primary key), node_no, and reason: null while the person is still in, else the
    word why not. Whoever marks first wins: write `… AND reason IS NULL`. `alias_nos` are the addresses they
    may be written to, null for any of theirs; `alias_no` is the one chosen.
    """

    table: str

    def count_by_reason(self) -> dict[str | None, int]:
        """Return how many are still in (None), and how many are out for each reason."""
        with connection.cursor() as cursor:
            cursor.execute(COUNT_BY_REASON.format(table=self.table))
            return dict(cursor.fetchall())

    def add(self, rows: Iterable[tuple[int, int]]) -> None:
        """Add people as (profile_no, node_no), in one COPY. Nobody may be in twice."""
        with (
            connection.cursor() as cursor,
            cursor.copy(f"COPY {self.table} (profile_no, node_no) FROM STDIN") as copy,
        ):
            for row in rows:
                copy.write_row(row)

    def analyze(self) -> None:
        """Let the planner know the size; call it once after filling."""
        with connection.cursor() as cursor:
            cursor.execute(f"ANALYZE {self.table}")


def new_set() -> ProfileSet:
    """Make an empty set, gone at the end of the transaction."""
    table = f"set_{secrets.token_hex(6)}"
    with connection.cursor() as cursor:
        cursor.execute(CREATE.format(table=table))
    return ProfileSet(table)
