"""Addresses of people, for whole sets: who can be reached at all, and the values to send to."""

from collections.abc import Iterator

from django.db import connection

from yingtai.customers.ingest.private import IDENTIFIER_COLUMN
from yingtai.customers.rules import BY_NAME
from yingtai.kernel.acting import Acting
from yingtai.kernel.scoping import acting_transaction
from yingtai.kernel.sets import ProfileSet
from yingtai.vault import api as vault

KIND_OF_CHANNEL = {"email": "email", "sms": "phone", "phone": "phone", "wechat": "openid"}
NO_ADDRESS = "no_address"
ROWS_AT_ONCE = 10_000
PROVEN = "known.sealed IS NOT NULL"
"""What an address must be before anything is sent there."""

MARK_WITHOUT = """
    UPDATE {table} AS people SET reason = %(reason)s
    WHERE people.reason IS NULL AND NOT EXISTS (
        SELECT 1 FROM customers_identifier AS known
        WHERE known.profile_no = people.profile_no AND known.kind = %(kind)s AND {proven})
"""
# The address they gave latest is the one they use.
ADDRESSES = """
    SELECT DISTINCT ON (known.profile_no) known.profile_no, known.alias_no, known.sealed
    FROM {table} AS people JOIN customers_identifier AS known USING (profile_no)
    WHERE people.reason IS NULL AND known.kind = %s AND {proven}
    ORDER BY known.profile_no, known.first_seen_at DESC, known.alias_no DESC
"""


def _kind_in_sql() -> str:
    cases = " ".join(
        f"WHEN '{channel}' THEN {BY_NAME[kind].number}" for channel, kind in KIND_OF_CHANNEL.items()
    )
    return f"CASE {{channel}} {cases} END"


ADDRESSES_OF = f"""
    ARRAY(SELECT known.alias_no FROM customers_identifier AS known
          WHERE known.profile_no = {{profile_no}} AND known.kind = {_kind_in_sql()} AND {PROVEN}
          ORDER BY 1)
"""
"""For `compliance`: the numbers of the addresses that a person is known by on a channel."""


def mark_without_contact(people: ProfileSet, channel: str) -> int:
    """Mark everyone in the set whom the channel cannot reach with `no_address`, and return how many.

    Cost: one statement
    """
    values: dict[str, str | int] = {"reason": NO_ADDRESS, "kind": BY_NAME[KIND_OF_CHANNEL[channel]].number}
    with connection.cursor() as cursor:
        cursor.execute(MARK_WITHOUT.format(table=people.table, proven=PROVEN), values)
        return int(cursor.rowcount)


def open_contacts(acting: Acting, people: ProfileSet, kind: str = "email") -> Iterator[tuple[int, str]]:
    """Yield (profile_no, address) for everyone still in the set whom the channel reaches, by profile_no.

    In:   kind  the channel, or the kind of identifier behind it
    Cost: one statement; opens ten thousand values at a time
    """
    number = BY_NAME[KIND_OF_CHANNEL.get(kind, kind)].number
    with acting_transaction(acting), connection.cursor() as cursor:
        cursor.execute(ADDRESSES.format(table=people.table, proven=PROVEN), [number])
        rows = cursor.fetchall()
    for start in range(0, len(rows), ROWS_AT_ONCE):
        some = rows[start : start + ROWS_AT_ONCE]
        opened = vault.open_sealed(
            [row[2] for row in some], column=IDENTIFIER_COLUMN, row_ids=[row[1] for row in some]
        )
        yield from ((row[0], value) for row, value in zip(some, opened, strict=True) if value is not None)
