"""The scores of one person, read without counting the others: where each score begins is worked out every hour."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from yingtai.audiences.metrics import rfm_score_bounds
from yingtai.audiences.models import ScoreBounds
from yingtai.audiences.presets import SEGMENTS, Segment
from yingtai.kernel.acting import Acting
from yingtai.kernel.scope import Scope, brand_node
from yingtai.kernel.scoping import acting_transaction
from yingtai.lake.api import scoped
from yingtai.lake.damage import told_at_the_end
from yingtai.organization.api import list_brands

OWN = """
    SELECT max(CASE WHEN event = 'Order Completed' THEN occurred_at END) AS latest_order_at,
           CAST(coalesce(sum(CASE WHEN event = 'Order Completed' THEN 1 ELSE 0 END), 0) AS BIGINT) AS orders,
           CAST(sum(CASE WHEN currency <> $currency THEN NULL
                         WHEN event = 'Order Completed' THEN amount_minor ELSE -abs(amount_minor) END)
                AS BIGINT) AS spent_minor
    FROM purchases
    WHERE profile_no = $profile_no
"""


@dataclass(frozen=True)
class Scores:
    """How recently, often and for how much a person bought, each from 1 to 5, and what that is called.

    Money is what came in the brand's main `currency`; `monetary` is None of somebody who paid in others only.
    """

    recency: int
    frequency: int
    monetary: int | None
    currency: str
    latest_order_at: datetime
    orders: int
    as_of: datetime

    @property
    def segment(self) -> Segment | None:
        return next((one for one in SEGMENTS if one.holds(self.recency, self.frequency)), None)


def keep_bounds(acting: Acting) -> None:
    """Work out where the scores of each brand begin, and keep that. A repeat changes nothing but the time.

    Raises: LakeDamaged, when the scores of all other brands are kept
    Cost:   one scan of the purchases for each brand
    """
    with told_at_the_end() as passed_over:
        for brand in list_brands(acting.scope):
            if brand.node_no:
                with passed_over():
                    _keep_bounds_of(acting, brand.node_no)


def _keep_bounds_of(acting: Acting, node_no: int) -> None:
    found: dict[str, dict[str, int]] = {}
    currency = ""
    for row in scoped(Scope.of(node_no)).query(rfm_score_bounds()).to_pylist():
        found.setdefault(row["score"], {})[str(row["grade"])] = row["lowest"]
        currency = row["currency"] or currency
    with acting_transaction(acting):
        ScoreBounds.objects.update_or_create(
            node_no=node_no, defaults={"bounds": found, "currency": currency, "at": acting.at}
        )


def scores_of(acting: Acting, profile_no: int, node_no: int) -> Scores | None:
    """Return somebody's scores; None without an order, or before the brand's were worked out.

    Cost: one indexed read, and the person's own rows of the purchases
    """
    with acting_transaction(acting):
        kept = ScoreBounds.objects.filter(node_no=brand_node(node_no)).first()
    if kept is None or not kept.bounds:
        return None
    asked = {"profile_no": profile_no, "currency": kept.currency}
    [own] = scoped(acting.scope).query(OWN, asked).to_pylist()
    if own["latest_order_at"] is None:
        return None
    spent, bounds = own["spent_minor"], kept.bounds
    return Scores(
        recency=_grade(bounds["recency"], int(own["latest_order_at"].timestamp())),
        frequency=_grade(bounds["frequency"], own["orders"]),
        monetary=_grade(bounds["monetary"], spent) if kept.currency and spent is not None else None,
        currency=kept.currency, latest_order_at=own["latest_order_at"], orders=own["orders"], as_of=kept.at,
    )  # fmt: skip


def _grade(bounds: dict[str, Any], value: int) -> int:
    # Whoever bought less than anybody did when the bounds were worked out is among the lowest.
    return max((int(grade) for grade, lowest in bounds.items() if lowest <= value), default=1)
