"""The result is computed as published, counts people as they were assigned, and says so in words."""

import math
from dataclasses import asdict
from datetime import timedelta
from statistics import mean, variance

import duckdb
import pytest

from yingtai.audiences.testing import write_events
from yingtai.campaigns import queries, results
from yingtai.campaigns.metrics import conversions_by_day, lift, lift_told, outcomes
from yingtai.campaigns.models import Send
from yingtai.campaigns.services.exporting import export_assignments
from yingtai.campaigns.statistics import student
from yingtai.campaigns.testing import launch_and_decide, make_campaign, make_people, product
from yingtai.kernel.scoping import acting_transaction
from yingtai.lake.api import translate
from yingtai.organization.testing import make_acting

# Newcombe (1998), Statistics in Medicine 17:873–890, table II, method 10.
PUBLISHED = [
    ((56, 70), (48, 80), 0.0524, 0.3339),
    ((9, 10), (3, 10), 0.1705, 0.8090),
    ((6, 7), (2, 7), 0.0582, 0.8062),
    ((5, 56), (0, 29), -0.0381, 0.1926),
    ((0, 10), (0, 20), -0.1611, 0.2775),
    ((0, 10), (0, 10), -0.2775, 0.2775),
    ((10, 10), (0, 20), 0.6791, 1.0000),
    ((10, 10), (0, 10), 0.6075, 1.0000),
]


def compared(given, held, *, spent=((0, 0), (0, 0)), share=0.5):
    arms = [
        f"({arm}, {n}, {hits}, CAST({total} AS DOUBLE), CAST({squares} AS DOUBLE))"
        for arm, (hits, n), (total, squares) in zip(("false", "true"), (given, held), spent, strict=True)
    ]
    counted = f"SELECT * FROM (VALUES {', '.join(arms)}) AS t (is_held_out, n, hits, spent, spent_squared)"
    found = duckdb.sql(lift(counted).replace("$expected_share", str(share)))
    return results.Lift(**dict(zip(found.columns, found.fetchall()[0], strict=True)))


@pytest.mark.parametrize(("given", "held", "low", "high"), PUBLISHED)
def test_the_interval_of_the_difference_is_the_published_one(given, held, low, high):
    found = compared(given, held)

    assert (round(found.low, 4), round(found.high, 4)) == (low, high)


def test_the_interval_of_the_mean_is_that_of_welch():
    a = [27.5, 21.0, 19.0, 23.6, 17.0, 17.9, 16.9, 20.1, 21.9, 22.6, 23.1, 19.6, 19.0, 21.7, 21.4]
    b = [27.1, 22.0, 20.8, 23.4, 23.4, 23.5, 25.8, 22.0, 24.8, 20.2, 21.9, 22.1, 22.9, 30.5, 24.4]
    errors = [variance(values) / 15 for values in (a, b)]
    df = sum(errors) ** 2 / sum(error**2 / 14 for error in errors)
    sums = tuple((sum(values), sum(value * value for value in values)) for values in (a, b))

    found = compared((15, 15), (15, 15), spent=sums)

    assert 27.8 < df < 28  # where Student gives 2.0488
    assert math.isclose(found.spent_difference, mean(a) - mean(b))
    assert math.isclose(
        found.spent_high - found.spent_difference, 2.0488 * math.sqrt(sum(errors)), rel_tol=0.001
    )
    assert math.isclose(
        found.spent_difference - found.spent_low, 2.0488 * math.sqrt(sum(errors)), rel_tol=0.001
    )


@pytest.mark.parametrize(
    ("df", "quantile"), [(5, 2.5706), (10, 2.2281), (30, 2.0423), (120, 1.9799), (10**6, 1.9600)]
)
def test_the_quantile_of_student_is_that_of_the_tables(df, quantile):
    [[value]] = duckdb.sql(f"SELECT {student(str(float(df)))}").fetchall()

    assert math.isclose(value, quantile, abs_tol=0.001)


def test_sizes_that_do_not_fit_the_plan_are_noticed():
    assert not compared((300, 9000), (30, 1000), share=0.1).is_srm
    assert compared((300, 9000), (30, 1200), share=0.1).is_srm
    assert math.isclose(compared((1, 5050), (1, 4950)).srm, 1.0)
    assert math.isclose(compared((1, 5050), (1, 4950)).srm_p, 0.3173, abs_tol=0.0001)


@pytest.mark.parametrize("metric", [lift, outcomes, conversions_by_day])
def test_every_question_can_be_asked_of_spark(metric):
    assert translate(metric())


@pytest.fixture
def decided(acting, brand, lake):
    """A campaign of 1,200 people, half of them held out, decided on Monday at nine."""
    people = make_people(acting, brand.node_no, [f"p{number}@example.com" for number in range(1200)])
    campaign = launch_and_decide(
        acting, make_campaign(acting, brand.node_no, people, hold_out_share=5000, goal_days=7)
    )
    export_assignments(product(acting, campaign), campaign.campaign_no)
    with acting_transaction(acting):
        rows = Send.objects.filter(campaign_no=campaign.campaign_no)
        held = [row.profile_no for row in rows if row.reason == "hold_out"]
        given = [row.profile_no for row in rows if row.reason is None]
    return campaign, given, held


def order(profile_no, at, amount=10_000):
    return {
        "profile_no": profile_no, "event": "Order Completed", "occurred_at": at, "amount_minor": amount,
        "currency": "CNY",
    }  # fmt: skip


