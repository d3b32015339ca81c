"""Who may not be addressed is marked with the reason; missing means no."""

import pytest
from django.db import connection

from yingtai.compliance import api
from yingtai.compliance.testing import grant_email, make_purposes, new_profile_no
from yingtai.kernel.scoping import acting_transaction
from yingtai.kernel.sets import new_set

EMAIL = "marketing.email"


@pytest.fixture(autouse=True)
def _purposes(acting, brand):
    make_purposes(acting, brand.node_no)


def record(acting, brand, profile_no, status, purpose=EMAIL):
    api.record_consent(
        acting, profile_no=profile_no, node_no=brand.node_no, purpose=purpose, channel="email", status=status,
        source="form",
    )  # fmt: skip


def reasons(acting, brand, people, **question):
    with acting_transaction(acting):
        everyone = new_set()
        everyone.add((number, brand.node_no) for number in people)
        api.mark_consent(everyone, **question)

        with connection.cursor() as cursor:
            cursor.execute(f"SELECT profile_no, reason FROM {everyone.table}")
            found = dict(cursor.fetchall())
    return [found[number] for number in people]


def test_only_those_who_said_yes_stay_in(acting, brand):
    anna, bert, carl, dora = (new_profile_no() for _ in range(4))
    record(acting, brand, anna, "granted")
    record(acting, brand, bert, "denied")
    record(acting, brand, carl, "withdrawn")

    found = reasons(acting, brand, [anna, bert, carl, dora], purpose=EMAIL, channel="email")

    assert found == [None, "no_consent", "withdrawn", "no_consent"]


def test_a_yes_to_one_purpose_or_recipient_is_no_yes_to_another(acting, brand):
    anna = new_profile_no()
    grant_email(acting, brand.node_no, [anna])

    assert reasons(acting, brand, [anna], purpose="marketing.sms", channel="sms") == ["no_consent"]
    assert reasons(acting, brand, [anna], purpose=EMAIL, channel="email", recipient="partner") == [
        "no_consent"
    ]


def test_a_purpose_nobody_registered_reaches_nobody(acting, brand):
    anna = new_profile_no()
    grant_email(acting, brand.node_no, [anna])

    assert reasons(acting, brand, [anna], purpose="marketing.pigeon", channel="email") == ["no_consent"]


def test_a_purpose_on_a_contract_needs_no_yes_but_hears_a_no(acting, brand):
    anna, bert = new_profile_no(), new_profile_no()
    record(acting, brand, bert, "withdrawn", purpose="service.messages")

    found = reasons(acting, brand, [anna, bert], purpose="service.messages", channel="email")

    assert found == [None, "withdrawn"]


def test_who_is_out_already_keeps_the_earlier_reason(acting, brand):
    anna = new_profile_no()
    with acting_transaction(acting):
        everyone = new_set()
        everyone.add([(anna, brand.node_no)])

        with connection.cursor() as cursor:
            cursor.execute(f"UPDATE {everyone.table} SET reason = 'hold_out'")

        assert api.mark_consent(everyone, purpose=EMAIL, channel="email") == 0
        assert everyone.count_by_reason() == {"hold_out": 1}
