"""The overview counts what holds now, in the scope it is asked in and nowhere else."""

from datetime import timedelta

import pytest

from yingtai.compliance.queries import consent_trend, count_consents
from yingtai.compliance.services.recording import ConsentRow, record_consents
from yingtai.compliance.testing import grant_email, make_purposes, new_profile_no
from yingtai.organization.testing import make_acting

EMAIL = "marketing.email"


@pytest.fixture
def answers(acting, brand):
    make_purposes(acting, brand.node_no)
    ann, ben, cem, dan = (new_profile_no() for _ in range(4))
    said = [
        (ann, brand.dealer_no, "granted", 0), (ann, brand.dealer_no, "withdrawn", 5),
        (ben, brand.dealer_no, "granted", 0), (cem, brand.node_no, "granted", 0), (dan, brand.node_no, "denied", 0),
    ]  # fmt: skip
    for profile_no, node_no, status, minutes in said:
        at = acting.at - timedelta(hours=1) + timedelta(minutes=minutes)
        record_consents(acting, [ConsentRow(profile_no, node_no, EMAIL, "email", status, at, "form", 1)])


def counted(acting):
    return [(row.purpose.code, row.granted, row.denied, row.withdrawn) for row in count_consents(acting)]


def test_each_person_counts_once_with_the_answer_that_holds(answers, acting):
    assert counted(acting) == [(EMAIL, 2, 1, 1)]


def test_a_dealer_counts_its_own_people(answers, brand):
    assert counted(make_acting(brand.dealer_no)) == [(EMAIL, 1, 0, 1)]


def test_the_neighbour_counts_nobody_and_two_brands_count_each(
    answers, acting, brand, neighbour, neighbour_acting
):
    make_purposes(neighbour_acting, neighbour.node_no)

    assert counted(neighbour_acting) == []
    assert counted(make_acting(brand.node_no, neighbour.node_no)) == [(EMAIL, 2, 1, 1)]


def test_the_days_show_every_answer_in_the_scope(answers, acting, brand, neighbour_acting):
    assert consent_trend(acting)[-1] == (acting.at.date(), 3, 2)
    assert consent_trend(make_acting(brand.dealer_no))[-1] == (acting.at.date(), 2, 1)
    assert {(yes, no) for _day, yes, no in consent_trend(neighbour_acting)} == {(0, 0)}
    assert len(consent_trend(acting)) == 30


def test_who_may_not_see_people_reads_the_answers_roughly(answers, acting, brand):
    analyst = make_acting(brand.node_no, roles=("analyst",))
    grant_email(acting, brand.node_no, [new_profile_no() for _ in range(97)])
    [row] = count_consents(analyst)

    assert (row.denied, row.withdrawn) == (0, 0)
    assert row.granted % 10 == 0
    assert abs(row.granted - 99) <= 15
    assert count_consents(analyst) == [row]
    assert consent_trend(analyst)[-1][1] % 10 == consent_trend(analyst)[-1][2] == 0
