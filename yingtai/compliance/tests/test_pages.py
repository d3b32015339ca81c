"""The compliance pages show what holds now, and only what a role may see."""

import pytest

from yingtai.compliance import api, queries
from yingtai.compliance.policy import ACTIONS, FOR_EVERYONE, RULES
from yingtai.compliance.policy_words import ACTION_WORDS, LABEL_WORDS, PLACE_WORDS
from yingtai.compliance.testing import grant_email, make_purposes, new_profile_no, signed_in
from yingtai.kernel.labels import Label
from yingtai.organization.api import get_unit_at
from yingtai.organization.testing import make_acting


@pytest.fixture
def officer(brand):
    return signed_in(brand.code, "compliance_officer")


def test_an_empty_brand_is_offered_the_usual_purposes(officer, acting):
    page = officer.get("/compliance/")
    assert "No purpose is registered yet" in page.content.decode()

    answer = officer.post("/compliance/purposes/standard", follow=True)

    assert "Marketing by e-mail" in answer.content.decode()
    assert [purpose.code for purpose in api.list_purposes(acting)] == [
        "marketing.email", "marketing.personalisation", "marketing.sms", "service.messages",
    ]  # fmt: skip


def test_the_overview_counts_answers(officer, acting, brand):
    make_purposes(acting, brand.node_no)
    grant_email(acting, brand.node_no, [new_profile_no() for _ in range(1234)])

    text = officer.get("/compliance/").content.decode()

    assert "1,234" in text


def test_a_notice_is_published_through_its_page(officer, acting, brand):
    make_purposes(acting, brand.node_no)
    purpose = api.get_purpose(acting, code="marketing.email")

    refused = officer.post(f"/compliance/purposes/{purpose.id}/notice", {"title": "Only a title"})
    done = officer.post(
        f"/compliance/purposes/{purpose.id}/notice", {"title": "News", "text": "Second."}, follow=True
    )

    assert refused.status_code == 422
    assert "at least one language" in refused.content.decode()
    assert "Version 2 (English)" in done.content.decode()


def test_a_purpose_is_registered_through_its_page(officer, acting):
    given = {
        "code": "marketing.post", "title": "Letters", "channels": ["post"], "basis": "consent",
        "retention_days": "365",
    }  # fmt: skip

    page = officer.post("/compliance/purposes/new", given, follow=True)
    again = officer.post("/compliance/purposes/new", given)

    assert "Letters" in page.content.decode()
    assert again.status_code == 422
    assert [purpose.code for purpose in api.list_purposes(acting)] == ["marketing.post"]


def test_whoever_works_for_several_brands_says_for_which_a_purpose_is(acting, brand, neighbour):
    group = signed_in("group", "compliance_officer")
    own, other = (get_unit_at(one.node_no) for one in (brand, neighbour))
    given = {
        "code": "marketing.post", "title": "Letters", "channels": ["post"], "basis": "consent",
        "retention_days": "365",
    }  # fmt: skip

    asked = group.post("/compliance/purposes/new", given)
    none = api.list_purposes(acting)
    group.post("/compliance/purposes/new", given | {"brands": [str(other.id)]})
    taken = group.post("/compliance/purposes/new", given | {"brands": [str(own.id), str(other.id)]})
    still_none = api.list_purposes(acting)
    group.post("/compliance/purposes/new", given | {"brands": [str(own.id)], "code": "marketing.call"})
    [made] = api.list_purposes(acting)

    assert (asked.status_code, taken.status_code, none, still_none) == (422, 422, [], [])
    assert f"{other.title} already has a purpose called marketing.post" in taken.content.decode()
    assert f"<dd>{own.title}</dd>" in group.get(f"/compliance/purposes/{made.id}/").content.decode()


def test_brands_without_any_purpose_are_named_and_get_the_usual_ones_when_chosen(acting, brand, neighbour):
    group, own = signed_in("group", "compliance_officer"), get_unit_at(brand.node_no)
    make_purposes(make_acting(neighbour.node_no), neighbour.node_no)

    before = group.get("/compliance/").content.decode()
    group.post("/compliance/purposes/standard", {"brands": [str(own.id)]})

    assert "Without any purpose, so nobody can be written to" in before
    assert own.title in before
    assert len(api.list_purposes(acting)) == 4


def test_the_policy_is_shown_in_words_with_the_codes_as_hints(officer):
    page = officer.get("/compliance/policy/").content.decode()

    assert "service_agent" not in page
    assert '<span title="reveal">show a hidden value</span>' in page
    assert '<span title="compliance.consent">Customers’ consents</span>' in page
    assert '<span title="L3">private: names, contacts, single persons</span>' in page
    assert '<span title="L3">exact sums, without names or single persons</span>' in page


def test_every_code_of_the_policy_has_words():
    lines = [*FOR_EVERYONE, *(line for rules in RULES.values() for line in rules)]

    assert set(ACTION_WORDS) == set(ACTIONS)
    assert {line.place for line in lines} == set(PLACE_WORDS)
    assert set(LABEL_WORDS) == set(Label)


def test_a_dealer_finds_no_compliance_page(brand):
    assert signed_in(brand.dealer_code, "dealer").get("/compliance/").status_code == 403


def test_a_neighbour_does_not_find_the_purpose(officer, neighbour, neighbour_acting):
    make_purposes(neighbour_acting, neighbour.node_no)
    theirs = api.get_purpose(neighbour_acting, code="marketing.email")

    assert officer.get(f"/compliance/purposes/{theirs.id}/").status_code == 404
    assert (
        officer.post(f"/compliance/purposes/{theirs.id}/notice", {"title": "x", "text": "y"}).status_code
        == 404
    )
    assert (
        queries.latest_notice_version(neighbour_acting, node_no=neighbour.node_no, purpose="marketing.email")
        == 1
    )
