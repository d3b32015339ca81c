"""The wizard begins with an answer, in Chinese as in English."""

import pytest

from yingtai.collect.errors import (
    ConsentTimeAlone,
    ConsentTimeTwice,
    ConsentTwice,
    ConsentWithoutPurpose,
    TraitTwice,
)
from yingtai.collect.importing.guessing import AS_TRAIT, document_of, guess_shape, guess_targets
from yingtai.collect.importing.mapping import ORDER_LINES, PROFILES, mapping_of

ORDER = {
    "订单号": "order.id", "下单日期": "order.occurred_at", "客户手机": "person.phone", "客户姓名": "trait:name",
    "商品编码": "line.product_id", "商品名称": "line.product_name", "数量": "line.quantity", "单价": "line.unit_price",
    "城市": "trait:city",
}  # fmt: skip
PERSON = {
    "会员号": "person.member_no", "手机号码": "person.phone", "邮箱": "person.email", "姓名": "trait:name",
    "性别": "trait:gender", "出生日期": "trait:birthday", "会员等级": "trait:member_level", "营销同意": "consent",
    "同意时间": "consent-time", "备注": "",
}  # fmt: skip


def test_an_order_file_is_recognized_and_may_carry_names():
    header = list(ORDER)
    row = ["A1", "2026-01-02", "13800008000", "王小明", "P1", "杯子", "2", "12.5", "上海"]

    assert guess_shape(header) == ORDER_LINES
    assert guess_targets(ORDER_LINES, header, [row]) == ORDER


def test_a_file_with_one_line_for_each_order_is_one_of_orders():
    header = ["订单号", "下单日期", "客户手机", "金额"]
    row = ["A1", "2026-01-02", "13800008000", "199.00"]
    targets = guess_targets(ORDER_LINES, header, [row])
    general = {"source": "Shop", "time_zone": "Asia/Shanghai", "currency": "CNY"}

    assert guess_shape(header) == ORDER_LINES
    assert list(targets.values()) == ["order.id", "order.occurred_at", "person.phone", "line.amount"]
    document = document_of(
        shape=ORDER_LINES, general=general, targets=targets, header=header, rows=[row], options={}
    )
    assert document["line"] == {"amount": "金额", "quantity": {"value": "1"}}
    assert mapping_of(document).fields["line.quantity"].value == "1"


def test_a_file_of_people_is_recognized_and_a_time_is_no_answer():
    row = ["M1", "13800008000", "a@b.example", "王小明", "女", "1990-03-02", "金卡", "是", "2026-01-02", "x"]

    assert guess_shape(list(PERSON)) == PROFILES
    assert guess_targets(PROFILES, list(PERSON), [row]) == PERSON


@pytest.mark.parametrize(
    ("column", "target"),
    [("First Name", "trait:first_name"), ("E-Mail", "person.email"), ("Date of birth", "trait:birthday"),
     ("Mobile", "person.phone"), ("Ort", "trait:city"), ("newsletter", "consent"), ("consent_date", "")],
)  # fmt: skip
def test_columns_in_other_words(column, target):
    assert guess_targets(PROFILES, [column], [["x"]]) == {column: target}


def test_one_column_answers_the_one_purpose_of_the_page():
    header = ["email", "邮件订阅", "短信订阅"]

    assert list(guess_targets(PROFILES, header, [["a@b.example", "", "是"]]).values()) == [
        "person.email",
        "consent",
        "",
    ]


def test_two_columns_of_nearly_one_name_are_both_offered():
    header = ["email", "City", "city"]

    assert guess_targets(PROFILES, header, [["a@b.example", "Köln", "Bonn"]]) == {
        "email": "person.email",
        "City": "trait:city",
        "city": "",
    }


def columns_as(target):
    general = {"source": "Book", "time_zone": "UTC"}
    targets = {"City": target, "city": target}
    return document_of(
        shape=PROFILES, general=general, targets=targets, header=list(targets), rows=[], options={}
    )


def test_columns_of_nearly_one_name_get_names_of_their_own():
    assert columns_as(AS_TRAIT)["traits"] == {"city": "City", "city_2": "city"}


def answers_as(*columns, purpose="marketing.sms|sms"):
    targets = {"mail": "person.email"} | dict(columns)
    general = {"source": "Book", "time_zone": "UTC", "purpose": purpose}
    rows = [["a@b.example", "yes", "31/12/2025 08:00"][: len(targets)]]
    return document_of(
        shape=PROFILES, general=general, targets=targets, header=list(targets), rows=rows, options={}
    )


def test_answers_go_to_the_purpose_that_was_chosen_with_the_time_they_were_given():
    document = answers_as(("ok", "consent"), ("since", "consent-time"))

    [consent] = mapping_of(document).consents
    assert (consent.purpose, consent.channel, consent.answer.column) == ("marketing.sms", "sms", "ok")
    assert (consent.at.column, consent.at.format) == ("since", "%d/%m/%Y %H:%M")


@pytest.mark.parametrize(
    ("columns", "purpose", "error"),
    [
        ([("since", "consent-time")], "a|sms", ConsentTimeAlone),
        ([("ok", "consent"), ("since", "consent-time"), ("to", "consent-time")], "a|sms", ConsentTimeTwice),
        ([("ok", "consent")], "", ConsentWithoutPurpose),
        ([("ok", "consent"), ("sms_ok", "consent")], "a|sms", ConsentTwice),
    ],
)
def test_answers_that_cannot_be_told_are_refused_in_words(columns, purpose, error):
    with pytest.raises(error):
        answers_as(*columns, purpose=purpose)


def test_two_columns_for_one_trait_are_refused():
    with pytest.raises(TraitTwice):
        columns_as("trait:city")
