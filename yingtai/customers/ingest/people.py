"""Write profiles, identifiers, declared traits and order numbers of a set into the books, a statement each."""

import os
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from yingtai.customers.ingest.batch import Batch, People
from yingtai.customers.ingest.doubting import doubt
from yingtai.customers.ingest.grouping import different
from yingtai.customers.ingest.identifying import first_per
from yingtai.customers.ingest.keys import Keyring
from yingtai.customers.ingest.saying import Document, Said, encode
from yingtai.customers.ingest.wire import put_rows
from yingtai.customers.rules import BY_PRIORITY
from yingtai.kernel.scope import BRAND_SHIFT
from yingtai.organization.api import entity_no_at
from yingtai.vault import api as vault

NEW_TABLES = """
    CREATE TEMPORARY TABLE IF NOT EXISTS new_profile (
        profile_no bigint, id uuid, node_no bigint, brand_no int, key_id bigint, first_seen_at timestamptz,
        traits jsonb
    ) ON COMMIT DELETE ROWS;
    CREATE TEMPORARY TABLE IF NOT EXISTS new_identifier (
        alias_no bigint, brand_no int, kind smallint, blind bytea, profile_no bigint, sealed bytea,
        key_id bigint, first_seen_at timestamptz, node_no bigint, standing smallint
    ) ON COMMIT DELETE ROWS;
    CREATE TEMPORARY TABLE IF NOT EXISTS said_trait (profile_no bigint, traits jsonb) ON COMMIT DELETE ROWS;
    CREATE TEMPORARY TABLE IF NOT EXISTS named_order (
        brand_no int, blind bytea, profile_no bigint, occurred_at timestamptz, amount_minor bigint,
        currency text, payer bytea
    ) ON COMMIT DELETE ROWS;
    CREATE TEMPORARY TABLE IF NOT EXISTS named_refund (
        brand_no int, blind bytea, amount_minor bigint, currency text, payer bytea
    ) ON COMMIT DELETE ROWS
"""
ADD_PROFILES = """
    INSERT INTO customers_profile (profile_no, id, node_no, brand_no, key_id, first_seen_at, traits)
    SELECT profile_no, id, node_no, brand_no, nullif(key_id, 0), first_seen_at, traits FROM new_profile
"""
ADD_IDENTIFIERS = """
    INSERT INTO customers_identifier (
        alias_no, brand_no, kind, blind, profile_no, sealed, key_id, first_seen_at, standing, node_no)
    SELECT alias_no, brand_no, kind, blind, profile_no, sealed, nullif(key_id, 0), first_seen_at, standing,
        coalesce(nullif(node_no, 0), (
            SELECT node_no FROM customers_profile AS one WHERE one.profile_no = new.profile_no))
    FROM new_identifier AS new
"""
PROVE = "UPDATE customers_identifier SET standing = 2 WHERE alias_no = ANY(%s)"
BROUGHT_BY_A_PAGE = """
    UPDATE customers_identifier SET standing = 1 WHERE profile_no = ANY(%s) AND standing = 2 AND kind = ANY(%s)
"""
TAKE_BACK = "DELETE FROM customers_identifier WHERE alias_no = ANY(%s)"
CHANGE_TRAITS = """
    UPDATE customers_profile AS profile SET traits = coalesce((
        SELECT jsonb_object_agg(name, CASE
            WHEN new.value IS NULL THEN old.value
            WHEN old.value IS NULL THEN new.value
            WHEN new.value->2 IS NOT NULL AND old.value->2 IS NULL AND old.value->>0 <> '' THEN old.value
            WHEN old.value->2 IS NOT NULL AND new.value->2 IS NULL AND new.value->>0 <> '' THEN new.value
            WHEN (new.value->>1)::bigint >= (old.value->>1)::bigint THEN new.value
            ELSE old.value END)
        FROM jsonb_each(profile.traits) AS old (name, value)
        FULL JOIN jsonb_each(said.traits) AS new (name, value) USING (name)), '{}')
    FROM said_trait AS said WHERE profile.profile_no = said.profile_no
"""
ADD_ORDERS = """
    INSERT INTO customers_order (
        brand_no, blind, profile_no, occurred_at, amount_minor, currency, payer, node_no)
    SELECT named.brand_no, named.blind, named.profile_no, named.occurred_at, named.amount_minor,
        named.currency, named.payer, profile.node_no
    FROM named_order AS named, LATERAL (
        SELECT node_no FROM customers_profile AS one WHERE one.profile_no = named.profile_no OFFSET 0
    ) AS profile
    ON CONFLICT (brand_no, blind, payer) DO UPDATE
    SET amount_minor = excluded.amount_minor, currency = excluded.currency,
        profile_no = excluded.profile_no, node_no = excluded.node_no
    WHERE excluded.amount_minor > 0 AND coalesce(customers_order.amount_minor, 0) <= 0
"""

