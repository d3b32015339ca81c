"""The first metrics of the catalogue. Each answers for the scope it is asked in and takes the same parameters:

    since, until  dates of the brand's own calendar, half-open
    zone          the brand's time zone, by its IANA name
    grain         day, week or month

Money is in the smallest unit of its currency and never added across currencies.
"""

from yingtai.kernel.shares import rough_interval, share
from yingtai.lake.metrics import Row, metric

WITHIN = """
    day >= CAST($since AS DATE) - INTERVAL 1 DAY AND day < CAST($until AS DATE) + INTERVAL 1 DAY
    AND CAST(occurred_at AT TIME ZONE $zone AS DATE) >= CAST($since AS DATE)
    AND CAST(occurred_at AT TIME ZONE $zone AS DATE) < CAST($until AS DATE)
"""
PERIOD = "CAST(date_trunc($grain, occurred_at AT TIME ZONE $zone) AS DATE)"
QUARTERS = """
    moments AS (
        SELECT unnest(generate_series(CAST($since AS TIMESTAMPTZ) - INTERVAL 1 DAY,
                                      CAST($until AS TIMESTAMPTZ) + INTERVAL 1 DAY, INTERVAL 15 MINUTE)) AS moment
    ), local AS (
        SELECT CAST(floor(epoch(moment) / 900) AS BIGINT) AS quarter, moment AT TIME ZONE $zone AS here FROM moments
    ), quarters AS (
        SELECT quarter, here FROM local
        WHERE CAST(here AS DATE) >= CAST($since AS DATE) AND CAST(here AS DATE) < CAST($until AS DATE)
    )
"""
NET = "sum(CASE WHEN event = 'Order Completed' THEN amount_minor ELSE -abs(amount_minor) END)"
PEOPLE = (
    "CAST(approx_count_distinct(profile_no) + sum(CASE WHEN profile_no IS NULL THEN 1 ELSE 0 END) AS BIGINT)"
)
"""Whose the money is, to a few percent of many and exactly of few; each order that names nobody is somebody's. Counting
exactly takes ten times as long as the sum."""
# A time zone's days are looked up for some thousand quarters of an hour, not worked out for millions of rows.
ACTIVE_DAYS = "day >= CAST($since AS DATE) - INTERVAL 1 DAY AND day < CAST($until AS DATE) + INTERVAL 1 DAY"


@metric("insights.active_profiles", unit="people", reads=("activity",), counts=("value",))
def active_profiles() -> str:
    """Count the different people who did anything, by period; a mail that we sent is nothing they did.

    Out:   one row per period with events  (period: date, value: people), by period
    Empty: a period in which nobody did anything has no row; draw it as 0
    Cost:  one scan of the activity of the days asked for
    """
    return f"""
        WITH {QUARTERS}, pieces AS (
            SELECT quarter, CAST(date_trunc($grain, here) AS DATE) AS period FROM quarters
        )
        SELECT pieces.period, count(DISTINCT activity.profile_no) AS value
        FROM activity JOIN pieces ON pieces.quarter = activity.quarter
        WHERE activity.profile_no IS NOT NULL AND activity.acts > 0 AND {ACTIVE_DAYS}
        GROUP BY 1
        ORDER BY 1
    """


@metric("insights.orders", unit="orders", reads=("purchases",))
def orders() -> str:
    """Count completed orders, by period; a later refund takes nothing back.

    Out:   one row per period with orders  (period: date, value: orders), by period
    Cost:  one scan of the purchases of the days asked for
    """
    return f"""
        SELECT {PERIOD} AS period, count(*) AS value
        FROM purchases
        WHERE event = 'Order Completed' AND {WITHIN}
        GROUP BY 1
        ORDER BY 1
    """


@metric("insights.net_revenue", unit="money", reads=("purchases",), counts=("people_about",), sums=("value",))
def net_revenue() -> str:
    """Add up completed orders less refunds, by period and currency; a refund counts when it was made.

    Out:   one row per period and currency  (period: date, currency: ISO 4217, people_about: of how many people,
           value: minor units), by both
    Cost:  one scan of the purchases of the days asked for
    """
    return f"""
        SELECT {PERIOD} AS period, currency, {PEOPLE} AS people_about, CAST({NET} AS BIGINT) AS value
        FROM purchases
        WHERE event IN ('Order Completed', 'Order Refunded') AND currency IS NOT NULL AND {WITHIN}
        GROUP BY 1, 2
        ORDER BY 1, 2
    """


@metric(
    "insights.net_revenue_in_all",
    unit="money",
    reads=("purchases",),
    counts=("people_about",),
    sums=("value",),
)
def net_revenue_in_all() -> str:
    """Add up completed orders less refunds in the whole time asked for, by currency.

    Out:   one row per currency  (currency: ISO 4217, people_about: of how many people, value: minor units)
    Cost:  one scan of the purchases of the days asked for
    """
    return f"""
        SELECT currency, {PEOPLE} AS people_about, CAST({NET} AS BIGINT) AS value
        FROM purchases
        WHERE event IN ('Order Completed', 'Order Refunded') AND currency IS NOT NULL AND {WITHIN}
        GROUP BY 1
        ORDER BY 1
    """


