"""Find the distinct identifiers of a set, look up which are known, resolve, and number what is new."""

from typing import Any

import numpy as np
import pyarrow as pa

from yingtai.collect.api import hold_back, is_blocked
from yingtai.customers.eventset import ID_PREFIX, EventSet
from yingtai.customers.ingest.batch import Batch, Found, Identifiers, People
from yingtai.customers.ingest.resolving import (
    FRESH,
    NAMING,
    NOBODY,
    TELLING,
    Distinct,
    Held,
    Resolution,
    combine,
    resolve,
)
from yingtai.customers.ingest.wire import fetch, put
from yingtai.customers.rules import BY_PRIORITY, Standing
from yingtai.kernel.scope import BRAND_SHIFT
from yingtai.organization.api import entity_no_at
from yingtai.vault import api as vault

ASKED_TABLES = """
    CREATE TEMPORARY TABLE IF NOT EXISTS asked_identifier (
        place int, brand_no int, kind smallint, blind bytea
    ) ON COMMIT DELETE ROWS;
    CREATE TEMPORARY TABLE IF NOT EXISTS asked_holder (profile_no bigint) ON COMMIT DELETE ROWS;
    CREATE TEMPORARY TABLE IF NOT EXISTS asked_survivor (profile_no bigint) ON COMMIT DELETE ROWS
"""
# LATERAL with LIMIT or OFFSET keeps the planner on the index, whatever it believes of the sizes.
KNOWN_ONES = """
    SELECT asked.place, known.alias_no, known.profile_no, known.standing
    FROM asked_identifier AS asked, LATERAL (
        SELECT alias_no, profile_no, standing FROM customers_identifier AS one
        WHERE one.brand_no = asked.brand_no AND one.kind = asked.kind AND one.blind = asked.blind LIMIT 1
    ) AS known
"""
HELD_BY = """
    SELECT held.profile_no, held.kind, (extract(epoch FROM held.first_seen_at) * 1000000)::bigint AS first_seen,
        held.standing
    FROM asked_holder AS asked, LATERAL (
        SELECT * FROM customers_identifier AS one WHERE one.profile_no = asked.profile_no OFFSET 0
    ) AS held
"""
SURVIVORS = """
    WITH RECURSIVE chain AS (
        SELECT profile_no AS asked_no, profile_no, brand_no, merged_into_no FROM customers_profile
        WHERE profile_no IN (SELECT profile_no FROM asked_survivor)
        UNION ALL
        SELECT chain.asked_no, next.profile_no, next.brand_no, next.merged_into_no
        FROM chain JOIN customers_profile AS next ON next.profile_no = chain.merged_into_no
    )
    SELECT chain.asked_no, chain.profile_no, chain.brand_no, coalesce((
        SELECT min(alias_no) FROM customers_identifier AS held WHERE held.profile_no = chain.profile_no
    ), 0) AS alias_no
    FROM chain WHERE chain.merged_into_no IS NULL
"""
SURVIVOR_COLUMNS = {"asked_no": "i8", "profile_no": "i8", "brand_no": "i4", "alias_no": "i8"}
FOLDED_INTO = """
    WITH RECURSIVE chain AS (
        SELECT asked.profile_no AS asked_no, one.merged_into_no AS profile_no, 1 AS step
        FROM asked_survivor AS asked, LATERAL (
            SELECT merged_into_no FROM customers_profile AS one WHERE one.profile_no = asked.profile_no OFFSET 0
        ) AS one
        WHERE one.merged_into_no IS NOT NULL
        UNION ALL
        SELECT chain.asked_no, next.merged_into_no, chain.step + 1
        FROM chain JOIN customers_profile AS next USING (profile_no)
        WHERE next.merged_into_no IS NOT NULL
    )
    SELECT DISTINCT ON (asked_no) asked_no, profile_no FROM chain ORDER BY asked_no, step DESC
"""
TAKE_NUMBERS = """
    INSERT INTO customers_numberseries (name, next_no) VALUES (%(name)s, 1 + %(count)s)
    ON CONFLICT (name) DO UPDATE SET next_no = customers_numberseries.next_no + %(count)s
    RETURNING next_no - %(count)s
"""

