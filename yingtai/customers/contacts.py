"""Addresses of people, for whole sets: who can be reached at all, and the values to send to."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from django.db import connection

from yingtai.customers.ingest.private import IDENTIFIER_COLUMN
from yingtai.customers.rules import BY_NAME, Standing
from yingtai.kernel.acting import Acting
from yingtai.kernel.scoping import acting_transaction
from yingtai.kernel.sets import ProfileSet
from yingtai.vault import api as vault

KIND_OF_CHANNEL = {"email": "email", "sms": "phone", "phone": "phone", "wechat": "openid"}
NO_ADDRESS = "no_address"
OTHER_ADDRESS = "other_address"
ROWS_AT_ONCE = 10_000
PROVEN = "known.sealed IS NOT NULL AND known.standing > 0"
"""What an address must be before anything is sent there: readable, and not only claimed with a public key."""

MARK_WITHOUT = """
    UPDATE {table} AS people SET reason = %(reason)s
    WHERE people.reason IS NULL AND NOT EXISTS (
        SELECT 1 FROM customers_identifier AS known
        WHERE known.profile_no = people.profile_no AND known.kind = %(kind)s AND {proven})
"""
# The address they gave latest is the one they use, of those their yes is for. A yes from before any address was
# known is for the first proven one that came: numbers grow in the order in which addresses became known, and what a
# page says later of where somebody is to be written to proves nothing.
CHOOSE = """
    UPDATE {table} AS people
    SET alias_no = chosen.alias_no, reason = CASE WHEN chosen.alias_no IS NULL THEN %(reason)s END
    FROM (
        SELECT inside.profile_no, (
            SELECT known.alias_no FROM customers_identifier AS known
            WHERE known.profile_no = inside.profile_no AND known.kind = %(kind)s AND {proven}
              AND (inside.alias_nos IS NULL OR known.alias_no = ANY(inside.alias_nos)
                   OR inside.alias_nos = '{{}}' AND known.standing = {sure})
            ORDER BY CASE WHEN inside.alias_nos = '{{}}' THEN known.alias_no END, known.first_seen_at DESC,
                     known.alias_no DESC
            LIMIT 1) AS alias_no
        FROM {table} AS inside WHERE inside.reason IS NULL
    ) AS chosen
    WHERE people.profile_no = chosen.profile_no
"""
CHOSEN = """
    SELECT people.profile_no, known.alias_no, known.sealed
    FROM {table} AS people JOIN customers_identifier AS known
      ON known.alias_no = people.alias_no AND known.profile_no = people.profile_no
    WHERE people.reason IS NULL AND known.kind = %s AND {proven}
    ORDER BY people.profile_no
"""
OF_PERSON = """
    SELECT known.alias_no, known.sealed FROM customers_identifier AS known
    WHERE known.profile_no = %s AND known.kind = %s AND known.sealed IS NOT NULL ORDER BY known.alias_no
"""
HOLDERS = "SELECT alias_no, profile_no, node_no, standing FROM customers_identifier WHERE alias_no = ANY(%s)"
SEALED = "SELECT alias_no, sealed FROM customers_identifier WHERE alias_no = ANY(%s) AND sealed IS NOT NULL"
KINDS_OF = f"""
    SELECT known.profile_no, array_agg(DISTINCT known.kind) FROM customers_identifier AS known
    WHERE known.profile_no = ANY(%s) AND {PROVEN} GROUP BY known.profile_no
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


HASHES_OF = "SELECT known.blind FROM customers_identifier AS known WHERE known.profile_no = {profile_no}"
"""For `compliance`: the keyed hashes of all that a person is recognized by."""


def channels_of(acting: Acting, profile_nos: Collection[int]) -> dict[int, frozenset[str]]:
    """Return the channels on which each person can be reached at an address that is known and proven.

    Cost: one statement
    """
    with acting_transaction(acting), connection.cursor() as cursor:
        cursor.execute(KINDS_OF, [list(profile_nos)])
        held = dict(cursor.fetchall())
    return {
        profile_no: frozenset(
            channel
            for channel, kind in KIND_OF_CHANNEL.items()
            if BY_NAME[kind].number in held.get(profile_no, ())
        )
        for profile_no in profile_nos
    }


