"""Finding and reading people in the console and over the API."""

import re
from dataclasses import replace
from uuid import uuid4

import pytest
from django.test import Client

from yingtai.collect.api import RecordedFact, make_source, record
from yingtai.collect.testing import ask_for_import_of
from yingtai.compliance.api import consents_of, install_standard_purposes, record_consent
from yingtai.customers import deeds, ingesting
from yingtai.customers.api import erase_person, find_profiles, get_profile, list_profiles
from yingtai.customers.codes import code_of
from yingtai.customers.errors import CannotMergeIntoItself, NothingToSplit, TooManyReveals
from yingtai.customers.importing import run_import
from yingtai.customers.models import Identifier, Profile, Reveal
from yingtai.customers.services import revealing
from yingtai.customers.testing import send
from yingtai.kernel.scoping import acting_transaction
from yingtai.kernel.testing import settle
from yingtai.lake.api import ScopedLake
from yingtai.organization.api import make_api_key
from yingtai.organization.testing import MONDAY, acting_with, deeds_of, make_acting, make_staff


@pytest.fixture
def anna(brand, acting):
    """Anna, known by user id, e-mail, phone and name, with an order."""
    source = make_source(acting, brand.node_no, name="shop")
    events = [
        {
            "type": "identify",
            "userId": "u-anna",
            "messageId": "a1",
            "timestamp": "2026-03-02T08:00:00Z",
            "traits": {"email": "Anna@Example.com", "phone": "13800008000", "name": "安娜"},
        },
        {
            "type": "track",
            "event": "Order Completed",
            "userId": "u-anna",
            "messageId": "a2",
            "timestamp": "2026-03-02T08:30:00Z",
            "properties": {"order_id": "SO-1001", "total": 99.5, "currency": "CNY"},
        },
    ]
    send(source, events)
    ingesting.drain(MONDAY)
    with acting_transaction(acting):
        return Profile.objects.get()


def signed_in(unit_code, *roles):
    client = Client()
    client.force_login(
        make_staff(unit_code, *roles), backend="allauth.account.auth_backends.AuthenticationBackend"
    )
    return client


@pytest.mark.parametrize(
    "asked", ["anna@example.com", "+86 138 0000 8000", "13800008000", "u-anna", "SO-1001", "安娜"]
)
def test_a_person_is_found_by_any_whole_value(brand, anna, asked):
    page = signed_in(brand.code, "marketer").post("/profiles/", {"search": asked})

    assert page.status_code == 200
    assert f"/profiles/{anna.id}/" in page.content.decode()


def test_part_of_a_value_finds_nobody(brand, anna):
    page = signed_in(brand.code, "marketer").post("/profiles/", {"search": "anna@"})

    assert str(anna.id) not in page.content.decode()


def test_the_profile_page_shows_masks_and_the_timeline(brand, anna):
    page = signed_in(brand.code, "brand_manager").get(f"/profiles/{anna.id}/").content.decode()

    assert "a***@example.com" in page
    assert "138****8000" in page
    assert "Completed an order" in page
    assert "Older…" not in page
    assert "timeline?before=" not in page
    assert "anna@example.com" not in page.lower().replace("a***@example.com", "")
    assert "安娜" not in page


def test_a_revealed_value_is_recorded(brand, acting, anna):
    client = signed_in(brand.code, "brand_manager")
    with acting_transaction(acting):
        email = Identifier.objects.get(kind=2)

    shown = client.post(f"/profiles/{anna.id}/reveal/{email.alias_no}")

    assert "anna@example.com" in shown.content.decode()
    with acting_transaction(acting):
        assert list(Reveal.objects.values_list("profile_no", "what")) == [(anna.profile_no, "email")]


def test_a_private_trait_can_be_revealed(brand, anna):
    shown = signed_in(brand.code, "brand_manager").post(f"/profiles/{anna.id}/reveal?name=name")

    assert "安娜" in shown.content.decode()


