"""Administrators grow the tree, invite colleagues and make keys, in their own scope and nowhere else."""

import pytest
from django.test import Client

from yingtai.kernel.errors import NotAllowed
from yingtai.organization import queries, services
from yingtai.organization.api import get_unit, get_unit_at
from yingtai.organization.errors import CodeIsTaken
from yingtai.organization.models import ApiKey, Assignment
from yingtai.organization.testing import make_acting, make_staff


@pytest.fixture
def administrator(brand):
    return make_acting(brand.node_no, roles=("administrator",))


def browser_of(staff):
    browser = Client()
    browser.force_login(staff, "allauth.account.auth_backends.AuthenticationBackend")
    return browser


def test_a_brand_administrator_adds_a_dealer_to_a_region(brand, administrator):
    region = get_unit_at(brand.region_no)

    made = services.grow_tree(
        administrator, parent_code=region.code, code=f"{brand.code}-new", name="New dealer"
    )

    assert (made.kind, made.node_no) == ("dealer", brand.other_dealer_no + 1)


def test_nobody_adds_to_another_brand(neighbour, administrator):
    with pytest.raises(NotAllowed):
        services.grow_tree(administrator, parent_code=neighbour.code, code=f"{neighbour.code}-x", name="X")

    assert not [unit for unit in queries.list_units(neighbour.scope, kind="region") if unit.name == "X"]


def test_only_the_group_adds_legal_entities(administrator):
    with pytest.raises(NotAllowed):
        services.grow_tree(administrator, parent_code="group", code="own-company", name="Own company")


def test_a_brand_is_made_below_a_legal_entity_by_the_group(brand):
    group = make_acting(0, roles=("administrator",))
    entity = services.grow_tree(
        group, parent_code="group", code=f"{brand.code}-e", name="Entity", country="GB"
    )

    made = services.grow_tree(
        group,
        parent_code=entity.code,
        code=f"{brand.code}-b",
        name="Gifts",
        time_zone="Europe/London",
        currency="GBP",
    )

    assert (made.kind, made.currency, made.entity_no) == ("brand", "GBP", entity.entity_no)


def test_a_role_is_taken_only_in_ones_own_scope(brand, neighbour, administrator):
    stranger = make_staff(neighbour.code, "marketer")
    own = make_staff(brand.code, "marketer")
    [theirs], [ours] = (list(Assignment.objects.filter(staff=staff)) for staff in (stranger, own))

    with pytest.raises(NotAllowed):
        services.take_role(administrator, theirs.pk)
    services.take_role(administrator, ours.pk)

    assert Assignment.objects.filter(staff=stranger).exists()
    assert not Assignment.objects.filter(staff=own).exists()


def test_lists_show_ones_own_scope_only(brand, neighbour, administrator):
    make_staff(neighbour.code, "marketer")
    own = make_staff(brand.code, "marketer")

    assert [row.email for row in queries.list_staff(administrator.scope)] == [own.email]
    codes = {row.unit.code for row in queries.list_tree(administrator.scope)}
    assert brand.code in codes
    assert neighbour.code not in codes
    assert queries.list_dealers(administrator.scope, get_unit_at(neighbour.region_no)) == []


def test_a_revoked_key_ends_at_once(brand, neighbour, administrator):
    key = services.issue_key(administrator, unit_code=brand.code, name="Shop", roles=["analyst"])
    theirs = services.issue_key(
        make_acting(neighbour.node_no), unit_code=neighbour.code, name="Shop", roles=["analyst"]
    )

    services.revoke_key(administrator, queries.find_key(key)[0])
    with pytest.raises(NotAllowed):
        services.revoke_key(administrator, queries.find_key(theirs)[0])

    assert queries.find_key(key) is None
    assert queries.find_key(theirs) is not None


@pytest.mark.parametrize("page", ["/organization/", "/organization/staff/", "/organization/keys/"])
def test_administrators_see_the_pages_and_marketers_do_not(brand, page):
    marketer, administrator = make_staff(brand.code, "marketer"), make_staff(brand.code, "administrator")

    assert browser_of(administrator).get(page).status_code == 200
    if page != "/organization/":
        assert browser_of(marketer).get(page).status_code == 403


def test_the_pages_work_as_forms(brand):
    browser = browser_of(make_staff(brand.code, "administrator"))

    added = browser.post(
        "/organization/", {"parent_code": brand.code, "code": f"{brand.code}-r2", "name": "Second"}
    )
    again = browser.post(
        "/organization/", {"parent_code": brand.code, "code": f"{brand.code}-r2", "name": "Second"}
    )
    invited = browser.post(
        "/organization/staff/",
        {
            "email": f"{brand.code}-a@staff.example.com",
            "name": "A",
            "unit_code": brand.code,
            "role": "analyst",
        },
    )
    made = browser.post("/organization/keys/", {"name": "BI", "unit_code": brand.code, "roles": ["analyst"]})

    assert (added.status_code, get_unit(f"{brand.code}-r2").kind) == (302, "region")
    assert again.status_code == 422
    assert CodeIsTaken.title.split("{")[0] in again.content.decode()
    assert invited.status_code == 302
    assert f"{brand.code}-a@staff.example.com" in browser.get("/organization/staff/").content.decode()
    assert "ytk_" in made.content.decode()
    assert ApiKey.objects.filter(name="BI", unit__code=brand.code).exists()


def test_a_colleague_gets_another_role_from_somebody_else_only(brand, neighbour):
    boss, own = make_staff(brand.code, "administrator"), make_staff(brand.code, "marketer")
    stranger = make_staff(neighbour.code, "marketer")
    browser = browser_of(boss)
    role = {"unit_code": brand.dealer_code, "role": "analyst"}

    listed = browser.get("/organization/staff/").content.decode()
    offered = browser.get(f"/organization/staff/{own.id}/role").content.decode()
    given = browser.post(f"/organization/staff/{own.id}/role", role)
    to_oneself = browser.post(f"/organization/staff/{boss.id}/role", role)
    outside = browser.post(f"/organization/staff/{own.id}/role", role | {"unit_code": neighbour.code})
    to_a_stranger = browser.post(f"/organization/staff/{stranger.id}/role", role)

    assert f"/organization/staff/{own.id}/role" in listed
    assert f"/organization/staff/{boss.id}/role" not in listed
    assert f'value="{brand.dealer_code}"' in offered
    assert neighbour.code not in offered
    assert 'value="group"' not in offered
    assert given.status_code == 302
    assert {(place.unit.code, role) for place in queries.workplaces_of(own) for role in place.roles} == {
        (brand.code, "marketer"),
        (brand.dealer_code, "analyst"),
    }
    assert (to_oneself.status_code, outside.status_code, to_a_stranger.status_code) == (403, 422, 404)
    assert "You cannot give yourself a role" in to_oneself.content.decode()
    assert Assignment.objects.filter(staff__in=[boss, stranger]).count() == 2
    with pytest.raises(NotAllowed):
        services.give_role(
            make_acting(brand.node_no), staff_id=own.id, unit_code=neighbour.code, role="marketer"
        )
    assert browser_of(own).get(f"/organization/staff/{own.id}/role").status_code == 403
