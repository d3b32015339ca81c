"""What a campaign changed: people who got the mail against people held out, as they were assigned."""

from math import sqrt
from typing import Any

from yingtai.campaigns import tables
from yingtai.campaigns.statistics import SRM_LIMIT, newcombe, student, welch_df, wilson
from yingtai.kernel.shares import MOST_OFF, rough_interval, share
from yingtai.lake.metrics import metric

# The lake table is declared where it is read, for processes that load metrics alone.
ASSIGNMENTS = tables.ASSIGNMENTS.name


Row = dict[str, Any]
BY_RATIO = ("difference", "low", "high", "spent_difference", "spent_low", "spent_high")


def _outcomes_told(told: Row, true: Row) -> Row:
    """What each of them spent on average stays; of fewer than can be told, nothing does."""
    if not told["hits"]:
        return {"spent": None, "spent_squared": None}
    scale = told["hits"] / max(true["hits"], 1)
    return {"spent": true["spent"] * scale, "spent_squared": true["spent_squared"] * scale}


def lift_told(told: Row, true: Row) -> Row:
    """Return shares, means and intervals of two arms from their counts as told; all null when one cannot be told."""
    first, second = _arm_told(told, true, "1"), _arm_told(told, true, "2")
    if first["p1"] is None or second["p2"] is None:
        unknown: Row = dict.fromkeys((*first, *second, *BY_RATIO))
        return unknown | {"srm": None}
    p1, l1, u1, p2, l2, u2 = ((first | second)[name] for name in ("p1", "l1", "u1", "p2", "l2", "u2"))
    gap, spent = p1 - p2, first["spent1"] - second["spent2"]
    reach = None
    if true["spent_high"] is not None:
        reach = (
            true["spent_high"]
            - true["spent_difference"]
            + _spent_off(told, first, "1")
            + _spent_off(told, second, "2")
        )
    return first | second | {
        "difference": gap,
        "low": gap - sqrt((p1 - l1) ** 2 + (u2 - p2) ** 2),
        "high": gap + sqrt((u1 - p1) ** 2 + (p2 - l2) ** 2),
        "spent_difference": spent,
        "spent_low": spent - reach if reach is not None else None,
        "spent_high": spent + reach if reach is not None else None,
        "srm": None,
    }  # fmt: skip


def _spent_off(told: Row, arm_told: Row, arm: str) -> float:
    # The average of all rests on the share who bought, and that is as far off as its numbers may be.
    p, spent = arm_told[f"p{arm}"], arm_told[f"spent{arm}"]
    return float(spent / p * MOST_OFF * (1 + p) / told[f"n{arm}"])


def _arm_told(told: Row, true: Row, arm: str) -> Row:
    n, hits = told[f"n{arm}"], told[f"hits{arm}"]
    p = share(hits, n)
    if p is None:
        return dict.fromkeys((f"p{arm}", f"l{arm}", f"u{arm}", f"spent{arm}"))
    low, high = rough_interval(hits, n)
    by_buyer = true[f"spent{arm}"] * true[f"n{arm}"] / true[f"hits{arm}"]
    return {f"p{arm}": p, f"l{arm}": low, f"u{arm}": high, f"spent{arm}": by_buyer * p}


@metric(
    "campaigns.outcomes",
    unit="people",
    reads=("campaign_assignments", "events"),
    counts=("n", "hits"),
    anew=_outcomes_told,
)
def outcomes() -> str:
    """Count how many of those given the mail and of those held out reached the goal, and what they spent.

    In:    $campaign_no; $goal, the event that counts; $since ≤ occurred_at < $until; $from_day, $to_day
    Out:   one row per arm  (is_held_out, n: people, hits: people who reached the goal,
           spent: sum, spent_squared: sum of squares; both in the currency's smallest unit per person)
    Empty: an arm without people has no row
    Cost:  one scan of the goal's events in the days between
    """
    return """
        WITH people AS (
            SELECT profile_no, is_held_out FROM campaign_assignments WHERE campaign_no = $campaign_no
        ), reached AS (
            SELECT profile_no, CAST(sum(coalesce(amount_minor, 0)) AS DOUBLE) AS spent
            FROM events
            WHERE event = $goal AND day >= $from_day AND day <= $to_day
              AND occurred_at >= $since AND occurred_at < $until AND profile_no IS NOT NULL
            GROUP BY profile_no
        )
        SELECT people.is_held_out, count(*) AS n, count(reached.profile_no) AS hits,
               coalesce(sum(reached.spent), 0) AS spent,
               coalesce(sum(reached.spent * reached.spent), 0) AS spent_squared
        FROM people LEFT JOIN reached ON reached.profile_no = people.profile_no
        GROUP BY people.is_held_out
    """


