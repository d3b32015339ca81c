"""Campaigns over the API: lists by cursor, counts, and the ledger with its reasons."""

import pytest
from django.test import Client

from yingtai.campaigns.services import drafting
from yingtai.campaigns.testing import launch_and_decide, make_campaign, make_people
from yingtai.organization.api import make_api_key
from yingtai.organization.testing import MONDAY

pytestmark = pytest.mark.usefixtures("lake")


def program(brand):
    key = make_api_key(None, unit_code=brand.code, name="Reports", roles=["integrator"], at=MONDAY)
    return Client(headers={"Authorization": f"Bearer {key}"})


@pytest.fixture
def campaign(acting, brand):
    people = make_people(acting, brand.node_no, [f"p{number}@example.com" for number in range(60)] + [None])
    return launch_and_decide(acting, make_campaign(acting, brand.node_no, people))


def test_campaigns_are_listed_by_cursor(acting, brand):
    for number in range(55):
        drafting.create_campaign(acting, node_no=brand.node_no, name=f"Campaign {number}")

    first = program(brand).get("/api/v1/campaigns").json()
    second = program(brand).get(f"/api/v1/campaigns?after={first['next_cursor']}").json()

    assert [len(first["rows"]), len(second["rows"]), second["next_cursor"]] == [50, 5, None]
    assert first["rows"][0]["name"] == "Campaign 54"


def test_a_campaign_says_how_many_and_why_not(campaign, brand):
    found = program(brand).get(f"/api/v1/campaigns/{campaign.id}").json()

    assert (found["state"], found["owed"], found["sent"], found["not_sent"]) == (
        "sending",
        60,
        0,
        {"no_address": 1},
    )


def test_the_ledger_is_read_by_cursor_and_filtered_by_reason(campaign, brand):
    url = f"/api/v1/campaigns/{campaign.id}/sends"
    first = program(brand).get(url).json()
    second = program(brand).get(f"{url}?after={first['next_cursor']}").json()
    [without] = program(brand).get(f"{url}?state=no_address").json()["rows"]

    assert (len(first["rows"]), len(second["rows"])) == (50, 11)
    assert (without["state"], without["reason"]) == ("not_sent", "no_address")
    assert without["profile_id"]


def test_a_neighbours_key_and_no_key_find_nothing(campaign, neighbour):
    for path in ("", "/sends"):
        assert program(neighbour).get(f"/api/v1/campaigns/{campaign.id}{path}").status_code == 404
        assert Client().get(f"/api/v1/campaigns/{campaign.id}{path}").status_code == 401
    assert program(neighbour).get("/api/v1/campaigns").json()["rows"] == []


def test_a_cursor_that_is_none_of_ours_is_refused(brand):
    assert program(brand).get("/api/v1/campaigns?after=nonsense").status_code == 400
