"""Let events go when the time is over that the tracking plan states, once somebody has begun it for a brand.

A plan states a time for every event from its first day on, and a brand may have imported years of history before
anybody looked at that number: so what would go is shown first, and nothing goes before somebody says so.
"""

import json
import logging
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID

from django.db import connection
from django.utils.translation import gettext_lazy as _

from yingtai.collect.api import Declared, plan_of
from yingtai.customers.ingest.lock import sole_writer
from yingtai.customers.models import Retention
from yingtai.kernel.acting import Acting, require
from yingtai.kernel.contributions import deed_words
from yingtai.kernel.ids import uuid7
from yingtai.kernel.labels import Label
from yingtai.kernel.scope import brand_of
from yingtai.kernel.scoping import acting_transaction
from yingtai.lake.errors import LakeDamaged
from yingtai.lake.expiring import Overdue, expire, overdue
from yingtai.organization.api import record_deed, record_deed_once

PLACE = "compliance.retention"
EVENT = "event"
ORDERS = ("Order Completed", "Order Refunded")
TIMELINES_AT_ONCE = 5_000
MOST_RECORDED = 50
# Nobody else writes timelines meanwhile (`sole_writer`), so what was read still holds when it is written.
SHORTEN = """
    WITH looked AS (
        SELECT profile_no, events FROM customers_recenttimeline
        WHERE brand_no = %(brand_no)s AND profile_no > %(after)s ORDER BY profile_no LIMIT %(most)s
    ), kept AS (
        SELECT looked.profile_no, jsonb_array_length(looked.events) AS had, coalesce((
            SELECT jsonb_agg(one.value ORDER BY one.place)
            FROM jsonb_array_elements(looked.events) WITH ORDINALITY AS one(value, place)
            WHERE coalesce(
                (one.value->>'at')::bigint >= (%(before)s::jsonb->>(one.value->>'event'))::bigint, true)
        ), '[]'::jsonb) AS events
        FROM looked
    ), changed AS (
        UPDATE customers_recenttimeline AS held SET events = kept.events FROM kept
        WHERE held.profile_no = kept.profile_no AND jsonb_array_length(kept.events) < kept.had
        RETURNING kept.had - jsonb_array_length(kept.events) AS gone
    )
    SELECT (SELECT max(profile_no) FROM looked), (SELECT coalesce(sum(gone), 0)::bigint FROM changed)
"""

log = logging.getLogger(__name__)

deed_words.register("events.retention-begun", _("turned on the removal of expired events"))
deed_words.register("events.expired", _("removed expired events"))


@dataclass(frozen=True)
class Retained:
    """An event, how long it may be kept, and what is older than that now."""

    event: str
    days: int
    before: date
    rows: int = 0
    oldest: date | None = None


@dataclass(frozen=True)
class RetentionView:
    """What a brand keeps too long; `begun_at` is None while nothing is removed. Of a damaged lake nothing is known."""

    node_no: int
    events: tuple[Retained, ...]
    begun_at: datetime | None
    begun_by: str
    is_damaged: bool = False

    @property
    def rows(self) -> int:
        return sum(one.rows for one in self.events)


def retention_of(acting: Acting, node_no: int) -> RetentionView:
    """Return what is older than a brand's tracking plan says, by event, most first.

    Cost: one scan of two columns of the lake's days before, for each different time
    """
    with acting_transaction(acting):
        begun = Retention.objects.filter(node_no=node_no).first()
    begun_at, begun_by = (begun.begun_at, begun.begun_by) if begun else (None, "")
    try:
        found = _retained(acting, node_no)
    except LakeDamaged:
        log.exception("retention.lake-damaged", extra={"node_no": node_no})
        return RetentionView(node_no, (), begun_at, begun_by, is_damaged=True)
    return RetentionView(node_no, tuple(found), begun_at, begun_by)


def _retained(acting: Acting, node_no: int) -> list[Retained]:
    found = [
        Retained(line.name, line.retention_days, before, *_said(old.get(line.name)))
        for before, lines in _by_day(acting, node_no).items()
        for old in [overdue("events", brand_no=brand_of(node_no), before=before, events=_names(lines))]
        for line in lines
    ]
    return sorted(found, key=lambda one: (-one.rows, one.event))


