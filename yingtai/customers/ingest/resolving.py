"""Who is it: identifiers that came together become one profile, within limits. Pure: arrays in, arrays out.

The method, why it is deterministic and what it never does: docs/algorithms/identity.md.
"""

from collections.abc import Callable, Collection, Sequence, Set
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa

from yingtai.customers.rules import BY_PRIORITY, CONTACTS, Kind

NOBODY = -1
MICROS_PER_DAY = 86_400_000_000
FRESH = 1 << 62
"""Profiles made in this set are younger than any that exists: their ages start here."""

LIMITS = tuple((kind.limit, kind.period.days * MICROS_PER_DAY) for kind in BY_PRIORITY)

NAMING = frozenset(place for place, kind in enumerate(BY_PRIORITY) if kind.names_a_person)

TELLING = frozenset(place for place, kind in enumerate(BY_PRIORITY) if kind.tells_who)

CONTACTS_AT = frozenset(place for place, kind in enumerate(BY_PRIORITY) if kind.name in CONTACTS)

Held = dict[int, dict[int, list[int]]]
"""Per profile and place of a kind in BY_PRIORITY: when each identifier of it was first seen, in microseconds."""


@dataclass(frozen=True)
class Distinct:
    """The identifiers of a set, each once.

    combined  which of them came together
    kinds     place of the kind in BY_PRIORITY
    profile   the profile each points at now; 0 when it is new
    proving   per combination, whether a door that proves who somebody is said it; a browser's key proves nothing
    """

    combined: "Combined"
    kinds: np.ndarray
    profile: np.ndarray
    proving: np.ndarray


@dataclass(frozen=True)
class Combined:
    """The different combinations of identifiers that events come with.

    places    per combination, for each kind by priority the place of its identifier, or NOBODY
    first     per combination, the earliest event that has it; events need not come in the order of time
    earliest  per combination, when it was seen first, in microseconds
    inverse   per event, its combination
    """

    places: np.ndarray
    first: np.ndarray
    earliest: np.ndarray
    inverse: np.ndarray


@dataclass(frozen=True)
class Merge:
    """Two profiles that exist turned out to be one; `rule` names the identifiers that came together."""

    survivor_no: int
    duplicate_no: int
    rule: str


@dataclass
class Resolution:
    """What the set says about who is who.

    strongest  per event, the identifier it goes under, or NOBODY
    owner      per identifier, its profile: a number, or FRESH + n for the n-th new one; 0 when it was left out
    fresh      how many new profiles there are
    claimed    per identifier, whether it was added to somebody known on the word of a public key alone
    released   per identifier, whether it left somebody whom only pages know for whom a proving door says it is
    bridged    per identifier, whether a public key alone brought the visitor it is of to somebody who has a name
    visitors   the profiles of those visitors that exist
    merges     in the order they were found
    """

    strongest: np.ndarray
    owner: np.ndarray
    fresh: int
    claimed: np.ndarray
    released: np.ndarray
    bridged: np.ndarray
    visitors: list[int]
    merges: list[Merge] = field(default_factory=list)


def resolve(known: Distinct, held: Callable[[np.ndarray], tuple[Held, Set[int]]]) -> Resolution:
    """Resolve every event of a set.

    In:   held  returns what the given profiles hold already, and which of them something proves; asked once
    Cost: Python per distinct new combination of several identifiers, arrays for everything else
    """
    combined = known.combined
    combos = combined.places
    news = _needs_thought(combos, known.profile)
    book = _Book(known, *held(_profiles_in(combos[news], known.profile)))
    strongest = _first_identifier(combos)
    # What is proven comes first, so that no claim of the same set stands in its way.
    for proving in (True, False):
        these = known.proving == proving
        order = np.lexsort((combined.first[news & these], combined.earliest[news & these]))
        for place in np.flatnonzero(news & these)[order].tolist():
            at = int(combined.earliest[place])
            strongest[place] = book.meet(combos[place].tolist(), at, proving=proving)
        book.welcome(_alone(combos[these], news[these]), proving=proving)
    return book.close(strongest[combined.inverse])


