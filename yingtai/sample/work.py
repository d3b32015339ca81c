"""What the sample's marketer has prepared: audiences worth opening on the first morning."""

from typing import Any
from uuid import UUID

from yingtai.audiences.api import create_audience, list_audiences
from yingtai.kernel.acting import Acting
from yingtai.kernel.jobs import JOBS

Words = dict[str, str]
"""A text by language."""

ORDERED = {"block": "did", "event": "Order Completed", "at_least": 1}
AUDIENCES: tuple[tuple[Words, Words, dict[str, Any]], ...] = (
    (
        {"en": "Looked at cars, did not ask yet", "zh": "看过车、尚未留资"},
        {
            "en": "Viewed products at least 3 times in 30 days, and no lead in 90.",
            "zh": "30 天内浏览商品至少 3 次，90 天内没有留资。",
        },
        {"join": "all", "parts": [
            {"block": "did", "event": "Product Viewed", "at_least": 3, "within_days": 30},
            {"block": "did", "event": "Lead Submitted", "at_least": 1, "within_days": 90, "negated": True},
        ]},
    ),
    (
        {"en": "Lapsed customers", "zh": "沉睡客户"},
        {"en": "Ordered before, but not in the last 180 days.", "zh": "曾经下单，但近 180 天没有。"},
        {"join": "all", "parts": [ORDERED, ORDERED | {"within_days": 180, "negated": True}]},
    ),
    (
        {"en": "Champions", "zh": "高价值客户"},
        {"en": "Bought recently, often and for much.", "zh": "最近买过、常买、买得多。"},
        {"join": "all", "parts": [
            {"block": "score", "score": "recency", "lowest": 4, "highest": 5},
            {"block": "score", "score": "frequency", "lowest": 4, "highest": 5},
            {"block": "score", "score": "monetary", "lowest": 4, "highest": 5},
        ]},
    ),
    (
        {"en": "Everybody who ordered", "zh": "买过的客户"},
        {"en": "At least one order, ever.", "zh": "至少下过一次订单。"},
        {"join": "all", "parts": [ORDERED]},
    ),
)  # fmt: skip
LOOKED, LAPSED, _CHAMPIONS, BUYERS = (names for names, _abouts, _definition in AUDIENCES)


def prepare_work(acting: Acting, node_no: int, language: str) -> dict[str, UUID]:
    """Make the sample's audiences at a brand, in its people's language, for the workers to count; return who they are.

    Repeating it changes nothing.
    """
    known = {audience.name: audience.id for audience in list_audiences(acting).rows}
    for names, abouts, definition in AUDIENCES:
        name, about = names[language], abouts[language]
        if name not in known:
            known[name] = create_audience(
                acting, node_no=node_no, name=name, about=about, definition=definition
            )
    JOBS["audiences.refresh_all"].enqueue(acting)
    JOBS["audiences.keep_score_bounds"].enqueue(acting)
    return known
