"""Figures are read from summaries: the same figures, for the same people, in every time zone."""

from datetime import UTC, date, datetime, timedelta

import pytest

from yingtai.insights.periods import Period
from yingtai.insights.queries import ask
from yingtai.kernel.scope import Scope
from yingtai.lake.api import append, scoped
from yingtai.lake.metrics import CATALOGUE
from yingtai.lake.summarizing import summarize
from yingtai.lake.testing import events_of
from yingtai.organization.testing import make_acting

ZONES = ("Asia/Shanghai", "Asia/Kathmandu", "America/New_York", "America/Havana", "Australia/Lord_Howe")
OF_EVENTS = """
    SELECT CAST(date_trunc($grain, occurred_at AT TIME ZONE $zone) AS DATE) AS period,
           count(DISTINCT profile_no) AS value
    FROM events
    WHERE CAST(occurred_at AT TIME ZONE $zone AS DATE) >= CAST($since AS DATE)
      AND CAST(occurred_at AT TIME ZONE $zone AS DATE) < CAST($until AS DATE)
    GROUP BY 1 ORDER BY 1
"""
STEPS_OF_EVENTS = """
    WITH firsts AS (
        SELECT profile_no, min(CASE WHEN event = 'Product Viewed' THEN occurred_at END) AS viewed_at,
               max(CASE WHEN event = 'Product Added' THEN occurred_at END) AS added_at,
               max(CASE WHEN event = 'Order Completed' THEN occurred_at END) AS ordered_at
        FROM events
        WHERE CAST(occurred_at AT TIME ZONE $zone AS DATE) >= CAST($since AS DATE)
          AND CAST(occurred_at AT TIME ZONE $zone AS DATE) < CAST($until AS DATE)
        GROUP BY profile_no
    )
    SELECT count(viewed_at) AS viewed, CAST(count(*) FILTER (WHERE added_at >= viewed_at) AS BIGINT) AS added,
           CAST(count(*) FILTER (WHERE added_at >= viewed_at AND ordered_at >= viewed_at) AS BIGINT) AS ordered
    FROM firsts
"""


@pytest.fixture
def busy_nights(brand):
    """Somebody does something every eleven minutes in the nights in which clocks change, spring and autumn."""
    rows = []
    for night in (datetime(2026, 3, 7, 12, tzinfo=UTC), datetime(2026, 10, 31, 12, tzinfo=UTC)):
        for step in range(0, 48 * 60, 11):
            at = night + timedelta(minutes=step, seconds=59)
            event = ("Product Viewed", "Product Added", "Order Completed")[step % 3]
            person = step % 37 + 1
            rows.append(
                {
                    "event": event,
                    "profile_no": person,
                    "alias_no": person,
                    "occurred_at": at,
                    "received_at": at,
                }
            )
    append("events", events_of(rows, node_no=brand.node_no))
    return brand


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize("grain", ["day", "week", "month"])
def test_days_begin_where_the_time_zone_says(zone, grain, busy_nights):
    period = Period(date(2026, 3, 8), date(2026, 11, 1), grain, zone)
    lake = scoped(Scope.of(busy_nights.node_no))

    found = lake.query(CATALOGUE.find("insights.active_profiles")(), period.parameters)

    assert found.to_pylist() == lake.query(OF_EVENTS, period.parameters).to_pylist()


@pytest.mark.parametrize("zone", ZONES)
def test_steps_are_counted_to_the_second(zone, busy_nights):
    period = Period(date(2026, 3, 8), date(2026, 11, 2), "month", zone)
    lake = scoped(Scope.of(busy_nights.node_no))
    wanted = {name: value for name, value in period.parameters.items() if name != "grain"}

    found = lake.query(CATALOGUE.find("insights.steps_to_order")(), wanted)

    assert found.to_pylist() == lake.query(STEPS_OF_EVENTS, wanted).to_pylist()


@pytest.mark.slow  # sums up whatever other tests left in the lake
def test_summing_up_changes_no_figure_and_shows_the_neighbour_none(busy_nights, acting, neighbour_acting):
    period = Period(date(2026, 3, 2), date(2026, 11, 9), "month", "Asia/Shanghai")
    names = [metric.name for metric in CATALOGUE.all() if metric.name.startswith("insights.")]

    def figures(acting):
        lake = scoped(acting.scope)
        sql = {name: CATALOGUE.find(name)() for name in names}
        values = period.parameters.items()
        return {
            name: lake.query(text, {key: value for key, value in values if f"${key}" in text}).to_pylist()
            for name, text in sql.items()
        }

    before = figures(acting)
    summarize(quiet_ms=-60_000)

    assert figures(acting) == before
    assert before["insights.active_profiles"] != []
    assert figures(neighbour_acting)["insights.active_profiles"] == []
    assert figures(make_acting(busy_nights.dealer_no))["insights.orders"] == []


def test_a_kept_answer_reaches_neither_the_neighbour_nor_a_part_of_the_brand(
    busy_nights, acting, neighbour_acting
):
    period = Period(date(2026, 3, 2), date(2026, 11, 9), "month", "Asia/Shanghai")
    dealer = make_acting(busy_nights.dealer_no)

    for name in ("insights.active_profiles", "insights.orders", "audiences.rfm_grid"):
        assert ask(acting, name, period).rows != []
        assert ask(neighbour_acting, name, period).rows == []
        assert ask(dealer, name, period).rows == []
        # Asked again, when all of them are kept.
        assert ask(neighbour_acting, name, period).rows == []