_PLACE = {kind.name: place for place, kind in enumerate(BY_PRIORITY)}
PLACE_OF_KIND = {kind.number: place for place, kind in enumerate(BY_PRIORITY)}


def prepare(cursor: Any) -> None:
    """Make this session's temporary tables. Repeating it changes nothing."""
    cursor.execute(ASKED_TABLES)


def identify(batch: Batch) -> People:
    """Say for every event of the set who it belongs to; new profiles and aliases get their numbers here."""
    found = batch.found or read(batch.set)
    alias_no, profile_no, standing = _look_up(batch, found)
    proving = _proving(batch, found)
    is_proven = np.isin(np.arange(len(found.values)), found.combined.places[proving])
    # A door that proves who somebody is does not take a browser's word for whose an identifier is.
    is_claim = (standing == Standing.CLAIMED) | _rivals(
        found, proving, profile_no, is_proven & (standing == Standing.GIVEN)
    )
    believed = np.where(is_proven & is_claim, 0, profile_no)
    distinct = Distinct(found.combined, found.kinds, believed, proving)
    resolution = resolve(distinct, lambda profiles: _held(batch, profiles))
    identifiers = _identifiers(batch, found, distinct, resolution, alias_no)
    # A visitor whom a public key brings to somebody in this very set is no bridge, whoever spoke of them.
    is_sure = is_proven & ~resolution.bridged
    identifiers.standing[is_sure] = Standing.PROVEN
    was_doubted = (distinct.profile != profile_no) | resolution.released
    is_news = is_sure & ((standing < Standing.PROVEN) | resolution.released)
    _raise_standing(identifiers, is_news, profile_no, was_doubted)
    fresh_from = _numbered(batch, identifiers, resolution)
    strongest = resolution.strongest
    people = People(
        alias_no=_gather(identifiers.alias_no, strongest),
        profile_no=_gather(identifiers.owner_no, strongest),
        identifiers=identifiers,
        resolution=resolution,
        fresh_from=fresh_from,
        node_of_fresh=_node_of_fresh(batch, identifiers, resolution, fresh_from),
        brand_of_fresh=np.zeros(0, np.int64),
    )
    people.brand_of_fresh = people.node_of_fresh >> BRAND_SHIFT
    _follow_known_profiles(batch, people)
    return people


def read(set: EventSet) -> Found:
    """Number the distinct identifiers of a set, those that mean nobody left out; the books are not asked."""
    brand = set.events["node_no"].to_numpy() >> BRAND_SHIFT
    rows = np.full((len(set), len(BY_PRIORITY)), NOBODY, dtype=np.int32)
    kinds: list[np.ndarray] = []
    values: list[str] = []
    brands: list[np.ndarray] = []
    blocked = np.zeros(len(set), dtype=bool)
    count = 0
    for place, kind in enumerate(BY_PRIORITY):
        if f"{ID_PREFIX}{kind.name}" not in set.events.column_names:
            continue
        places, texts, of_brand = _one_kind(set.events[f"{ID_PREFIX}{kind.name}"], brand)
        kept = np.array([not is_blocked(kind.name, text) for text in texts], dtype=bool)
        numbers = np.where(kept, np.cumsum(kept) - 1 + count, NOBODY)
        rows[:, place] = _gather(numbers, places, otherwise=NOBODY)
        blocked |= (places >= 0) & (rows[:, place] == NOBODY)
        values += [text for text, is_kept in zip(texts, kept.tolist(), strict=True) if is_kept]
        brands.append(of_brand[kept])
        kinds.append(np.full(int(kept.sum()), place))
        count += int(kept.sum())
    shared = hold_back(rows, [kind.name for kind in BY_PRIORITY])
    nothing = np.zeros(0, dtype=np.int64)
    of_kind, of_brand = np.concatenate(kinds or [nothing]), np.concatenate(brands or [nothing])
    combined = combine(rows, set.events["occurred_at"].cast("int64").to_numpy())
    return Found(combined, of_kind, values, of_brand, _blinded(of_kind, values, of_brand), blocked, shared)


