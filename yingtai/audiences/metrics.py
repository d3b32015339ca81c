"""RFM: how recently, how often and for how much people bought, scored within their brand."""

from yingtai.lake.metrics import metric


@metric("audiences.rfm", unit="score", reads=("purchases",))
def rfm() -> str:
    """Score everyone who ordered by recency, frequency and money, 1 (lowest fifth) to 5 (highest fifth).

    In:     purchases  'Order Completed' counts as a purchase; 'Order Refunded' takes its amount back
    Out:    one row per profile with orders  (profile_no, node_no, latest_order_at, orders: count,
            spent_minor: in the currency's smallest unit, recency_score, frequency_score, monetary_score: 1–5)
    Empty:  a profile without an order has no row
    Cost:   one scan of the purchases
    Source: Hughes (1994), Strategic Database Marketing; fifths by rank, and equal values share a score, so a
            score does not depend on the order of the rows
    """
    return """
        WITH bought AS (
            SELECT profile_no, max(node_no) AS node_no, max(brand_no) AS brand_no,
                   max(CASE WHEN event = 'Order Completed' THEN occurred_at END) AS latest_order_at,
                   sum(CASE WHEN event = 'Order Completed' THEN 1 ELSE 0 END) AS orders,
                   sum(CASE WHEN event = 'Order Completed' THEN amount_minor
                            ELSE -abs(amount_minor) END) AS spent
            FROM purchases
            WHERE event IN ('Order Completed', 'Order Refunded') AND profile_no IS NOT NULL
            GROUP BY profile_no
        ), ranked AS (
            SELECT profile_no, node_no, latest_order_at, orders, coalesce(spent, 0) AS spent_minor,
                   percent_rank() OVER (PARTITION BY brand_no ORDER BY latest_order_at) AS recency,
                   percent_rank() OVER (PARTITION BY brand_no ORDER BY orders) AS frequency,
                   percent_rank() OVER (PARTITION BY brand_no ORDER BY coalesce(spent, 0)) AS monetary
            FROM bought
            WHERE orders > 0
        )
        SELECT profile_no, node_no, latest_order_at, CAST(orders AS BIGINT) AS orders,
               CAST(spent_minor AS BIGINT) AS spent_minor,
               CAST(least(floor(recency * 5), 4) + 1 AS INTEGER) AS recency_score,
               CAST(least(floor(frequency * 5), 4) + 1 AS INTEGER) AS frequency_score,
               CAST(least(floor(monetary * 5), 4) + 1 AS INTEGER) AS monetary_score
        FROM ranked
    """


@metric("audiences.rfm_grid", unit="people", reads=("purchases",))
def rfm_grid() -> str:
    """Count people and their money by recency and frequency score, for the 5 × 5 picture.

    Out:   one row per pair of scores that occurs  (recency_score, frequency_score: 1–5, people: count,
           orders: count, spent_minor)
    Cost:  one scan of the purchases
    """
    return f"""
        WITH scored AS ({rfm()})
        SELECT recency_score, frequency_score, count(*) AS people,
               CAST(sum(orders) AS BIGINT) AS orders, CAST(sum(spent_minor) AS BIGINT) AS spent_minor
        FROM scored
        GROUP BY recency_score, frequency_score
        ORDER BY recency_score, frequency_score
    """


@metric("audiences.rfm_bounds", unit="score", reads=("purchases",))
def rfm_bounds() -> str:
    """Say with which value each score begins: recency in seconds since 1970, frequency in orders, money in minor units.

    Out:   one row per score and grade that occurs  (score: recency, frequency, monetary; grade: 1–5; lowest)
    Cost:  one scan of the purchases
    """
    return f"""
        WITH scored AS ({rfm()})
        SELECT 'recency' AS score, recency_score AS grade,
               CAST(floor(min(epoch(latest_order_at))) AS BIGINT) AS lowest
        FROM scored GROUP BY recency_score
        UNION ALL
        SELECT 'frequency', frequency_score, min(orders) FROM scored GROUP BY frequency_score
        UNION ALL
        SELECT 'monetary', monetary_score, min(spent_minor) FROM scored GROUP BY monetary_score
    """
