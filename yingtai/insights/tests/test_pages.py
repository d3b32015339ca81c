"""The dashboard, its cards and the catalogue, through the pages and the API."""

from datetime import UTC, datetime, timedelta

import pytest
from django.conf import settings
from django.test import Client

from yingtai.insights.cards import CARDS
from yingtai.insights.naming import UNIT_WORDS
from yingtai.insights.periods import Period
from yingtai.insights.queries import Answer
from yingtai.insights.sheets import numbers
from yingtai.kernel.contributions import metric_words
from yingtai.kernel.units import UNITS
from yingtai.lake.api import append
from yingtai.lake.metrics import CATALOGUE as METRICS
from yingtai.lake.testing import events_of, rows_of
from yingtai.organization.api import make_api_key
from yingtai.organization.testing import MONDAY, make_staff

NOON = datetime(2026, 3, 4, 4, tzinfo=UTC)
LATER = datetime(2026, 8, 4, 4, tzinfo=UTC)


@pytest.fixture
def analyst(brand):
    browser = Client()
    browser.force_login(
        make_staff(brand.code, "analyst"), "allauth.account.auth_backends.AuthenticationBackend"
    )
    return browser


@pytest.fixture
def manager(brand):
    """Somebody who may see people, and so what each of them paid."""
    browser = Client()
    browser.force_login(
        make_staff(brand.code, "brand_manager"), "allauth.account.auth_backends.AuthenticationBackend"
    )
    return browser


@pytest.fixture
def one_order(brand):
    row = {"event": "Order Completed", "amount_minor": 12_300, "currency": "CNY", "order_id": "o1"}
    append("events", events_of([row | {"occurred_at": NOON, "received_at": NOON}], node_no=brand.node_no))


def test_an_empty_dashboard_says_what_to_do_first(analyst):
    assert "Import a file" in analyst.get("/insights/").content.decode()


def test_the_dashboard_opens_with_every_card(analyst, one_order):
    page = analyst.get("/insights/").content.decode()

    assert all(f"/insights/cards/{card.name}?period=90d" in page for card in CARDS)
    assert "Shares are calculated from these" in page
    assert "2026-03-04" in page


@pytest.mark.parametrize("card", CARDS, ids=lambda card: card.name)
def test_every_card_leads_to_its_definition_and_says_how_fresh_it_is(card, analyst, one_order):
    page = analyst.get(f"/insights/cards/{card.name}?period=all").content.decode()

    assert f"/insights/metrics/{card.metric}/" in page
    assert "data as of" in page


def test_no_door_tells_a_share_of_one_buyer_to_who_may_not_see_people(analyst, one_order, brand):
    key = make_api_key(None, unit_code=brand.code, name="reader", roles=["analyst"], at=MONDAY)
    address = "/api/v1/metrics/insights.repeat_rate?since=2026-03-01&until=2026-04-01"
    [row] = Client().get(address, headers={"authorization": f"Bearer {key}"}).json()["rows"]
    table = analyst.get("/insights/cards/repeat.csv?period=all").content.decode()
    card = analyst.get("/insights/cards/repeat?period=all").content.decode()

    assert row == {"buyers": 0, "repeaters": 0, "value": None, "low": None, "high": None}
    assert table.splitlines()[1] == "fewer than 20,fewer than 20,,,"
    assert "0.0%" not in card


def test_no_door_tells_what_one_buyer_paid_to_who_may_not_see_people(analyst, one_order, brand):
    line = {
        "order_id": "o1", "product_id": "cap", "line_no": 0, "quantity": 1.0, "amount_minor": 12_300,
        "currency": "CNY", "day": NOON.date(), "alias_no": 1, "profile_no": 1,
    }  # fmt: skip
    append("order_lines", rows_of("order_lines", [line], node_no=brand.node_no))
    key = make_api_key(None, unit_code=brand.code, name="reader", roles=["analyst"], at=MONDAY)
    names = [metric.name for metric in METRICS.all() if metric.unit == "money"]
    days = "since=2026-03-01&until=2026-04-01"
    headers = {"authorization": f"Bearer {key}"}
    answers = [Client().get(f"/api/v1/metrics/{name}?{days}", headers=headers).json() for name in names]
    pages = [analyst.get(f"/insights/cards/{card.name}?period=all").content.decode() for card in CARDS]
    tables = [analyst.get(f"/insights/cards/{card.name}.csv?period=all").content.decode() for card in CARDS]

    assert {row["value"] for one in answers for row in one["rows"]} == {None}
    assert [text for text in pages + tables if "123" in text] == []


