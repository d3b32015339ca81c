"""Who was erased may come back, but what they had agreed to before does not, whoever brings it."""

from dataclasses import replace
from datetime import timedelta
from types import SimpleNamespace

import pytest

from yingtai.collect.api import Origin, open_import, read_mapping
from yingtai.compliance.api import ConsentRow, consents_of, install_standard_purposes, record_consents
from yingtai.customers.api import erase_person, find_profiles
from yingtai.customers.importing import load_import
from yingtai.customers.models import Profile
from yingtai.customers.services import erasing
from yingtai.customers.services.erasing import count_kept
from yingtai.kernel.contributions import privacy_holders
from yingtai.kernel.scoping import acting_transaction
from yingtai.organization.testing import deeds_of
from yingtai.vault import api as vault

BOOK = """
shape = "profiles"
source = "{source}"
time_zone = "Asia/Shanghai"
[person]
email = "email"
phone = "phone"
[[consent]]
purpose = "marketing.email"
column = "ok"
{at}
"""
DATED = 'at = { column = "at" }'
FILE = """email,phone,ok,at
anna@example.com,13800008001,yes,2025-06-01 10:00:00
ben@example.com,,yes,2025-06-01 10:00:00
"""


@pytest.fixture(autouse=True)
def _purposes(acting, brand):
    install_standard_purposes(acting, node_no=brand.node_no)


def bring(acting, brand, text, source, *, at=DATED, dry=False):
    mapping = read_mapping(BOOK.format(source=source, at=at))
    opened = open_import(acting, Origin.of_bytes(text.encode()), mapping, node_no=brand.node_no, dry=dry)
    if dry:
        list(opened.sets())
    else:
        load_import(acting, opened, load_id=source)
    return opened.report


def said(acting, value):
    [person] = find_profiles(acting, value)
    return [view.status for view in consents_of(acting, person.profile_no)]


@pytest.fixture
def erased(acting, brand):
    bring(acting, brand, FILE, "first")
    [anna] = find_profiles(acting, "anna@example.com")
    erase_person(acting, profile_id=anna.id)
    return replace(acting, at=acting.at + timedelta(days=1))


def test_an_old_file_brings_back_no_old_yes(brand, erased):
    tried = bring(erased, brand, FILE, "second", dry=True)
    done = bring(erased, brand, FILE, "second")

    assert (tried.erased, done.erased) == (1, 1)
    assert (said(erased, "anna@example.com"), said(erased, "ben@example.com")) == ([], ["granted"])
    assert (done.answers, done.consents) == (2, 1)
    assert dict(done.noted) == {"compliance.erasure-stands": 1}


@pytest.mark.parametrize("line", ["anna@example.com,", ",13800008001", "anna@work.example,13800008001"])
def test_one_of_their_identifiers_is_enough_to_know_them_again(brand, erased, line):
    report = bring(erased, brand, f"email,phone,ok,at\n{line},yes,2025-06-01 10:00:00\n", "second")

    assert (report.erased, report.consents) == (1, 0)


def test_a_yes_without_a_time_may_be_an_old_one_and_a_no_is_taken(brand, erased):
    yes = bring(erased, brand, "email,phone,ok\nanna@example.com,,yes\n", "second", at="")
    after_yes = said(erased, "anna@example.com")
    no = bring(erased, brand, "email,phone,ok\nanna@example.com,,no\n", "third", at="")

    assert (yes.consents, dict(yes.noted), after_yes) == (0, {"compliance.erasure-stands": 1}, [])
    assert (no.consents, said(erased, "anna@example.com")) == (1, ["denied"])


def test_a_yes_from_after_the_erasure_counts_whichever_way_it_comes(brand, erased):
    bring(erased, brand, FILE, "second")
    [anna] = find_profiles(erased, "anna@example.com")

    def answer(at):
        row = ConsentRow(anna.profile_no, anna.node_no, "marketing.email", "email", "granted", at, "api")
        done = record_consents(erased, [row])
        return done.recorded, done.before_erasure

    old, new = answer(erased.at - timedelta(days=1)), answer(erased.at)

    assert (old, new, said(erased, "anna@example.com")) == ((0, 1), (1, 0), ["granted"])


def test_another_brand_has_erased_nobody(neighbour, neighbour_acting, erased):
    install_standard_purposes(neighbour_acting, node_no=neighbour.node_no)

    report = bring(neighbour_acting, neighbour, FILE, "first")

    assert (report.erased, report.consents) == (0, 2)


@pytest.mark.parametrize("step", range(8))
def test_an_erasure_killed_between_its_steps_is_whole_once_it_is_done_again(
    brand, acting, neighbour, neighbour_acting, monkeypatch, step
):
    install_standard_purposes(neighbour_acting, node_no=neighbour.node_no)
    bring(acting, brand, FILE, "first")
    bring(neighbour_acting, neighbour, FILE, "first")
    [anna] = find_profiles(acting, "anna@example.com")
    [ben] = find_profiles(acting, "ben@example.com")
    [theirs] = find_profiles(neighbour_acting, "anna@example.com")
    before = [count_kept(acting, profile_id=anna.id), count_kept(acting, profile_id=ben.id)]
    of_neighbour = count_kept(neighbour_acting, profile_id=theirs.id)
    with acting_transaction(acting):
        key = Profile.objects.get(id=anna.id).key_id

    with monkeypatch.context() as patch:
        die_before(patch, step)
        with pytest.raises(KeyboardInterrupt):
            erase_person(acting, profile_id=anna.id)
    is_committed = step == LAST_STEP
    assert count_kept(acting, profile_id=ben.id) == before[1]
    assert (count_kept(acting, profile_id=anna.id) == before[0]) is not is_committed

    destroyed = erase_person(acting, profile_id=anna.id)

    assert destroyed == 1
    assert vault.destroy_keys([key]) == 0
    left = count_kept(acting, profile_id=anna.id)
    assert {name for name, count in left.items() if count} == {
        "compliance"
    }  # what they had agreed to, as evidence
    assert find_profiles(acting, "anna@example.com") == []
    assert count_kept(acting, profile_id=ben.id) == before[1]
    assert count_kept(neighbour_acting, profile_id=theirs.id) == of_neighbour
    assert len(deeds_of(acting, "person.erased")) == 1


LAST_STEP = 7


def die_before(patch, step):
    """Let an erasure die before its step: each holder's, the fact's, the record's, the keys' at last."""
    steps = iter(range(LAST_STEP + 1))

    def dying(usual):
        def call(*given, **more):
            if next(steps) == step:
                raise KeyboardInterrupt
            return usual(*given, **more)

        return call

    holders = [replace(holder, erase=dying(holder.erase)) for holder in privacy_holders.all()]
    assert len(holders) == LAST_STEP - 2
    patch.setattr(erasing, "privacy_holders", SimpleNamespace(all=lambda: holders))
    for owner, name in ((erasing, "publish"), (erasing, "record_deed"), (vault, "destroy_keys")):
        patch.setattr(owner, name, dying(getattr(owner, name)))