def _one_kind(column: pa.ChunkedArray, brand: np.ndarray) -> tuple[np.ndarray, list[str], np.ndarray]:
    """Return per event the place of its value, the distinct values, and the brand of each."""
    encoded = column if pa.types.is_dictionary(column.type) else column.dictionary_encode()
    encoded = encoded.unify_dictionaries().combine_chunks()
    if isinstance(encoded, pa.ChunkedArray):
        encoded = encoded.chunk(0) if encoded.num_chunks else pa.array([], pa.string()).dictionary_encode()
    codes = encoded.indices.fill_null(-1).to_numpy().astype(np.int64)
    texts = encoded.dictionary
    # The same value in two brands is two identifiers: a brand never sees another's.
    pairs = np.where(codes < 0, -1, (brand << 32) | codes)
    paired = pa.array(pairs, mask=codes < 0).dictionary_encode()
    places = paired.indices.fill_null(-1).to_numpy().astype(np.int64)
    distinct = paired.dictionary.to_numpy()
    return places, texts.take(pa.array(distinct & 0xFFFFFFFF)).to_pylist(), distinct >> 32


def _proving(batch: Batch, found: Found) -> np.ndarray:
    """Say of each combination whether an event with it came through a door that proves who somebody is."""
    proving = np.zeros(len(found.combined.places), dtype=bool)
    proving[found.combined.inverse[~batch.from_public()]] = True
    return proving


def _rivals(found: Found, proving: np.ndarray, profile_no: np.ndarray, given: np.ndarray) -> np.ndarray:
    """Say which identifiers that pages gave of somebody come after another that a proving door speaks of now: the first
    one proves who they are, and makes claims of the others, as it would in a set of its own.

    In: given  per identifier, whether pages gave it and a proving door speaks of it
    """
    rivals = np.zeros(len(given), bool)
    telling, naming = (np.isin(found.kinds, list(kinds)) for kinds in (TELLING, NAMING))
    given = np.flatnonzero(given & telling & (profile_no > 0))
    if len(given) > 1:
        seen = np.full(len(rivals), np.iinfo(np.int64).max)
        for places in found.combined.places[proving].T:
            present = places != NOBODY
            np.minimum.at(seen, places[present], found.combined.earliest[proving][present])
        order = given[np.lexsort((found.kinds[given], seen[given], profile_no[given]))]
        rivals[order[1:]] = profile_no[order[1:]] == profile_no[order[:-1]]
    return rivals & naming


