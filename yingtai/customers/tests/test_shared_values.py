"""Values that stand for nobody, or for a crowd, bring no two people together; signs nobody sees keep none apart."""

import numpy as np
import pytest

from yingtai.collect.api import hold_back, is_blocked, make_source
from yingtai.customers import ingesting
from yingtai.customers.ingest.identifying import BY_PRIORITY, NOBODY
from yingtai.customers.models import Profile
from yingtai.customers.testing import send
from yingtai.kernel.scoping import acting_transaction
from yingtai.organization.testing import MONDAY
from yingtai.vault.api import normalise


@pytest.fixture
def shop(brand, acting):
    return make_source(acting, brand.node_no, name="shop")


def people_of(acting, shop, messages):
    """Send messages, drain, and count the people that are known then."""
    send(
        shop,
        [
            {"timestamp": f"2026-03-02T08:{n:02}:00Z", "messageId": f"m{n}"} | one
            for n, one in enumerate(messages)
        ],
    )
    ingesting.drain(MONDAY)
    with acting_transaction(acting):
        return Profile.objects.filter(merged_into_no=None).count()


@pytest.mark.parametrize(
    "value",
    ["[object Object]", "true", "False", "{}", "[]", "(null)", "(none)", "distinct_id", "undefined", "无", "未知", "/",
     "#N/A", "xxx", "XX", "---", "N/A", "null", "0000", "暂无", "匿名", "游客", "1.39E+10", "1,39e+10", "(not set)",
     "00000000-0000-0000-0000-000000000000", "ffffffff-ffff-ffff-ffff-ffffffffffff", "\\N", "未填写", "#REF!"],
)  # fmt: skip
def test_a_placeholder_is_nobodys_number(value):
    assert is_blocked("member", value)
    assert is_blocked("anonymous", value)


@pytest.mark.parametrize(
    ("kind", "value"),
    [("phone", "+8613800138000"), ("phone", "+8618888888888"), ("phone", "+8613912345678"), ("phone", "+8613000000000"),
     ("email", "123@qq.com"), ("email", "123456@qq.com"), ("email", "12345678@qq.com"), ("email", "a@a.com"),
     ("email", "xxx@163.com"), ("email", "test@test.com"), ("email", "noreply@shop.example"), ("email", "1@1.com"),
     ("email", "abc@qq.com"), ("email", "no@email.com")],
)  # fmt: skip
def test_a_placeholder_is_nobodys_address(kind, value):
    assert is_blocked(kind, value)


@pytest.mark.parametrize(
    ("kind", "value"),
    [("phone", "+8613800008000"), ("phone", "+491711234567"), ("phone", "+15550100199"), ("email", "88432@qq.com"),
     ("email", "anna@example.com"),
     ("email", "j@example.de"), ("email", "info@a-shop.example"), ("member", "A-00004"), ("member", "7"),
     ("user", "a"), ("anonymous", "f81d4fae-7dec-11d0-a765-00a0c91e6bf6"), ("member", "1E5"[:2]), ("user", "anna")],
)  # fmt: skip
def test_a_number_of_somebody_is_kept(kind, value):
    assert not is_blocked(kind, value)


@pytest.mark.parametrize("value", ["[object Object]", "true", "{}", "(null)", "distinct_id"])
def test_a_programs_mistake_is_no_bridge_between_strangers(acting, shop, value):
    messages = [
        {"type": "identify", "anonymousId": value, "traits": {"email": f"person{n}@example.com"}}
        for n in range(3)
    ]

    assert people_of(acting, shop, messages) == 3


@pytest.mark.parametrize(
    "shared",
    [{"member_no": "K-AKTE"}, {"phone": "13900001111"}, {"member_no": "无"}, {"phone": "13800138000"}],
)
def test_what_three_people_share_holds_them_together_no_longer(acting, shop, shared):
    messages = [
        {"type": "identify", "userId": f"u{n}", "traits": {"email": f"person{n}@example.com"} | shared}
        for n in range(3)
    ] + [
        {"type": "identify", "anonymousId": f"v{n}", "traits": {"email": f"other{n}@example.com"} | shared}
        for n in range(3)
    ]

    assert people_of(acting, shop, messages) == 6


def test_a_phone_of_two_still_leads_to_one_person(acting, shop):
    messages = [
        {
            "type": "identify",
            "anonymousId": "v1",
            "traits": {"email": "anna@example.com", "phone": "13900001111"},
        },
        {
            "type": "identify",
            "anonymousId": "v2",
            "traits": {"email": "anna@work.example", "phone": "13900001111"},
        },
    ]

    assert people_of(acting, shop, messages) == 1


@pytest.mark.parametrize(("cards", "people"), [(4, 1), (5, 5)])
def test_a_phone_of_many_cards_is_a_crowds(acting, shop, cards, people):
    messages = [
        {"type": "identify", "traits": {"member_no": f"K-{n}", "phone": "13900001111"}} for n in range(cards)
    ]

    assert people_of(acting, shop, messages) == people


def test_who_has_nothing_but_a_shared_value_is_still_somebody():
    place = {kind.name: number for number, kind in enumerate(BY_PRIORITY)}
    rows = np.full((4, len(BY_PRIORITY)), NOBODY, np.int32)
    rows[:3, place["email"]] = (10, 11, 12)
    rows[:, place["phone"]] = 20

    hold_back(rows, list(place))

    assert rows[:, place["phone"]].tolist() == [NOBODY, NOBODY, NOBODY, 20]


@pytest.mark.parametrize(
    "sign", ["\ufeff", "\u200b", "\u200e", "\u2060", "\u00ad", "\u200d", "\u202a", "\u3164", "\ufe0f"]
)
@pytest.mark.parametrize(
    ("kind", "value"),
    [("email", "anna@example.com"), ("member", "A-00004"), ("phone", "13800008000"), ("user", "u-anna"),
     ("vin", "LSVAA4182E2123456"), ("name", "王小明"), ("order_no", "SO-1")],
)  # fmt: skip
def test_a_sign_nobody_sees_makes_nobody_else(sign, kind, value):
    whole = normalise(kind, value)

    assert normalise(kind, sign + value) == whole
    assert normalise(kind, value[:3] + sign + value[3:] + sign) == whole
