"""Colleagues and whoever is invited stand in one list, found by a part of a name that stands in no address."""

import re

import pytest
from django.test import Client
from django.utils import timezone

from yingtai.organization import inviting
from yingtai.organization.models import Staff, Unit
from yingtai.organization.testing import make_staff


@pytest.fixture
def administrator(brand):
    client = Client()
    client.force_login(make_staff(brand.code, "administrator"))
    return client


@pytest.fixture
def people(acting, brand):
    for name, role in (("Mei Lin", "marketer"), ("Ana Berg", "analyst")):
        Staff.objects.filter(id=make_staff(brand.code, role).id).update(
            name=name, email=f"{name[:3]}.x@{brand.code}.com"
        )
    inviting.make_invitation(
        acting.at_time(timezone.now()), email=f"tom@{brand.code}.com", name="Tom Lindt", role="marketer",
        unit=Unit.objects.get(code=brand.code), made_by=acting.actor,
    )  # fmt: skip


def rows_of(page):
    found = re.findall(
        r'<tr class="compact"><th scope="row">(.*?)</th>.*?data-label="State">(.*?)</td>',
        page.content.decode(),
        re.S,
    )
    return {name: re.sub(r"<[^>]+>", " ", state).split()[0] for name, state in found}


def test_a_part_of_a_name_finds_colleagues_and_invitations(administrator, people):
    url = "/organization/staff/"
    whole = rows_of(administrator.get(f"{url}?sort=-name"))

    assert [name for name in whole if name in {"Mei Lin", "Ana Berg", "Tom Lindt"}] == [
        "Tom Lindt",
        "Mei Lin",
        "Ana Berg",
    ]
    assert (whole["Tom Lindt"], whole["Mei Lin"]) == ("Invited", "Active")
    assert set(rows_of(administrator.post(url, {"search": "LIN", "role": ""}))) == {"Mei Lin", "Tom Lindt"}
    assert set(rows_of(administrator.post(url, {"search": "ana.x@", "role": ""}))) == {"Ana Berg"}
    assert rows_of(administrator.post(url, {"search": "lin", "role": "analyst"})) == {}
    assert administrator.post(url, {"search": "", "role": "analyst"})["Location"] == f"{url}?role=analyst"