def combine(rows: np.ndarray, occurred: np.ndarray) -> Combined:
    """Find which events have the same identifiers, told apart by a random hash whose word is then checked.

    In: rows      per event, the place of its identifier of each kind by priority, or NOBODY
        occurred  per event, microseconds
    """
    count = len(rows)
    latest_first = np.argsort(occurred, kind="stable")[::-1]
    for seed in range(8):
        chance = np.random.default_rng(seed)
        factors = np.array(chance.integers(1, 2**63, rows.shape[1], dtype=np.uint64), ndmin=1)
        mixed = np.zeros(count, dtype=np.uint64)
        for place in range(rows.shape[1]):
            mixed += rows[:, place].astype(np.uint64) * factors[place]
        encoded = pa.array(mixed).dictionary_encode()
        inverse = encoded.indices.to_numpy()
        first = np.full(len(encoded.dictionary), count, dtype=np.int64)
        # Assigned from the latest to the earliest, so that the earliest stands.
        first[inverse[latest_first]] = latest_first
        if not count or (rows[first[inverse]] == rows).all():
            return Combined(rows[first], first, occurred[first], inverse)
    raise AssertionError("eight hashes of identifiers collided")


def _needs_thought(combos: np.ndarray, profile: np.ndarray) -> np.ndarray:
    """Say which combinations bring news: several identifiers that do not all point at one profile already."""
    present = combos != NOBODY
    pointed = np.where(present, profile[combos] if len(profile) else 0, -1)
    highest = pointed.max(axis=1, initial=-1)
    lowest = np.where(present, pointed, np.iinfo(np.int64).max).min(axis=1, initial=np.iinfo(np.int64).max)
    agreed = (highest == lowest) & (lowest > 0)
    news: np.ndarray = (present.sum(axis=1) > 1) & ~agreed
    return news


def _profiles_in(combos: np.ndarray, profile: np.ndarray) -> np.ndarray:
    found = np.unique(profile[combos[combos != NOBODY]])
    existing: np.ndarray = found[found > 0]
    return existing


def _first_identifier(combos: np.ndarray) -> np.ndarray:
    if not combos.size:
        return np.full(len(combos), NOBODY, dtype=np.int64)
    place = (combos != NOBODY).argmax(axis=1)
    first: np.ndarray = combos[np.arange(len(combos)), place].astype(np.int64)
    return first


def _alone(combos: np.ndarray, news: np.ndarray) -> np.ndarray:
    """Return the identifiers of the combinations of one identifier, in order of appearance."""
    single = combos[~news]
    found = single[single != NOBODY]
    _, first = np.unique(found, return_index=True)
    in_order: np.ndarray = found[np.sort(first)]
    return in_order


def _marked(places: Collection[int], *, count: int) -> np.ndarray:
    marked = np.zeros(count, dtype=bool)
    marked[list(places)] = True
    return marked