@metric(
    "campaigns.lift",
    unit="ratio",
    reads=("campaign_assignments", "events"),
    counts=("n1", "hits1", "n2", "hits2"),
    anew=lift_told,
)
def lift(counted: str = "") -> str:
    """Say by how much the mail raised the share of people who reached the goal, and how surely.

    In:     as campaigns.outcomes; $expected_share, the share that was to be held out (0–1)
    Out:    one row  (n1, hits1, p1, l1, u1: given the mail; n2, hits2, p2, l2, u2: held out, Wilson intervals;
            difference, low, high; spent1, spent2: mean per person; spent_difference, spent_low, spent_high;
            srm: chi-square of the sizes; is_srm: they do not fit the shares)
    Empty:  without people in both arms there is no row
    Cost:   as campaigns.outcomes
    Source: Newcombe (1998), method 10; Welch (1947); sample ratio: Pearson's chi-square, p < 0.001;
            docs/algorithms/lift.md
    """
    return f"""
        WITH counted AS ({counted or outcomes()}
        ), pair AS (
            SELECT max(CASE WHEN NOT is_held_out THEN n END) AS n1,
                   max(CASE WHEN NOT is_held_out THEN hits END) AS hits1,
                   max(CASE WHEN NOT is_held_out THEN spent END) AS sum1,
                   max(CASE WHEN NOT is_held_out THEN spent_squared END) AS squares1,
                   max(CASE WHEN is_held_out THEN n END) AS n2,
                   max(CASE WHEN is_held_out THEN hits END) AS hits2,
                   max(CASE WHEN is_held_out THEN spent END) AS sum2,
                   max(CASE WHEN is_held_out THEN spent_squared END) AS squares2
            FROM counted
        ), shares AS (
            SELECT *, CAST(hits1 AS DOUBLE) / CAST(n1 AS DOUBLE) AS p1,
                   CAST(hits2 AS DOUBLE) / CAST(n2 AS DOUBLE) AS p2,
                   {wilson("hits1", "n1", sign="-")} AS l1, {wilson("hits1", "n1", sign="+")} AS u1,
                   {wilson("hits2", "n2", sign="-")} AS l2, {wilson("hits2", "n2", sign="+")} AS u2,
                   sum1 / n1 AS spent1, sum2 / n2 AS spent2,
                   (squares1 - sum1 * sum1 / n1) / nullif(n1 - 1, 0) / n1 AS e1,
                   (squares2 - sum2 * sum2 / n2) / nullif(n2 - 1, 0) / n2 AS e2,
                   CAST(n1 + n2 AS DOUBLE) * (1 - $expected_share) AS planned1,
                   CAST(n1 + n2 AS DOUBLE) * $expected_share AS planned2
            FROM pair
            WHERE n1 > 0 AND n2 > 0
        ), sized AS (
            SELECT *, coalesce({welch_df()}, 1000000) AS df,
                   (n1 - planned1) * (n1 - planned1) / planned1
                   + (n2 - planned2) * (n2 - planned2) / planned2 AS srm
            FROM shares
        )
        SELECT n1, hits1, p1, l1, u1, n2, hits2, p2, l2, u2,
               p1 - p2 AS difference, {newcombe(low=True)} AS low, {newcombe(low=False)} AS high,
               spent1, spent2, spent1 - spent2 AS spent_difference,
               spent1 - spent2 - {student("df")} * sqrt(e1 + e2) AS spent_low,
               spent1 - spent2 + {student("df")} * sqrt(e1 + e2) AS spent_high,
               srm, srm > {SRM_LIMIT} AS is_srm
        FROM sized
    """


@metric(
    "campaigns.conversions_by_day", unit="people", reads=("campaign_assignments", "events"), counts=("hits",)
)
def conversions_by_day() -> str:
    """Count, for each day since it was decided, who reached the goal for the first time, by arm.

    In:    as campaigns.outcomes
    Out:   one row per day and arm with anybody  (first_on: UTC day, is_held_out, hits: people)
    Cost:  as campaigns.outcomes
    """
    return """
        WITH people AS (
            SELECT profile_no, is_held_out FROM campaign_assignments WHERE campaign_no = $campaign_no
        ), reached AS (
            SELECT profile_no, min(occurred_at) AS first_at
            FROM events
            WHERE event = $goal AND day >= $from_day AND day <= $to_day
              AND occurred_at >= $since AND occurred_at < $until AND profile_no IS NOT NULL
            GROUP BY profile_no
        )
        SELECT CAST(reached.first_at AS DATE) AS first_on, people.is_held_out, count(*) AS hits
        FROM people JOIN reached ON reached.profile_no = people.profile_no
        GROUP BY CAST(reached.first_at AS DATE), people.is_held_out
        ORDER BY first_on, people.is_held_out
    """
