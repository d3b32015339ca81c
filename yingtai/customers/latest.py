"""Who was seen latest: profile numbers page by page, in the order people expect of a list of customers.

A day of the calendar is indexed, not the moment: a moment changes with every event, and an index on it would cost
each write its place beside the row (`docs/decisions/0068`). Within a day rows are sorted as they are read.
"""

from datetime import UTC, date, datetime, timedelta
from typing import Any

from django.db import connection

from yingtai.customers.rules import KINDS
from yingtai.kernel.acting import Acting
from yingtai.kernel.pages import ROWS_PER_PAGE, decode_cursor, encode_cursor, moment, number
from yingtai.kernel.scope import BRAND_SHIFT
from yingtai.organization.api import list_brands

KINDS_THAT_TELL = [kind.number for kind in KINDS if kind.is_kept]
LARGEST = 2**63 - 1
DAYS_AT_A_TIME = (1, 14, 120, 0)
"""Before the latest day; 0 for all there are."""
END_OF_TIME = datetime.fromisoformat("9999-01-01T00:00:00+00:00")
# `OFFSET 0` keeps the order of steps: first the latest, and who of them is known only until the page is full.
SEEN = """
    SELECT one.profile_no, one.latest_seen_at FROM unnest(%(brands)s::int[]) AS brand(no) CROSS JOIN LATERAL (
        SELECT recent.profile_no, recent.latest_seen_at, recent.latest_seen_day FROM (
            SELECT profile_no, latest_seen_at, latest_seen_day FROM customers_recenttimeline
            WHERE brand_no = brand.no AND latest_seen_day BETWEEN %(since)s AND %(until)s
                AND (latest_seen_at, profile_no) < (%(at)s, %(before)s)
            ORDER BY latest_seen_day DESC, latest_seen_at DESC, profile_no DESC OFFSET 0
        ) AS recent {which}
        ORDER BY recent.latest_seen_day DESC, recent.latest_seen_at DESC, recent.profile_no DESC LIMIT %(most)s
    ) AS one
    ORDER BY one.latest_seen_at DESC, one.profile_no DESC LIMIT %(most)s
"""
LATEST_DAY = """
    SELECT max(day) FROM unnest(%(brands)s::int[]) AS brand(no) CROSS JOIN LATERAL (
        SELECT latest_seen_day AS day FROM customers_recenttimeline
        WHERE brand_no = brand.no AND latest_seen_day <= %(until)s ORDER BY latest_seen_day DESC LIMIT 1
    ) AS one
"""
NEVER_SEEN = """
    SELECT recent.profile_no, NULL::timestamptz FROM (
        SELECT profile_no FROM customers_profile AS one
        WHERE merged_into_no IS NULL AND profile_no < %(before)s AND NOT EXISTS (
            SELECT FROM customers_recenttimeline AS seen
            WHERE seen.profile_no = one.profile_no AND seen.latest_seen_at IS NOT NULL)
        ORDER BY profile_no DESC OFFSET 0
    ) AS recent {which}
    ORDER BY recent.profile_no DESC LIMIT %(most)s
"""
KNOWN = """
    WHERE EXISTS (
        SELECT FROM customers_identifier AS known
        WHERE known.profile_no = recent.profile_no AND known.kind = ANY(%(kinds)s) OFFSET 0)
"""


def latest_seen(acting: Acting, *, only_known: bool, after: str | None) -> tuple[list[int], str | None]:
    """Return a page of profile numbers, latest seen first and whoever never did anything last, and the next cursor.

    Runs in the caller's transaction.

    Raises: CursorNotUnderstood
    """
    place = decode_cursor(after, _moment_or_never, number)
    at, before = place or [END_OF_TIME, LARGEST]
    rows: list[tuple[int, datetime | None]] = []
    if at is not None:
        rows = _seen(acting, only_known, at=at, before=before)
        before = LARGEST
    if len(rows) <= ROWS_PER_PAGE:
        rows += _read(acting, NEVER_SEEN, only_known, ROWS_PER_PAGE + 1 - len(rows), before=before)
    shown = rows[:ROWS_PER_PAGE]
    if len(rows) <= ROWS_PER_PAGE:
        return [profile_no for profile_no, _at in shown], None
    profile_no, seen_at = shown[-1]
    return [one for one, _at in shown], encode_cursor(seen_at, profile_no)


def _seen(acting: Acting, only_known: bool, *, at: datetime, before: int) -> list[Any]:
    """Read days backwards from the latest, more of them until a page is full: the planner would sort everybody."""
    brands = _brands(acting)
    until = at.astimezone(UTC).date()
    latest = _one(LATEST_DAY, {"brands": brands, "until": until})
    if latest is None:
        return []
    rows: list[Any] = []
    for days in DAYS_AT_A_TIME:
        since = latest - timedelta(days=days) if days else date.min
        window = {"at": at, "before": before, "since": since, "until": until}
        rows = _read(acting, SEEN, only_known, ROWS_PER_PAGE + 1, **window)
        if len(rows) > ROWS_PER_PAGE:
            break
    return rows


def _brands(acting: Acting) -> list[int]:
    return [(brand.node_no or 0) >> BRAND_SHIFT for brand in list_brands(acting.scope)]


def _one(sql: str, values: dict[str, Any]) -> Any:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return cursor.fetchone()[0]


def _read(acting: Acting, sql: str, only_known: bool, most: int, **place: Any) -> list[Any]:
    values = {"brands": _brands(acting), "kinds": KINDS_THAT_TELL, "most": most, **place}
    with connection.cursor() as cursor:
        cursor.execute(sql.format(which=KNOWN if only_known else ""), values)
        return list(cursor.fetchall())


def _moment_or_never(part: Any) -> datetime | None:
    return None if part is None else moment(part)