class _Book:
    """Slots of profiles while a set is resolved: a union-find whose root is the oldest profile."""

    def __init__(self, known: Distinct, held: Held, proven: Set[int]) -> None:
        self._kinds: list[int] = known.kinds.tolist()
        numbers, slots = np.unique(known.profile, return_inverse=True)
        self._ages: list[int] = numbers.tolist()
        self._slot: list[int] = np.where(known.profile > 0, slots, NOBODY).tolist()
        self._parent: list[int] = list(range(len(self._ages)))
        self._held: dict[int, dict[int, list[int]]] = {
            slot: held[age] for slot, age in enumerate(self._ages) if age in held
        }
        self._proven = {slot for slot, age in enumerate(self._ages) if age in proven}
        self._fresh = 0
        self._merges: list[Merge] = []
        self._claimed: set[int] = set()
        self._released: set[int] = set()
        self._within: dict[int, list[int]] = {}
        self._bridged: set[int] = set()

    def meet(self, combo: list[int], at: int, *, proving: bool) -> int:
        """Let identifiers of one event become one profile, leaving out the weakest until limits allow it."""
        present = [place for place in combo if place != NOBODY]
        if proving:
            self._release_borrowed(present)
        else:
            present = self._without_strangers(present)
        while True:
            slots = {self._root(self._slot[place]) for place in present if self._slot[place] != NOBODY}
            news = [place for place in present if self._slot[place] == NOBODY]
            if len(present) == 1 or self._fits(slots, news, at):
                break
            if not (proving and self._release(present)):
                present.pop()
        claims = set() if proving else self._claims(slots, news)
        if not proving:
            self._note_bridges(slots, present)
        target = self._joined(slots, present) if slots else self._new_slot()
        for place in news:
            self._slot[place] = target
            self._held.setdefault(target, {}).setdefault(self._kinds[place], []).append(at)
        self._claimed |= claims
        if proving and any(self._kinds[place] in TELLING for place in present):
            self._proven.add(target)
        return present[0]

    def welcome(self, alone: np.ndarray, *, proving: bool) -> None:
        """Give a new profile to each identifier that came alone and belongs to nobody yet."""
        slot = self._slot
        for place in alone.tolist():
            if slot[place] == NOBODY:
                slot[place] = self._new_slot()
            if proving and self._kinds[place] in TELLING:
                self._proven.add(self._root(slot[place]))

    def close(self, strongest: np.ndarray) -> Resolution:
        """Return what was found out.

        In: strongest  per event, the identifier it goes under, or NOBODY
        """
        count = len(self._parent)
        roots = np.fromiter((self._root(slot) for slot in range(count)), np.int64, count)
        ages = np.array(self._ages, dtype=np.int64)
        # Fresh profiles are numbered without gaps, in the order they were made.
        fresh_roots = np.unique(roots[ages[roots] >= FRESH]) if count else roots
        owner_of = ages.copy()
        owner_of[fresh_roots] = FRESH + np.arange(len(fresh_roots))
        slots = np.array(self._slot, dtype=np.int64)
        owner = np.zeros(len(slots), dtype=np.int64)
        held = slots != NOBODY
        owner[held] = owner_of[roots[slots[held]]]
        return Resolution(
            strongest=strongest,
            owner=owner,
            fresh=len(fresh_roots),
            claimed=_marked(self._claimed, count=len(slots)),
            released=_marked(self._released, count=len(slots)),
            bridged=np.isin(slots, list(self._bridged)) & ~np.isin(self._kinds, list(NAMING)),
            visitors=[self._ages[slot] for slot in self._bridged if self._ages[slot] < FRESH],
            merges=self._final_merges(),
        )

    def _note_bridges(self, slots: Set[int], present: Sequence[int]) -> None:
        """A visitor whom a public key brings to somebody with a name is no bridge for what a server says of them."""
        visitors = [slot for slot in slots if not self._names(slot)]
        if len(visitors) < len(slots) or any(self._kinds[place] in NAMING for place in present):
            for slot in visitors:
                self._bridged.update([slot, *self._within.get(slot, ())])

    def _release(self, present: Sequence[int]) -> bool:
        """Take what names a person from people whom only pages know, so that it can go where a proving door says it
        belongs; say whether there was any. The strongest identifier stays with whom it has."""
        stays = self._root(self._slot[present[0]]) if self._slot[present[0]] != NOBODY else NOBODY
        free = [
            place
            for place in present[1:]
            if self._kinds[place] in NAMING
            and self._slot[place] != NOBODY
            and self._root(self._slot[place]) not in self._proven | {stays}
        ]
        self._let_go(free)
        return bool(free)

    def _release_borrowed(self, present: Sequence[int]) -> None:
        """Take browsers and devices from people whom only pages know, by name, where a proving door names somebody else
        with them: who signs in to an account takes the browser along, and nobody whose address was given in it."""
        named = [place for place in present if self._kinds[place] in NAMING]
        if not named:
            return
        own = {self._root(self._slot[place]) for place in named if self._slot[place] != NOBODY}
        self._let_go([place for place in present if self._is_of_another(place, own)])

    def _is_of_another(self, place: int, own: Set[int]) -> bool:
        """Say whether a browser or device belongs to somebody whom only pages know by name, none of `own`."""
        if self._kinds[place] in NAMING or self._slot[place] == NOBODY:
            return False
        slot = self._root(self._slot[place])
        return slot not in self._proven | own and bool(self._names(slot))

    def _let_go(self, places: Sequence[int]) -> None:
        for place in places:
            held = self._held.get(self._root(self._slot[place]), {}).get(self._kinds[place])
            if held:
                held.pop()
            self._slot[place] = NOBODY
            self._released.add(place)

    def _without_strangers(self, present: list[int]) -> list[int]:
        """Leave out what a public key may not join: a second person who is known, and a browser or device whose
        person is known by another value of the same kind."""
        kept: list[int] = []
        person = NOBODY
        for place in present:
            slot = self._root(self._slot[place]) if self._slot[place] != NOBODY else NOBODY
            named = self._names(slot) if slot != NOBODY else frozenset[int]()
            if not named or slot == person:
                kept.append(place)
            elif person == NOBODY and not self._is_borrowed(place, named, kept):
                kept.append(place)
                person = slot
        return kept

    def _is_borrowed(self, place: int, named: Set[int], stronger: Sequence[int]) -> bool:
        """Say whether a browser or device belongs to somebody who already has what this event brings anew."""
        return self._kinds[place] not in NAMING and any(self._kinds[other] in named for other in stronger)

    def _claims(self, slots: Set[int], news: Sequence[int]) -> set[int]:
        """Return what a public key adds to somebody known, to whom a browser is no bridge either once something proves
        them. The first address of somebody whom only pages and apps know is not among it: they say who they are bit by
        bit."""
        named = {kind for slot in slots for kind in self._names(slot)}
        proven = slots & self._proven
        added = {place for place in news if proven or (named and self._kinds[place] in NAMING)}
        if named & CONTACTS_AT or proven:
            return added
        return {place for place in added if self._kinds[place] not in CONTACTS_AT}

    def _names(self, slot: int) -> Set[int]:
        """Return the kinds of identifiers that name the person of a slot, if anything does."""
        return self._held.get(slot, {}).keys() & NAMING

    def _final_merges(self) -> list[Merge]:
        # A survivor may itself have been folded into an older profile later in the same set.
        slot_of = {age: slot for slot, age in enumerate(self._ages)}
        return [
            Merge(self._ages[self._root(slot_of[merge.survivor_no])], merge.duplicate_no, merge.rule)
            for merge in self._merges
        ]

    def _fits(self, slots: set[int], news: Sequence[int], at: int) -> bool:
        if not slots:
            return True  # An event has at most one of each kind.
        if len(slots) == 1:
            [slot] = slots
            return self._has_room(slot, news, at)
        counted: dict[int, list[int]] = {}
        for slot in slots:
            for kind, times in self._held.get(slot, {}).items():
                counted[kind] = counted[kind] + times if kind in counted else times
        for place in news:
            kind = self._kinds[place]
            counted[kind] = [*counted.get(kind, ()), at]
        for kind, times in counted.items():
            limit, period = LIMITS[kind]
            if len(times) > limit and sum(1 for time in times if time > at - period) > limit:
                return False
        return True

    def _has_room(self, slot: int, news: Sequence[int], at: int) -> bool:
        held = self._held.get(slot)
        if held is None:
            return True
        for place in news:
            times = held.get(self._kinds[place])
            if times is not None:
                limit, period = LIMITS[self._kinds[place]]
                if len(times) >= limit and sum(1 for time in times if time > at - period) >= limit:
                    return False
        return True

    def _joined(self, slots: set[int], present: list[int]) -> int:
        target, *others = sorted(slots, key=self._ages.__getitem__)
        for other in others:
            self._parent[other] = target
            self._within.setdefault(target, []).extend([other, *self._within.pop(other, ())])
            if other in self._proven:
                self._proven.add(target)
            into = self._held.setdefault(target, {})
            for kind, times in self._held.pop(other, {}).items():
                into[kind] = into.get(kind, []) + times
            if self._ages[other] < FRESH:
                rule = "+".join(_kind(self._kinds[place]).name for place in present)
                self._merges.append(Merge(self._ages[target], self._ages[other], rule))
        return target

    def _new_slot(self) -> int:
        slot = len(self._parent)
        self._parent.append(slot)
        self._ages.append(FRESH + self._fresh)
        self._fresh += 1
        return slot

    def _root(self, slot: int) -> int:
        parent = self._parent
        while parent[slot] != slot:
            parent[slot] = parent[parent[slot]]
            slot = parent[slot]
        return slot


def _kind(place: int) -> Kind:
    return BY_PRIORITY[place]
