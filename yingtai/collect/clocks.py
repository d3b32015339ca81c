"""Times as clients send them: ISO 8601 with or without a zone, or a number of seconds or milliseconds."""

from datetime import UTC, datetime, timedelta, tzinfo
from functools import cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
SECONDS_OR_MILLISECONDS = 100_000_000_000
MICROSECOND = timedelta(microseconds=1)
DAY = timedelta(days=1)
CLOCK_TOLERANCE = timedelta(seconds=5)
DELIVERY = timedelta(hours=1)


def micros(moment: datetime) -> int:
    """Return an aware time as microseconds since 1970."""
    since = moment - EPOCH
    return (since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds


def moment(micros_since: int) -> datetime:
    """Return the time in UTC that lies so many microseconds after 1970."""
    return EPOCH + timedelta(microseconds=micros_since)


def read_time(value: object, zone: tzinfo) -> datetime | None:
    """Return the time a client means, aware, or None when nobody could tell."""
    try:
        if isinstance(value, str):
            return aware(datetime.fromisoformat(value.strip()), zone)
        if isinstance(value, int | float) and not isinstance(value, bool):
            seconds = value / 1000 if abs(value) >= SECONDS_OR_MILLISECONDS else value
            return EPOCH + timedelta(seconds=seconds)
    except (ValueError, OverflowError):
        return None
    return None


def aware(moment: datetime, zone: tzinfo) -> datetime:
    """Return the time in UTC; one without a zone is meant in the source's."""
    return (moment if moment.tzinfo else moment.replace(tzinfo=zone)).astimezone(UTC)


def clock_off(sent: datetime | None, received: datetime) -> timedelta | None:
    """Return how far a client's clock lies behind ours, or None when it lies no further than mails are late.

    A request that waits for its network, or is tried again, arrives long after it was written: within DELIVERY its
    events keep the device's own times, so that the later request of a device does not overtake the earlier.
    """
    if sent is None:
        return None
    off = received - sent
    return None if -CLOCK_TOLERANCE <= off <= DELIVERY else off


def decide_time(when: datetime, off: timedelta | None, received: datetime) -> datetime:
    """Return when an event happened, by our clock: the one rule for whoever accepts and whoever ingests.

    In:     off  of `clock_off`
    Source: Segment, "timestamp = receivedAt − (sentAt − originalTimestamp)", but for a `sentAt` that cannot be of the
            clock the event was timed with: nobody sends before it happened, and a time that our clock finds
            possible is not moved by years because a field says so.
    """
    if off is None:
        return when
    try:
        sent = received - off
        is_of_another_clock = when > sent + CLOCK_TOLERANCE
        is_absurd = sent > received + DAY and when <= received + DAY
        return when if is_of_another_clock or is_absurd else when + off
    except OverflowError:
        return when


@cache
def zone_named(name: str) -> tzinfo:
    """Return a time zone by its IANA name; a name that no longer exists counts as UTC."""
    try:
        return UTC if name in {"", "UTC"} else ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return UTC