# What came back under the number of its order; one with a number of its own is an order of its own.
ADD_REFUNDS = """
    UPDATE customers_order AS held SET refunded_minor = held.refunded_minor + came.amount_minor
    FROM (
        SELECT brand_no, blind, payer, currency, sum(amount_minor) AS amount_minor FROM named_refund
        GROUP BY 1, 2, 3, 4
    ) AS came
    WHERE held.brand_no = came.brand_no AND held.blind = came.blind AND held.payer = came.payer
        AND held.currency = came.currency
        AND held.amount_minor > 0
"""
COMPLETED, REFUNDED = "Order Completed", "Order Refunded"
BROWSERS = [kind.number for kind in BY_PRIORITY if not kind.names_a_person]
KIND_NUMBERS = np.array([kind.number for kind in BY_PRIORITY], dtype=np.int16)


def add_profiles(batch: Batch, people: People, said: Said, keys: Keyring) -> None:
    """Add the profiles that are new in this set."""
    fresh = people.resolution.fresh
    if not fresh:
        return
    numbers = people.fresh_from + np.arange(fresh)
    columns = {
        "profile_no": numbers,
        "id": _new_ids(batch, fresh),
        "node_no": people.node_of_fresh,
        "brand_no": people.brand_of_fresh.astype(np.int32),
        "key_id": pa.array(keys.of(numbers), pa.int64()),
        "first_seen_at": _moments(_earliest(people, fresh)),
        "traits": _texts([said.known.get(number, {}) for number in numbers.tolist()]),
    }
    put_rows(batch.cursor, "new_profile", pa.table(columns), documents=("traits",))
    batch.cursor.execute(ADD_PROFILES)


def doubt_visitors(batch: Batch, people: People) -> None:
    """Let browsers of visitors whom a public key brings to somebody with a name be given, not proven, whatever a server
    said of them before. Before those visitors are folded."""
    if people.resolution.visitors:
        batch.cursor.execute(BROUGHT_BY_A_PAGE, [people.resolution.visitors, BROWSERS])


def add_identifiers(batch: Batch, people: People, sealed: list[bytes | None], key_ids: list[int]) -> None:
    """Add the identifiers that are new in this set; what was only claimed is proven, or taken back and added anew.
    What pages gave of somebody who is proven by now is a claim."""
    found = people.identifiers
    for statement, some in ((PROVE, found.is_raised), (TAKE_BACK, found.is_moved)):
        if some.any():
            batch.cursor.execute(statement, [found.alias_no[some].tolist()])
    new = np.flatnonzero(found.is_new)
    if len(new):
        _add_rows(batch, people, new, sealed, key_ids)
    changed = found.owner_no[found.is_new | found.is_raised]
    if people.resolution.fresh and not batch.from_public().any():
        changed = changed[changed < people.fresh_from]  # No page has said anything of the others.
    survivors = [merge.survivor_no for merge in people.resolution.merges]
    doubt(batch.cursor, different(np.r_[changed, np.array(survivors, np.int64)]).tolist())


