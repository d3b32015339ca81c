from collections.abc import Iterator

import pytest
from django.utils import translation

from yingtai.audiences.api import read_definition
from yingtai.audiences.wording import in_words, pieces_of
from yingtai.kernel.contributions import audience_blocks

DOCUMENT = {
    "join": "all",
    "parts": [
        {"block": "did", "event": "Product Viewed", "at_least": 3, "within_days": 30, "where": "category",
         "value": "SUV"},
        {"block": "did", "event": "Order Completed", "negated": True, "within_days": 90},
        {"join": "any", "parts": [
            {"block": "spent", "at_least": 12000},
            {"block": "member", "audience": 7},
            {"block": "trait", "trait": "city", "comparison": "is_known", "negated": True},
        ]},
    ],
}  # fmt: skip


@pytest.fixture(autouse=True)
def reader_of_english() -> Iterator[None]:
    """Whatever language a request before asked for."""
    with translation.override("en"):
        yield


def test_a_definition_reads_as_sentences() -> None:
    lines = in_words(read_definition(DOCUMENT), names={7: "Champions"})
    assert [(line.depth, line.text) for line in lines] == [
        (0, "People who fit all of these:"),
        (1, "did this: “Viewed a product” 3 or more times in the last 30 days where category is “SUV”"),
        (1, "did not do this: “Completed an order” in the last 90 days"),
        (1, "any of these:"),
        (2, "spent 12,000 or more"),
        (2, "are in “Champions”"),
        (2, "do not have a “City” that is known"),
    ]


def test_a_definition_reads_in_chinese() -> None:
    with translation.override("zh-hans"):
        lines = in_words(read_definition(DOCUMENT), names={})
    assert [line.text for line in lines] == [
        "同时满足以下所有条件的客户：",
        "最近 30 天内做过“浏览商品”，至少 3 次，且品类等于“SUV”",
        "最近 90 天内没有做过“完成订单”",
        "满足以下任一条件：",
        "累计消费达到 12,000",
        "属于“人群 7”",
        "不符合：“城市”已知",
    ]


def test_everybody_reads_as_everybody() -> None:
    assert [line.text for line in in_words(read_definition({"join": "all"}), names={})] == ["Everybody"]


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_every_pattern_holds_every_blank_once(language: str) -> None:
    with translation.override(language):
        for block in audience_blocks.all():
            for pattern in (block.pattern, block.negated_pattern):
                blanks = [
                    piece.blank
                    for clause in pieces_of(str(pattern))
                    for piece in clause.pieces
                    if piece.blank
                ]
                assert sorted(blanks) == sorted(field.name for field in block.fields)
