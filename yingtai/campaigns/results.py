"""Did it help? The result of a campaign in words, with how surely, from the lake."""

import math
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from yingtai.campaigns.errors import CampaignNotDecided
from yingtai.campaigns.metrics import conversions_by_day, lift, lift_told
from yingtai.campaigns.queries import CampaignView, as_may_be_read, get_campaign
from yingtai.campaigns.reasons import HOLD_OUT
from yingtai.campaigns.statistics import SRM_LIMIT
from yingtai.collect.api import event_title
from yingtai.kernel.acting import Acting, require
from yingtai.kernel.contributions import metric_subjects
from yingtai.kernel.labels import Label
from yingtai.kernel.protecting import is_protected, protected_row, roughly
from yingtai.kernel.scope import Scope
from yingtai.lake.api import scoped
from yingtai.ui.formats import percent, sentences

FEWEST_HELD_OUT = 100
FEWEST_HITS = 10
Days = tuple[tuple[date, int, int], ...]


@dataclass(frozen=True)
class Lift:
    """People given the mail (1) against people held out (2); shares 0–1, money in the smallest unit."""

    n1: int
    hits1: int
    p1: float
    l1: float
    u1: float
    n2: int
    hits2: int
    p2: float
    l2: float
    u2: float
    difference: float
    low: float
    high: float
    spent1: float
    spent2: float
    spent_difference: float
    spent_low: float
    spent_high: float
    srm: float | None
    is_srm: bool

    @property
    def has_hits(self) -> bool:
        """Whether anybody reached the goal: of 0 against 0 there is nothing to draw, and no band."""
        return self.hits1 + self.hits2 > 0

    @property
    def srm_p(self) -> float:
        """The chance of sizes at least this far from the plan; to whoever may not see people, at most."""
        return math.erfc(math.sqrt((SRM_LIMIT if self.srm is None else self.srm) / 2))


@dataclass(frozen=True)
class Result:
    """What a result page says; `lift` is None while there is nothing to compare."""

    verdict: str
    tone: str
    lift: Lift | None
    days: Days
    days_left: int
    as_of: datetime | None
    sql: str
    version: str


def result_of(acting: Acting, campaign: CampaignView) -> Result | None:
    """Return the result of a campaign that was decided, as far as the lake knows.

    Cost: two scans of the goal's events since then
    """
    if campaign.decided_at is None or campaign.counts_until is None:
        return None
    lake = scoped(_place(acting, campaign))
    values = values_of(acting, campaign)
    shares = {**values, "expected_share": campaign.hold_out_ratio}
    rows = lake.query(lift(), shares).to_pylist() if 0 < campaign.hold_out_ratio < 1 else []
    told = [_told(acting, campaign, row) for row in rows]
    found = Lift(**told[0]) if told and told[0]["p1"] is not None else None
    days = _by_day(lake.query(conversions_by_day(), values).to_pylist())
    days_left = max(0, math.ceil((campaign.counts_until - acting.at) / timedelta(days=1)))
    sentence, tone = verdict_of(campaign, found, days_left)
    if rows and found is None:
        sentence = _("Too few people reached the goal yet to say more to somebody who may not see people.")
    version = f"events {lake.version['events']}, campaign_assignments {lake.version['campaign_assignments']}"
    return Result(
        sentence,
        tone,
        found,
        _days_told(acting, campaign, days),
        days_left,
        lake.freshness,
        lift().strip(),
        version,
    )


def values_of(acting: Acting, campaign: CampaignView) -> dict[str, Any]:
    """Return what the metrics of a campaign that was decided are asked with."""
    decided_at, counts_until = campaign.decided_at, campaign.counts_until
    if decided_at is None or counts_until is None:
        raise CampaignNotDecided
    until = min(counts_until, acting.at)
    return {
        "campaign_no": campaign.campaign_no, "goal": campaign.goal_event, "since": decided_at, "until": until,
        "from_day": decided_at.date(), "to_day": until.date(),
    }  # fmt: skip


def subject(acting: Acting, campaign_id: UUID) -> dict[str, Any]:
    """Return what the metrics of a campaign are asked with, by its public id.

    Raises: CampaignNotFound, CampaignNotDecided
    """
    require(acting, "view", Label.L2, "campaigns.campaign")
    campaign = get_campaign(acting, campaign_id)
    return values_of(acting, campaign) | {"expected_share": campaign.hold_out_ratio}