def test_people_count_as_they_were_assigned_from_the_decision_to_the_end(acting, brand, decided):
    campaign, given, held = decided
    during, before, after = (acting.at + timedelta(days=days) for days in (2, -1, 8))
    write_events(
        brand.node_no,
        [order(number, during) for number in given[:60]]
        + [order(given[0], during + timedelta(hours=1), 5_000)]
        + [order(number, during) for number in held[:12]]
        + [order(number, before) for number in given[60:200]]
        + [order(number, after) for number in held[12:300]],
    )

    result = results.result_of(acting.at_time(acting.at + timedelta(days=9)), campaign)

    found = result.lift
    assert (found.n1, found.hits1, found.n2, found.hits2) == (len(given), 60, len(held), 12)
    assert math.isclose(found.spent1, (60 * 10_000 + 5_000) / len(given))
    assert result.tone == "good"
    assert result.verdict.startswith(
        f"Among people who got the mail {found.p1:.1%} ordered, against {found.p2:.1%} in the hold-out: +"
    )
    assert [(day, given_, held_) for day, given_, held_ in result.days] == [(during.date(), 60, 12)]


def test_before_the_time_is_over_it_says_how_many_days_are_missing(acting, brand, decided):
    campaign, given, _held = decided
    write_events(brand.node_no, [order(number, acting.at + timedelta(hours=1)) for number in given[:50]])

    result = results.result_of(acting.at_time(acting.at + timedelta(days=2)), campaign)

    assert (result.verdict, result.tone) == ("Not enough data yet: about 5 more days.", "neutral")
    assert result.days_left == 5


def test_a_difference_that_may_be_chance_is_grey(acting, brand, decided):
    campaign, given, held = decided
    write_events(
        brand.node_no, [order(number, acting.at + timedelta(days=1)) for number in given[:30] + held[:28]]
    )

    result = results.result_of(acting.at_time(acting.at + timedelta(days=9)), campaign)

    assert result.tone == "neutral"
    assert result.verdict.endswith("That may just be chance.")


def test_groups_of_the_wrong_size_replace_the_verdict(acting, decided):
    campaign, _given, _held = decided
    lying = queries.CampaignView(**{**campaign.__dict__, "hold_out_share": 1000})

    result = results.result_of(acting.at_time(acting.at + timedelta(days=9)), lying)

    assert result.tone == "bad"
    assert result.verdict.startswith("Do not trust this result")


def test_a_neighbour_gets_no_result(neighbour_acting, decided):
    campaign, _given, _held = decided

    assert results.result_of(neighbour_acting, campaign).lift is None


def told(given, held, **options):
    true = asdict(compared(given, held, spent=((5_000, 1_000_000), (900, 90_000))))
    rough = true | options
    return true, lift_told(rough, true)


def test_shares_are_worked_out_from_the_numbers_that_are_told():
    _true, said = told((56, 1003), (41, 998), n1=1000, hits1=60, n2=990, hits2=40)

    assert (said["p1"], said["p2"], said["difference"]) == (0.06, 40 / 990, 0.06 - 40 / 990)
    assert said["spent1"] == 5_000 / 56 * 0.06
    assert said["low"] < said["difference"] < said["high"]
    assert said["srm"] is None


def test_too_few_to_be_told_have_no_shares():
    true, said = told((5, 1003), (41, 998), n1=1000, hits1=0, n2=990, hits2=40)

    assert {name for name, value in said.items() if value is not None} == set()
    assert set(said) == set(true) - {"n1", "hits1", "n2", "hits2", "is_srm"}


@pytest.mark.parametrize("off", [(10, -10, 10, -10), (-10, 10, -10, 10), (10, 10, -10, -10), (0, 0, 0, 0)])
def test_the_band_of_rough_numbers_holds_the_true_one_so_no_rounding_is_a_finding(off):
    n1, hits1, n2, hits2 = (number + move for number, move in zip((1003, 56, 998, 41), off, strict=True))

    true, said = told((56, 1003), (41, 998), n1=n1, hits1=hits1, n2=n2, hits2=hits2)

    assert said["low"] <= true["low"] < 0 < true["high"] <= said["high"]
    assert said["spent_low"] <= true["spent_low"] < true["spent_high"] <= said["spent_high"]


def test_a_group_is_one_number_on_monitor_and_result(acting, brand):
    campaign = make_campaign(acting, brand.node_no, [])
    analyst = make_acting(brand.node_no, roles=("analyst",))
    for held in range(350, 362):
        row = asdict(compared((56, 249 + held), (41, held), spent=((5_000, 1_000_000), (900, 90_000))))
        monitor = queries.as_may_be_read(
            analyst, {"sent": row["n1"], "hold_out": row["n2"], "opened": 9}, campaign.campaign_no
        )
        said = results._told(analyst, campaign, row)

        assert (said["n1"], said["n2"]) == (monitor["sent"], monitor["hold_out"])


def test_the_result_page_says_too_few_to_who_may_not_see_people(acting, brand):
    people = make_people(acting, brand.node_no, [f"p{place}@shop.example" for place in range(8)])
    campaign = launch_and_decide(acting, make_campaign(acting, brand.node_no, people, hold_out_share=5_000))
    export_assignments(product(acting, campaign), campaign.campaign_no)
    seeing = results.result_of(acting, campaign)
    blind = results.result_of(make_acting(brand.node_no, roles=("analyst",)), campaign)

    assert (blind.lift, {tuple(day[1:]) for day in blind.days} <= {(0, 0)}) == (None, True)
    assert "may not see people" in blind.verdict
    assert "may not see people" not in seeing.verdict
