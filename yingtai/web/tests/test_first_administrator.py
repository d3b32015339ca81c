"""An empty installation has a way in, once."""

from datetime import UTC, datetime

import pytest
from django.contrib.auth import get_user_model
from django.test import Client

from yingtai.kernel.errors import ProductError
from yingtai.organization.api import invite_first
from yingtai.organization.testing import MONDAY, PASSWORD, make_staff
from yingtai.web import first_administrator


@pytest.fixture
def nobody(brand, monkeypatch):
    """An installation in which nobody administers anything; other tests share the books."""
    for module in ("first", "inviting"):
        monkeypatch.setattr(f"yingtai.organization.{module}.has_administrator", lambda: False)
    return brand


@pytest.fixture
def email(brand):
    return f"ada-{brand.code}@example.com"


def test_the_link_makes_one_administrator_of_the_group_who_is_made_by_nobody(nobody, email, capsys):
    assert first_administrator.main([email, "--name", "Ada"]) == 0
    path = "/join/" + capsys.readouterr().out.strip().rpartition("/join/")[2]

    browser, form = Client(), {"password": PASSWORD, "again": PASSWORD}
    answers = [browser.post(path, form).status_code, Client().post(path, form).status_code]

    assert answers == [302, 404]
    ada = get_user_model().objects.get(email=email)
    assert (ada.name, ada.made_by) == ("Ada", "")
    assert [(held.role, held.unit.kind) for held in ada.assignments.all()] == [("administrator", "group")]


def test_asking_again_ends_the_link_before(nobody, email):
    links = [invite_first(datetime.now(UTC), email=email) for _turn in range(2)]

    assert [Client().get(link).status_code for link in links] == [404, 200]


def test_of_two_first_administrators_only_the_latest_invited_joins(nobody, email):
    links = [invite_first(datetime.now(UTC), email=f"{turn}-{email}") for turn in range(2)]

    assert [Client().get(link).status_code for link in links] == [404, 200]


def test_the_link_ends_when_somebody_administers(nobody, email, monkeypatch):
    link = invite_first(datetime.now(UTC), email=email)
    monkeypatch.setattr("yingtai.organization.inviting.has_administrator", lambda: True)
    form = {"password": PASSWORD, "again": PASSWORD}

    assert [Client().get(link).status_code, Client().post(link, form).status_code] == [404, 404]
    assert not get_user_model().objects.filter(email=email).exists()


def test_it_is_refused_while_somebody_administers(brand, email):
    make_staff(brand.code, "administrator")

    with pytest.raises(ProductError, match="administrator already"):
        invite_first(MONDAY, email=email)
    with pytest.raises(ProductError):
        first_administrator.main([email])


def test_what_is_no_address_invites_nobody(nobody):
    with pytest.raises(ProductError, match="not an e-mail address"):
        invite_first(MONDAY, email="ada")