def test_whoever_works_in_two_places_has_one_allowance_of_clear_values(
    brand, neighbour, neighbour_acting, acting, anna, monkeypatch
):
    shop = make_source(neighbour_acting, neighbour.node_no, name="theirs")
    send(shop, [{"type": "identify", "userId": "ben", "traits": {"email": "ben@example.com"}}])
    ingesting.drain(MONDAY)
    with acting_transaction(neighbour_acting):
        ben = Profile.objects.get()
    monkeypatch.setattr(revealing, "REVEALS_A_DAY", 1)
    here, there = (replace(one, actor=f"staff:{brand.code}") for one in (acting, neighbour_acting))

    revealing.note_shown(here, [anna.profile_no], "email")

    with pytest.raises(TooManyReveals):
        revealing.note_shown(there, [ben.profile_no], "email")


def test_what_is_kept_is_counted_by_holder_and_a_copy_is_recorded(brand, neighbour, acting, anna):
    install_standard_purposes(acting, node_no=brand.node_no)
    record_consent(
        acting, node_no=brand.node_no, profile_no=anna.profile_no, purpose="marketing.email", channel="email",
        status="granted", at=MONDAY, source="test",
    )  # fmt: skip
    client, url = signed_in(brand.code, "brand_manager"), f"/profiles/{anna.id}/"

    page = client.get(f"{url}kept").content.decode()
    kept = client.post(f"{url}copy").json()["kept"]

    assert "Consents: what they answered" in page
    assert {"identifier": "email", "value": "anna@example.com"}.items() <= kept["customers"][1].items()
    assert {"trait": "name", "value": "安娜"} in kept["customers"]
    assert [(answer["purpose"], answer["answer"]) for answer in kept["compliance"]] == [
        ("marketing.email", "granted")
    ]
    assert kept["campaigns"] == []
    with acting_transaction(acting):
        assert list(Reveal.objects.values_list("profile_no", "what")) == [(anna.profile_no, "everything")]
    assert signed_in(brand.code, "marketer").post(f"{url}copy").status_code == 403
    assert signed_in(neighbour.code, "brand_manager").get(f"{url}kept").status_code == 404

    erase_person(acting, profile_id=anna.id)

    assert consents_of(acting, anna.profile_no) == []
    assert "Download a copy" not in client.get(f"{url}kept").content.decode()


def test_a_role_without_the_right_sees_no_clear_value(brand, acting, anna):
    client = signed_in(brand.code, "marketer")

    refused = client.post(f"/profiles/{anna.id}/reveal?name=name")

    assert refused.status_code == 403
    with acting_transaction(acting):
        assert Reveal.objects.count() == 0


def test_the_neighbour_finds_nobody(neighbour, anna):
    client = signed_in(neighbour.code, "brand_manager")

    assert client.get(f"/profiles/{anna.id}/").status_code == 404
    assert str(anna.id) not in client.post("/profiles/", {"search": "u-anna"}).content.decode()
    assert client.post(f"/profiles/{anna.id}/reveal?name=name").status_code == 404


def test_a_dealer_sees_only_people_of_his_own(brand, acting):
    source = make_source(acting, brand.dealer_no, name="showroom")
    send(source, [{"type": "track", "event": "Test Drive", "userId": "u-dora", "messageId": "d1"}])
    ingesting.drain(MONDAY)
    with acting_transaction(acting):
        dora = Profile.objects.get()

    own = signed_in(brand.dealer_code, "dealer").get(f"/profiles/{dora.id}/")
    other = signed_in(brand.other_dealer_code, "dealer").get(f"/profiles/{dora.id}/")

    assert (own.status_code, other.status_code) == (200, 404)


