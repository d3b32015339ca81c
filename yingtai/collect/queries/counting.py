"""What came lately, from the lake: how often events did, and what pages said of money."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from yingtai.collect.queries.sources import SourceView
from yingtai.kernel.acting import Acting
from yingtai.kernel.caches import near
from yingtai.kernel.scope import Scope, brand_node
from yingtai.lake.api import scoped

LATELY_DAYS = 30
KEPT_SECONDS = 300
COUNTS = "SELECT event, count(*) AS events FROM events WHERE day >= $since GROUP BY event"

SHOWN_DAYS, BEFORE_DAYS, FEWEST_DAYS = 7, 30, 7
ORDERS = """
    SELECT currency, (received_at AT TIME ZONE 'UTC')::DATE AS came, count(*) AS orders,
        sum(amount_minor) AS amount_minor
    FROM events
    WHERE day >= $oldest AND source_no = $source_no AND event = 'Order Completed' AND amount_minor > 0
        AND currency IS NOT NULL AND received_at >= $since
    GROUP BY currency, came
"""


@dataclass(frozen=True)
class OrdersSaid:
    """What a source said of orders in one currency in seven days; `odd_day`: the latest of them on which it said more
    than in the 30 days before together."""

    currency: str
    orders: int
    amount_minor: int
    odd_day: date | None


def orders_lately(acting: Acting, source: SourceView) -> list[OrdersSaid]:
    """Return what a source said of orders, the most orders first; at most five minutes old.

    A day is that on which it came. Everybody can read the key of a page, and each of its orders counts up to a ceiling
    (ADR 0107): whoever looks can tell here that many of them add up to what nobody pays.

    Cost: one scan of the orders of a source since its oldest event that may still come
    """
    place = Scope.of(source.node_no)
    key = f"collect.orders_lately:{acting.scope.text()}:{source.source_no}"
    known: list[OrdersSaid] | None = near.get(key)
    if known is None:
        today = acting.at.date()
        since = today - timedelta(days=SHOWN_DAYS + BEFORE_DAYS)
        values = {
            "oldest": since - timedelta(days=source.back_fill_days),
            "since": since,
            "source_no": source.source_no,
        }
        seen = place if acting.scope.contains(place) else acting.scope
        rows = scoped(seen).query(ORDERS, values).to_pylist()
        by_currency: dict[str, dict[date, tuple[int, int]]] = defaultdict(dict)
        for row in rows:
            by_currency[row["currency"]][row["came"]] = row["orders"], int(row["amount_minor"])
        known = [_said(currency, came, today) for currency, came in by_currency.items()]
        known = sorted((one for one in known if one.orders), key=lambda one: -one.orders)
        near.set(key, known, KEPT_SECONDS)
    return known


def _said(currency: str, came: Mapping[date, tuple[int, int]], today: date) -> OrdersSaid:
    shown = [day for day in came if day > today - timedelta(days=SHOWN_DAYS)]
    odd = [day for day in shown if _is_odd(came, day)]
    orders, amount_minor = (sum(came[day][place] for day in shown) for place in (0, 1))
    return OrdersSaid(currency, orders, amount_minor, max(odd, default=None))


def _is_odd(came: Mapping[date, tuple[int, int]], day: date) -> bool:
    """Say whether more came on a day than in the 30 before; of a source that has hardly begun, nobody can say."""
    before = [came[one][1] for one in came if timedelta(0) < day - one <= timedelta(days=BEFORE_DAYS)]
    return len(before) >= FEWEST_DAYS and came[day][1] > sum(before)


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