metric_subjects.register("campaigns", subject)


def verdict_of(campaign: CampaignView, found: Lift | None, days_left: int) -> tuple[str, str]:
    """Return the sentence that comes first, and its tone: grey unless it is certain.

    The rules stand before the result: a failed check replaces the verdict, then the time must be over, then
    there must be enough people, and only then does the interval decide.
    """
    if campaign.hold_out_share == 0:
        return _("Nobody was held out, so what the mail changed cannot be told."), "neutral"
    if found is None:
        return _("There is nothing to compare yet."), "neutral"
    if found.is_srm:
        return _(
            "Do not trust this result: the two groups are not as large as they were meant to be "
            "(chance of that: %(p)s). Look for a mistake in who was assigned before anything else."
        ) % {"p": f"{found.srm_p:.2g}"}, "bad"
    if days_left > 0:
        return ngettext(
            "Not enough data yet: about %(days)s more day.",
            "Not enough data yet: about %(days)s more days.",
            days_left,
        ) % {"days": days_left}, "neutral"
    if found.n2 < FEWEST_HELD_OUT or found.hits1 + found.hits2 < FEWEST_HITS:
        return _("Too few people to tell: %(held)s were held out and %(hits)s reached the goal in all.") % {
            "held": found.n2,
            "hits": found.hits1 + found.hits2,
        }, "neutral"
    facts = {
        "with": percent(found.p1), "without": percent(found.p2), "points": points(found.difference),
        "low": points(found.low), "high": points(found.high), "goal": goal_words(campaign.goal_event),
    }  # fmt: skip
    sentence = (
        _(
            "Among people who got the mail %(with)s %(goal)s, against %(without)s in the hold-out: "
            "%(points)s points (%(low)s to %(high)s)."
        )
        % facts
    )
    if found.low > 0:
        return sentence, "good"
    if found.high < 0:
        return sentences(sentence, _("The mail did harm.")), "bad"
    return sentences(sentence, _("That may just be chance.")), "neutral"


def points(ratio: float) -> str:
    """Return a difference of shares in percentage points, with its sign."""
    return f"{ratio * 100:+.1f}".replace("-", "−")


def goal_words(event: str) -> str:
    """Return a goal as the verb of a sentence."""
    known = {
        "Order Completed": _("ordered"),
        "Test Drive Booked": _("booked a test drive"),
        "Lead Submitted": _("became a lead"),
    }
    return known.get(event, _("reached “%s”") % event_title(event))


def _place(acting: Acting, campaign: CampaignView) -> Scope:
    place = Scope.of(campaign.node_no)
    return place if acting.scope.contains(place) else acting.scope


def _told(acting: Acting, campaign: CampaignView, row: dict[str, Any]) -> dict[str, Any]:
    """Return the comparison as the actor may read it: of whom nobody may be counted, from rough numbers."""
    if not is_protected(acting):
        return row
    told = protected_row(acting, row, *lift.counts, about=[lift.name, campaign.campaign_no])
    # Told as the monitor tells the same people: two answers about one group would be two numbers of it.
    groups = as_may_be_read(acting, {"sent": row["n1"], HOLD_OUT: row["n2"]}, campaign.campaign_no)
    told |= {"n1": groups["sent"], "n2": groups[HOLD_OUT]}
    return told | lift_told(told, row)


def _days_told(acting: Acting, campaign: CampaignView, days: Days) -> Days:
    """Return the days as the actor may read them: how many there are up to each is told roughly."""
    if not is_protected(acting):
        return days
    said, sums, before = [], [0, 0], [0, 0]
    for day, *new in days:
        sums = [whole + more for whole, more in zip(sums, new, strict=True)]
        now = [
            max(last, roughly(whole, ["conversions", campaign.campaign_no, arm, day]) or 0)
            for arm, (last, whole) in enumerate(zip(before, sums, strict=True))
        ]
        said.append((day, now[0] - before[0], now[1] - before[1]))
        before = now
    return tuple(said)


def _by_day(rows: list[dict[str, Any]]) -> Days:
    days: dict[date, list[int]] = {}
    for row in rows:
        days.setdefault(row["first_on"], [0, 0])[int(row["is_held_out"])] = row["hits"]
    return tuple((day, given, held) for day, (given, held) in sorted(days.items()))
