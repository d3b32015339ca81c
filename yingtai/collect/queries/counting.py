"""How often events came lately, from the lake: whichever door they took."""

from datetime import timedelta

from yingtai.kernel.acting import Acting
from yingtai.kernel.caches import near
from yingtai.kernel.scope import Scope, brand_node
from yingtai.lake.api import scoped

LATELY_DAYS = 30
KEPT_SECONDS = 300
COUNTS = "SELECT event, count(*) AS events FROM events WHERE day >= $since GROUP BY event"


def events_lately(acting: Acting, node_no: int) -> dict[str, int]:
    """Return how often each event happened at a brand in the last 30 days, at most five minutes old.

    Cost: one scan of the names of 30 days
    """
    place = Scope.of(brand_node(node_no))
    place = place if acting.scope.contains(place) else acting.scope
    key = f"collect.events_lately:{place.text()}"
    known: dict[str, int] | None = near.get(key)
    if known is None:
        since = (acting.at - timedelta(days=LATELY_DAYS)).date()
        rows = scoped(place).query(COUNTS, {"since": since}).to_pylist()
        known = {row["event"]: row["events"] for row in rows}
        near.set(key, known, KEPT_SECONDS)
    return known
