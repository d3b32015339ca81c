"""RFM: how recently, how often and for how much people bought, scored within their brand."""

from yingtai.kernel.labels import Label
from yingtai.lake.metrics import metric


@metric("audiences.rfm_scores", unit="score", reads=("purchases",), label=Label.L3)
def rfm_scores() -> str:
    """Score everyone who ordered by recency, frequency and money, 1 (lowest fifth) to 5 (highest fifth).

    In:     purchases  'Order Completed' counts as a purchase; 'Order Refunded' takes its amount back
    Out:    one row per profile with orders  (profile_no, node_no, latest_order_at, orders: count,
            spent_minor: in the smallest unit of `currency`, currency: the one of most of the brand's orders,
            recency_score, frequency_score, monetary_score: 1–5). Orders in every currency count for recency and
            frequency; amounts in another currency count for no money, and whoever has only such has null
            in spent_minor and monetary_score
    Empty:  a profile without an order has no row
    Cost:   one scan of the purchases
    Source: Hughes (1994), Strategic Database Marketing; fifths by rank, and equal values share a score, so a
            score does not depend on the order of the rows
    """
    return """
        WITH bought AS (
            SELECT profile_no, node_no, brand_no, event, occurred_at, amount_minor, currency
            FROM purchases
            WHERE event IN ('Order Completed', 'Order Refunded') AND profile_no IS NOT NULL
        ), used AS (
            SELECT brand_no, currency,
                   row_number() OVER (PARTITION BY brand_no ORDER BY count(*) DESC, currency) AS place
            FROM bought
            WHERE event = 'Order Completed' AND currency IS NOT NULL AND amount_minor IS NOT NULL
            GROUP BY brand_no, currency
        ), main AS (
            SELECT brand_no, currency FROM used WHERE place = 1
        ), summed AS (
            SELECT bought.profile_no, max(bought.node_no) AS node_no, max(bought.brand_no) AS brand_no,
                   max(main.currency) AS currency,
                   max(CASE WHEN bought.event = 'Order Completed' THEN bought.occurred_at END) AS latest_order_at,
                   sum(CASE WHEN bought.event = 'Order Completed' THEN 1 ELSE 0 END) AS orders,
                   sum(CASE WHEN bought.currency <> main.currency THEN NULL
                            WHEN bought.event = 'Order Completed' THEN bought.amount_minor
                            ELSE -abs(bought.amount_minor) END) AS spent
            FROM bought LEFT JOIN main ON main.brand_no = bought.brand_no
            GROUP BY bought.profile_no
        ), ranked AS (
            SELECT profile_no, node_no, latest_order_at, orders, spent AS spent_minor, currency,
                   percent_rank() OVER (PARTITION BY brand_no ORDER BY latest_order_at) AS recency,
                   percent_rank() OVER (PARTITION BY brand_no ORDER BY orders) AS frequency,
                   percent_rank() OVER (PARTITION BY brand_no, spent IS NULL ORDER BY spent) AS monetary
            FROM summed
            WHERE orders > 0
        )
        SELECT profile_no, node_no, latest_order_at, CAST(orders AS BIGINT) AS orders,
               CAST(spent_minor AS BIGINT) AS spent_minor, currency,
               CAST(least(floor(recency * 5), 4) + 1 AS INTEGER) AS recency_score,
               CAST(least(floor(frequency * 5), 4) + 1 AS INTEGER) AS frequency_score,
               CASE WHEN spent_minor IS NOT NULL THEN CAST(least(floor(monetary * 5), 4) + 1 AS INTEGER)
                    END AS monetary_score
        FROM ranked
    """


@metric("audiences.rfm_grid", unit="people", reads=("purchases",), counts=("people", "orders"))
def rfm_grid() -> str:
    """Count people by recency and frequency score, for the 5 × 5 picture.

    Out:   one row per pair of scores that occurs  (recency_score, frequency_score: 1–5, people: count,
           orders: count)
    Cost:  one scan of the purchases
    """
    return f"""
        WITH scored AS ({rfm_scores()})
        SELECT recency_score, frequency_score, count(*) AS people, CAST(sum(orders) AS BIGINT) AS orders
        FROM scored
        GROUP BY recency_score, frequency_score
        ORDER BY recency_score, frequency_score
    """


# Of few buyers a bound is what one of them spent.
@metric("audiences.rfm_score_bounds", unit="score", reads=("purchases",), label=Label.L3)
def rfm_score_bounds() -> str:
    """Say with which value each score begins: recency in seconds since 1970, frequency in orders, money in minor units.

    Out:   one row per score and grade that occurs  (score: recency, frequency, monetary; grade: 1–5; lowest;
           currency: of money, else null)
    Cost:  one scan of the purchases
    """
    return f"""
        WITH scored AS ({rfm_scores()})
        SELECT 'recency' AS score, recency_score AS grade,
               CAST(floor(min(epoch(latest_order_at))) AS BIGINT) AS lowest, CAST(NULL AS VARCHAR) AS currency
        FROM scored GROUP BY recency_score
        UNION ALL
        SELECT 'frequency', frequency_score, min(orders), NULL FROM scored GROUP BY frequency_score
        UNION ALL
        SELECT 'monetary', monetary_score, min(spent_minor), max(currency)
        FROM scored WHERE monetary_score IS NOT NULL GROUP BY monetary_score
    """
