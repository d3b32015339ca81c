"""Asking to erase somebody: with a reason, once, said on their page; and the code by which they are found."""

import pytest

from yingtai.collect.api import make_source
from yingtai.compliance.testing import signed_in
from yingtai.customers import ingesting
from yingtai.customers.api import erase_person, find_profiles
from yingtai.customers.codes import code_of
from yingtai.customers.testing import send
from yingtai.organization.api import find_waiting
from yingtai.organization.testing import MONDAY, make_acting


@pytest.fixture
def anna(brand, acting):
    said = {"email": "Anna@Example.com", "phone": "13800008000", "name": "安娜"}
    send(
        make_source(acting, brand.node_no, name="shop"),
        [{"type": "identify", "userId": "u-anna", "traits": said}],
    )
    ingesting.drain(MONDAY)
    [found] = find_profiles(acting, "u-anna")
    return found


@pytest.mark.parametrize("reason", ["", "anna@example.com asked"])
def test_nobody_is_erased_without_a_reason_that_names_nobody(brand, acting, anna, reason):
    given = {"confirmed": "erase", "reason": reason}

    answer = signed_in(brand.code, "service_agent").post(f"/profiles/{anna.id}/erase", given)

    assert answer.status_code == 422
    assert find_waiting(acting, "person.erase", str(anna.id)) is None


def test_a_waiting_erasure_is_said_on_the_persons_page_and_not_asked_twice(brand, acting, anna):
    browser, officer = signed_in(brand.code, "service_agent"), signed_in(brand.code, "compliance_officer")
    other = signed_in(brand.code, "service_agent")
    given = {"confirmed": "erase", "reason": "She asked on the phone."}

    browser.post(f"/profiles/{anna.id}/erase", given)
    again = officer.post(f"/profiles/{anna.id}/erase", given | {"reason": "Once more."})
    asked = officer.get(again.url).content.decode()
    pages = [officer.get(f"/profiles/{anna.id}/{part}").content.decode() for part in ("", "kept")]

    assert "She asked on the phone." in asked
    assert f'<a href="/profiles/{anna.id}/">安**</a>' in asked
    assert str(anna.id) not in asked.replace(f"/profiles/{anna.id}/", "")
    assert all("Test Colleague asked on <time" in page and again.url in page for page in pages)
    assert f"/profiles/{anna.id}/erase" not in pages[1]
    assert other.get(f"/profiles/{anna.id}/erase").status_code == 302


def test_a_code_of_the_record_finds_the_person_also_when_they_were_erased(brand, acting, anna):
    code = code_of(anna.profile_no)
    browser, auditor = signed_in(brand.code, "service_agent"), signed_in(brand.code, "auditor")

    assert f"Code {code}" in browser.get(f"/profiles/{anna.id}/").content.decode()
    for typed in (code, code.lower().replace("-", "")):
        assert str(anna.id) in browser.post("/profiles/", {"search": typed}).content.decode()
    browser.post(f"/profiles/{anna.id}/erase", {"confirmed": "erase", "reason": "She asked."})
    erase_person(acting, profile_id=anna.id)

    assert f"Customer {code}" in browser.post("/profiles/", {"search": code}).content.decode()
    assert f"Code {code}" in browser.get(f"/profiles/{anna.id}/").content.decode()
    record = auditor.get("/organization/record/").content.decode()
    assert (record.count(f"Customer {code}"), str(anna.id) in record) == (2, False)


def test_a_code_finds_nobody_of_another_brand(neighbour, anna):
    assert find_profiles(make_acting(neighbour.node_no), code_of(anna.profile_no)) == []
