"""The time a dashboard looks at: whole days, as far as there is data; imported history ends when it ends, not today.

A day that is not over is drawn beside the whole ones, and is in no figure that is compared.
"""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from yingtai.insights.errors import PeriodNotUnderstood

# From 85 days back, the Monday before begins 13 weeks, whichever day of the week it is.
LENGTHS = {"30d": 30, "90d": 85, "365d": 365, "all": 0}
USUAL = "90d"
MOST_DAYS_BY_DAY, MOST_DAYS_BY_WEEK = 45, 200

GRAINS = ("day", "week", "month")


@dataclass(frozen=True)
class Period:
    """Dates of the brand's calendar, half-open; `grain` is day, week or month.

    has_running_day  whether people already do something on the day after it, which is not over
    """

    since: date
    until: date
    grain: str
    zone: str
    has_running_day: bool = False

    @property
    def drawn(self) -> "Period":
        """The period with the day that is running, as pictures show it."""
        until = self.until + timedelta(days=self.has_running_day)
        return replace(self, until=until, has_running_day=False)

    @property
    def days(self) -> int:
        return (self.until - self.since).days

    @property
    def latest(self) -> date:
        """The latest day that belongs to the period, as people write it."""
        return self.until - timedelta(days=1)

    @property
    def before(self) -> "Period":
        """The period of equal length before this one."""
        return Period(self.since - timedelta(days=self.days), self.since, self.grain, self.zone)

    @property
    def parameters(self) -> dict[str, str]:
        return {
            "since": self.since.isoformat(),
            "until": self.until.isoformat(),
            "zone": self.zone,
            "grain": self.grain,
        }

    def is_open(self, today: date) -> bool:
        """Whether the last day, week or month is not over, or has not all its data."""
        return _next_start(self.grain, self.starts()[-1]) > min(self.until, today)

    def starts(self) -> list[date]:
        """Return the first day of every piece of the period, so that a piece without events can be drawn as 0."""
        pieces, day = [], _start_of(self.grain, self.since)
        while day < self.until:
            pieces.append(day)
            day = _next_start(self.grain, day)
        return pieces


def period_named(length: str, *, first: date | None, latest: date | None, zone: str, now: datetime) -> Period:
    """Return a period of one of LENGTHS that ends with the latest whole day of data, or a year of the data.

    In:  length         one of LENGTHS, or a year: `2011`; anything else is USUAL
         first, latest  the days of the data; None while there is none
    """
    today = now.astimezone(ZoneInfo(zone)).date()
    until = (latest or today) + timedelta(days=1)
    # On the first day of all there is no whole one.
    whole = min(until, today) if first and first < today else until
    if first and latest and _is_year(length) and first.year <= int(length) <= latest.year:
        return _year(int(length), first, until, whole, zone)
    days = LENGTHS.get(length, LENGTHS[USUAL])
    since = whole - timedelta(days=days) if days else (first or until - timedelta(days=1))
    return _from_its_beginning(since, whole, zone, has_running_day=whole < until)


def period_between(since: date, until: date, zone: str, grain: str = "") -> Period:
    """Return the period between two dates.

    Raises: PeriodNotUnderstood
    """
    if grain and grain not in GRAINS:
        raise PeriodNotUnderstood(field="grain")
    if since >= until:
        raise PeriodNotUnderstood(field="since")
    return Period(since, until, grain or grain_of((until - since).days), zone)


def length_asked(text: str) -> str:
    """Return a length that `period_named` knows: the one asked for, or the usual one."""
    return text if text in LENGTHS or _is_year(text) else USUAL


def _is_year(text: str) -> bool:
    return len(text) == 4 and text.isascii() and text.isdigit()


def _year(year: int, first: date, until: date, whole: date, zone: str) -> Period:
    since, end = max(date(year, 1, 1), first), min(date(year + 1, 1, 1), until)
    days = min(end, whole) if since < whole else end
    return _from_its_beginning(since, days, zone, has_running_day=days < end)


def _from_its_beginning(since: date, until: date, zone: str, *, has_running_day: bool) -> Period:
    """Return a period from the first day of its first piece: one that began in the middle of a week would show a bad
    week where there was none."""
    grain = grain_of((until - since).days)
    return Period(_start_of(grain, since), until, grain, zone, has_running_day)


def grain_of(days: int) -> str:
    """Return the grain in which so many days are still readable."""
    if days <= MOST_DAYS_BY_DAY:
        return "day"
    return "week" if days <= MOST_DAYS_BY_WEEK else "month"


def _start_of(grain: str, day: date) -> date:
    if grain == "week":
        return day - timedelta(days=day.weekday())
    return day.replace(day=1) if grain == "month" else day


def _next_start(grain: str, day: date) -> date:
    if grain == "month":
        return (day + timedelta(days=32)).replace(day=1)
    return day + timedelta(days=7 if grain == "week" else 1)
