"""Who is it: what the resolution promises, whatever comes."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from yingtai.customers.ingest.resolving import FRESH, MICROS_PER_DAY, NOBODY, Distinct, combine, resolve
from yingtai.customers.rules import BY_PRIORITY

PLACES = {kind.name: place for place, kind in enumerate(BY_PRIORITY)}
DAY = MICROS_PER_DAY


def resolved(events, *, known=None, held=None, public=(), proven=frozenset()):
    """Resolve events written as dicts of kind → value, in time order, and return (resolution, owner of).

    In: public  the rows that came with a key that everybody can read
    """
    known = known or {}
    values = sorted({(kind, value) for event in events for kind, value in event.items() if kind != "at"})
    rows = np.full((len(events), len(BY_PRIORITY)), NOBODY, dtype=np.int64)
    for row, event in enumerate(events):
        for kind, value in event.items():
            if kind != "at":
                rows[row, PLACES[kind]] = values.index((kind, value))
    occurred = np.array([event.get("at", row) for row, event in enumerate(events)], dtype=np.int64)
    combined = combine(rows, occurred)
    proving = np.zeros(len(combined.places), bool)
    proving[combined.inverse[[row for row in range(len(events)) if row not in public]]] = True
    distinct = Distinct(
        combined,
        np.array([PLACES[kind] for kind, _ in values], dtype=np.int64),
        np.array([known.get(value, 0) for value in values], dtype=np.int64),
        proving,
    )
    found = resolve(distinct, lambda profiles: (held or {}, proven))
    return found, {value: int(owner) for value, owner in zip(values, found.owner, strict=True)}


def profiles_of_events(found):
    return [int(found.owner[place]) if place != NOBODY else 0 for place in found.strongest]


def test_identifiers_that_come_together_are_one_person():
    found, owner = resolved(
        [{"anonymous": "x"}, {"user": "anna", "anonymous": "x"}, {"user": "anna", "email": "a"}]
    )

    assert len(set(owner.values())) == 1
    assert found.fresh == 1
    assert found.merges == []


def test_two_user_ids_on_one_tablet_stay_two_people():
    found, owner = resolved(
        [{"user": "anna", "device": "tablet"}, {"user": "bert", "device": "tablet"}, {"device": "tablet"}]
    )

    assert owner["user", "anna"] != owner["user", "bert"]
    assert owner["device", "tablet"] == owner["user", "anna"]
    assert profiles_of_events(found)[1] == owner["user", "bert"]


def test_two_user_ids_with_one_email_stay_two_people():
    _, owner = resolved([{"user": "anna", "email": "us"}, {"user": "bert", "email": "us"}])

    assert owner["user", "anna"] != owner["user", "bert"]
    assert owner["email", "us"] == owner["user", "anna"]


def test_an_older_profile_survives():
    found, owner = resolved([{"email": "a", "phone": "1"}], known={("email", "a"): 70, ("phone", "1"): 30})

    assert [(one.survivor_no, one.duplicate_no, one.rule) for one in found.merges] == [
        (30, 70, "email+phone")
    ]
    assert set(owner.values()) == {30}


def test_the_sixth_email_of_a_year_is_left_out():
    events = [{"user": "anna", "email": f"e{number}", "at": number} for number in range(6)]

    found, owner = resolved(events)

    assert owner["email", "e5"] == 0
    assert len({owner["email", f"e{number}"] for number in range(5)}) == 1
    assert profiles_of_events(found) == [owner["user", "anna"]] * 6


def test_the_sixth_browser_of_a_week_is_left_out_and_next_week_is_new():
    browsers = [{"user": "anna", "anonymous": f"x{number}", "at": number} for number in range(6)]
    later = {"user": "anna", "anonymous": "x9", "at": 8 * DAY}

    _, owner = resolved([*browsers, later])

    assert owner["anonymous", "x5"] == 0
    assert owner["anonymous", "x9"] == owner["user", "anna"]


@pytest.mark.parametrize(("proven", "owner_of_address"), [({5}, 5), ((), FRESH)])
def test_what_a_profile_holds_already_counts_and_proven_people_keep_it(proven, owner_of_address):
    held = {5: {PLACES["user"]: [0], PLACES["email"]: [0]}}

    found, owner = resolved(
        [{"user": "bert", "email": "a"}], known={("email", "a"): 5}, held=held, proven=frozenset(proven)
    )

    assert owner["user", "bert"] == FRESH
    assert owner["email", "a"] == owner_of_address
    assert found.merges == []


def test_a_chain_of_merges_names_its_end():
    known = {("email", "a"): 30, ("phone", "1"): 20, ("member", "m"): 10}

    found, owner = resolved([{"email": "a", "phone": "1"}, {"phone": "1", "member": "m"}], known=known)

    assert sorted((one.survivor_no, one.duplicate_no) for one in found.merges) == [(10, 20), (10, 30)]
    assert set(owner.values()) == {10}


EVENTS = st.lists(
    st.dictionaries(
        st.sampled_from(["user", "email", "phone", "device", "anonymous"]),
        st.sampled_from("abcd"),
        max_size=4,
    ),
    max_size=12,
)


@given(EVENTS)
def test_whatever_comes_a_profile_has_one_user_id_and_every_event_its_strongest(events):
    found, owner = resolved(events)

    users = [profile for (kind, _), profile in owner.items() if kind == "user"]
    assert len(users) == len(set(users))
    for event, place in zip(events, found.strongest.tolist(), strict=True):
        assert (place == NOBODY) == (not event)
        assert not event or found.owner[place] > 0


@given(EVENTS)
def test_the_same_events_give_the_same_people(events):
    first, owner = resolved(events)
    again, owner_again = resolved(events)

    assert owner == owner_again
    assert first.strongest.tolist() == again.strongest.tolist()


@given(EVENTS)
def test_nobody_is_merged_into_themselves(events):
    known = {
        (kind, value): 10 + place
        for place, (kind, value) in enumerate(sorted({item for event in events for item in event.items()}))
    }
    held = {number: {PLACES[kind]: [0]} for (kind, _), number in known.items()}

    found, owner = resolved(events, known=known, held=held)

    duplicates = [one.duplicate_no for one in found.merges]
    assert len(duplicates) == len(set(duplicates))
    assert not set(duplicates) & {one.survivor_no for one in found.merges}
    assert not set(duplicates) & set(owner.values())


VICTIM, THIEF = {"email": "victim"}, {"email": "thief"}


def test_a_public_key_joins_no_two_people_who_are_known():
    events = [{"user": "anna", "email": "bert's"}]

    found, owner = resolved(
        events,
        known={("user", "anna"): 7, ("email", "bert's"): 9},
        held={7: {PLACES["user"]: [0]}, 9: {PLACES["email"]: [0]}},
        public={0},
    )

    assert (found.merges, owner["user", "anna"], owner["email", "bert's"]) == ([], 7, 9)
    assert profiles_of_events(found) == [7]


def test_a_browser_that_named_somebody_does_not_bring_them_another_address():
    found, owner = resolved(
        [VICTIM | {"anonymous": "x"}, THIEF | {"anonymous": "x"}, {"anonymous": "x"}], public={0, 1, 2}
    )

    assert owner["email", "victim"] == owner["anonymous", "x"] != owner["email", "thief"]
    assert not found.claimed.any()


def test_what_a_public_key_adds_to_somebody_known_is_a_claim():
    found, owner = resolved(
        [{"user": "anna", "email": "old"}, {"user": "anna", "email": "new"}], public={0, 1}
    )

    assert len(set(owner.values())) == 1
    assert found.claimed.tolist() == [value == ("email", "new") for value in sorted(owner)]


def test_somebody_whom_only_pages_know_gives_a_first_address_bit_by_bit():
    found, _ = resolved([{"user": "anna"}, {"user": "anna", "email": "a"}], public={0, 1})

    assert not found.claimed.any()


def test_a_first_address_of_somebody_proven_is_a_claim():
    events = [{"member": "0815", "email": "thief"}]

    found, _ = resolved(
        events, known={("member", "0815"): 7}, held={7: {PLACES["member"]: [0]}}, proven={7}, public={0}
    )

    assert found.claimed.tolist() == [True, False]


def test_in_one_set_what_is_proven_stands_whoever_came_first():
    events = [{"user": "thief", "email": "a"}, {"user": "anna", "email": "a"}]

    _, owner = resolved(events, public={0})

    assert owner["email", "a"] == owner["user", "anna"] != owner["user", "thief"]