@metric(
    "insights.average_order_value",
    unit="money",
    reads=("purchases",),
    counts=("people_about", "orders"),
    sums=("value",),
)
def average_order_value() -> str:
    """Divide the value of completed orders by their number, in the whole time asked for, by currency.

    Out:   one row per currency  (currency, orders: the denominator, people_about: of how many people,
           value: minor units, rounded)
    Empty: no orders, no row; it is not an average of zero
    Cost:  one scan of the purchases of the days asked for
    """
    return f"""
        SELECT currency, count(*) AS orders, {PEOPLE} AS people_about,
               CAST(round(sum(CAST(amount_minor AS DOUBLE)) / count(*)) AS BIGINT) AS value
        FROM purchases
        WHERE event = 'Order Completed' AND amount_minor IS NOT NULL AND currency IS NOT NULL AND {WITHIN}
        GROUP BY 1
        ORDER BY 2 DESC
    """


@metric(
    "insights.sales_in_all",
    unit="money",
    reads=("purchases",),
    counts=("people_about", "orders"),
    sums=("value", "average"),
)
def sales_in_all() -> str:
    """Say what orders brought in the whole time asked for and what one is worth on average, by currency: net revenue
    in all and average order value, in one scan.

    Out:   one row per currency  (currency: ISO 4217, people_about: of how many people who ordered, orders: those with
           an amount, value: net revenue in minor units, average: of `orders`, in minor units, rounded; null without)
    Cost:  one scan of the purchases of the days asked for
    """
    ordered = "event = 'Order Completed'"
    people = (
        f"CAST(approx_count_distinct(CASE WHEN {ordered} THEN profile_no END)"
        f" + count(CASE WHEN {ordered} AND profile_no IS NULL THEN 1 END) AS BIGINT)"
    )
    return f"""
        SELECT currency, {people} AS people_about,
               count(CASE WHEN {ordered} THEN amount_minor END) AS orders,
               CAST({NET} AS BIGINT) AS value,
               CAST(round(avg(CASE WHEN {ordered} THEN CAST(amount_minor AS DOUBLE) END)) AS BIGINT) AS average
        FROM purchases
        WHERE event IN ('Order Completed', 'Order Refunded') AND currency IS NOT NULL AND {WITHIN}
        GROUP BY 1
        ORDER BY 1
    """


def _repeat_told(told: Row, _true: Row) -> Row:
    value = share(told["repeaters"], told["buyers"])
    if value is None:
        return {"value": None, "low": None, "high": None}
    low, high = rough_interval(told["repeaters"], told["buyers"])
    return {"value": value, "low": low, "high": high}


@metric(
    "insights.repeat_rate",
    unit="ratio",
    reads=("purchases",),
    counts=("buyers", "repeaters"),
    anew=_repeat_told,
)
def repeat_rate() -> str:
    """Say what share of the people who ordered in the time asked for ordered a second time by its end,
    counting every order they ever made.

    Out:    one row  (buyers: the denominator, repeaters: people, value: 0–1, low, high: 95 % interval)
    Empty:  nobody ordered: buyers is 0 and the rest is null
    Cost:   one scan of all purchases up to `until`
    Source: Wilson (1927), JASA 22:209–212; the 95 % score interval, z = 1.959964
    """
    return """
        WITH bought AS (
            SELECT profile_no, count(*) AS orders, max(CAST(occurred_at AT TIME ZONE $zone AS DATE)) AS latest_on
            FROM purchases
            WHERE event = 'Order Completed' AND profile_no IS NOT NULL
              AND day < CAST($until AS DATE) + INTERVAL 1 DAY
              AND CAST(occurred_at AT TIME ZONE $zone AS DATE) < CAST($until AS DATE)
            GROUP BY profile_no
        ), counted AS (
            SELECT CAST(count(*) AS DOUBLE) AS n,
                   CAST(coalesce(sum(CASE WHEN orders > 1 THEN 1 ELSE 0 END), 0) AS DOUBLE) AS again
            FROM bought
            WHERE latest_on >= CAST($since AS DATE)
        ), spread AS (
            SELECT n, again, again / nullif(n, 0) AS p,
                   1 + 1.959964 * 1.959964 / nullif(n, 0) AS shrink,
                   1.959964 * 1.959964 / (2 * nullif(n, 0)) AS shift
            FROM counted
        )
        SELECT CAST(n AS BIGINT) AS buyers, CAST(again AS BIGINT) AS repeaters, p AS value,
               (p + shift - 1.959964 * sqrt(p * (1 - p) / nullif(n, 0) + shift / (2 * nullif(n, 0)))) / shrink AS low,
               (p + shift + 1.959964 * sqrt(p * (1 - p) / nullif(n, 0) + shift / (2 * nullif(n, 0)))) / shrink AS high
        FROM spread
    """


