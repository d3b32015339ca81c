"""Lines of a file that came before: which of them say something else today, and which can no longer be taken."""

from collections.abc import Mapping
from hashlib import blake2b
from typing import Any
from uuid import UUID

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from django.db import connection

from yingtai.collect.api import RawSet
from yingtai.customers.ingest.people import order_blinds
from yingtai.customers.ingest.saying import decode, is_public
from yingtai.customers.models import Order, Profile
from yingtai.customers.queries import private_traits_of
from yingtai.customers.rules import PROVING_DOOR
from yingtai.kernel.acting import Acting
from yingtai.kernel.scope import brand_of
from yingtai.kernel.scoping import acting_transaction

HASH_BYTES = 16
KNOWN_ROWS = """
    SELECT message_hash FROM customers_importedrow WHERE message_hash = ANY(%s::uuid[])
"""


def known_rows(raw: RawSet) -> set[bytes]:
    """Return the keys of the rows that were imported before."""
    hashes = raw.events["message_hash"].to_pylist()
    with connection.cursor() as cursor:
        cursor.execute(KNOWN_ROWS, [[str(UUID(bytes=one)) for one in hashes]])
        return {row[0].bytes for row in cursor.fetchall()}


def restated(acting: Acting, raw: RawSet, known: set[bytes], owners: Mapping[int, tuple[int, int]]) -> RawSet:
    """Give a key of their own to lines about people that came before and say something else than what is known now:
    what was said last counts, also when it was said in the same words before. Lines with a time of their own and
    lines that change nothing stay repeats.

    In: owners  profile and node by row, of the rows whose person is known
    """
    rows = [row for row in undated_people(raw, known) if row in owners]
    if not rows:
        return raw
    profiles = {owners[row][0] for row in rows}
    with acting_transaction(acting):
        facts = dict(Profile.objects.filter(profile_no__in=profiles).values_list("profile_no", "traits"))
        secrets = private_traits_of(list(profiles))
    said = _column(raw, "traits"), _column(raw, "private_traits")
    hashes = raw.events["message_hash"].to_pylist()
    read_at = raw.events["received_at"].cast(pa.int64()).to_pylist()
    for row in rows:
        profile_no = owners[row][0]
        held = facts.get(profile_no, {}) | secrets.get(profile_no, {})
        if any(_differs(texts[row], held) for texts in said):
            again = hashes[row] + read_at[row].to_bytes(8)
            hashes[row] = blake2b(again, digest_size=HASH_BYTES).digest()
    place = raw.events.schema.get_field_index("message_hash")
    events = raw.events.set_column(place, "message_hash", pa.array(hashes, pa.binary(HASH_BYTES)))
    return RawSet(events, raw.lines, raw.consents)


def undated_people(raw: RawSet, known: set[bytes]) -> list[int]:
    """Return the rows about people that came before and have no time of their own."""
    if not known or raw.lines is not None:
        return []
    undated = pc.and_(
        pc.equal(raw.events["kind"].cast(pa.string()), "identify"),
        pc.equal(raw.events["occurred_at"], raw.events["received_at"]),
    ).to_pylist()
    hashes = raw.events["message_hash"].to_pylist()
    return [row for row, is_undated in enumerate(undated) if is_undated and hashes[row] in known]


def count_changed_orders(acting: Acting, raw: RawSet, known: set[bytes]) -> int:
    """Return how many orders came before with another amount: the second half of a cut export, a corrected order."""
    if raw.lines is None or not known:
        return 0
    hashes, amounts = raw.events["message_hash"].to_pylist(), raw.events["amount_minor"].to_pylist()
    rows = [row for row, one in enumerate(hashes) if one in known]
    brand_no = brand_of(raw.events["node_no"][0].as_py())
    numbers = raw.events["order_id"].take(pa.array(rows, pa.int64())).to_pylist()
    blinds = [blind.tobytes() for blind in order_blinds(numbers, np.full(len(numbers), brand_no))]
    with acting_transaction(acting):
        found = Order.objects.filter(brand_no=brand_no, blind__in=blinds, payer=PROVING_DOOR)
        held = {bytes(blind): amount for blind, amount in found.values_list("blind", "amount_minor")}
    return sum(
        1
        for row, blind in zip(rows, blinds, strict=True)
        if blind in held and (held[blind] or 0) * amounts[row] > 0 and held[blind] != amounts[row]
    )


def _column(raw: RawSet, name: str) -> list[str | None]:
    if name not in raw.events.column_names:
        return [None] * len(raw.events)
    texts: list[str | None] = raw.events[name].cast(pa.string()).to_pylist()
    return texts


def _differs(text: str | None, held: dict[str, Any]) -> bool:
    # What only a page said is said anew by a file that proves it.
    return any(
        name not in held or held[name][0] != value or is_public(held[name])
        for name, value in decode(text or "{}").items()
    )