def _look_up(batch: Batch, found: Found) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return alias and profile of each identifier, 0 when it is new, and how sure it is theirs.
    One statement for the set."""
    count = len(found.values)
    alias_no, profile_no = np.zeros(count, np.int64), np.zeros(count, np.int64)
    standing = np.full(count, Standing.PROVEN, np.int16)
    if not count:
        return alias_no, profile_no, standing
    numbers = np.array([kind.number for kind in BY_PRIORITY], dtype=np.int16)
    put(
        batch.cursor,
        "asked_identifier",
        {
            "place": np.arange(count, dtype=np.int32),
            "brand_no": found.brand.astype(np.int32),
            "kind": numbers[found.kinds],
            "blind": found.blind,
        },
    )
    columns = {"place": "i4", "alias_no": "i8", "profile_no": "i8", "standing": "i2"}
    known = fetch(batch.cursor, KNOWN_ONES, columns)
    alias_no[known["place"]], profile_no[known["place"]] = known["alias_no"], known["profile_no"]
    standing[known["place"]] = known["standing"]
    return alias_no, profile_no, standing


def _blinded(kinds: np.ndarray, texts: list[str], brands: np.ndarray) -> np.ndarray:
    blind = np.zeros(len(texts), dtype="V16")
    values = np.array(texts, dtype=object)
    for brand_no in np.unique(brands).tolist():
        entity_no = entity_no_at(brand_no << BRAND_SHIFT)
        for place in np.unique(kinds[brands == brand_no]).tolist():
            here = (brands == brand_no) & (kinds == place)
            made = vault.blind(BY_PRIORITY[place].name, entity_no, values[here].tolist())
            blind[here] = np.frombuffer(b"".join(made), "V16")
    return blind


def _held(batch: Batch, profiles: np.ndarray) -> tuple[Held, set[int]]:
    held: Held = {}
    proven: set[int] = set()
    if not len(profiles):
        return held, proven
    put(batch.cursor, "asked_holder", {"profile_no": profiles})
    batch.cursor.execute("ANALYZE asked_holder")
    columns = {"profile_no": "i8", "kind": "i2", "first_seen": "i8", "standing": "i2"}
    rows = fetch(batch.cursor, HELD_BY, columns)
    for profile_no, kind, first_seen, standing in zip(
        *(column.tolist() for column in rows.values()), strict=True
    ):
        held.setdefault(profile_no, {}).setdefault(PLACE_OF_KIND[kind], []).append(first_seen)
        if standing == Standing.PROVEN and PLACE_OF_KIND[kind] in TELLING:
            proven.add(profile_no)
    return held, proven


def _identifiers(
    batch: Batch,
    found: Found,
    distinct: Distinct,
    resolution: Resolution,
    alias_no: np.ndarray,
) -> Identifiers:
    count = len(found.values)
    first_event = np.full(count, len(batch.set), dtype=np.int64)
    first_seen = np.full(count, np.iinfo(np.int64).max)
    combined = found.combined
    # Assigned from the latest to the earliest, so that the earliest stands.
    order = np.lexsort((combined.first, combined.earliest))[::-1]
    for places in combined.places[order].T:
        present = places != NOBODY
        first_event[places[present]] = combined.first[order][present]
        first_seen[places[present]] = combined.earliest[order][present]
    return Identifiers(
        distinct=distinct,
        values=found.values,
        brand=found.brand,
        blind=found.blind,
        alias_no=alias_no,
        owner_no=resolution.owner,
        is_new=(alias_no == 0) & (resolution.owner != 0),
        is_moved=np.zeros(count, bool),
        is_raised=np.zeros(count, bool),
        standing=np.where(resolution.claimed, Standing.CLAIMED, Standing.GIVEN),
        blocked=found.blocked,
        shared=found.shared,
        first_event=first_event,
        first_seen=first_seen,
    )


def _raise_standing(
    identifiers: Identifiers, spoken_of: np.ndarray, had: np.ndarray, was_doubted: np.ndarray
) -> None:
    """What a proving door repeats is proven; a claim that it contradicts moves, with a row and a seal of its own.

    In: spoken_of    per identifier, whether a proving door says news of it: it was not proven before, or left somebody
        had          per identifier, whose it was
        was_doubted  per identifier, whether the proving door was believed more than whose it was
    """
    owner = identifiers.owner_no
    identifiers.is_moved = spoken_of & was_doubted & (owner != had) & (owner != 0)
    identifiers.is_raised = spoken_of & ~identifiers.is_moved & (owner != 0)
    identifiers.is_new |= identifiers.is_moved


def _numbered(batch: Batch, identifiers: Identifiers, resolution: Resolution) -> int:
    """Give numbers to new aliases and profiles, and return the first new profile's."""
    new = np.flatnonzero(identifiers.is_new & ~identifiers.is_moved)
    first_alias = take_numbers(batch.cursor, "alias", len(new))
    identifiers.alias_no[new] = first_alias + np.arange(len(new))
    fresh_from = take_numbers(batch.cursor, "profile", resolution.fresh)
    owner = identifiers.owner_no
    fresh = np.flatnonzero(owner >= FRESH)
    # Whoever was seen first gets the lower number, and survives a merge: however events were cut into sets.
    by_time = fresh[np.lexsort((identifiers.first_event[fresh], identifiers.first_seen[fresh]))]
    turn = np.argsort(np.unique(owner[by_time], return_index=True)[1])
    numbers = np.empty(resolution.fresh, dtype=np.int64)
    numbers[turn] = fresh_from + np.arange(resolution.fresh)
    owner[fresh] = numbers[owner[fresh] - FRESH]
    return fresh_from


