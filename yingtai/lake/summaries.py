"""Tables that say again, in fewer rows and files, what another table says: for figures that are asked all day.

A summary holds nothing of its own and is never behind: days that it does not hold as they are now are read from
its source by the same SQL (`summarizing`).
"""

from dataclasses import dataclass

from yingtai.lake.acts import IS_ACT
from yingtai.lake.tables import COUNT, DAY, MOMENT, MONEY, NUMBER, REAL, SCOPE, TEXT, LakeTable, register

MONTHS = 1_000_000
PART = (NUMBER, "brand and month, 3202611 is brand 3 in November 2026; the partition")
PART_SQL = f"brand_no * {MONTHS} + year(day) * 100 + month(day) AS part"


@dataclass(frozen=True, kw_only=True)
class Summary:
    """A table made from another one, day by day; `sql` selects its rows from `{source}`."""

    table: LakeTable
    source: str
    sql: str

    def select(self, source: str) -> str:
        """Return the SELECT of the summary's rows from rows of its source."""
        return self.sql.format(source=source)


SUMMARIES: dict[str, Summary] = {}


def summarize_as(table: LakeTable, *, source: str, sql: str) -> Summary:
    """Declare a summary; readers may name its table in SQL from then on."""
    found = SUMMARIES[table.name] = Summary(table=register(table), source=source, sql=sql)
    return found


PURCHASES = summarize_as(
    LakeTable(
        name="purchases",
        meaning="The events 'Order Completed' and 'Order Refunded' alone, in few files. Made from events.",
        partition_by="part",
        sort_by=("profile_no", "occurred_at"),
        declared={
            "day": (DAY, "UTC day of occurred_at"),
            "event": (TEXT, "'Order Completed' or 'Order Refunded'"),
            "occurred_at": (MOMENT, "when it happened, UTC"),
            **SCOPE,
            "alias_no": (NUMBER, "the identifier it came under; null without a customer"),
            "profile_no": (NUMBER, "the person, corrected for later merges and splits"),
            "order_id": (TEXT, "the shop's order number"),
            "amount_minor": (NUMBER, MONEY),
            "currency": (TEXT, "ISO 4217"),
            "part": PART,
        },
    ),
    source="events",
    sql=f"""
        SELECT day, event, occurred_at, brand_no, node_no, alias_no, profile_no, order_id, amount_minor, currency,
               {PART_SQL}
        FROM {{source}}
        WHERE event IN ('Order Completed', 'Order Refunded')
    """,
)

ACTIVITY = summarize_as(
    LakeTable(
        name="activity",
        meaning="One row per identifier, place and quarter of an hour with events. Made from events.",
        partition_by="part",
        sort_by=("profile_no", "quarter"),
        declared={
            "day": (DAY, "UTC day"),
            "quarter": (NUMBER, "quarters of an hour since 1970 UTC; days of every time zone begin with one"),
            **SCOPE,
            "alias_no": (NUMBER, "the identifier; null without a customer"),
            "profile_no": (NUMBER, "the person, corrected for later merges and splits"),
            "events": (COUNT, "how many events"),
            "acts": (COUNT, "how many of them the person did: not mails we sent, not robots"),
            "viewed_at": (MOMENT, "first 'Product Viewed' in it"),
            "added_at": (MOMENT, "latest 'Product Added', 'Configuration Saved' or 'Lead Submitted' in it"),
            "ordered_at": (MOMENT, "latest 'Order Completed' in it"),
            "part": PART,
        },
    ),
    source="events",
    sql=f"""
        SELECT day, CAST(floor(epoch(occurred_at) / 900) AS BIGINT) AS quarter, brand_no, node_no, alias_no, profile_no,
               count(*) AS events, count(CASE WHEN {IS_ACT} THEN 1 END) AS acts,
               min(CASE WHEN event = 'Product Viewed' THEN occurred_at END) AS viewed_at,
               max(CASE WHEN event IN ('Product Added', 'Configuration Saved', 'Lead Submitted')
                        THEN occurred_at END) AS added_at,
               max(CASE WHEN event = 'Order Completed' THEN occurred_at END) AS ordered_at,
               {PART_SQL}
        FROM {{source}}
        GROUP BY ALL
    """,
)

ACTIVITY_BY_DAY = summarize_as(
    LakeTable(
        name="activity_by_day",
        meaning="One row per day and place with events: when anybody did anything. Made from events.",
        partition_by="part",
        sort_by=("node_no", "day"),
        declared={
            "day": (DAY, "UTC day"),
            **SCOPE,
            "events": (COUNT, "how many events"),
            "acts": (COUNT, "how many of them somebody did: not mails we sent, not robots"),
            "latest_act_at": (MOMENT, "the latest of those"),
            "part": PART,
        },
    ),
    source="events",
    sql=f"""
        SELECT day, brand_no, node_no, count(*) AS events, count(CASE WHEN {IS_ACT} THEN 1 END) AS acts,
               max(CASE WHEN {IS_ACT} THEN occurred_at END) AS latest_act_at, {PART_SQL}
        FROM {{source}}
        GROUP BY ALL
    """,
)

ORDER_LINES_BY_MONTH = summarize_as(
    LakeTable(
        name="order_lines_by_month",
        meaning="The order lines in one file per brand and month. Made from order_lines.",
        partition_by="part",
        sort_by=("day", "product_id"),
        declared={
            "order_id": (TEXT, "the shop's order number"),
            "product_id": (TEXT, "the shop's product number"),
            "quantity": (REAL, "pieces"),
            "amount_minor": (NUMBER, f"of the whole line, {MONEY}"),
            "currency": (TEXT, "ISO 4217"),
            **SCOPE,
            "alias_no": (NUMBER, "the identifier it came under; null without a customer"),
            "profile_no": (NUMBER, "the person, corrected for later merges and splits"),
            "day": (DAY, "UTC day of the order"),
            "part": PART,
        },
    ),
    source="order_lines",
    sql=f"""
        SELECT order_id, product_id, quantity, amount_minor, currency, brand_no, node_no, alias_no, profile_no, day,
               {PART_SQL}
        FROM {{source}}
    """,
)
