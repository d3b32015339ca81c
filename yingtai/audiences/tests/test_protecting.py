"""Whoever may not see people counts them in tens, on every page and over the API."""

import pytest

from yingtai.audiences.api import create_audience, refresh_audience
from yingtai.audiences.counting import count_now
from yingtai.audiences.definition import read_definition
from yingtai.audiences.queries import get_audience, list_audiences, list_sizes
from yingtai.audiences.testing import write_people
from yingtai.organization.testing import make_acting

EVERYBODY = {"join": "all", "parts": []}


@pytest.mark.parametrize(("people", "seen"), [(0, 0), (1, 0), (9, 0), (10, 10), (19, 10), (23, 20)])
def test_single_people_cannot_be_counted_by_who_may_not_see_them(acting, brand, lake, people, seen):
    numbers = [brand.node_no + number for number in range(people)]
    write_people(brand.node_no, dict.fromkeys(numbers, brand.node_no), at=acting.at)
    analyst = make_acting(brand.node_no, roles=("analyst",))
    audience = create_audience(acting, node_no=brand.node_no, name="All", definition=EVERYBODY)
    refresh_audience(acting, audience)

    assert count_now(acting, read_definition(EVERYBODY)).people == people
    assert count_now(analyst, read_definition(EVERYBODY)).people == seen
    assert (get_audience(acting, audience).people, get_audience(analyst, audience).people) == (people, seen)
    assert [row.people for row in list_audiences(analyst).rows] == [seen]
    assert {row.people for row in list_sizes(analyst, get_audience(acting, audience).audience_no)} == {seen}
