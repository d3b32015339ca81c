"""Folding profiles into one, undoing it exactly, and erasing a person."""

import pytest

from yingtai.collect.api import Declared, declare, make_source
from yingtai.compliance.api import consents_of, install_standard_purposes, record_consent
from yingtai.customers import ingesting
from yingtai.customers.api import (
    NothingToSplit,
    ProfileAlreadyMerged,
    TwoUserIds,
    erase_person,
    export_person,
    find_profiles,
    get_profile,
    list_merges,
    merge_profiles,
    names_of,
    split_profile,
    survivors_of,
    timeline,
)
from yingtai.customers.codes import code_of
from yingtai.customers.models import Identifier, Profile
from yingtai.customers.testing import send
from yingtai.kernel.labels import Label
from yingtai.kernel.scoping import acting_transaction
from yingtai.kernel.testing import settle
from yingtai.lake.api import scoped
from yingtai.organization.testing import MONDAY, deeds_of, make_acting


def met(acting, shop, number, **ids):
    """Let somebody be seen once, and return their profile."""
    traits = {name: value for name, value in ids.items() if name in {"email", "phone", "name", "city"}}
    event = {
        "type": "identify",
        "messageId": f"m{number}",
        "timestamp": f"2026-03-02T08:0{number}:00Z",
        "traits": traits,
    }
    event |= {name: value for name, value in ids.items() if name in {"userId", "anonymousId"}}
    send(shop, [event])
    ingesting.drain(MONDAY)
    known = ids.get("userId") or ids.get("email") or ids.get("phone")
    return find_profiles(acting, known)[0]


@pytest.fixture
def shop(brand, acting):
    return make_source(acting, brand.node_no, name="shop", kind="server")


@pytest.fixture
def anna(acting, shop):
    return met(acting, shop, 1, userId="anna", email="anna@example.com", name="Anna Li")


@pytest.fixture
def anna_again(acting, shop):
    return met(acting, shop, 2, phone="13800008000", name="Anna Lee")


def owners_in_the_lake(acting):
    rows = scoped(acting.scope).query("SELECT profile_no FROM events ORDER BY occurred_at").to_pylist()
    return [row["profile_no"] for row in rows]


def test_the_survivor_has_everything(acting, anna, anna_again):
    merge_profiles(acting, survivor_id=anna.id, duplicate_id=anna_again.id)

    assert find_profiles(acting, "13800008000")[0].id == anna.id
    assert find_profiles(acting, "anna lee")[0].id == anna.id
    assert len(timeline(acting, anna.profile_no).rows) == 2
    assert owners_in_the_lake(acting) == [anna.profile_no, anna.profile_no]
    assert survivors_of(acting, [anna_again.profile_no]) == {anna_again.profile_no: anna.profile_no}
    assert get_profile(acting, anna_again.id).merged_into == anna.id


def test_a_merge_undone_restores_the_alias_map(acting, anna, anna_again):
    with acting_transaction(acting):
        before = dict(Identifier.objects.values_list("alias_no", "profile_no"))
    merge_profiles(acting, survivor_id=anna.id, duplicate_id=anna_again.id)

    split_profile(acting, evidence_id=list_merges(acting, anna.profile_no)[0].id)

    with acting_transaction(acting):
        assert dict(Identifier.objects.values_list("alias_no", "profile_no")) == before
    assert owners_in_the_lake(acting) == [anna.profile_no, anna_again.profile_no]
    assert len(timeline(acting, anna.profile_no).rows) == 1
    assert len(timeline(acting, anna_again.profile_no).rows) == 1
    assert find_profiles(acting, "anna lee")[0].id == anna_again.id
    assert list_merges(acting, anna.profile_no) == []


def test_a_merge_by_hand_and_its_undoing_are_in_the_record(acting, anna, anna_again):
    merge_profiles(acting, survivor_id=anna.id, duplicate_id=anna_again.id)
    split_profile(acting, evidence_id=list_merges(acting, anna.profile_no)[0].id)

    [merged], [split] = (deeds_of(acting, what) for what in ("person.merged", "person.split"))
    assert (merged.by, merged.about, merged.details) == (
        acting.actor, str(anna.id), {"other_profile": str(anna_again.id)}
    )  # fmt: skip
    assert (split.by, split.about, split.details) == (
        acting.actor, str(anna_again.id), {"other_profile": str(anna.id)}
    )  # fmt: skip


def test_an_undone_merge_cannot_be_undone_again(acting, anna, anna_again):
    merge_profiles(acting, survivor_id=anna.id, duplicate_id=anna_again.id)
    [merge] = list_merges(acting, anna.profile_no)
    split_profile(acting, evidence_id=merge.id)

    with pytest.raises(NothingToSplit):
        split_profile(acting, evidence_id=merge.id)


def test_a_merged_profile_is_not_merged_twice(acting, anna, anna_again):
    merge_profiles(acting, survivor_id=anna.id, duplicate_id=anna_again.id)

    with pytest.raises(ProfileAlreadyMerged):
        merge_profiles(acting, survivor_id=anna.id, duplicate_id=anna_again.id)


