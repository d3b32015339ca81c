"""The first metrics, on rows written here, with answers worked out by hand."""

from dataclasses import replace as replaced
from datetime import UTC, date, datetime

import pytest

from yingtai.insights.cards import CARDS, Look
from yingtai.insights.errors import MetricNotFound, PeriodNotUnderstood
from yingtai.insights.periods import USUAL, Period, grain_of, length_asked, period_between, period_named
from yingtai.insights.queries import ask, covered, years_with_orders
from yingtai.insights.sheets import numbers
from yingtai.kernel.protecting import protected_row
from yingtai.kernel.scope import Scope
from yingtai.lake.api import append, replace
from yingtai.lake.metrics import metric
from yingtai.lake.testing import events_of, rows_of
from yingtai.organization.api import TooManyQuestions, get_unit_at
from yingtai.organization.testing import make_acting

ANNA, BEN, CEM = 1, 2, 3
MARCH = Period(date(2026, 3, 2), date(2026, 3, 16), "week", "Asia/Shanghai")


def at(month, day, hour=4):
    return datetime(2026, month, day, hour, tzinfo=UTC)


def order(person, when, amount, *, event="Order Completed", currency="CNY"):
    return {
        "profile_no": person, "alias_no": person, "event": event, "occurred_at": when, "received_at": when,
        "amount_minor": amount, "currency": currency, "order_id": f"o{when:%m%d%H}",
    }  # fmt: skip


@pytest.fixture
def shop(brand):
    rows = [
        order(ANNA, at(1, 10), 100_00),
        order(ANNA, at(3, 3), 200_00),
        order(BEN, at(3, 4), 50_00),
        order(CEM, at(3, 10), 30_00, currency="EUR"),
        order(ANNA, at(3, 11), 80_00, event="Order Refunded"),
        {"profile_no": BEN, "event": "Page Viewed", "occurred_at": at(3, 12), "received_at": at(3, 12)},
        # 1 March 17:00 in Greenwich is 2 March 01:00 in Shanghai, so this order is inside.
        order(BEN, at(3, 1, 17), 10_00),
        # 15 March 16:30 in Greenwich is the 16th in Shanghai, so this one is outside.
        order(BEN, datetime(2026, 3, 15, 16, 30, tzinfo=UTC), 999_00),
    ]
    append("events", events_of(rows, node_no=brand.node_no))
    return brand


def look_at(acting, *, first=date(2026, 1, 10), today=date(2026, 3, 15), currency="EUR"):
    return Look(acting, MARCH, currency, first, today)


def drawn(name, look):
    return next(card for card in CARDS if card.name == name).draw(look)


def answer(name, acting, period=MARCH):
    return [tuple(row.values()) for row in ask(acting, name, period).rows]


def test_orders_are_counted_in_the_brands_own_days(shop, acting):
    assert answer("insights.orders", acting) == [(date(2026, 3, 2), 3), (date(2026, 3, 9), 1)]


def test_a_person_active_twice_in_a_week_counts_once(shop, acting):
    assert answer("insights.active_profiles", acting) == [(date(2026, 3, 2), 2), (date(2026, 3, 9), 3)]


def test_revenue_takes_refunds_back_and_keeps_currencies_apart(shop, acting):
    assert answer("insights.net_revenue", acting) == [
        (date(2026, 3, 2), "CNY", 2, 260_00),
        (date(2026, 3, 9), "CNY", 1, -80_00),
        (date(2026, 3, 9), "EUR", 1, 30_00),
    ]
    assert answer("insights.net_revenue_in_all", acting) == [("CNY", 2, 180_00), ("EUR", 1, 30_00)]


def test_an_average_says_how_many_orders_stand_behind_it(shop, acting):
    assert answer("insights.average_order_value", acting) == [("CNY", 3, 2, 86_67), ("EUR", 1, 1, 30_00)]
    assert answer("insights.sales_in_all", acting) == [
        ("CNY", 2, 3, 180_00, 86_67),
        ("EUR", 1, 1, 30_00, 30_00),
    ]


def test_repeat_rate_counts_orders_before_the_period_too_and_states_its_interval(shop, acting):
    [(buyers, repeaters, value, low, high)] = answer("insights.repeat_rate", acting)

    # Anna (January and March) and Ben (twice in March) came back, Cem did not: 2 of 3. The interval is Wilson's.
    assert (buyers, repeaters, round(value, 4)) == (3, 2, 0.6667)
    assert (round(low, 4), round(high, 4)) == (0.2077, 0.9385)


