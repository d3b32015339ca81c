"""What was said last counts; a list without times never undoes a withdrawal; a yes is for the address it was given."""

from dataclasses import replace
from datetime import timedelta

import pytest

from yingtai.compliance import api
from yingtai.compliance.models import ConsentNow
from yingtai.compliance.testing import make_purposes, new_profile_no
from yingtai.kernel.scoping import acting_transaction

EMAIL = "marketing.email"


@pytest.fixture(autouse=True)
def _purposes(acting, brand):
    make_purposes(acting, brand.node_no)


def say(acting, brand, profile_no, status, *, minutes=0, is_dated=True, alias_nos=None):
    later = replace(acting, at=acting.at + timedelta(minutes=minutes))
    row = api.ConsentRow(
        profile_no, brand.node_no, EMAIL, "email", status, later.at, "import", alias_nos=alias_nos,
        is_dated=is_dated,
    )  # fmt: skip
    return api.record_consents(later, [row])


def now(acting, profile_no):
    with acting_transaction(acting):
        held = ConsentNow.objects.get(profile_no=profile_no)
    return api.Status(held.status).name.lower(), held.alias_nos


def test_no_then_yes_then_no_in_the_same_words_is_no(acting, brand):
    anna = new_profile_no()

    for minutes, status in enumerate(("denied", "granted", "denied")):
        say(acting, brand, anna, status, minutes=minutes, is_dated=False)

    assert now(acting, anna) == ("denied", [])
    assert len(api.consent_history(acting, anna)) == 3


@pytest.mark.parametrize("said", [["granted"], ["denied", "granted"], ["granted", "denied", "granted"]])
def test_answers_without_a_time_do_not_undo_a_withdrawal(acting, brand, said):
    anna = new_profile_no()
    say(acting, brand, anna, "withdrawn")

    done = [
        say(acting, brand, anna, status, minutes=minutes, is_dated=False)
        for minutes, status in enumerate(said, 1)
    ]

    assert now(acting, anna)[0] == "withdrawn"
    assert sum(one.withdrawals_kept for one in done) == said.count("granted")
    assert sum(one.recorded for one in done) == 0


def test_a_yes_with_its_own_time_after_the_withdrawal_counts(acting, brand):
    anna = new_profile_no()
    say(acting, brand, anna, "withdrawn")

    done = say(acting, brand, anna, "granted", minutes=5)

    assert (now(acting, anna)[0], done.withdrawals_kept) == ("granted", 0)


def test_saying_nothing_new_again_adds_nothing_to_the_log(acting, brand):
    anna = new_profile_no()

    first = say(acting, brand, anna, "granted", is_dated=False)
    again = say(acting, brand, anna, "granted", minutes=1, is_dated=False)

    assert (first.recorded, again.recorded, again.withdrawals_kept) == (1, 0, 0)


def test_a_yes_covers_the_addresses_it_names_and_those_said_before(acting, brand):
    anna = new_profile_no()

    say(acting, brand, anna, "granted", alias_nos=[7])
    say(acting, brand, anna, "granted", minutes=1, alias_nos=[5])
    both = now(acting, anna)
    say(acting, brand, anna, "withdrawn", minutes=2, alias_nos=[5])
    none = now(acting, anna)
    say(acting, brand, anna, "granted", minutes=3, alias_nos=[9])

    assert both == ("granted", [5, 7])
    assert none == ("withdrawn", [])
    assert now(acting, anna) == ("granted", [9])


def test_one_person_of_two_agreed_for_the_addresses_of_both_only_when_both_did(acting, brand):
    anna, bert, carl = new_profile_no(), new_profile_no(), new_profile_no()
    say(acting, brand, anna, "granted", alias_nos=[1])
    say(acting, brand, bert, "granted", alias_nos=[2])

    api.merge_consents(acting, anna, [bert])
    merged = now(acting, anna)
    api.merge_consents(acting, anna, [carl])
    say(acting, brand, carl, "denied")
    still = now(acting, anna)
    api.merge_consents(acting, anna, [carl])

    assert merged == ("granted", [1, 2])
    assert still == ("granted", [1, 2])
    assert now(acting, anna) == ("denied", [])


@pytest.mark.parametrize(
    "text",
    [
        "anna@example.com", "form of anna@example.com", "anna＠example．com", "anna%40example.com",
        "an\u200bna@exam\u200dple.com", "13800138000", "手机13800138000", "lead-13800138000", "+86 138 0013 8000",
        "１３８００１３８０００", "138-0013-8000", "+1 555 010 0199", "+44 (20) 7946-0958", "11010519491231002X",
        "张@公司.example",
    ],
)  # fmt: skip
@pytest.mark.parametrize("field", ["source", "recipient", "evidence"])
def test_what_looks_personal_is_kept_in_no_field(acting, brand, field, text):
    anna = new_profile_no()
    given = {"source": "form", field: {"page": text} if field == "evidence" else text}
    expected = api.EvidenceHoldsPersonalData if field == "evidence" else api.SourceHoldsPersonalData

    with pytest.raises(expected):
        api.record_consent(
            acting, profile_no=anna, node_no=brand.node_no, purpose=EMAIL, channel="email", status="granted",
            **given,
        )  # fmt: skip

    assert api.consent_history(acting, anna) == []


def test_a_number_in_the_evidence_is_read_like_a_text(acting, brand):
    with pytest.raises(api.EvidenceHoldsPersonalData):
        api.record_consent(
            acting, profile_no=new_profile_no(), node_no=brand.node_no, purpose=EMAIL, channel="email",
            status="granted", source="form", evidence={"device": 13800138000},
        )  # fmt: skip


@pytest.mark.parametrize(
    "source", ["newsletter form", "门店", "import", "/welcome?utm_source=x", "crm-2026-11-27", "20261127",
               "0197f3a2-1c4d-7e8f-9a0b-138001380001", "v2.14.3"],
)  # fmt: skip
def test_names_of_places_are_kept_as_they_are(acting, brand, source):
    anna = new_profile_no()

    api.record_consent(
        acting, profile_no=anna, node_no=brand.node_no, purpose=EMAIL, channel="email", status="granted",
        source=source,
    )  # fmt: skip

    assert [view.source for view in api.consents_of(acting, anna)] == [source]


def test_a_source_with_a_line_break_is_refused(acting, brand):
    with pytest.raises(api.SourceNotUnderstood):
        api.record_consent(
            acting, profile_no=new_profile_no(), node_no=brand.node_no, purpose=EMAIL, channel="email",
            status="granted", source="form\x00\r\n",
        )  # fmt: skip
