"""Seal what is private: identifiers people may want to see again, private traits, undeclared properties."""

from typing import Any

import numpy as np
import pyarrow as pa

from yingtai.customers.ingest.batch import Batch, People
from yingtai.customers.ingest.identifying import take_numbers
from yingtai.customers.ingest.keys import Keyring, visitor_key
from yingtai.customers.ingest.saying import Document, Said, decode, encode, laid_over
from yingtai.customers.ingest.wire import put, put_rows
from yingtai.customers.rules import BY_PRIORITY
from yingtai.kernel.scope import BRAND_SHIFT
from yingtai.organization.api import entity_no_at
from yingtai.vault import api as vault

IDENTIFIER_COLUMN = "customers_identifier.sealed"
TRAITS_COLUMN = "customers_sealedtraits.sealed"
EXTRAS_COLUMN = "events.extras_sealed"

SEALED_TABLES = """
    CREATE TEMPORARY TABLE IF NOT EXISTS asked_document (profile_no bigint) ON COMMIT DELETE ROWS;
    CREATE TEMPORARY TABLE IF NOT EXISTS sealed_document (
        row_id bigint, profile_no bigint, key_id bigint, sealed bytea
    ) ON COMMIT DELETE ROWS;
    CREATE TEMPORARY TABLE IF NOT EXISTS said_name (brand_no int, blind bytea, profile_no bigint)
    ON COMMIT DELETE ROWS
"""
DOCUMENTS = """
    SELECT asked.profile_no, held.row_id, held.sealed
    FROM asked_document AS asked, LATERAL (
        SELECT one.row_id, one.sealed FROM customers_sealedtraits AS one
        JOIN customers_profile AS profile USING (profile_no)
        WHERE one.profile_no = asked.profile_no AND one.key_id = profile.key_id
        ORDER BY one.row_id LIMIT 1
    ) AS held
"""
CHANGE_DOCUMENTS = """
    UPDATE customers_sealedtraits AS one SET sealed = changed.sealed
    FROM sealed_document AS changed WHERE one.row_id = changed.row_id
"""
ADD_DOCUMENTS = """
    INSERT INTO customers_sealedtraits (row_id, profile_no, key_id, sealed, node_no)
    SELECT new.row_id, new.profile_no, new.key_id, new.sealed, profile.node_no
    FROM sealed_document AS new, LATERAL (
        SELECT node_no FROM customers_profile AS one WHERE one.profile_no = new.profile_no OFFSET 0
    ) AS profile
"""
ADD_NAMES = """
    INSERT INTO customers_knownname (brand_no, blind, profile_no, node_no)
    SELECT DISTINCT said.brand_no, said.blind, said.profile_no, profile.node_no
    FROM said_name AS said, LATERAL (
        SELECT node_no FROM customers_profile AS one WHERE one.profile_no = said.profile_no OFFSET 0
    ) AS profile
    ON CONFLICT DO NOTHING
"""

NAME_TRAITS = ("name", "full_name", "fullName", "姓名")
NAME_PARTS = (("firstName", "lastName"), ("first_name", "last_name"))


def kept_identifiers(people: People) -> np.ndarray:
    """Return the places of new identifiers whose value is kept."""
    kept = np.array([kind.is_kept for kind in BY_PRIORITY])
    found = people.identifiers
    return (
        np.flatnonzero(found.is_new & kept[found.distinct.kinds]) if len(found.values) else np.zeros(0, int)
    )


def seal_identifiers(people: People, keys: Keyring) -> tuple[list[bytes | None], list[int]]:
    """Return, for every new identifier in order, its sealed value or None, and the key that sealed it."""
    found = people.identifiers
    new = np.flatnonzero(found.is_new)
    is_kept = np.isin(new, kept_identifiers(people))
    values = [
        found.values[place] if kept else None
        for place, kept in zip(new.tolist(), is_kept.tolist(), strict=True)
    ]
    key_ids = [
        key if kept else 0 for key, kept in zip(keys.of(found.owner_no[new]), is_kept.tolist(), strict=True)
    ]
    sealed = vault.seal(values, key_ids, column=IDENTIFIER_COLUMN, row_ids=found.alias_no[new].tolist())
    return sealed, key_ids


