"""Reading the tracking plan: as a plan to split by, and as lists for pages."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import psycopg
from django.db import connection

from yingtai.collect.models import Declaration, Seen
from yingtai.collect.plan import EVENT, HIDDEN_NAME, OWN_EVENTS, PROPERTY, Declared, Plan
from yingtai.kernel.acting import Acting
from yingtai.kernel.env import dsn, env
from yingtai.kernel.labels import Label
from yingtai.kernel.scope import brand_node
from yingtai.kernel.scoping import acting_transaction

KEPT_SECONDS = 3.0

LINES = """
    SELECT subject, event, name, type, label, is_required, purpose, retention_days, description, declared_at
    FROM collect_declaration WHERE node_no = %s ORDER BY subject, event, name
"""
SCOPED = "SELECT set_config('yingtai.scope_lo', %s, true), set_config('yingtai.scope_hi', %s, true)"

_plans: dict[int, tuple[float, Plan]] = {}


def plan_of(brand_no: int) -> Plan:
    """Return the tracking plan of a brand, at most three seconds old.

    Read on a connection of its own, so it neither needs nor spoils the caller's scope; what the caller's
    open transaction declared is seen after its commit.
    """
    now = time.monotonic()
    known = _plans.get(brand_no)
    if known and known[0] > now:
        return known[1]
    node = brand_no << 40
    with psycopg.connect(dsn(env().role)) as own:
        own.execute(SCOPED, (str(node), str(node + (1 << 40))))
        plan = _plan(brand_no, own.execute(LINES, (node,)).fetchall())
    _plans[brand_no] = (now + KEPT_SECONDS, plan)
    return plan


def load_plan(brand_no: int) -> Plan:
    """Return the plan of a brand as the caller's transaction sees it."""
    with connection.cursor() as cursor:
        cursor.execute(LINES, (brand_no << 40,))
        return _plan(brand_no, cursor.fetchall())


def forget_plan(brand_no: int) -> None:
    """Read the plan of a brand anew when it is next asked for, in this process."""
    _plans.pop(brand_no, None)


@dataclass(frozen=True)
class SeenView:
    """A name that arrives; `declared` is None while nobody declared it."""

    subject: str
    event: str
    name: str
    count: int
    earliest_at: datetime
    latest_at: datetime
    declared: Declared | None

    @property
    def is_kept(self) -> bool:
        """Whether its name, and that of its event, is known, so that it can be declared."""
        return HIDDEN_NAME not in (self.name, self.event)


def list_declarations(acting: Acting, node_no: int) -> Sequence[Declared]:
    """Return the lines of a brand's plan: events, then properties by event, then traits."""
    with acting_transaction(acting):
        return load_plan(node_no >> 40).declared


def declared_at(acting: Acting, node_no: int, *, subject: str, event: str, name: str) -> datetime | None:
    """Return when a line of a brand's plan was last written; None while there is none."""
    with acting_transaction(acting):
        lines = Declaration.objects.filter(
            node_no=brand_node(node_no), subject=subject, event=event, name=name
        )
        return lines.values_list("declared_at", flat=True).first()


def list_seen(acting: Acting, node_no: int) -> list[SeenView]:
    """Return the names that arrived at a brand, most frequent first, each with its declaration if any.

    Events of the product itself that nobody declared are left out: they wait for nobody.
    """
    with acting_transaction(acting):
        plan = load_plan(node_no >> 40)
        rows = list(Seen.objects.filter(node_no=brand_node(node_no)).order_by("-count", "subject", "name"))
    known = {(line.subject, line.event, line.name): line for line in plan.declared}
    seen = [
        SeenView(
            row.subject, row.event, row.name, row.count, row.earliest_at, row.latest_at,
            known.get((row.subject, row.event if row.subject == PROPERTY else "", row.name))
            or known.get((row.subject, "", row.name)),
        )
        for row in rows
    ]  # fmt: skip
    return [row for row in seen if row.declared or row.subject != EVENT or row.name not in OWN_EVENTS]


def declaration_count(acting: Acting, node_no: int) -> int:
    """Return how many events a brand declared."""
    with acting_transaction(acting):
        return Declaration.objects.filter(node_no=brand_node(node_no), subject=EVENT).count()


def _plan(brand_no: int, rows: Sequence[tuple]) -> Plan:
    declared = [
        Declared(subject, event, name, kind, Label(label), required, purpose, days, description)
        for subject, event, name, kind, label, required, purpose, days, description, _ in rows
    ]
    version = max((int(row[-1].timestamp() * 1_000_000) for row in rows), default=0)
    return Plan(brand_no, declared, version)