def test_no_buyers_is_not_a_rate_of_zero(brand, acting):
    assert answer("insights.repeat_rate", acting) == [(0, 0, None, None, None)]


def test_products_are_ranked_by_what_was_paid_less_returns(brand, acting):
    lines = [
        {"order_id": "a", "line_no": 1, "product_id": "mat", "quantity": 2.0, "amount_minor": 100},
        {"order_id": "b", "line_no": 1, "product_id": "mat", "quantity": -1.0, "amount_minor": -40},
        {"order_id": "b", "line_no": 2, "product_id": "cap", "quantity": 1.0, "amount_minor": 70},
        {
            "order_id": "c",
            "line_no": 1,
            "product_id": "mat",
            "quantity": 1.0,
            "amount_minor": 5_000,
            "currency": "EUR",
        },
    ]
    usual = {
        "day": date(2026, 3, 4),
        "currency": "CNY",
        "node_no": brand.node_no,
        "alias_no": 1,
        "profile_no": 1,
    }
    append("order_lines", rows_of("order_lines", lines, **usual))
    goods = rows_of("products", [{"product_id": "cap", "name": "Cap"}], node_no=brand.node_no)
    replace("products", goods, {"brand_no": brand.node_no >> 40})

    here = brand.node_no >> 40
    assert answer("insights.top_products", acting) == [
        ("cap", "Cap", "CNY", 1.0, 1, 1, 70, here),
        ("mat", None, "CNY", 1.0, 2, 1, 60, here),
        ("mat", None, "EUR", 1.0, 1, 1, 5_000, here),
    ]
    products = drawn("products", look_at(acting)).products
    assert [(currency, len(rows)) for currency, rows in products] == [("EUR", 1), ("CNY", 2)]


def test_the_neighbour_and_another_dealer_see_nothing(shop, neighbour_acting):
    assert answer("insights.orders", neighbour_acting) == []
    assert answer("insights.orders", make_acting(shop.dealer_no)) == []


def test_an_answer_is_kept_for_its_scope_alone(shop, acting):
    ask(acting, "insights.orders", MARCH)

    assert ask(make_acting(shop.dealer_no), "insights.orders", MARCH).rows == []


def test_an_unknown_metric_is_explained(acting):
    with pytest.raises(MetricNotFound, match=r"insights\.luck"):
        ask(acting, "insights.luck")


def test_a_dashboard_opens_where_the_data_is():
    period = period_named(
        "30d", first=date(2010, 12, 1), latest=date(2011, 6, 30), zone="Europe/London", now=at(3, 1)
    )

    assert (period.since, period.until, period.grain) == (date(2011, 6, 1), date(2011, 7, 1), "day")


@pytest.mark.parametrize(
    ("length", "first", "since", "until", "is_running"),
    [
        ("30d", date(2026, 1, 1), date(2026, 2, 10), date(2026, 3, 12), True),
        ("2026", date(2025, 5, 5), date(2025, 12, 29), date(2026, 3, 12), True),
        ("2025", date(2025, 5, 5), date(2025, 5, 1), date(2026, 1, 1), False),
        ("all", date(2026, 3, 12), date(2026, 3, 12), date(2026, 3, 13), False),  # the first day of all
    ],
)
def test_a_day_that_is_not_over_is_drawn_and_compared_with_nothing(length, first, since, until, is_running):
    period = period_named(length, first=first, latest=date(2026, 3, 12), zone="UTC", now=at(3, 12))

    assert (period.since, period.until, period.has_running_day) == (since, until, is_running)
    assert period.drawn.latest == (date(2026, 3, 12) if is_running else period.latest)
    assert not is_running or period.drawn.is_open(date(2026, 3, 12))


@pytest.mark.parametrize("day", range(9, 16))
def test_thirteen_weeks_begin_at_their_beginning_on_each_day_of_the_week(day):
    period = period_named("90d", first=None, latest=date(2026, 3, day), zone="UTC", now=at(3, day))

    assert period.grain == "week"
    assert period.since.weekday() == 0
    assert period.starts()[0] == period.since == date(2025, 12, 15)
    assert len(period.starts()) == 13
    assert grain_of(400) == "month"


def test_a_period_that_ends_before_it_begins_is_refused():
    with pytest.raises(PeriodNotUnderstood):
        period_between(date(2026, 3, 2), date(2026, 3, 1), "UTC")