def begin_retention(acting: Acting, node_no: int) -> None:
    """Remove from now on, every night, what a brand has kept longer than declared. Repeating it changes nothing.

    Raises: NotAllowed
    """
    require(acting, "edit", Label.L3, PLACE)
    with acting_transaction(acting):
        _row, is_new = Retention.objects.get_or_create(
            node_no=node_no, defaults={"begun_at": acting.at, "begun_by": acting.actor}
        )
        if is_new:
            record_deed(acting, "events.retention-begun", node_no=node_no)


def expire_events(acting: Acting) -> int:
    """Remove what is over its time in every brand that began with it; return how many rows of the lake went.

    A run that dies has removed whole files and nothing twice; the next one goes on with what is left. A brand that
    fails is passed over, and the log says why.

    Cost: as `retention_of`, a rewrite of the files that hold such rows, and a look at each timeline of the brand
    """
    with acting_transaction(acting):
        brands = list(Retention.objects.order_by("node_no").values_list("node_no", flat=True))
    return sum(_expire_or_log(acting, node_no) for node_no in brands)


def _expire_or_log(acting: Acting, node_no: int) -> int:
    try:
        return _expire_brand(acting, node_no)
    except Exception:
        # Whatever one brand's trouble is, the others' events go when their time is over.
        log.exception("retention.failed", extra={"node_no": node_no})
        return 0


def _expire_brand(acting: Acting, node_no: int) -> int:
    brand_no, days = brand_of(node_no), _by_day(acting, node_no)
    gone: Counter[str] = Counter()
    for before, lines in days.items():
        # Recorded removal by removal, each once: what a run that died did not come to record, the next one does.
        told = partial(_record, acting, node_no)
        gone.update(expire("events", brand_no=brand_no, before=before, events=_names(lines), told=told))
    ends = [before for before, lines in days.items() for line in lines if line.name in ORDERS]
    if len(ends) == len(ORDERS):
        expire(
            "order_lines", brand_no=brand_no, before=min(ends), told=partial(_record_lines, acting, node_no)
        )
    _shorten_timelines(acting, node_no, days)
    return gone.total()


def _record_lines(acting: Acting, node_no: int, gone: Counter[str], removal: UUID) -> None:
    _record(acting, node_no, Counter(), removal, order_lines=gone.total())


def _record(acting: Acting, node_no: int, gone: Counter[str], removal: UUID, **more: Any) -> None:
    with acting_transaction(acting):
        counts: dict[str, Any] = dict(gone.most_common(MOST_RECORDED))
        record_deed_once(
            acting, removal, "events.expired", node_no=node_no, rows=gone.total(), events=counts, **more
        )


def _shorten_timelines(acting: Acting, node_no: int, days: dict[date, list[Declared]]) -> None:
    ends = {line.name: _micros(before) for before, lines in days.items() for line in lines}
    after = -1
    while after is not None:
        with sole_writer(), acting_transaction(acting), connection.cursor() as cursor:
            cursor.execute(
                SHORTEN,
                {
                    "brand_no": brand_of(node_no),
                    "after": after,
                    "most": TIMELINES_AT_ONCE,
                    "before": json.dumps(ends),
                },
            )
            after, shortened = cursor.fetchone()
            if shortened:
                _record(acting, node_no, Counter(), uuid7(), timeline=shortened)


def _by_day(acting: Acting, node_no: int) -> dict[date, list[Declared]]:
    """Return the declared events of a brand by the day before which they go."""
    found: dict[date, list[Declared]] = {}
    for line in plan_of(brand_of(node_no)).declared:
        if line.subject == EVENT:
            before = (acting.at - timedelta(days=line.retention_days)).date()
            found.setdefault(before, []).append(line)
    return found


def _names(lines: list[Declared]) -> list[str]:
    return [line.name for line in lines]


def _said(found: Overdue | None) -> tuple[int, date | None]:
    return (found.rows, found.oldest) if found else (0, None)


def _micros(day: date) -> int:
    return int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp()) * 1_000_000