def seal_traits(cursor: Any, said: Said, keys: Keyring) -> None:
    """Lay new private traits over what is sealed already, one document per person; what does not stand is dropped."""
    if not said.private:
        return
    held = _documents(cursor, list(said.private))
    changed: list[tuple[int, int, Document]] = []
    added: list[tuple[int, Document]] = []
    for profile_no, document in said.private.items():
        row_id, older = held.get(profile_no, (0, {}))
        joined, differs = laid_over(older, document)
        said.private[profile_no] = {trait: one for trait, one in document.items() if joined[trait] == one}
        if row_id and differs:
            changed.append((row_id, profile_no, joined))
        elif not row_id:
            added.append((profile_no, joined))
    first = take_numbers(cursor, "sealed row", len(added))
    new = [(first + place, profile_no, document) for place, (profile_no, document) in enumerate(added)]
    for rows, statement in ((changed, CHANGE_DOCUMENTS), (new, ADD_DOCUMENTS)):
        if rows:
            _put_documents(cursor, rows, keys)
            cursor.execute(statement)
            cursor.execute("DELETE FROM sealed_document")


def _documents(cursor: Any, profiles: list[int]) -> dict[int, tuple[int, Document]]:
    put(cursor, "asked_document", {"profile_no": np.array(profiles, np.int64)})
    cursor.execute(DOCUMENTS)
    rows = cursor.fetchall()
    opened = vault.open_sealed(
        [row[2] for row in rows], column=TRAITS_COLUMN, row_ids=[row[1] for row in rows]
    )
    return {row[0]: (row[1], decode(text or "{}")) for row, text in zip(rows, opened, strict=True)}


def _put_documents(cursor: Any, rows: list[tuple[int, int, Document]], keys: Keyring) -> None:
    row_ids, profiles = [row[0] for row in rows], np.array([row[1] for row in rows], np.int64)
    key_ids = keys.of(profiles)
    sealed = vault.seal([encode(row[2]) for row in rows], key_ids, column=TRAITS_COLUMN, row_ids=row_ids)
    columns = {
        "row_id": row_ids,
        "profile_no": profiles,
        "key_id": key_ids,
        "sealed": pa.array(sealed, pa.binary()),
    }
    put_rows(cursor, "sealed_document", pa.table(columns))


def index_names(cursor: Any, said: Said, brand_of: dict[int, int]) -> None:
    """Let staff find people by the whole name they gave."""
    names = [
        (profile_no, name) for profile_no, document in said.private.items() for name in names_in(document)
    ]
    if not names:
        return
    brands = np.array([brand_of[profile_no] for profile_no, _ in names], np.int32)
    blind = np.zeros(len(names), "V16")
    for brand_no in np.unique(brands).tolist():
        here = np.flatnonzero(brands == brand_no)
        made = vault.blind(
            "name", entity_no_at(brand_no << BRAND_SHIFT), [names[place][1] for place in here.tolist()]
        )
        blind[here] = np.frombuffer(b"".join(made), "V16")
    profiles = np.array([profile_no for profile_no, _ in names], np.int64)
    put(cursor, "said_name", {"brand_no": brands, "blind": blind, "profile_no": profiles})
    cursor.execute(ADD_NAMES)


def names_in(document: Document) -> set[str]:
    """Return the whole names in a document of traits, normalised: 王 + 小明 is found as 王小明."""
    texts = [document[trait][0] for trait in NAME_TRAITS if trait in document]
    for given, family in NAME_PARTS:
        if given in document and family in document:
            first, latest = document[given][0], document[family][0]
            if isinstance(first, str) and isinstance(latest, str):
                texts.append(f"{first} {latest}" if f"{first}{latest}".isascii() else f"{latest}{first}")
    found = {vault.normalise("name", text) for text in texts if isinstance(text, str)}
    return {name for name in found if name}


def seal_extras(batch: Batch, people: People, keys: Keyring) -> pa.Array | None:
    """Return the undeclared properties of each event, sealed for the lake."""
    if "extras" not in batch.set.events.column_names:
        return None
    extras = batch.set.events["extras"]
    if extras.null_count == len(extras):
        return None
    rows = np.flatnonzero(extras.is_valid().to_numpy())
    key_ids = np.array(keys.of(people.profile_no[rows]), np.int64)
    brands = batch.numbers("node_no")[rows] >> BRAND_SHIFT
    for brand_no in np.unique(brands[key_ids == 0]).tolist():
        key_ids[(key_ids == 0) & (brands == brand_no)] = visitor_key(brand_no, batch.at.date())
    picked = pa.array(rows)
    hashes = batch.set.events["message_hash"].take(picked).to_pylist()
    texts = extras.take(picked).cast(pa.string()).to_pylist()
    sealed = vault.seal(texts, key_ids.tolist(), column=EXTRAS_COLUMN, row_ids=hashes)
    places = np.full(len(extras), -1, np.int64)
    places[rows] = np.arange(len(rows))
    return pa.array(sealed, pa.binary()).take(pa.array(places, mask=places < 0))