def test_a_year_of_the_data_can_be_looked_at_as_far_as_there_is_data():
    data = {"first": date(2010, 12, 1), "latest": date(2011, 12, 9), "zone": "Europe/London", "now": at(3, 1)}

    year = period_named("2011", **data)
    assert (year.since, year.latest, year.grain) == (date(2011, 1, 1), date(2011, 12, 9), "month")
    assert period_named("1999", **data) == period_named(USUAL, **data)
    assert [length_asked(text) for text in ("2011", "30d", "٢٠١١", "1e9", "")] == [
        "2011",
        "30d",
        *[USUAL] * 3,
    ]


@pytest.mark.parametrize(
    ("until", "today", "is_open"),
    [
        (date(2026, 3, 16), date(2026, 3, 15), True),  # today is the Sunday
        (date(2026, 3, 16), date(2026, 3, 16), False),
        (date(2026, 3, 13), date(2026, 5, 1), True),  # the data end on the Thursday
    ],
)
def test_a_week_that_is_not_over_or_not_whole_is_open(until, today, is_open):
    assert Period(date(2026, 3, 2), until, "week", "UTC").is_open(today) is is_open


def test_every_currency_has_its_own_figure_and_its_own_picture(shop, acting):
    card = drawn("revenue", look_at(acting))

    assert [(one["label"], one["unit_code"], one["value"]) for one in card.figures] == [
        ("Net revenue · EUR", "money:EUR", 30_00),
        ("Average order · EUR", "money:EUR", 30_00),
        ("Net revenue · CNY", "money:CNY", 180_00),
        ("Average order · CNY", "money:CNY", 86_67),
    ]
    assert [(chart.title, chart.rows[1]) for chart in card.charts] == [
        ("Net revenue · EUR", ("03-09 (unfinished)", "€30.00")),
        ("Net revenue · CNY", ("03-09 (unfinished)", "−CN¥80.00")),
    ]


def test_a_currency_of_hardly_any_order_is_a_sentence_and_no_picture(shop, acting):
    rows = [order(ANNA, at(3, 5), 10_00) for _one in range(300)]
    rows += [order(BEN, at(3, 6), 10_000_000, currency="JPY"), order(BEN, at(3, 6), 5_00, currency="USD")]
    append("events", events_of(rows, node_no=shop.node_no))

    card = drawn("revenue", look_at(acting, currency="CNY"))

    assert {figure["unit_code"] for figure in card.figures} == {"money:CNY"}
    assert [picture.title for picture in card.charts] == ["Net revenue"]
    assert card.others == "Beside these: 1 order in EUR, 1 order in JPY, 1 order in USD."


def test_a_change_says_against_what_and_is_left_out_when_nothing_was_there(shop, acting):
    append("events", events_of([order(ANNA, at(2, 20), 1_00)] * 2, node_no=shop.node_no))
    known = drawn("orders", look_at(acting)).figures[0]
    unknown = drawn("orders", look_at(acting, first=date(2026, 2, 20))).figures[0]

    assert (known["value"], known["change"]) == (4, 1.0)
    assert known["period"] == "Mar 2\u2009–\u200915, 2026 · vs. Feb 16\u2009–\u2009Mar 1, 2026"
    average = drawn("revenue", look_at(acting, currency="CNY")).figures[1]
    assert (average["label"], average["change"] is None) == ("Average order · CNY", False)
    assert (unknown["change"], unknown["period"]) == (None, "Mar 2\u2009–\u200915, 2026")


def test_the_cells_of_the_grid_lead_to_their_people(shop, acting):
    [chart] = drawn("rfm", look_at(acting)).charts
    cell = next(cell for row in chart.cells for cell in row if cell[1])

    assert cell[0] == "1"
    assert cell[1].startswith("/audiences/new?recency=")


def test_the_latest_day_is_the_brands_own(shop, acting):
    # The last order is of 15 March in Greenwich and of the 16th in Shanghai.
    assert covered(acting) == (date(2026, 1, 10), date(2026, 3, 16))


def test_years_with_orders_are_offered_latest_first(shop, acting):
    append("events", events_of([order(ANNA, datetime(2011, 12, 9, tzinfo=UTC), 1_00)], node_no=shop.node_no))

    assert years_with_orders(acting) == {2026: date(2026, 3, 15), 2011: date(2011, 12, 9)}


def test_scopes_of_several_brands_are_asked_as_one(shop, neighbour):
    both = make_acting(shop.node_no, neighbour.node_no)

    assert both.scope == Scope.of(shop.node_no, neighbour.node_no)
    assert sum(row["value"] for row in ask(both, "insights.orders", MARCH).rows) == 4