def test_visitors_are_listed_on_request_and_what_happened_says_for_what(brand, acting, anna):
    install_standard_purposes(acting, node_no=brand.node_no)
    source = make_source(acting, brand.node_no, name="site")
    send(source, [{"type": "page", "anonymousId": "v-1", "messageId": "v1"}])
    send(source, [{"type": "identify", "userId": "u-anna", "messageId": "a3", "traits": {"shoe_size": "38"}}])
    record_consent(
        acting, node_no=brand.node_no, profile_no=anna.profile_no, purpose="marketing.email", channel="email",
        status="withdrawn", at=MONDAY, source="test",
    )  # fmt: skip
    record(
        acting,
        [
            RecordedFact(
                event="Consent Updated", message_id="c1", node_no=brand.node_no, occurred_at=MONDAY,
                profile_no=anna.profile_no, channel="email",
            )
        ],
    )  # fmt: skip
    ingesting.drain(MONDAY)
    marketer, url = signed_in(brand.code, "marketer"), f"/profiles/{anna.id}/"

    known = marketer.get("/profiles/").content.decode()
    everyone = marketer.get("/profiles/?show=everyone").content.decode()
    page = marketer.get(url).content.decode()
    dealer = signed_in(brand.code, "dealer").get(url).content.decode()

    assert [text.count("/profiles/0") for text in (known, everyone)] == [1, 2]
    assert f"/profiles/{anna.id}/" in known
    assert "Changed their consent" in page
    assert re.search("Withdrew: [A-Z]", page)
    assert "not declared in the plan" in page
    assert "/data/plan/declare?subject=trait&name=shoe_size" in page
    assert "not declared in the plan" in dealer
    assert "/data/plan/declare" not in dealer


def test_older_events_come_from_the_lake(brand, acting):
    source = make_source(acting, brand.node_no, name="shop")
    send(
        source,
        [
            {
                "type": "track",
                "event": f"Step {number:02}",
                "userId": "u-eva",
                "messageId": f"e{number}",
                "timestamp": f"2026-03-01T{number:02}:00:00Z",
            }
            for number in range(15)
        ],
    )
    ingesting.drain(MONDAY)
    with acting_transaction(acting):
        eva = Profile.objects.get()
    client = signed_in(brand.code, "marketer")
    page = client.get(f"/profiles/{eva.id}/").content.decode()
    assert "timeline?before=" in page

    at = page.index("timeline?before=")
    cursor = page[at + len("timeline?before=") :].partition('"')[0]
    rest = client.get(f"/profiles/{eva.id}/timeline?before={cursor}").content.decode()

    assert "Step 05" in page
    assert "Step 04" not in page
    assert [f"Step {number:02}" for number in range(15) if f"Step {number:02}" in rest] == [
        f"Step {number:02}" for number in range(5)
    ]


def test_programs_read_profiles_over_the_api(brand, acting, anna):
    key = make_api_key(acting, unit_code=brand.code, name="crm", roles=["integrator"], at=MONDAY)
    client = Client(headers={"authorization": f"Bearer {key}"})

    found = client.post("/api/v1/profiles/search", {"query": "anna@example.com"}, "application/json").json()
    one = client.get(f"/api/v1/profiles/{anna.id}").json()
    happened = client.get(f"/api/v1/profiles/{anna.id}/timeline").json()

    assert [item["id"] for item in found["items"]] == [str(anna.id)]
    assert one["private_traits"] == {"name": "安**"}
    assert [item["event"] for item in happened["items"]] == ["Order Completed", "Identified"]


def test_the_api_looks_for_nobody_in_an_address(brand, acting, anna):
    key = make_api_key(acting, unit_code=brand.code, name="crm", roles=["integrator"], at=MONDAY)
    answer = Client(headers={"authorization": f"Bearer {key}"}).get("/api/v1/profiles?query=anna@example.com")

    assert (answer.status_code, answer.json()["code"]) == (400, "customers.search-in-address")
    assert "/api/v1/profiles/search" in answer.json()["detail"]


def test_a_list_page_costs_few_queries(brand, acting, anna, django_assert_max_num_queries):
    with acting_transaction(acting), django_assert_max_num_queries(7):
        list_profiles(acting)


def test_the_number_above_the_list_is_of_those_found(brand, anna):
    browser, htmx = signed_in(brand.code, "marketer"), {"HX-Request": "true"}

    found = browser.post("/profiles/", {"search": "u-anna"}, headers=htmx).content.decode()
    emptied = browser.get("/profiles/", headers=htmx).content.decode()

    assert "<b>1</b> person found" in found
    assert "<b>1</b> known person" in emptied


