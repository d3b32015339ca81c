"""Which values of a rejected line may be read as they are."""

import pytest

from yingtai.collect.importing.plain import is_plain


@pytest.mark.parametrize(
    "value",
    [
        "昨天", "上周三 下午", "yesterday", "N/A", "unknown", "2026-13-45", "2026年13月45日", "31.02.2026 25:61",
        "12:70", "Monday, 3 March 2026", "不同意", "无", "¥ -", "待定", "45123", "三", "2026/5/1 10:00:00",
    ],
)  # fmt: skip
def test_what_can_be_of_nobody_is_shown(value):
    assert is_plain(value)


@pytest.mark.parametrize(
    "value",
    [
        "张三丰", "Monica", "Jan de Vries", "anna@b.example", "13800138001", "138 0013 8001", "138-0013-8001", "M1003",
        "310101199003071234", "1234567", "北京市朝阳区 12 号", "沪A12345", "today" * 9,
    ],
)  # fmt: skip
def test_what_may_be_of_somebody_stays_masked(value):
    assert not is_plain(value)