def test_who_may_not_see_people_reads_a_share_of_rough_numbers_or_none(shop, brand):
    analyst = make_acting(brand.node_no, roles=("analyst",))

    assert answer("insights.repeat_rate", analyst) == [(0, 0, None, None, None)]
    assert answer("insights.average_order_value", analyst) == [
        ("CNY", 0, 0, None),
        ("EUR", 0, 0, None),
    ]
    assert drawn("repeat", look_at(analyst)).figures == []


def test_money_of_few_people_is_told_to_nobody_who_may_not_see_them(shop, brand):
    analyst = make_acting(brand.node_no, roles=("analyst",))
    metrics = ("insights.net_revenue", "insights.net_revenue_in_all", "insights.average_order_value")
    card = drawn("revenue", look_at(analyst, currency="CNY"))
    assert card.charts == []  # no piece can be told, so there is nothing to draw

    assert {row["value"] for name in metrics for row in ask(analyst, name, MARCH).rows} == {None}
    assert [one["value"] for one in card.figures] == [None, None]
    assert all(one["is_rough"] for one in card.figures)


def test_executives_read_exact_money_beside_rough_numbers_of_people(shop, brand, acting):
    executive = make_acting(brand.node_no, roles=("executive",))

    assert [row["value"] for row in ask(executive, "insights.net_revenue_in_all", MARCH).rows] == [
        row["value"] for row in ask(acting, "insights.net_revenue_in_all", MARCH).rows
    ]
    assert {row["value"] for row in ask(executive, "insights.repeat_rate", MARCH).rows} == {None}


def test_what_several_brands_sell_is_told_with_the_brand(brand, neighbour, acting, neighbour_acting):
    line = {"order_id": "a", "line_no": 1, "product_id": "box", "quantity": 1.0, "amount_minor": 99_00}
    usual = {"day": date(2026, 3, 4), "currency": "CNY", "alias_no": 1, "profile_no": 1}
    for one in (brand, neighbour):
        append("order_lines", rows_of("order_lines", [line], **usual, node_no=one.node_no))
    both = replaced(acting, scope=Scope((*acting.scope.ranges, *neighbour_acting.scope.ranges)))

    def told(looking):
        [(_currency, rows)] = drawn("products", look_at(looking)).products
        return [row["brand"] for row in rows]

    tables = [
        numbers(drawn("products", look_at(one)).answer, "", MARCH).splitlines() for one in (acting, both)
    ]

    assert told(acting) == [""]
    assert ["Brand" in table[0].split(",") for table in tables] == [False, True]
    assert all(get_unit_at(one.node_no).title in "".join(tables[1]) for one in (brand, neighbour))
    assert sorted(told(both)) == sorted(get_unit_at(one.node_no).title for one in (brand, neighbour))


def test_pieces_and_money_of_a_product_that_few_bought_are_not_told(brand):
    line = {"order_id": "a", "line_no": 1, "product_id": "car", "quantity": 1.0, "amount_minor": 99_000_00}
    usual = {"day": date(2026, 3, 4), "currency": "CNY", "alias_no": 1, "profile_no": 1}
    append("order_lines", rows_of("order_lines", [line], **usual, node_no=brand.node_no))
    analyst = make_acting(brand.node_no, roles=("analyst",))

    here = brand.node_no >> 40
    assert answer("insights.top_products", analyst) == [("car", None, "CNY", None, 1, 0, None, here)]


def test_a_ranking_puts_last_what_it_may_not_tell(brand, acting):
    usual = {"order_id": "a", "line_no": 1, "quantity": 1.0, "day": date(2026, 3, 4), "currency": "CNY"}
    dear = [usual | {"product_id": "car", "amount_minor": 99_000_00, "alias_no": 1, "profile_no": 1}]
    often = [
        usual
        | {
            "product_id": "mat",
            "order_id": f"m{one}",
            "amount_minor": 1_00,
            "alias_no": one,
            "profile_no": one,
        }
        for one in range(7_300_001, 7_300_061)
    ]
    append("order_lines", rows_of("order_lines", dear + often, node_no=brand.node_no))
    analyst = make_acting(brand.node_no, roles=("analyst",))

    assert [row["product_id"] for row in ask(acting, "insights.top_products", MARCH).rows] == ["car", "mat"]
    rows = ask(analyst, "insights.top_products", MARCH).rows
    assert [(row["product_id"], row["value"] is None) for row in rows] == [("mat", False), ("car", True)]