def test_nobody_is_not_found_by_a_value_of_another_brand(brand, neighbour, anna):
    assert find_profiles(make_acting(neighbour.node_no), "u-anna") == []


def test_a_merge_that_cannot_be_is_refused_before_a_job_is_begun(brand, neighbour, acting, anna):
    source = make_source(make_acting(neighbour.node_no), neighbour.node_no, name="shop")
    send(source, [{"type": "identify", "userId": "foreign", "messageId": "f1", "traits": {}}])
    ingesting.drain(MONDAY)
    with acting_transaction(make_acting(neighbour.node_no)):
        foreign = Profile.objects.get()
    manager = signed_in(brand.code, "brand_manager")

    answers = [manager.post(f"/profiles/{anna.id}/merge/{other}") for other in (foreign.id, uuid4(), anna.id)]
    undone = manager.post(f"/profiles/{anna.id}/merges/{uuid4()}/undo")

    assert [one.status_code for one in answers] == [404, 404, CannotMergeIntoItself.status]
    assert undone.status_code == NothingToSplit.status


@pytest.mark.parametrize("typed", [{}, {"confirmed": ""}, {"confirmed": "yes"}, {"confirm": "yes"}])
def test_nobody_is_erased_without_the_typed_word(brand, acting, anna, typed):
    answer = signed_in(brand.code, "service_agent").post(f"/profiles/{anna.id}/erase", typed)

    assert answer.status_code == 422
    assert "Type “erase”" in answer.content.decode()
    assert not get_profile(acting, anna.id).is_erased


def test_whoever_types_the_word_asks_and_another_one_agrees(brand, acting, anna):
    browser, officer = signed_in(brand.code, "service_agent"), signed_in(brand.code, "compliance_officer")

    answer = browser.post(f"/profiles/{anna.id}/erase", {"confirmed": " Erase ", "reason": "Asked."})
    settle()
    assert answer.status_code == 302
    assert not get_profile(acting, anna.id).is_erased
    asked = officer.get("/organization/approvals/").content.decode()
    [approval] = set(re.findall(r"/organization/approvals/[0-9a-f-]{36}", asked))
    assert browser.post(approval, {"decision": "approve"}).status_code == 403
    officer.post(approval, {"decision": "approve"})

    settle()
    assert get_profile(acting, anna.id).is_erased


def program_of(brand, acting):
    """Return a program's client, and its acting."""
    key = make_api_key(acting, unit_code=brand.code, name="crm", roles=["integrator"], at=MONDAY)
    return Client(headers={"authorization": f"Bearer {key}"}), acting_with(key, acting)


def test_a_program_that_guesses_is_recorded_then_stopped(brand, acting, anna):
    client, program = program_of(brand, acting)

    def guess():
        answer = client.post("/api/v1/profiles/search", {"query": "13899999999"}, "application/json")
        return answer.status_code, [one.details for one in deeds_of(acting, "person.searched-often")]

    def guess_often(times):
        for _ in range(times):
            deeds.count_search(program)
            deeds.count_miss(program)

    guess_often(98)
    assert guess() == (200, [])
    assert guess() == (200, [{"misses": 100}])
    guess_often(99)
    assert guess()[0] == 200
    assert guess()[0] == 429


def test_a_program_that_knows_whom_it_asks_for_finds_six_hundred(brand, acting, anna):
    client, program = program_of(brand, acting)
    for _ in range(599):
        deeds.count_search(program)

    looked = [
        client.post("/api/v1/profiles/search", {"query": "anna@example.com"}, "application/json")
        for _ in "12"
    ]

    assert [answer.status_code for answer in looked] == [200, 429]


def test_whoever_guesses_many_phone_numbers_is_recorded_then_stopped(brand, anna):
    agent, auditor = signed_in(brand.code, "service_agent"), signed_in(brand.code, "auditor")

    answers = [
        agent.post("/profiles/", {"search": f"1380000{number:04}"}).status_code for number in range(62)
    ]

    assert (answers[:60], answers[60:]) == ([200] * 60, [429] * 2)
    assert (
        auditor.get("/organization/record/").content.decode().count("searched for people unusually often")
        == 3
    )


