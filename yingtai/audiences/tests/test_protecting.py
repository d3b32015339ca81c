"""Whoever may not see people reads their numbers roughly, on every page and over the API, and sees nobody."""

from dataclasses import replace

import pytest

from yingtai.audiences.api import change_audience, create_audience, refresh_audience
from yingtai.audiences.counting import count_now
from yingtai.audiences.definition import read_definition
from yingtai.audiences.queries import get_audience, list_audiences, list_sizes
from yingtai.audiences.questions import question_of
from yingtai.audiences.services.looking import look
from yingtai.audiences.testing import write_people
from yingtai.compliance.testing import signed_in
from yingtai.kernel.pages import encode_cursor
from yingtai.kernel.protecting import roughly
from yingtai.organization.api import TooManyQuestions, make_api_key
from yingtai.organization.testing import deeds_of, make_acting

EVERYBODY = {"join": "all", "parts": []}
BLIND = ("analyst", "executive", "auditor")
VIEWED = {"block": "did", "event": "Product Viewed", "at_least": 3, "within_days": 30}
BOUGHT = {"block": "did", "event": "Order Completed", "within_days": 90}


def questions(count):
    return [["people", ["question", number]] for number in range(count)]


def write(acting, brand, people):
    numbers = [brand.node_no + number for number in range(people)]
    write_people(brand.node_no, dict.fromkeys(numbers, brand.node_no), at=acting.at)


@pytest.mark.parametrize("people", [0, 9, 60])
def test_who_may_not_see_people_reads_one_rough_number_everywhere(acting, brand, lake, people):
    write(acting, brand, people)
    analyst = make_acting(brand.node_no, roles=("analyst",))
    audience = create_audience(acting, node_no=brand.node_no, name="All", definition=EVERYBODY)
    refresh_audience(acting, audience)
    counted = count_now(analyst, read_definition(EVERYBODY), node_no=brand.node_no).people
    again = count_now(analyst, read_definition(EVERYBODY), node_no=brand.node_no).people
    sizes = list_sizes(analyst, get_audience(acting, audience).audience_no)

    assert count_now(acting, read_definition(EVERYBODY)).people == people
    assert get_audience(acting, audience).people == people
    assert {counted, again, get_audience(analyst, audience).people} == {counted}
    assert [row.people for row in list_audiences(analyst).rows] == [row.people for row in sizes] == [counted]
    assert counted in {0: [0], 9: [0, 20], 60: [50, 60, 70]}[people]


def test_the_same_question_has_the_same_answer_however_it_is_put():
    asked = question_of({"join": "all", "parts": [VIEWED, BOUGHT]}, 1)

    assert asked == question_of({"join": "all", "parts": [BOUGHT, VIEWED, BOUGHT]}, 1)
    assert asked == question_of({"join": "all", "parts": [{"join": "all", "parts": [BOUGHT]}, VIEWED]}, 1)
    assert asked == question_of({"join": "any", "parts": [{"join": "all", "parts": [VIEWED, BOUGHT]}]}, 1)
    assert asked != question_of({"join": "any", "parts": [VIEWED, BOUGHT]}, 1)
    assert asked != question_of({"join": "all", "parts": [VIEWED, BOUGHT]}, 2)


@pytest.mark.parametrize("people", [29, 30, 35, 1_000])
def test_one_person_more_changes_a_number_no_more_often_than_chance(people):
    # Rounded alone, every question about 29 people would tell of the thirtieth.
    changed = sum(roughly(people, one) != roughly(people + 1, one) for one in questions(2_000))

    # Fifteen moves of a number in tens: one in fifteen, or two.
    assert 0.05 <= changed / 2_000 <= 0.15


def test_a_difference_of_one_person_between_two_questions_says_nothing():
    one, other = questions(2)[0], questions(2_000)[1:]
    with_person = [roughly(101, question) - roughly(100, one) for question in other]
    without = [roughly(100, question) - roughly(100, one) for question in other]
    larger = [sum(found > 0 for found in both) / len(both) for both in (with_person, without)]

    assert abs(larger[0] - larger[1]) < 0.1
    assert len(set(without)) >= 3


@pytest.mark.parametrize("role", BLIND)
def test_single_people_are_not_shown(acting, brand, lake, role):
    write(acting, brand, 60)
    audience = create_audience(acting, node_no=brand.node_no, name="All", definition=EVERYBODY)
    refresh_audience(acting, audience)
    blind, seeing = signed_in(brand.code, role), signed_in(brand.code, "marketer")
    path = f"/audiences/{audience}/people"

    assert "/customers/" not in blind.get(path).content.decode()
    assert "Some of them" not in blind.get(path).content.decode()
    assert "Some of them" in seeing.get(path).content.decode()
    assert "Some of them" not in blind.post("/audiences/look").content.decode()