def test_money_of_nineteen_people_is_never_told_however_their_number_is_moved(acting):
    analyst = make_acting(acting.scope.ranges[0].lo, roles=("analyst",))
    told = [
        protected_row(analyst, {"people": 19, "value": 100_00}, "people", about=number, sums=("value",))
        for number in range(50)
    ]

    assert {row["value"] for row in told} == {None}
    assert {row["people"] for row in told} >= {0, 20}


def test_what_one_person_paid_is_no_difference_of_two_sums(brand, acting):
    # Everybody else pays one yuan, and one more person comes on the last day.
    rows = [order(person, at(3, 3), 1_00) for person in range(7_200_001, 7_200_201)]
    append("events", events_of([*rows, order(7_200_300, at(3, 14), 3_00)], node_no=brand.node_no))
    analyst = make_acting(brand.node_no, roles=("analyst",))
    windows = [period_between(date(2026, 3, 1), date(2026, 3, last), "Asia/Shanghai") for last in (14, 16)]
    asked = [("insights.net_revenue_in_all", window) for window in windows]
    told = [ask(analyst, *one).rows[0]["value"] for one in asked]
    true = [ask(acting, *one).rows[0]["value"] for one in asked]

    assert true == [200_00, 203_00]
    assert all(0 < abs(one - other) <= 10_20 for one, other in zip(told, true, strict=True))
    assert told[1] - told[0] != 3_00
    assert [ask(analyst, *one).rows[0]["value"] for one in asked] == told


def test_money_without_the_people_it_comes_from_cannot_be_declared():
    with pytest.raises(TypeError, match="sums"):
        metric("insights.test_money", unit="money")(lambda: "SELECT 1")


def test_a_share_is_worked_out_from_the_numbers_that_are_told(brand, acting):
    # Numbers of their own: aliases that other tests have moved are nobody's here.
    people = range(7_000_001, 7_000_104)
    rows = [order(person, at(3, 3), 100) for person in people]
    rows += [order(person, at(3, 5), 100) for person in people[:59]]
    append("events", events_of(rows, node_no=brand.node_no))
    analyst = make_acting(brand.node_no, roles=("analyst",))
    [row] = ask(analyst, "insights.repeat_rate", MARCH).rows
    [again] = ask(analyst, "insights.repeat_rate", MARCH).rows
    [true] = ask(acting, "insights.repeat_rate", MARCH).rows

    assert row["value"] == row["repeaters"] / row["buyers"]
    assert {row["repeaters"] % 10, row["buyers"] % 10} == {0}
    assert row["low"] < row["value"] < row["high"]
    assert row == again
    assert (true["buyers"], true["repeaters"]) == (103, 59)


def test_the_difference_of_two_windows_hangs_on_both(brand, acting, lake):
    # The same 103 buyers in every window: alike moves would cancel, and the difference be exactly nothing.
    rows = [order(person, at(3, 3), 100) for person in range(7_100_001, 7_100_104)]
    append("events", events_of(rows, node_no=brand.node_no))
    analyst = make_acting(brand.node_no, roles=("analyst",))
    windows = [period_between(date(2026, 2, day), date(2026, 3, 16), "Asia/Shanghai") for day in range(1, 25)]
    told = [ask(analyst, "insights.repeat_rate", window).rows[0]["buyers"] for window in windows]
    true = [ask(acting, "insights.repeat_rate", window).rows[0]["buyers"] for window in windows]

    assert set(true) == {103}
    assert set(told) <= {90, 100, 110}
    assert len(set(told)) >= 2


def test_another_grain_of_a_metric_without_one_is_the_same_question(shop, brand, monkeypatch):
    monkeypatch.setattr("yingtai.organization.limits.OF_A_PERSON", {3600: 1})
    analyst = replaced(make_acting(brand.node_no, roles=("analyst",)), actor=f"staff:{brand.code}")
    for grain in ("day", "week", "month"):
        ask(analyst, "insights.repeat_rate", replaced(MARCH, grain=grain))

    with pytest.raises(TooManyQuestions):
        ask(analyst, "insights.repeat_rate", replaced(MARCH, until=date(2026, 3, 15)))


def test_a_ratio_without_words_for_rough_counts_cannot_be_declared():
    with pytest.raises(TypeError, match="anew"):
        metric("insights.test_share", unit="ratio", counts=("people",))(lambda: "SELECT 1")