def test_two_accounts_are_never_merged(acting, shop, anna):
    bert = met(acting, shop, 3, userId="bert")

    with pytest.raises(TwoUserIds):
        merge_profiles(acting, survivor_id=anna.id, duplicate_id=bert.id)

    with acting_transaction(acting):
        assert Profile.objects.filter(merged_into_no=None).count() == 2


def test_the_more_restrictive_consent_wins(brand, acting, shop, anna, anna_again):
    install_standard_purposes(acting, node_no=brand.node_no)
    for profile, status in ((anna, "granted"), (anna_again, "withdrawn")):
        record_consent(
            acting, node_no=brand.node_no, profile_no=profile.profile_no, purpose="marketing.email", channel="email",
            status=status, at=MONDAY, source="test",
        )  # fmt: skip
    together = {
        "type": "identify",
        "messageId": "m9",
        "userId": "anna",
        "traits": {"phone": "13800008000"},
        "timestamp": "2026-03-02T08:30:00Z",
    }
    send(shop, [together])

    ingesting.drain(MONDAY)

    [consent] = consents_of(acting, anna.profile_no)
    assert consent.status == "withdrawn"


def test_a_merge_and_its_undoing_write_nothing_anew_that_was_said_before(
    brand, acting, shop, anna, anna_again
):
    install_standard_purposes(acting, node_no=brand.node_no)
    record_consent(
        acting, node_no=brand.node_no, profile_no=anna_again.profile_no, purpose="marketing.email", channel="email",
        status="withdrawn", at=MONDAY, source="form",
    )  # fmt: skip

    merge_profiles(acting, survivor_id=anna.id, duplicate_id=anna_again.id)
    [merge] = list_merges(acting, anna.profile_no)
    split_profile(acting, evidence_id=merge.id)
    settle()
    ingesting.drain(MONDAY)

    said = scoped(acting.scope).query("SELECT profile_no FROM events WHERE event = 'Consent Updated'")
    assert said["profile_no"].to_pylist() == [anna_again.profile_no]


def test_an_erased_person_is_gone_for_good(acting, anna, anna_again):
    merge_profiles(acting, survivor_id=anna.id, duplicate_id=anna_again.id)

    destroyed = erase_person(acting, profile_id=anna.id)

    assert destroyed == 2
    assert find_profiles(acting, "anna@example.com") == []
    assert find_profiles(acting, "anna li") == []
    assert names_of(acting, [anna.profile_no]) == {anna.profile_no: f"Customer {code_of(anna.profile_no)}"}
    assert timeline(acting, anna.profile_no).rows == []
    assert get_profile(acting, anna.id).is_erased
    assert erase_person(acting, profile_id=anna.id) == 0


def test_an_erased_person_who_returns_is_somebody_new(acting, shop, anna):
    erase_person(acting, profile_id=anna.id)

    again = met(acting, shop, 5, userId="anna", email="anna@example.com")

    assert again.profile_no != anna.profile_no


def test_who_is_erased_by_a_dealer_is_erased_whole(brand, acting, shop):
    own, other = (
        make_source(acting, node_no, name="showroom") for node_no in (brand.dealer_no, brand.other_dealer_no)
    )
    dora = met(acting, own, 1, userId="dora", email="dora@example.com")
    dora_there = met(acting, other, 2, phone="13800008001", name="Dora Li")
    install_standard_purposes(acting, node_no=brand.node_no)
    merge_profiles(acting, survivor_id=dora.id, duplicate_id=dora_there.id)

    destroyed = erase_person(make_acting(brand.dealer_no), profile_id=dora.id)

    assert destroyed == 2
    assert get_profile(acting, dora_there.id).is_erased


def test_who_was_folded_into_another_meanwhile_is_erased_with_them(acting, anna, anna_again):
    merge_profiles(acting, survivor_id=anna.id, duplicate_id=anna_again.id)

    destroyed = erase_person(acting, profile_id=anna_again.id)

    assert destroyed == 2
    assert find_profiles(acting, "13800008000") == []
    assert get_profile(acting, anna.id).is_erased


def test_a_copy_says_what_was_said_latest_whoever_survived(brand, acting, shop, anna):
    declare(acting, brand.node_no, [Declared("trait", "", "city", label=Label.L2)])
    again = met(acting, shop, 2, phone="13800008000")
    for number, who in ((3, {"userId": "anna"}), (4, {"phone": "13800008000"})):
        met(acting, shop, number, **who, city=f"City {number}")
    merge_profiles(acting, survivor_id=again.id, duplicate_id=anna.id)

    copy = export_person(make_acting(brand.node_no, roles=("brand_manager",)), profile_id=anna.id)

    kept = copy["kept"]["customers"]
    assert {"trait": "city", "value": "City 4"} in kept
    assert {one["value"] for one in kept} >= {"anna@example.com", "Anna Li"}
