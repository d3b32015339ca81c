"""Which values of a rejected line may be read as they are."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yingtai.collect.importing.plain import is_plain


@pytest.mark.parametrize(
    "value",
    [
        "昨天", "上周三 下午", "yesterday", "N/A", "unknown", "2026-13-45", "2026年13月45日", "31.02.2026 25:61",
        "12:70", "Monday, 3 March 2026", "不同意", "无", "¥ -", "待定", "45123", "三", "2026/5/1 10:00:00",
        "2026-13-45T10:00:00", "2026年13月45日 10时70分", "0001-01-01 00:00:00", "2026-02-30 10:00+08:00",
    ],
)  # fmt: skip
def test_what_can_be_of_nobody_is_shown(value):
    assert is_plain(value)


@pytest.mark.parametrize(
    "value",
    [
        "张三丰", "Monica", "Jan de Vries", "anna@b.example", "13800138001", "138 0013 8001", "138-0013-8001", "M1003",
        "310101199003071234", "1234567", "北京市朝阳区 12 号", "沪A12345", "today" * 9,
        "1 3 8 0 0 1 3 8 0 7 9", "1_3_8_0_0_1_3_8_0_4_9", "4 4 0 3 0 1 1 9 9 0 0 3 0 2 1 2 3 9", "06 12 34 56 78",
        "2 0 1 3 8 0 0 1 3 8 0 6 9", "13:80:01:38:07:9", "13: 80: 01: 38: 07: 9", "13: 10: 01: 38: 07: 9",
        "13点 10点 01点 38点 07点 9", "1 t 3 t 8 t 0 t 0 t 1 t 3 t 8", "一三五一二三四五六一二",
    ],
)  # fmt: skip
def test_what_may_be_of_somebody_stays_masked(value):
    assert not is_plain(value)


@given(
    digits=st.sampled_from(
        ["13800138079", "8613800138079", "440301199003021239", "19800101123", "20138001380"]
    ),
    between=st.text(st.sampled_from(" _-./:,;+·、|\u3000\u200b\t时点年月tz"), min_size=1, max_size=2),
    wide=st.integers(1, 4),
)
def test_a_number_of_somebody_stays_masked_whatever_stands_between_its_digits(digits, between, wide):
    parts = [digits[place : place + wide] for place in range(0, len(digits), wide)]

    assert not is_plain(between.join(parts))