def _add_rows(
    batch: Batch, people: People, new: np.ndarray, sealed: list[bytes | None], key_ids: list[int]
) -> None:
    found = people.identifiers
    columns = {
        "alias_no": found.alias_no[new],
        "brand_no": found.brand[new].astype(np.int32),
        "kind": KIND_NUMBERS[found.distinct.kinds[new]],
        "blind": _bytes(found.blind[new]),
        "profile_no": found.owner_no[new],
        "sealed": pa.array(sealed, pa.binary()),
        "key_id": pa.array(key_ids, pa.int64()),
        "first_seen_at": _moments(found.first_seen[new]),
        "node_no": _nodes_of(people, found.owner_no[new]),
        "standing": pa.array(found.standing[new], pa.int16()),
    }
    put_rows(batch.cursor, "new_identifier", pa.table(columns))
    batch.cursor.execute(ADD_IDENTIFIERS)


def change_traits(batch: Batch, people: People, said: Said) -> None:
    """Lay declared traits over what profiles had before; later words win over earlier ones."""
    older = {
        n: document for n, document in said.known.items() if not people.fresh_from or n < people.fresh_from
    }
    if not older:
        return
    put_rows(
        batch.cursor,
        "said_trait",
        pa.table({"profile_no": pa.array(list(older), pa.int64()), "traits": _texts(list(older.values()))}),
        documents=("traits",),
    )
    batch.cursor.execute(CHANGE_TRAITS)


def add_orders(batch: Batch, people: People, payers: np.ndarray) -> None:
    """Note whose the order numbers of this set are, for each by whose word, which the event that says what was paid
    decides, until then the earliest that names one, and what was paid: nothing for what came back under a number of its
    own, which is below zero.

    In: payers  per event, whose word it is
    """
    events = batch.set.events
    if "order_id" not in events.column_names or events["order_id"].null_count == len(events):
        return
    rows = np.flatnonzero(events["order_id"].is_valid().to_numpy() & (people.profile_no > 0))
    if not len(rows):
        return
    brands = batch.numbers("node_no")[rows] >> BRAND_SHIFT
    occurred = batch.moments("occurred_at")
    texts = events["order_id"].take(pa.array(rows)).cast(pa.string()).to_pylist()
    blind = order_blinds(texts, brands)
    order = np.argsort(occurred[rows], kind="stable")
    words = _side_by_side(blind, payers[rows])
    first = order[first_per(brands[order], words[order])]
    amounts, has = _paid(batch)
    paying = _paying(rows, first, order, brands, words, is_paid=amounts[rows] > 0)
    put_rows(
        batch.cursor,
        "named_order",
        pa.table(
            {
                "brand_no": brands[first].astype(np.int32),
                "blind": _bytes(blind[first]),
                "profile_no": people.profile_no[paying],
                "occurred_at": _moments(occurred[rows[first]]),
                "amount_minor": pa.array(amounts[paying], pa.int64(), mask=~has[paying]),
                "currency": _column(batch, "currency", pa.string(), paying),
                "payer": _bytes(payers[rows[first]]),
            }
        ),
    )
    batch.cursor.execute(ADD_ORDERS)


def _side_by_side(blinds: np.ndarray, payers: np.ndarray) -> np.ndarray:
    both = np.zeros(len(blinds), dtype=[("blind", "V16"), ("payer", "V16")])
    both["blind"], both["payer"] = blinds, payers
    return both.view("V32")


def _paid(batch: Batch) -> tuple[np.ndarray, np.ndarray]:
    """Return what each event says was paid for its order, below zero for what came back, and which say so."""
    events = batch.set.events
    amounts = batch.numbers("amount_minor")
    names = events["event"].cast(pa.string())
    is_back, is_paid = (pc.equal(names, name).fill_null(False).to_numpy() for name in (REFUNDED, COMPLETED))
    has = (is_back | is_paid) & (amounts != 0)
    return np.where(is_back, -np.abs(amounts), np.where(is_paid, amounts, 0)), has


def _paying(
    rows: np.ndarray,
    first: np.ndarray,
    order: np.ndarray,
    brands: np.ndarray,
    blind: np.ndarray,
    *,
    is_paid: np.ndarray,
) -> np.ndarray:
    """Return for the first row of each order the row that says what was paid: the earliest that does, or itself."""
    if is_paid[first].all():
        return np.asarray(rows[first])
    of = order[is_paid[order]]
    earliest = of[first_per(brands[of], blind[of])].tolist()
    found = {(int(brands[place]), blind[place].tobytes()): place for place in earliest}
    places = [found.get((int(brands[place]), blind[place].tobytes()), place) for place in first.tolist()]
    return np.asarray(rows[np.array(places, np.int64)])


