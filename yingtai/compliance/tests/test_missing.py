"""Whoever is refused is told which right is missing, which roles have it, and where to go on."""

from django.test import Client

from yingtai.compliance.testing import signed_in
from yingtai.organization.api import assign_role
from yingtai.organization.testing import make_staff

ENGLISH = {"accept-language": "en"}


def test_a_refusal_names_the_right_the_roles_and_the_ways_on(brand):
    analyst = signed_in(brand.code, "analyst")

    page = analyst.get("/content/new", headers=ENGLISH | {"referer": "http://testserver/insights/"})

    text = page.content.decode()
    assert page.status_code == 403
    assert "Your roles do not include: make and change (Templates)." in text
    assert "Roles that include it: Marketer, Brand manager." in text
    assert text.count("An administrator of your brand") == 1
    assert "Ask an administrator" not in text
    assert "another of your workplaces" not in text
    assert 'href="/insights/"' in text
    assert "Back to where you were" in text
    assert "data-search-open" in text.partition("<main")[2]


def test_only_whoever_works_in_two_places_is_told_to_choose_another(brand):
    staff = make_staff(brand.code, "analyst")
    assign_role(email=staff.email, unit_code=brand.dealer_code, role="dealer")
    browser = Client()
    browser.force_login(staff, backend="allauth.account.auth_backends.AuthenticationBackend")

    page = browser.get("/content/new", headers=ENGLISH)

    assert page.status_code == 403
    assert "Or choose another of your workplaces, at the top of the page." in page.content.decode()


def test_a_page_that_is_not_there_leads_to_the_list_of_its_kind(brand):
    page = signed_in(brand.code, "marketer").get("/campaigns/nothing-here", headers=ENGLISH)

    main = page.content.decode().partition("<main")[2]
    assert page.status_code == 404
    assert 'href="/campaigns/"' in main
