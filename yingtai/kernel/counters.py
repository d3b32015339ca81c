"""How often somebody did something lately, counted in one place for all processes.

A count in a process's own memory is a limit times the number of processes.
"""

from django.db import connection

COUNT = """
    INSERT INTO kernel_counter AS known (name, count, ends_at)
    VALUES (%(name)s, %(number)s, statement_timestamp() + %(seconds)s * INTERVAL '1 second')
    ON CONFLICT (name) DO UPDATE SET
        count = CASE WHEN known.ends_at <= statement_timestamp() THEN 0 ELSE known.count END + excluded.count,
        ends_at = CASE WHEN known.ends_at <= statement_timestamp() THEN excluded.ends_at ELSE known.ends_at END
    RETURNING count
"""
READ = "SELECT count FROM kernel_counter WHERE name = %s AND ends_at > statement_timestamp()"
PRUNE = "DELETE FROM kernel_counter WHERE ends_at < statement_timestamp()"
ONE_AT_A_TIME = "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))"


def count_up(name: str, number: int = 1, *, seconds: int) -> int:
    """Add to a counter, and return what it says; it begins anew so many seconds after its first count.

    What is counted in a transaction that is taken back was not. Whoever counts the same waits for its end, so that two
    at once never pass a limit together.

    Cost: one row
    """
    with connection.cursor() as cursor:
        cursor.execute(COUNT, {"name": name, "number": number, "seconds": seconds})
        return int(cursor.fetchone()[0])


def count_of(name: str) -> int:
    """Return what a counter says now; 0 when there is none."""
    with connection.cursor() as cursor:
        cursor.execute(READ, [name])
        row = cursor.fetchone()
        return int(row[0]) if row else 0


def one_at_a_time(name: str) -> None:
    """Wait until no other transaction is at the same, and keep others waiting until this one ends."""
    with connection.cursor() as cursor:
        cursor.execute(ONE_AT_A_TIME, [name])


def prune_counters() -> None:
    """Forget the counters whose time is over."""
    with connection.cursor() as cursor:
        cursor.execute(PRUNE)