def add_refunds(batch: Batch, charged: dict[int, bytes]) -> None:
    """Add up what came back of orders.

    In: charged  per event that brought some of an order back, by whose word that order was paid
    """
    if not charged:
        return
    events, rows = batch.set.events, np.array(list(charged), np.int64)
    brands = batch.numbers("node_no")[rows] >> BRAND_SHIFT
    blind = order_blinds(events["order_id"].take(pa.array(rows)).cast(pa.string()).to_pylist(), brands)
    columns = {
        "brand_no": brands.astype(np.int32),
        "blind": _bytes(blind),
        "amount_minor": pc.abs(events["amount_minor"].take(pa.array(rows))),
        "currency": _column(batch, "currency", pa.string(), rows),
        "payer": pa.array(list(charged.values()), pa.binary()),
    }
    put_rows(batch.cursor, "named_refund", pa.table(columns))
    batch.cursor.execute(ADD_REFUNDS)


def order_blinds(numbers: list[str], brands: np.ndarray) -> np.ndarray:
    """Return the blind index of order numbers, each in its brand's legal entity."""
    blind = np.zeros(len(numbers), "V16")
    for brand_no in np.unique(brands).tolist():
        here = np.flatnonzero(brands == brand_no)
        entity_no = entity_no_at(brand_no << BRAND_SHIFT)
        values = [vault.normalise("order_no", numbers[place]) or "" for place in here.tolist()]
        blind[here] = np.frombuffer(b"".join(vault.blind("order_no", entity_no, values)), "V16")
    return blind


def _nodes_of(people: People, owners: np.ndarray) -> np.ndarray:
    """Return the nodes of owners that are new in this set; 0 for the others, whose node is in the books."""
    nodes = np.zeros(len(owners), np.int64)
    is_fresh = (owners >= people.fresh_from) & (people.fresh_from > 0)
    nodes[is_fresh] = people.node_of_fresh[owners[is_fresh] - people.fresh_from]
    return nodes


def _earliest(people: People, fresh: int) -> np.ndarray:
    earliest = np.full(fresh, np.iinfo(np.int64).max)
    owner = people.identifiers.owner_no
    mine = owner >= people.fresh_from
    np.minimum.at(earliest, owner[mine] - people.fresh_from, people.identifiers.first_seen[mine])
    return earliest


def _new_ids(batch: Batch, count: int) -> pa.Array:
    """Return UUIDs of version 7, as `kernel.ids` makes them, a set at once (RFC 9562, section 5.7)."""
    ids = np.frombuffer(bytearray(os.urandom(16 * count)), np.uint8).reshape(count, 16)
    ids[:, :6] = np.frombuffer(int(batch.at.timestamp() * 1000).to_bytes(6), np.uint8)
    ids[:, 6] = 0x70 | ids[:, 6] & 0x0F
    ids[:, 8] = 0x80 | ids[:, 8] & 0x3F
    return _bytes(ids.reshape(-1).view("V16"))


def _moments(since_1970: np.ndarray) -> pa.Array:
    return pa.array(since_1970, pa.int64()).cast(pa.timestamp("us", tz="UTC"))


def _texts(documents: list[Document]) -> pa.Array:
    return pa.array([encode(document) for document in documents], pa.binary()).cast(pa.string())


def _bytes(values: np.ndarray) -> pa.Array:
    return pa.FixedSizeBinaryArray.from_buffers(
        pa.binary(values.dtype.itemsize), len(values), [None, pa.py_buffer(values.tobytes())]
    )


def _column(batch: Batch, name: str, kind: pa.DataType, rows: np.ndarray) -> Any:
    if name not in batch.set.events.column_names:
        return pa.nulls(len(rows), kind)
    return batch.set.events[name].take(pa.array(rows)).cast(kind)