def test_revenue_is_written_with_its_currency(manager, one_order):
    assert "¥123" in manager.get("/insights/cards/revenue?period=all").content.decode()


def test_the_numbers_of_a_card_come_as_csv(manager, one_order):
    answer = manager.get("/insights/cards/revenue.csv?period=all")

    assert answer["Content-Disposition"] == 'attachment; filename="net-revenue-2026-03-04-2026-03-04.csv"'
    assert answer.content.decode("utf-8-sig").splitlines() == [
        "Day,Currency,People (about),Net revenue",
        "2026-03-04,CNY,1,123.0",
    ]


def test_an_executive_reads_exact_money_and_is_told_so(analyst, brand, one_order):
    executive = Client()
    executive.force_login(
        make_staff(brand.code, "executive"), "allauth.account.auth_backends.AuthenticationBackend"
    )

    pages = [browser.get("/insights/").content.decode() for browser in (executive, analyst)]
    table = executive.get("/insights/cards/revenue.csv?period=all").content.decode("utf-8-sig")

    assert ["Money is exact." in page for page in pages] == [True, False]
    assert ["Money is off by" in page for page in pages] == [False, True]
    assert table.splitlines()[1] == "2026-03-04,CNY,fewer than 20,123.0"


def test_a_ranking_as_csv_names_the_money_and_writes_whole_pieces(manager, brand, one_order):
    line = {
        "order_id": "o1", "product_id": "cap", "line_no": 0, "quantity": 6.0, "amount_minor": 12_300,
        "currency": "CNY", "day": NOON.date(), "alias_no": 1, "profile_no": 1,
    }  # fmt: skip
    append("order_lines", rows_of("order_lines", [line], node_no=brand.node_no))

    lines = manager.get("/insights/cards/products.csv?period=all").content.decode("utf-8-sig").splitlines()

    assert lines == [
        "Product number,Product,Currency,Pieces less returns,Orders,People (about),Net revenue",
        "cap,,CNY,6,1,1,123.0",
    ]


def test_shares_in_a_table_stop_at_a_hundredth_of_a_percent():
    rows = [{"value": 0.123456789, "low": 1.0}]
    found = Answer(METRICS.get("insights.repeat_rate"), rows, took_ms=1, as_of=None, asked_at=NOON)
    period = Period(NOON.date(), LATER.date(), "day", "UTC")

    assert numbers(found, "Repeat rate", period).splitlines()[1] == "0.1235,1"


def test_a_day_without_orders_is_a_line_too(analyst, acting, brand, one_order):
    at = NOON + timedelta(days=2)
    later = {"event": "Order Completed", "order_id": "o2", "occurred_at": at, "received_at": at}
    append("events", events_of([later], node_no=brand.node_no))

    lines = analyst.get("/insights/cards/orders.csv?period=all").content.decode("utf-8-sig").splitlines()

    assert lines == ["Day,Orders", "2026-03-04,1", "2026-03-05,0", "2026-03-06,1"]


def test_the_grid_as_csv_holds_no_money_of_mixed_currencies(analyst, one_order):
    answer = analyst.get("/insights/cards/rfm.csv?period=all").content.decode("utf-8-sig")

    assert answer.splitlines()[0] == "Recency score,Frequency score,People,Orders"


def test_orders_that_are_all_history_are_offered(analyst, brand, one_order):
    visit = {"event": "Page Viewed", "occurred_at": LATER, "received_at": LATER}
    append("events", events_of([visit], node_no=brand.node_no))

    assert 'href="?period=2026"' in analyst.get("/insights/?period=30d").content.decode()
    assert "/insights/?period=2026" in analyst.get("/insights/cards/orders?period=30d").content.decode()
    assert 'href="?period=2026"' not in analyst.get("/insights/?period=all").content.decode()


def test_a_mail_we_sent_moves_no_window_and_is_nobodys_activity(analyst, brand, one_order):
    told = [
        {"event": "Email Sent", "profile_no": 1},
        {"event": "Email Opened", "profile_no": 1, "device_class": "bot"},
    ]
    append(
        "events",
        events_of(
            [row | {"occurred_at": LATER, "received_at": LATER} for row in told], node_no=brand.node_no
        ),
    )

    assert "2026-03-04" in analyst.get("/insights/?period=30d").content.decode()
    assert "2026-08" not in analyst.get("/insights/cards/active.csv?period=all").content.decode()