def test_the_page_of_an_import_says_which_answers_were_not_recorded_and_why(brand, acting):
    install_standard_purposes(acting, node_no=brand.node_no)
    mapping = """
shape = "profiles"
source = "Book"
time_zone = "Asia/Shanghai"
person = { email = "email", phone = "phone" }
consent = [{ purpose = "marketing.email", column = "ok" }]
"""
    text = "email,phone,ok\nanna@example.com,,yes\nnot an address,+4922190871301,yes\n"
    import_id, _task = ask_for_import_of(acting, brand.node_no, text, mapping)
    run_import(acting, import_id)

    page = signed_in(brand.code, "brand_manager").get(f"/data/imports/{import_id}/").content.decode()

    assert (
        "Answers about consent that were not recorded: 1. "
        "1 × A yes for a channel, of somebody of whom no address there is known."
    ) in page
    assert '<h2 class="card-title">Lines and values that could not be used</h2>' in page


def test_nothing_of_what_an_erased_person_did_is_read(brand, acting, anna, monkeypatch):
    eraser = replace(acting, actor=f"staff:{make_staff(brand.code, 'compliance_officer').id}")
    erase_person(eraser, profile_id=anna.id)
    reads = []
    monkeypatch.setattr(ScopedLake, "query", lambda *asked: reads.append(asked))
    manager, officer = (signed_in(brand.code, role) for role in ("brand_manager", "compliance_officer"))
    url = f"/profiles/{anna.id}/"

    pages = [manager.get(f"{url}{part}").content.decode() for part in ("", "?kind=orders")]
    parts = [
        manager.get(f"{url}{part}")
        for part in ("orders", "timeline", "timeline?kind=orders", "merge", "erase")
    ]

    assert reads == []
    assert [part.status_code for part in parts] == [410] * 5
    for page in [*pages, *(part.content.decode() for part in parts)]:
        assert "This person was erased" in page
        assert "SO-1001" not in page
        assert "Completed an order" not in page
    assert "Identifiers, private traits and the order index are removed" in pages[0]
    assert manager.post(f"{url}copy").status_code == 410
    assert "This person was erased on <time" in pages[0]
    assert "</time> by " in officer.get(url).content.decode()
    assert "</time> by " not in pages[0]


def test_how_to_reach_somebody_comes_before_what_they_did(brand, anna):
    page = signed_in(brand.code, "brand_manager").get(f"/profiles/{anna.id}/").content.decode()

    assert page.index("138****8000") < page.index("What we may do") < page.index("Completed an order")


def test_whoever_works_in_one_place_reads_it_in_no_line(brand, acting):
    send(make_source(acting, brand.dealer_no, name="showroom"), [{"type": "identify", "userId": "u-dora"}])
    ingesting.drain(MONDAY)

    own, all_of_them = (
        signed_in(code, role).get("/profiles/").content.decode()
        for code, role in ((brand.dealer_code, "dealer"), (brand.code, "marketer"))
    )

    assert "u-dora" not in own
    assert ("Belongs to" in own, "Belongs to" in all_of_them) == (False, True)


def test_the_record_names_whom_a_deed_is_about_and_what_was_seen(brand, acting, anna):
    with acting_transaction(acting):
        phone = Identifier.objects.get(kind=3)
    signed_in(brand.code, "brand_manager").post(f"/profiles/{anna.id}/reveal/{phone.alias_no}")

    officer, auditor = (
        signed_in(brand.code, role).get("/organization/record/?what=person.revealed").content.decode()
        for role in ("compliance_officer", "auditor")
    )

    assert f'<a href="/profiles/{anna.id}/">安**</a>' in officer
    assert f"Customer {code_of(anna.profile_no)}" in auditor
    assert str(anna.id) not in auditor
    assert ("Value: Phone" in officer, "Value: Phone" in auditor) == (True, True)