def mark_without_contact(people: ProfileSet, channel: str) -> int:
    """Mark everyone in the set whom the channel cannot reach with `no_address`, and return how many.

    Cost: one statement
    """
    values: dict[str, str | int] = {"reason": NO_ADDRESS, "kind": BY_NAME[KIND_OF_CHANNEL[channel]].number}
    with connection.cursor() as cursor:
        cursor.execute(MARK_WITHOUT.format(table=people.table, proven=PROVEN), values)
        return int(cursor.rowcount)


def choose_contact(people: ProfileSet, channel: str) -> int:
    """Choose the address (`alias_no`) of everyone still in the set, of those in `alias_nos` where that is said;
    mark whoever has none of these with `other_address`, and return how many were looked at.

    Cost: one statement
    """
    values: dict[str, str | int] = {"reason": OTHER_ADDRESS, "kind": BY_NAME[KIND_OF_CHANNEL[channel]].number}
    with connection.cursor() as cursor:
        cursor.execute(CHOOSE.format(table=people.table, proven=PROVEN, sure=int(Standing.PROVEN)), values)
        return int(cursor.rowcount)


def open_contacts(acting: Acting, people: ProfileSet, channel: str = "email") -> Iterator[tuple[int, str]]:
    """Yield (profile_no, address) for everyone still in the set, at the address chosen before, by profile_no.

    Cost: one statement; opens ten thousand values at a time
    """
    number = BY_NAME[KIND_OF_CHANNEL[channel]].number
    with acting_transaction(acting), connection.cursor() as cursor:
        cursor.execute(CHOSEN.format(table=people.table, proven=PROVEN), [number])
        rows = cursor.fetchall()
    for start in range(0, len(rows), ROWS_AT_ONCE):
        some = rows[start : start + ROWS_AT_ONCE]
        opened = vault.open_sealed(
            [row[2] for row in some], column=IDENTIFIER_COLUMN, row_ids=[row[1] for row in some]
        )
        yield from ((row[0], value) for row, value in zip(some, opened, strict=True) if value is not None)


@dataclass(frozen=True)
class Holder:
    """Whose an address is now, and whether anything proves it."""

    profile_no: int
    node_no: int
    is_proven: bool


def holders_of(acting: Acting, alias_nos: Collection[int]) -> dict[int, Holder]:
    """Return whose these addresses are, by their numbers; one that was erased is not among them.

    Cost: one statement
    """
    with acting_transaction(acting), connection.cursor() as cursor:
        cursor.execute(HOLDERS, [list(alias_nos)])
        rows = cursor.fetchall()
    return {row[0]: Holder(row[1], row[2], row[3] == Standing.PROVEN) for row in rows}


def open_addresses(acting: Acting, alias_nos: Collection[int]) -> dict[int, str]:
    """Return addresses by their numbers, also those that nothing proves: to ask there whose they are, for nothing else.

    Cost: one statement
    """
    with acting_transaction(acting), connection.cursor() as cursor:
        cursor.execute(SEALED, [list(alias_nos)])
        rows = cursor.fetchall()
    opened = vault.open_sealed(
        [row[1] for row in rows], column=IDENTIFIER_COLUMN, row_ids=[row[0] for row in rows]
    )
    return {row[0]: value for row, value in zip(rows, opened, strict=True) if value is not None}


def masked_addresses(acting: Acting, alias_nos: Collection[int], channel: str = "email") -> dict[int, str]:
    """Return addresses of a channel, masked, by their numbers, also those that nothing proves.

    Cost: one statement
    """
    kind = KIND_OF_CHANNEL[channel]
    return {number: vault.mask(kind, value) for number, value in open_addresses(acting, alias_nos).items()}


def masked_contacts(acting: Acting, profile_no: int, channel: str = "email") -> dict[int, str]:
    """Return the addresses of a person on a channel, masked, by their numbers."""
    kind = KIND_OF_CHANNEL[channel]
    with acting_transaction(acting), connection.cursor() as cursor:
        cursor.execute(OF_PERSON, [profile_no, BY_NAME[kind].number])
        rows = cursor.fetchall()
    opened = vault.open_sealed(
        [row[1] for row in rows], column=IDENTIFIER_COLUMN, row_ids=[row[0] for row in rows]
    )
    return {row[0]: vault.mask(kind, value) for row, value in zip(rows, opened, strict=True) if value}