def test_keys_without_the_right_to_see_people_get_no_rows_of_them(acting, brand, client, lake):
    write(acting, brand, 60)
    audience = create_audience(acting, node_no=brand.node_no, name="All", definition=EVERYBODY)
    refresh_audience(acting, audience)
    paths = [f"/api/v1/audiences/{audience}/members", "/api/v1/metrics/audiences.rfm_scores"]
    answers = {}
    for role in ("analyst", "marketer"):
        key = make_api_key(None, unit_code=brand.code, name=role, roles=[role], at=acting.at)
        head = {"authorization": f"Bearer {key}"}
        answers[role] = [client.get(path, headers=head).status_code for path in paths]

    assert answers == {"analyst": [403, 403], "marketer": [200, 200]}


def test_wording_one_question_in_many_ways_never_comes_to_the_true_number():
    means = {
        people: sum(roughly(people, question) for question in questions(2_000)) / 2_000
        for people in range(125, 2_000, 50)
    }
    off = [mean - people for people, mean in means.items()]

    assert max(map(abs, off)) < 3.5
    assert len({round(one) for one in off}) >= 4


def test_so_many_questions_a_key_that_sees_nobody_is_answered_then_told_to_wait(
    acting, brand, client, lake, monkeypatch
):
    monkeypatch.setattr("yingtai.organization.limits.OF_A_PROGRAM", {3600: 2})
    write(acting, brand, 60)

    def count(role, key, days):
        part = {"block": "seen", "which": "first_seen_at", "within_days": days}
        body = {"definition": {"join": "all", "parts": [part]}}
        head = {"authorization": f"Bearer {key}"}
        return client.post("/api/v1/audiences/count", body, "application/json", headers=head)

    keys = {
        role: make_api_key(None, unit_code=brand.code, name=role, roles=[role], at=acting.at)
        for role in ("analyst", "marketer")
    }
    answers = {role: [count(role, keys[role], days) for days in (10, 11, 10, 12, 12, 11)] for role in keys}
    refused = answers["analyst"][3]

    assert [one.status_code for one in answers["analyst"]] == [200, 200, 200, 429, 429, 200]
    assert [one.status_code for one in answers["marketer"]] == [200] * 6
    assert refused.json()["code"] == "organization.too-many-questions"
    [deed] = deeds_of(acting, "people.counted-often")
    assert deed.details == {"questions": 2, "hours": 1}
    # Another key of the brand is answered no more.
    other = make_api_key(None, unit_code=brand.code, name="another", roles=["executive"], at=acting.at)
    assert count("executive", other, 13).status_code == 429


def test_a_definition_that_is_saved_is_a_question_too(acting, brand, lake, monkeypatch):
    monkeypatch.setattr("yingtai.organization.limits.OF_A_PERSON", {3600: 1})
    analyst = replace(make_acting(brand.node_no, roles=("analyst",)), actor=f"staff:{brand.code}")
    asked = {"join": "all", "parts": [VIEWED]}
    count_now(analyst, read_definition(asked), node_no=brand.node_no)
    audience = create_audience(analyst, node_no=brand.node_no, name="Viewed", definition=asked)

    with pytest.raises(TooManyQuestions):
        change_audience(
            analyst, audience, name="Bought", definition={"join": "all", "parts": [VIEWED, BOUGHT]}
        )
    assert get_audience(acting, audience).name == "Viewed"


@pytest.mark.parametrize("name", ["people", "entered", "left"])
def test_no_order_and_no_place_in_it_tells_how_many_to_who_may_not_see_people(acting, brand, lake, name):
    write(acting, brand, 60)
    for title, definition in (("Larger", EVERYBODY), ("Smaller", {"join": "all", "parts": [VIEWED]})):
        refresh_audience(
            acting, create_audience(acting, node_no=brand.node_no, name=title, definition=definition)
        )
    page = f"/audiences/?sort=-{name}"
    manager, analyst = signed_in(brand.code, "brand_manager"), signed_in(brand.code, "analyst")
    said = [browser.get(page).content.decode() for browser in (manager, analyst)]
    asked = [analyst.get(f"{page}&after={encode_cursor(f'-{name}', most, 0)}") for most in (1, 60, 61)]

    assert [f"?sort={name}" in one for one in said] == [True, False]
    assert said[1].index("Smaller") < said[1].index("Larger")
    assert ["Numbers of people are in tens" in one for one in said] == [False, True]
    assert [answer.status_code for answer in asked] == [400] * 3


def test_how_many_of_a_large_audience_were_looked_at_does_not_tell_its_size(acting, brand, lake, monkeypatch):
    monkeypatch.setattr("yingtai.audiences.services.looking.MOST_LOOKED_AT", 100)
    write(acting, brand, 303)
    analyst = make_acting(brand.node_no, roles=("analyst",))
    asked = {"node_no": brand.node_no, "purpose": "", "channel": "email"}
    everybody = read_definition(EVERYBODY)

    seen, told = look(acting, everybody, **asked), look(analyst, everybody, **asked)

    assert (seen.people, seen.looked_at, told.is_estimate) == (303, 76, True)
    assert {told.people % 10, told.looked_at % 10} == {0}
    assert abs(told.looked_at - 76) <= 15
