"""On a merge the more restrictive answer wins; a split gives answers back, refusals stay with both."""

import pytest

from yingtai.compliance import api
from yingtai.compliance.testing import make_purposes, new_profile_no

EMAIL = "marketing.email"


@pytest.fixture(autouse=True)
def _purposes(acting, brand):
    make_purposes(acting, brand.node_no)


def record(acting, brand, profile_no, status):
    api.record_consent(
        acting, profile_no=profile_no, node_no=brand.node_no, purpose=EMAIL, channel="email", status=status,
        source="form",
    )  # fmt: skip


def status_now(acting, profile_no):
    return [view.status for view in api.consents_of(acting, profile_no)]


@pytest.mark.parametrize(
    ("hers", "theirs", "merged"),
    [
        ("granted", "withdrawn", "withdrawn"),
        ("withdrawn", "granted", "withdrawn"),
        ("denied", "granted", "denied"),
        ("granted", "granted", "granted"),
        (None, "granted", "granted"),
        (None, "denied", "denied"),
        ("granted", None, "granted"),
    ],
)
def test_the_more_restrictive_answer_wins(acting, brand, hers, theirs, merged):
    anna, anna_again = new_profile_no(), new_profile_no()
    for profile_no, status in ((anna, hers), (anna_again, theirs)):
        if status:
            record(acting, brand, profile_no, status)

    api.merge_consents(acting, anna, [anna_again])

    assert status_now(acting, anna) == [merged]
    assert status_now(acting, anna_again) == []


def test_a_merge_is_evidenced_by_the_answers_it_was_made_of_and_repeating_it_changes_nothing(acting, brand):
    anna, anna_again = new_profile_no(), new_profile_no()
    record(acting, brand, anna, "granted")
    record(acting, brand, anna_again, "withdrawn")

    api.merge_consents(acting, anna, [anna_again])
    api.merge_consents(acting, anna, [anna_again])

    [held] = api.consents_of(acting, anna)
    assert held.source == "merge"
    assert len(held.evidence["consents"]) == 2
    assert len(api.consent_history(acting, anna)) == 2


def test_many_merges_are_one_statement(acting, brand, django_assert_max_num_queries):
    people = [(new_profile_no(), new_profile_no()) for _ in range(30)]
    for survivor, duplicate in people:
        record(acting, brand, survivor, "granted")
        record(acting, brand, duplicate, "denied")

    with django_assert_max_num_queries(9):
        api.merge_consents_in_pairs(acting, people)

    assert {tuple(status_now(acting, survivor)) for survivor, _ in people} == {("denied",)}


def test_a_split_gives_answers_back_and_a_refusal_stays_with_both(acting, brand):
    anna, other = new_profile_no(), new_profile_no()
    record(acting, brand, anna, "withdrawn")
    record(acting, brand, other, "granted")
    api.merge_consents(acting, anna, [other])

    api.split_consents(acting, anna, [(other, brand.node_no)])

    assert status_now(acting, anna) == ["withdrawn"]
    assert status_now(acting, other) == ["withdrawn"]


def test_a_split_returns_a_grant_when_nobody_refused(acting, brand):
    anna, other = new_profile_no(), new_profile_no()
    record(acting, brand, other, "granted")
    api.merge_consents(acting, anna, [other])

    api.split_consents(acting, anna, [(other, brand.node_no)])

    assert status_now(acting, other) == ["granted"]
