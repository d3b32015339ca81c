import json

import pytest
from django.test import Client
from django.utils import timezone

from yingtai.audiences.api import create_audience, refresh_audience
from yingtai.audiences.testing import write_people
from yingtai.customers.testing import Profile
from yingtai.kernel.scoping import acting_transaction
from yingtai.organization.api import make_api_key
from yingtai.organization.testing import MONDAY, BrandForTest, make_acting

EVERYONE = {"join": "all", "parts": []}


def program(brand: BrandForTest) -> Client:
    key = make_api_key(None, unit_code=brand.code, name="Shop", roles=["integrator"], at=MONDAY)
    return Client(headers={"Authorization": f"Bearer {key}"})


@pytest.fixture
def people(brand: BrandForTest, acting: object, lake: object) -> dict[int, str]:
    numbers = [brand.node_no + 70_000 + number for number in range(3)]
    write_people(brand.node_no, dict.fromkeys(numbers, brand.node_no), at=MONDAY)
    with acting_transaction(make_acting(brand.node_no)):
        made = [
            Profile.objects.create(
                profile_no=number, node_no=brand.node_no, brand_no=brand.node_no >> 40, first_seen_at=MONDAY
            )
            for number in numbers
        ]
    return {profile.profile_no: str(profile.id) for profile in made}


def test_a_program_lists_audiences_and_pages_through_members(
    brand: BrandForTest, people: dict[int, str]
) -> None:
    acting = make_acting(brand.node_no, at=timezone.now())
    audience_id = create_audience(acting, node_no=brand.node_no, name="Everyone", definition=EVERYONE)
    refresh_audience(acting, audience_id)
    shop = program(brand)
    listed = shop.get("/api/v1/audiences").json()
    assert [(row["id"], row["name"], row["people"]) for row in listed["rows"]] == [
        (str(audience_id), "Everyone", 3)
    ]
    assert (listed["next_cursor"], listed["total"]) == (None, 1)
    assert shop.get(f"/api/v1/audiences/{audience_id}").json()["definition"] == EVERYONE
    first = shop.get(f"/api/v1/audiences/{audience_id}/members?limit=2").json()
    second = shop.get(f"/api/v1/audiences/{audience_id}/members?limit=2&after={first['next_cursor']}").json()
    assert first["rows"] + second["rows"] == list(people.values())
    assert (second["next_cursor"], second["total"]) == (None, 3)


def test_a_program_counts_a_definition(brand: BrandForTest, people: dict[int, str]) -> None:
    def count(definition: object) -> tuple[int, dict]:
        body = json.dumps({"definition": definition})
        answer = program(brand).post("/api/v1/audiences/count", body, content_type="application/json")
        return answer.status_code, answer.json()

    status, counted = count(EVERYONE)
    assert (status, counted["people"]) == (200, 3)
    status, problem = count({"join": "all", "parts": [{"block": "did"}]})
    assert (status, problem["code"]) == (422, "audiences.blank-empty")
    assert "event" in problem["title"]


def test_another_brands_program_finds_nothing(
    brand: BrandForTest, neighbour: BrandForTest, people: dict[int, str]
) -> None:
    audience_id = create_audience(
        make_acting(brand.node_no), node_no=brand.node_no, name="Ours", definition=EVERYONE
    )
    stranger = program(neighbour)
    assert stranger.get("/api/v1/audiences").json()["rows"] == []
    for path in ("", "/members"):
        assert stranger.get(f"/api/v1/audiences/{audience_id}{path}").status_code == 404
    assert Client().get("/api/v1/audiences").status_code == 401
