"""The tables of the lake: names, columns, meaning. No column holds a direct identifier of a person."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import pyarrow as pa

NUMBER, COUNT, REAL, TEXT, SWITCH = pa.int64(), pa.int64(), pa.float64(), pa.string(), pa.bool_()
MOMENT, DAY, BYTES = pa.timestamp("us", tz="UTC"), pa.date32(), pa.binary()

MONEY = "in the currency's smallest unit"
SCOPE = {
    "brand_no": (NUMBER, "the brand, `node_no >> 40`"),
    "node_no": (NUMBER, "the place in the organization it belongs to"),
}


@dataclass(frozen=True, kw_only=True)
class LakeTable:
    """A table of the lake: what a row is, what each column means, how the files are cut and sorted."""

    name: str
    meaning: str
    declared: Mapping[str, tuple[pa.DataType, str]]
    partition_by: str
    sort_by: tuple[str, ...]
    open_prefix: str | None = None
    """Columns with this prefix may be added by writing them."""

    @cached_property
    def schema(self) -> pa.Schema:
        return pa.schema([(name, kind) for name, (kind, _) in self.declared.items()])

    @cached_property
    def columns(self) -> dict[str, str]:
        """What each column means."""
        return {name: meaning for name, (_, meaning) in self.declared.items()}

    @property
    def has_aliases(self) -> bool:
        """Whether rows carry an alias, so that `profile_no` is corrected when the alias moves."""
        return {"alias_no", "profile_no"} <= self.declared.keys() and self.name != "alias_map"


TABLES: dict[str, LakeTable] = {}


def register(table: LakeTable) -> LakeTable:
    """Add a table to the lake; readers may name it in SQL from then on."""
    if not {"brand_no", "node_no"} <= table.declared.keys():
        raise TypeError(f"{table.name} needs brand_no and node_no: without them nobody's scope applies")
    if table.name in TABLES and TABLES[table.name] is not table:
        raise TypeError(f"two lake tables share the name {table.name!r}")
    TABLES[table.name] = table
    return table


EVENTS = register(
    LakeTable(
        name="events",
        meaning="One row per event as it was accepted; never changed, but for profile_no.",
        partition_by="day",
        sort_by=("brand_no", "profile_no", "occurred_at"),
        declared={
            "ingest_no": (NUMBER, "monotone per set; the cursor for everything incremental"),
            "message_hash": (BYTES, "16 bytes that tell a repeat"),
            **SCOPE,
            "source_no": (NUMBER, "which source sent it"),
            "event": (TEXT, "name, e.g. 'Order Completed'"),
            "occurred_at": (MOMENT, "when it happened, UTC"),
            "received_at": (MOMENT, "when we accepted it, UTC"),
            "alias_no": (NUMBER, "the identifier it came under; never changes"),
            "profile_no": (NUMBER, "the person, corrected for later merges and splits"),
            "session_no": (NUMBER, "visit"),
            "channel": (TEXT, "web, app, email, sms, wechat, store, …"),
            "campaign_no": (NUMBER, "campaign that caused it"),
            "journey_no": (NUMBER, "journey that caused it"),
            "send_no": (NUMBER, "send that caused it"),
            "order_id": (TEXT, "the shop's order number"),
            "product_id": (TEXT, "the shop's product number"),
            "category": (TEXT, "product category"),
            "quantity": (REAL, "pieces"),
            "amount_minor": (NUMBER, MONEY),
            "currency": (TEXT, "ISO 4217"),
            "utm_source": (TEXT, "campaign parameter of the landing page"),
            "utm_medium": (TEXT, "campaign parameter of the landing page"),
            "utm_campaign": (TEXT, "campaign parameter of the landing page"),
            "utm_term": (TEXT, "campaign parameter of the landing page"),
            "utm_content": (TEXT, "campaign parameter of the landing page"),
            "page_path": (TEXT, "path without the query string"),
            "device_class": (TEXT, "mobile, tablet, desktop, …; from the user agent, which is dropped"),
            "region_code": (TEXT, "ISO 3166-2; from the address, which is dropped"),
            "properties": (TEXT, "JSON of the declared keys only"),
            "extras_sealed": (BYTES, "undeclared keys, sealed; null as a rule"),
            "day": (
                DAY,
                "UTC day of occurred_at; the partition: name it in WHERE and other days stay closed",
            ),
        },
    )
)

ORDER_LINES = register(
    LakeTable(
        name="order_lines",
        meaning="One row per line of an order; returns have negative quantity and amount.",
        partition_by="day",
        sort_by=("brand_no", "profile_no", "order_id"),
        declared={
            "order_id": (TEXT, "the shop's order number"),
            "line_no": (NUMBER, "place in the order, from 1"),
            "product_id": (TEXT, "the shop's product number"),
            "quantity": (REAL, "pieces"),
            "amount_minor": (NUMBER, f"of the whole line, {MONEY}"),
            "currency": (TEXT, "ISO 4217"),
            **SCOPE,
            "alias_no": (NUMBER, "the identifier it came under; null without a customer"),
            "profile_no": (
                NUMBER,
                "the person, corrected for later merges and splits; null without a customer",
            ),
            "day": (DAY, "UTC day of the order; the partition"),
        },
    )
)

ALIAS_MAP = register(
    LakeTable(
        name="alias_map",
        meaning="One row per change of what an alias points at; its latest ingest_no is true now.",
        partition_by="moved",
        sort_by=("alias_no", "ingest_no"),
        declared={
            "alias_no": (NUMBER, "the identifier"),
            "profile_no": (NUMBER, "the person it points at from now on"),
            **SCOPE,
            "ingest_no": (NUMBER, "order of the changes, in the numbers of events"),
            "changed_at": (MOMENT, "when"),
            "moved": (SWITCH, "it pointed at somebody else before (the partition)"),
        },
    )
)

TRAITS = register(
    LakeTable(
        name="traits",
        meaning="One row per profile with the declared L2 traits as columns `trait_<name>`.",
        partition_by="brand_no",
        sort_by=("profile_no",),
        open_prefix="trait_",
        declared={
            "profile_no": (NUMBER, "the person"),
            "node_no": (NUMBER, "the place in the organization the profile belongs to"),
            "first_seen_at": (MOMENT, "earliest event"),
            "latest_seen_at": (MOMENT, "latest event that they did; null when only we did something"),
            "brand_no": (NUMBER, "the brand (the partition)"),
        },
    )
)

AUDIENCE_MEMBERS = register(
    LakeTable(
        name="audience_members",
        meaning="One row per profile that is in an audience now.",
        partition_by="audience_no",
        sort_by=("profile_no",),
        declared={
            "profile_no": (NUMBER, "the person"),
            "entered_at": (MOMENT, "since when"),
            **SCOPE,
            "audience_no": (NUMBER, "the audience (the partition)"),
        },
    )
)

AUDIENCE_CHANGES = register(
    LakeTable(
        name="audience_changes",
        meaning="One row per profile entering or leaving an audience.",
        partition_by="audience_no",
        sort_by=("profile_no", "at"),
        declared={
            "profile_no": (NUMBER, "the person"),
            "change": (TEXT, "entered or left"),
            "at": (MOMENT, "when"),
            **SCOPE,
            "audience_no": (NUMBER, "the audience (the partition)"),
        },
    )
)

PRODUCTS = register(
    LakeTable(
        name="products",
        meaning="One row per product of a brand.",
        partition_by="brand_no",
        sort_by=("product_id",),
        declared={
            "product_id": (TEXT, "the shop's product number"),
            "name": (TEXT, "as customers see it"),
            "category": (TEXT, "product category"),
            "price_minor": (NUMBER, MONEY),
            "currency": (TEXT, "ISO 4217"),
            "node_no": (NUMBER, "the place in the organization that sells it"),
            "brand_no": (NUMBER, "the brand (the partition)"),
        },
    )
)
