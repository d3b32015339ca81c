"""What the sample's marketer has prepared: audiences worth opening on the first morning."""

from typing import Any

from yingtai.audiences.api import create_audience, list_audiences
from yingtai.kernel.acting import Acting
from yingtai.kernel.jobs import JOBS

ORDERED = {"block": "did", "event": "Order Completed", "at_least": 1}
AUDIENCES: tuple[tuple[str, str, dict[str, Any]], ...] = (
    (
        "Looked at cars, did not ask yet",
        "Viewed products at least 3 times in 30 days, and no lead in 90.",
        {"join": "all", "parts": [
            {"block": "did", "event": "Product Viewed", "at_least": 3, "within_days": 30},
            {"block": "did", "event": "Lead Submitted", "at_least": 1, "within_days": 90, "negated": True},
        ]},
    ),
    (
        "Lapsed customers",
        "Ordered before, but not in the last 180 days.",
        {"join": "all", "parts": [ORDERED, ORDERED | {"within_days": 180, "negated": True}]},
    ),
    (
        "Champions",
        "Bought recently, often and for much.",
        {"join": "all", "parts": [
            {"block": "score", "score": "recency", "lowest": 4, "highest": 5},
            {"block": "score", "score": "frequency", "lowest": 4, "highest": 5},
            {"block": "score", "score": "monetary", "lowest": 4, "highest": 5},
        ]},
    ),
)  # fmt: skip


def prepare_work(acting: Acting, node_no: int) -> None:
    """Make the sample's audiences at a brand, for the workers to count. Repeating it changes nothing."""
    known = {audience.name for audience in list_audiences(acting).rows}
    for name, about, definition in AUDIENCES:
        if name not in known:
            create_audience(acting, node_no=node_no, name=name, about=about, definition=definition)
    JOBS["audiences.refresh_all"].enqueue(acting)