@metric("insights.new_profiles", unit="people", reads=("traits",), counts=("value",))
def new_profiles() -> str:
    """Count the people seen for the first time, by period.

    Out:   one row per period with newcomers  (period: date, value: people), by period
    Cost:  one scan of the profiles
    """
    return """
        SELECT CAST(date_trunc($grain, first_seen_at AT TIME ZONE $zone) AS DATE) AS period, count(*) AS value
        FROM traits
        WHERE CAST(first_seen_at AT TIME ZONE $zone AS DATE) >= CAST($since AS DATE)
          AND CAST(first_seen_at AT TIME ZONE $zone AS DATE) < CAST($until AS DATE)
        GROUP BY 1
        ORDER BY 1
    """


@metric(
    "insights.top_products",
    unit="money",
    reads=("order_lines_by_month", "products"),
    counts=("people_about",),
    sums=("value", "pieces"),
)
def top_products() -> str:
    """Rank products by what was paid for them less returns, in the time asked for, within each currency.

    Out:   at most 20 rows of each currency  (product_id, name: null when the catalogue lacks it, currency,
           pieces, orders, people_about: of how many people, value: minor units, brand_no), by currency, highest
           value first
    Cost:  one scan of the order lines of the days asked for
    """
    return f"""
        WITH known AS (
            SELECT product_id, brand_no, max(name) AS name FROM products GROUP BY product_id, brand_no
        ), sold AS (
            SELECT product_id, brand_no, currency, sum(quantity) AS pieces, count(DISTINCT order_id) AS orders,
                   {PEOPLE} AS people_about, CAST(sum(amount_minor) AS BIGINT) AS value
            FROM order_lines_by_month
            WHERE day >= CAST($since AS DATE) AND day < CAST($until AS DATE)
            GROUP BY product_id, brand_no, currency
        ), ranked AS (
            SELECT *, row_number() OVER (PARTITION BY currency ORDER BY value DESC, product_id, brand_no) AS place
            FROM sold
        )
        SELECT sold.product_id, known.name, sold.currency, sold.pieces, sold.orders, sold.people_about, sold.value,
               sold.brand_no
        FROM ranked AS sold
        LEFT JOIN known ON known.product_id = sold.product_id AND known.brand_no = sold.brand_no
        WHERE sold.place <= 20
        ORDER BY sold.currency, sold.place
    """


@metric("insights.steps_to_order", unit="people", reads=("activity",), counts=("viewed", "added", "ordered"))
def steps_to_order() -> str:
    """Count the people who viewed, added, and ordered in the time asked for, each step after the one before.

    Out:   one row  (viewed: people, added: people, ordered: people)
    Cost:  one scan of the activity of the days asked for
    """
    return f"""
        WITH {QUARTERS}, firsts AS (
            SELECT activity.profile_no, min(activity.viewed_at) AS viewed_at, max(activity.added_at) AS added_at,
                   max(activity.ordered_at) AS ordered_at
            FROM activity JOIN quarters ON quarters.quarter = activity.quarter
            WHERE activity.profile_no IS NOT NULL AND {ACTIVE_DAYS}
              AND (activity.viewed_at IS NOT NULL OR activity.added_at IS NOT NULL
                   OR activity.ordered_at IS NOT NULL)
            GROUP BY activity.profile_no
        )
        SELECT count(viewed_at) AS viewed,
               CAST(sum(CASE WHEN added_at >= viewed_at THEN 1 ELSE 0 END) AS BIGINT) AS added,
               CAST(sum(CASE WHEN added_at >= viewed_at AND ordered_at >= viewed_at THEN 1 ELSE 0 END) AS BIGINT)
                   AS ordered
        FROM firsts
    """


@metric("insights.orders_by_year", unit="orders", reads=("purchases",))
def orders_by_year() -> str:
    """Count completed orders by year, so that somebody whose orders are all history finds them.

    Out:   one row per year with orders  (year, value: orders, latest_day: date UTC), the latest first, at most 20
    Cost:  one scan of the days of the purchases
    """
    return """
        SELECT year(day) AS year, count(*) AS value, max(day) AS latest_day
        FROM purchases
        WHERE event = 'Order Completed'
        GROUP BY 1
        ORDER BY 1 DESC
        LIMIT 20
    """


@metric("insights.time_covered", unit="days", reads=("activity_by_day",))
def time_covered() -> str:
    """Say from when to when people did something, so that a dashboard opens where the data is.

    Out:   one row  (first_day: date UTC, latest_day: date UTC, latest_at: UTC); all null while nobody did anything
    Cost:  one scan of the days, a row for each place
    """
    return """
        SELECT min(day) AS first_day, max(day) AS latest_day, max(latest_act_at) AS latest_at
        FROM activity_by_day
        WHERE acts > 0
    """