def take_numbers(cursor: Any, name: str, count: int) -> int:
    """Take that many numbers in a row from a series and return the first; whoever holds the lock of the writer
    is alone here."""
    if not count:
        return 0
    cursor.execute(TAKE_NUMBERS, {"name": name, "count": count})
    return int(cursor.fetchone()[0])


def _node_of_fresh(
    batch: Batch, identifiers: Identifiers, resolution: Resolution, fresh_from: int
) -> np.ndarray:
    """Return where each new profile belongs: to the node of the earliest event it was seen in."""
    nodes = np.zeros(resolution.fresh, dtype=np.int64)
    if not resolution.fresh:
        return nodes
    fresh = np.flatnonzero(identifiers.owner_no >= fresh_from)
    order = fresh[np.lexsort((identifiers.first_event[fresh], identifiers.first_seen[fresh]))][::-1]
    # Assigned from the latest to the earliest, so that the earliest stands.
    nodes[identifiers.owner_no[order] - fresh_from] = batch.numbers("node_no")[identifiers.first_event[order]]
    return nodes


def _follow_known_profiles(batch: Batch, people: People) -> None:
    """Events that name their profile themselves belong to it, or to whoever it was merged into; one that names
    another brand's person belongs to nobody."""
    named = batch.numbers("profile_no")
    if not named.any():
        return
    put(batch.cursor, "asked_survivor", {"profile_no": np.unique(named[named > 0])})
    rows = fetch(batch.cursor, SURVIVORS, SURVIVOR_COLUMNS)
    folded = {merge.duplicate_no: merge.survivor_no for merge in people.resolution.merges}
    order = np.argsort(rows["asked_no"])
    asked = rows["asked_no"][order]
    place = np.searchsorted(asked, named)
    hit = (place < len(asked)) & (named > 0)
    hit[hit] = asked[place[hit]] == named[hit]
    hit[hit] = rows["brand_no"][order][place[hit]] == batch.numbers("node_no")[hit] >> BRAND_SHIFT
    at = order[place[hit]]
    owners = np.array([folded.get(owner, owner) for owner in rows["profile_no"].tolist()], dtype=np.int64)
    people.profile_no[hit] = owners[at]
    people.alias_no[hit] = rows["alias_no"][at]


def survivors(cursor: Any, profiles: np.ndarray) -> np.ndarray:
    """Return who each of these different profiles is now: itself, or whoever it was folded into.

    In: profiles  ascending
    """
    put(cursor, "asked_survivor", {"profile_no": profiles})
    folded = fetch(cursor, FOLDED_INTO, {"asked_no": "i8", "profile_no": "i8"})
    cursor.execute("DELETE FROM asked_survivor")
    now = profiles.copy()
    now[np.searchsorted(profiles, folded["asked_no"])] = folded["profile_no"]
    return now


def _gather(values: np.ndarray, places: np.ndarray, otherwise: int = 0) -> np.ndarray:
    if not len(values):
        return np.full(len(places), otherwise, dtype=np.int64)
    return np.where(places < 0, otherwise, values[np.maximum(places, 0)])


def first_per(brands: np.ndarray, blinds: np.ndarray) -> np.ndarray:
    """Return the places where a pair of brand and blind index appears for the first time, in order."""
    mixed = np.zeros(len(brands), dtype=[("brand", "i8"), ("blind", blinds.dtype)])
    mixed["brand"], mixed["blind"] = brands, blinds
    width = mixed.dtype.itemsize
    pairs = pa.Array.from_buffers(pa.binary(width), len(brands), [None, pa.py_buffer(mixed.tobytes())])
    encoded = pairs.dictionary_encode()
    first = np.full(len(encoded.dictionary), len(brands), dtype=np.int64)
    np.minimum.at(first, encoded.indices.to_numpy(), np.arange(len(brands)))
    return np.sort(first)