def test_the_day_that_runs_is_in_the_picture_and_not_in_the_figure(manager, brand):
    now = datetime.now(UTC)
    orders = [
        {"event": "Order Completed", "amount_minor": minor, "currency": "CNY", "order_id": str(minor),
         "occurred_at": now - timedelta(days=days), "received_at": now}
        for minor, days in ((70_000, 0), (20_000, 1), (10_000, 31), (5_000, 70))
    ]  # fmt: skip
    append("events", events_of(orders, node_no=brand.node_no))
    page = manager.get("/insights/cards/revenue?period=30d").content.decode()

    assert "¥200" in page
    assert "+100" in page
    assert "¥700" in page
    assert "¥900" not in page
    assert "(unfinished)" in page


def test_an_unknown_card_is_not_found(analyst, brand):
    assert analyst.get("/insights/cards/luck").status_code == 404


def test_every_unit_has_a_word():
    assert set(UNIT_WORDS) == set(UNITS)


def test_a_metric_is_told_in_words_and_shows_its_sql(analyst, brand):
    unsaid = {name for name, metric in METRICS.items() if metric.sql.__module__.endswith(".metrics")} - {
        name for name, _words in metric_words.items()
    }
    page = analyst.get("/insights/metrics/insights.repeat_rate/").content.decode()
    analyst.cookies[settings.LANGUAGE_COOKIE_NAME] = "zh-hans"
    chinese = analyst.get("/insights/metrics/").content.decode()

    assert unsaid == set()
    assert "<h1" in page
    assert "the share that had ordered at least twice" in page
    assert "WITH bought AS" in page
    assert "Wilson (1927)" in page
    assert "复购率" in chinese
    assert "Say what share" not in chinese


def test_the_api_answers_in_the_keys_scope(brand, neighbour, one_order):
    for unit, expected in ((brand.code, [{"period": "2026-03-04", "value": 1}]), (neighbour.code, [])):
        key = make_api_key(None, unit_code=unit, name="BI", roles=["analyst"], at=MONDAY)
        answer = Client().get(
            "/api/v1/metrics/insights.orders?since=2026-03-01&until=2026-03-10",
            headers={"Authorization": f"Bearer {key}"},
        )
        assert answer.status_code == 200, answer.content
        assert answer.json()["rows"] == expected


@pytest.mark.parametrize(
    "asked", ["since=2026-03-10&until=2026-03-01", "grain=xxx", "since=2026-03-01&until=2026-03-10&grain=xxx"]
)
def test_the_api_refuses_a_period_backwards_and_an_unknown_grain(brand, asked):
    key = make_api_key(None, unit_code=brand.code, name="BI", roles=["analyst"], at=MONDAY)

    answer = Client().get(
        f"/api/v1/metrics/insights.orders?{asked}",
        headers={"Authorization": f"Bearer {key}"},
    )

    assert (answer.status_code, answer.json()["code"]) == (400, "insights.period-not-understood")


def test_revenue_whose_days_are_of_too_few_people_is_drawn_by_week(analyst, manager, brand):
    # Four people on each of fourteen days: however a number is moved, no day is told and both weeks are.
    orders = [
        {"event": "Order Completed", "amount_minor": 10_000, "currency": "CNY", "order_id": f"{day}-{person}",
         "occurred_at": NOON + timedelta(days=day), "received_at": NOON, "profile_no": 7_300_000 + 10 * day + person}
        for day in range(-2, 12) for person in range(4)
    ]  # fmt: skip
    append("events", events_of(orders, node_no=brand.node_no))
    lines = {
        browser: browser.get("/insights/cards/revenue.csv?period=30d")
        .content.decode("utf-8-sig")
        .splitlines()
        for browser in (analyst, manager)
    }
    page = analyst.get("/insights/cards/revenue?period=30d").content.decode()

    assert lines[manager][0].startswith("Day,")
    assert lines[analyst][0].startswith("Week from,")
    assert [line.split(",")[0] for line in lines[analyst][-2:]] == ["2026-03-02", "2026-03-09"]
    assert all(1_800 <= float(line.split(",")[-1]) <= 3_800 for line in lines[analyst][-2:])
    assert "Week from" in page
