"""Whoever is named in a name is taken out of it, and the rest stays to be read."""

import pytest

from yingtai.vault.api import names_somebody, without_people


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("orders 2026-03", "orders 2026-03"),
        ("orders-20260301-000123456", "orders-20260301-000123456"),
        ("13800138000_orders", "***_orders"),
        ("客户138 0013 8000订单", "客户***订单"),
        ("anna@example.com, berta@example.org", "***, ***"),
        ("anna%40example.com", "***"),
        ("１３８００１３８０００", "***"),
        ("1380\u200b0138000", "***"),
        ("card 4111 1111 1111 1111", "card ***"),
        ("11010519491231002X", "***"),
        ("粤B12345 回访", "*** 回访"),
    ],
)
def test_whoever_is_named_is_taken_out(name, kept):
    assert without_people(name) == kept
    assert not names_somebody(kept)
