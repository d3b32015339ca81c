"""The latest answer holds, whatever order the answers come in; the log keeps all of them."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import DatabaseError, connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from yingtai.compliance import api
from yingtai.compliance.models import Consent, ConsentNow
from yingtai.compliance.testing import make_purposes, new_profile_no
from yingtai.kernel.scoping import acting_transaction

EMAIL = "marketing.email"


@pytest.fixture(autouse=True)
def _purposes(acting, brand):
    make_purposes(acting, brand.node_no)


def answer(acting, brand, profile_no, status, *, minutes=0, **more):
    return api.ConsentRow(
        profile_no,
        brand.node_no,
        EMAIL,
        "email",
        status,
        acting.at + timedelta(minutes=minutes),
        "form",
        **more,
    )


def status_now(acting, profile_no):
    return [(view.purpose, view.channel, view.status) for view in api.consents_of(acting, profile_no)]


def test_an_answer_is_kept_with_its_evidence_and_its_notice(acting, brand):
    anna = new_profile_no()

    api.record_consent(
        acting, profile_no=anna, node_no=brand.dealer_no, purpose=EMAIL, channel="email", status="granted",
        source="form", notice_version=1, evidence={"form": "newsletter", "page": "/welcome"},
    )  # fmt: skip

    [held] = api.consents_of(acting, anna)
    assert (held.status, held.notice_version, held.source, held.at) == ("granted", 1, "form", acting.at)
    assert held.evidence == {"form": "newsletter", "page": "/welcome"}
    assert held.recorded_by == "staff:test"


def test_an_older_answer_that_arrives_late_is_logged_but_does_not_hold(acting, brand):
    anna = new_profile_no()
    later = replace(acting, at=acting.at + timedelta(hours=1))

    api.record_consents(later, [answer(acting, brand, anna, "withdrawn", minutes=30)])
    api.record_consents(later, [answer(acting, brand, anna, "granted", minutes=10)])

    assert status_now(acting, anna) == [(EMAIL, "email", "withdrawn")]
    assert [view.status for view in api.consent_history(acting, anna)] == ["granted", "withdrawn"]


def test_a_clock_ahead_of_ours_does_not_win_against_later_answers(acting, brand):
    anna = new_profile_no()
    next_day = replace(acting, at=acting.at + timedelta(days=1))

    api.record_consents(acting, [answer(acting, brand, anna, "granted", minutes=10**6)])
    api.record_consents(next_day, [answer(next_day, brand, anna, "withdrawn")])

    assert status_now(acting, anna) == [(EMAIL, "email", "withdrawn")]


@given(
    answers=st.lists(
        st.tuples(st.sampled_from([1, 2, 3]), st.integers(0, 5), st.booleans()), min_size=1, max_size=12
    )
)
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_cut_of_the_same_answers_gives_the_latest_and_at_the_same_time_the_more_restrictive(
    acting, brand, answers
):
    anna = new_profile_no()
    later = replace(acting, at=acting.at + timedelta(hours=1))
    sets = [[]]
    for status, minutes, is_cut in answers:
        sets[-1].append(answer(acting, brand, anna, status, minutes=minutes))
        if is_cut:
            sets.append([])

    for rows in sets:
        api.record_consents(later, rows)

    latest = max(minutes for _, minutes, _ in answers)
    expected = max(status for status, minutes, _ in answers if minutes == latest)
    with acting_transaction(acting):
        assert ConsentNow.objects.get(profile_no=anna).status == expected
        assert Consent.objects.filter(profile_no=anna).count() == len(answers)


def test_answers_for_what_the_brand_did_not_register_are_refused_and_the_others_kept(acting, brand):
    anna, bert = new_profile_no(), new_profile_no()
    unknown = answer(acting, brand, bert, "granted")._replace(purpose="marketing.pigeon")
    wrong_channel = answer(acting, brand, bert, "granted")._replace(channel="phone")

    done = api.record_consents(acting, [answer(acting, brand, anna, "granted"), unknown, wrong_channel])

    assert done == api.RecordedConsents(1, 1, ((EMAIL, "phone", 1), ("marketing.pigeon", "email", 1)))
    assert status_now(acting, bert) == []


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"purpose": "marketing.pigeon"}, api.PurposeNotFound),
        ({"channel": "phone"}, api.ChannelNotInPurpose),
        ({"notice_version": 7}, api.NoticeNotFound),
        ({"status": "perhaps"}, api.StatusNotUnderstood),
        ({"evidence": {"form": "from anna@example.com"}}, api.EvidenceHoldsPersonalData),
        ({"evidence": {"document": "call +1 555 010 0199"}}, api.EvidenceHoldsPersonalData),
    ],
)
def test_an_answer_that_cannot_be_kept_changes_nothing(acting, brand, change, problem):
    anna = new_profile_no()
    usual = {"purpose": EMAIL, "channel": "email", "status": "granted", "source": "form"}

    with pytest.raises(problem):
        api.record_consent(acting, profile_no=anna, node_no=brand.node_no, **{**usual, **change})

    assert api.consent_history(acting, anna) == []


def test_the_log_cannot_be_changed_by_the_product(acting, brand):
    anna = new_profile_no()
    api.record_consents(acting, [answer(acting, brand, anna, "granted")])

    with pytest.raises(DatabaseError, match="permission denied"), acting_transaction(acting):
        Consent.objects.filter(profile_no=anna).update(status=3)
    with pytest.raises(DatabaseError, match="permission denied"), acting_transaction(acting):
        Consent.objects.filter(profile_no=anna).delete()


def test_a_neighbour_sees_no_consent_and_no_purpose(acting, neighbour_acting, brand):
    anna = new_profile_no()
    api.record_consents(acting, [answer(acting, brand, anna, "granted")])

    assert api.consents_of(neighbour_acting, anna) == []
    assert api.list_purposes(neighbour_acting) == []
    assert api.count_consents(neighbour_acting) == []


def test_another_dealer_sees_no_consent_of_this_one(acting, brand):
    anna = new_profile_no()
    here = replace(acting, scope=acting.scope.of(brand.dealer_no))
    there = replace(acting, scope=acting.scope.of(brand.other_dealer_no))
    row = answer(acting, brand, anna, "granted")._replace(node_no=brand.dealer_no)

    done = api.record_consents(here, [row])

    assert done.recorded == 1
    assert api.consents_of(there, anna) == []
    assert len(api.consents_of(here, anna)) == 1


def test_a_repeat_of_the_same_answer_is_no_change(acting, brand):
    anna = new_profile_no()

    first = api.record_consents(acting, [answer(acting, brand, anna, "granted")])
    again = api.record_consents(acting, [answer(acting, brand, anna, "granted")])

    assert (first.changed, again.changed) == (1, 0)
    assert len(api.consent_history(acting, anna)) == 2


def test_nothing_to_record_is_no_problem(acting):
    assert api.record_consents(acting, []) == api.RecordedConsents(0, 0, ())


def test_recording_works_inside_a_transaction_that_goes_on(acting, brand):
    anna = new_profile_no()

    with acting_transaction(acting):
        api.record_consents(acting, [answer(acting, brand, anna, "granted")])
        api.record_consents(acting, [answer(acting, brand, anna, "denied")])
        assert not connection.needs_rollback
        assert transaction.get_connection().in_atomic_block

    assert status_now(acting, anna) == [(EMAIL, "email", "denied")]
