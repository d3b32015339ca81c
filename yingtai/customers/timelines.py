"""Reading what a customer did: the latest few from the books, older events from the lake."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from yingtai.customers.errors import ProfileNotFound
from yingtai.customers.ingest.timeline import ANSWERS_TO_MAILS, KEPT_EVENTS
from yingtai.customers.models import Profile, RecentTimeline
from yingtai.kernel.acting import Acting
from yingtai.kernel.pages import ROWS_PER_PAGE, Page, decode_cursor, encode_cursor, hexadecimal, number
from yingtai.kernel.scoping import acting_transaction
from yingtai.lake import api as lake

OLDER_EVENTS = """
    SELECT occurred_at, message_hash, event, node_no, source_no, order_id, amount_minor, currency, product_id,
        page_path, campaign_no, CASE WHEN {by_machine} THEN device_class END AS device_class
    FROM events
    WHERE profile_no = $profile_no AND (occurred_at < $before OR (occurred_at = $before AND message_hash > $hash))
        AND day IN ({days}) {which}
    ORDER BY occurred_at DESC, message_hash LIMIT $rows
"""
BY_MACHINE = (
    f"event IN ({', '.join(repr(name) for name in ANSWERS_TO_MAILS)}) AND device_class = '{lake.MACHINE}'"
)
ACTIVE_DAYS = """
    SELECT DISTINCT day FROM activity
    WHERE profile_no = $profile_no AND day <= CAST($latest AS DATE) ORDER BY day DESC LIMIT $most
"""
ONLY = "AND list_contains($events, event)"
DAYS_AT_ONCE = 40
"""A timeline reads the events of so many days on which somebody did anything, instead of all days there are."""
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
FAR_AHEAD = datetime(9000, 1, 1, tzinfo=UTC)
AFTER_ALL = "f" * 12


@dataclass(frozen=True)
class TimelineRow:
    """One thing that happened, without anything private; `device_class` is among its facts when a machine did with a
    mail what people do."""

    at: datetime
    event: str
    node_no: int
    source_no: int
    facts: dict[str, Any]


def timeline(
    acting: Acting, profile_no: int, *, before: str | None = None, events: Sequence[str] = ()
) -> Page[TimelineRow]:
    """Return what happened, newest first: the latest few from the books, older ones from the lake on request.

    In:   events  only events of these names; of all when there is none
    Cost: two indexed reads; with `before` or `events` two scoped reads of the lake, of the days the person was active
    """
    place = decode_cursor(before, _since_1970, hexadecimal)
    if place or events:
        return _older(acting, profile_no, place or [FAR_AHEAD, b""], events)
    with acting_transaction(acting):
        recent = RecentTimeline.objects.filter(profile_no=profile_no).first()
        first_seen_at = Profile.objects.filter(profile_no=profile_no).values_list("first_seen_at", flat=True)
        began_at = first_seen_at.first()
    if recent is None:
        return Page([], None)
    if not recent.events:
        # The time of the latest ones is over; of other events older ones may still be there.
        return _older(acting, profile_no, [FAR_AHEAD, b""], ())
    rows = [_recent_row(event) for event in recent.events]
    # As many as are kept beside a profile, the last of them at its beginning: more may have happened just then.
    is_more = began_at is None or began_at < rows[-1].at or len(rows) >= KEPT_EVENTS
    cursor = encode_cursor(recent.events[-1]["at"], recent.events[-1]["id"])
    return Page(rows, cursor if is_more else None)


def _older(acting: Acting, profile_no: int, place: list[Any], events: Sequence[str]) -> Page[TimelineRow]:
    with acting_transaction(acting):
        if not Profile.objects.filter(profile_no=profile_no).exists():
            raise ProfileNotFound
    scoped = lake.scoped(acting.scope)
    asked = {"profile_no": profile_no, "latest": place[0].date().isoformat(), "most": DAYS_AT_ONCE}
    days = [row["day"] for row in scoped.query(ACTIVE_DAYS, asked).to_pylist()]
    if not days:
        return Page([], None)
    found = scoped.query(*_events_on(days, profile_no, place, events)).to_pylist()
    rows = [_lake_row(row) for row in found[:ROWS_PER_PAGE]]
    if len(found) > ROWS_PER_PAGE:
        latest = found[ROWS_PER_PAGE - 1]
        return Page(rows, _cursor(latest["occurred_at"], latest["message_hash"].hex()[:12]))
    # All of these days is told; before them there may be more.
    earlier = datetime.combine(days[-1], time.min, UTC)
    return Page(rows, _cursor(earlier, AFTER_ALL) if len(days) == DAYS_AT_ONCE else None)


def _events_on(
    days: Sequence[date], profile_no: int, place: list[Any], events: Sequence[str]
) -> tuple[str, dict[str, Any]]:
    values: dict[str, Any] = {f"day_{turn}": day.isoformat() for turn, day in enumerate(days)}
    named = ", ".join(f"CAST(${name} AS DATE)" for name in values)
    values |= {
        "profile_no": profile_no,
        "before": place[0],
        "hash": place[1] + b"\xff" * 10,
        "rows": ROWS_PER_PAGE + 1,
    }
    if events:
        values["events"] = list(events)
    return OLDER_EVENTS.format(by_machine=BY_MACHINE, days=named, which=ONLY if events else ""), values


def _recent_row(event: dict[str, Any]) -> TimelineRow:
    facts = {
        name: value for name, value in event.items() if name not in {"at", "id", "event", "node", "source"}
    }
    return TimelineRow(
        EPOCH + timedelta(microseconds=event["at"]), event["event"], event["node"], event["source"],
        {name: value for name, value in facts.items() if value is not None},
    )  # fmt: skip


def _lake_row(row: dict[str, Any]) -> TimelineRow:
    facts = {name: value for name, value in row.items() if value is not None}
    for name in ("occurred_at", "message_hash", "event", "node_no", "source_no"):
        facts.pop(name, None)
    return TimelineRow(row["occurred_at"], row["event"], row["node_no"], row["source_no"], facts)


def _since_1970(microseconds: Any) -> datetime:
    return EPOCH + timedelta(microseconds=number(microseconds))


def _cursor(at: datetime, message: str) -> str:
    return encode_cursor((at - EPOCH) // timedelta(microseconds=1), message)
