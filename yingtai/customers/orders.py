"""What one person ordered: orders with their lines, and what that comes to in every currency."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from yingtai.kernel.acting import Acting
from yingtai.kernel.scope import BRAND_SHIFT, Scope
from yingtai.lake import api as lake

SHOWN_ORDERS = 20
LINES_OF_AN_ORDER = 50
RETURNED = "Order Refunded"
WORTH = """
    SELECT currency,
           CAST(sum(CASE WHEN event = 'Order Completed' THEN 1 ELSE 0 END) AS BIGINT) AS orders,
           CAST(sum(CASE WHEN event = 'Order Completed' THEN amount_minor ELSE -abs(amount_minor) END) AS BIGINT)
               AS amount_minor
    FROM purchases
    WHERE profile_no = $profile_no AND currency IS NOT NULL AND amount_minor IS NOT NULL
    GROUP BY currency
    ORDER BY orders DESC, currency
"""
WORTH_OF_MANY = """
    SELECT profile_no, currency,
           CAST(sum(CASE WHEN event = 'Order Completed' THEN 1 ELSE 0 END) AS BIGINT) AS orders,
           CAST(sum(CASE WHEN event = 'Order Completed' THEN amount_minor ELSE -abs(amount_minor) END) AS BIGINT)
               AS amount_minor
    FROM purchases
    WHERE list_contains($people, profile_no) AND currency IS NOT NULL AND amount_minor IS NOT NULL
    GROUP BY profile_no, currency
    ORDER BY profile_no, orders DESC, currency
"""
ORDERS = """
    SELECT event, occurred_at, node_no, order_id, amount_minor, currency
    FROM purchases
    WHERE profile_no = $profile_no
    ORDER BY occurred_at DESC, order_id, event
    LIMIT $most
"""
LINES = """
    SELECT order_id, product_id, brand_no, quantity, amount_minor, currency
    FROM order_lines
    WHERE profile_no = $profile_no AND day >= CAST($since AS DATE) AND day <= CAST($until AS DATE)
      AND list_contains($orders, order_id)
    ORDER BY order_id, line_no
    LIMIT $most
"""

NAMES = """
    SELECT product_id, max(name) AS name FROM products
    WHERE brand_no = $brand_no AND list_contains($products, product_id) AND name IS NOT NULL
    GROUP BY product_id
"""


@dataclass(frozen=True)
class Worth:
    """What a person's orders come to in one currency, less what was returned; minor units."""

    currency: str
    orders: int
    amount_minor: int


@dataclass(frozen=True)
class OrderLine:
    """One line of an order; a returned one has a negative quantity and amount."""

    product: str
    quantity: float
    amount_minor: int | None
    currency: str


@dataclass(frozen=True)
class OrderView:
    """An order, or a return of one, with its lines."""

    order_id: str
    at: datetime
    node_no: int
    is_return: bool
    amount_minor: int | None
    currency: str
    lines: tuple[OrderLine, ...]


def orders_of(acting: Acting, profile_no: int) -> tuple[list[Worth], list[OrderView]]:
    """Return what a person's orders come to, by currency, and the latest of them, newest first.

    Cost: three scoped reads of the lake, for one person's rows
    """
    scoped = lake.scoped(acting.scope)
    who: dict[str, Any] = {"profile_no": profile_no}
    worth = [Worth(**row) for row in scoped.query(WORTH, who).to_pylist()]
    orders = scoped.query(ORDERS, {**who, "most": SHOWN_ORDERS}).to_pylist()
    lines = _lines(acting, who, orders) if orders else {}
    return worth, [
        OrderView(
            one["order_id"] or "", one["occurred_at"], one["node_no"], one["event"] == RETURNED,
            one["amount_minor"], one["currency"] or "",
            tuple(lines.get((one["order_id"], one["event"] == RETURNED), ())),
        )
        for one in orders
    ]  # fmt: skip


def product_names(acting: Acting, brand_no: int, product_ids: Collection[str]) -> dict[str, str]:
    """Return the names of a brand's products, of those that are known by more than their number.

    A brand's names are handed down to its regions and dealers, who see their customers look at its products.
    Cost: one scoped read of the products; none when nothing is asked for
    """
    brand = Scope.of(brand_no << BRAND_SHIFT)
    if not product_ids or not acting.scope.meets(brand):
        return {}
    asked = {"brand_no": brand_no, "products": sorted(product_ids)}
    found = lake.scoped(brand).query(NAMES, asked).to_pylist()
    return {row["product_id"]: row["name"] for row in found}


def worth_of(acting: Acting, profile_nos: Sequence[int]) -> dict[int, list[Worth]]:
    """Return what people's orders come to, by currency, for a list; whoever ordered nothing is left out.

    Cost: one scoped read of the summary of purchases
    """
    found: dict[int, list[Worth]] = {}
    if profile_nos:
        for row in lake.scoped(acting.scope).query(WORTH_OF_MANY, {"people": list(profile_nos)}).to_pylist():
            found.setdefault(row.pop("profile_no"), []).append(Worth(**row))
    return found


def _lines(
    acting: Acting, who: dict[str, Any], orders: list[dict[str, Any]]
) -> dict[tuple[str, bool], list[OrderLine]]:
    days = [one["occurred_at"].date() for one in orders]
    asked = {
        **who,
        # A line stands on the day of its order in Greenwich; a day more on each side costs nothing.
        "since": (min(days) - timedelta(days=1)).isoformat(),
        "until": (max(days) + timedelta(days=1)).isoformat(),
        "orders": [one["order_id"] for one in orders if one["order_id"]],
        "most": SHOWN_ORDERS * LINES_OF_AN_ORDER,
    }
    rows = lake.scoped(acting.scope).query(LINES, asked).to_pylist()
    names: dict[str, str] = {}
    for brand_no in {row["brand_no"] for row in rows}:
        names |= product_names(acting, brand_no, {row["product_id"] for row in rows if row["product_id"]})
    found: dict[tuple[str, bool], list[OrderLine]] = {}
    for row in rows:
        line = OrderLine(
            names.get(row["product_id"]) or row["product_id"] or "",
            row["quantity"],
            row["amount_minor"],
            row["currency"] or "",
        )
        found.setdefault((row["order_id"], (row["quantity"] or 0) < 0), []).append(line)
    return found
