"""Make anew what the books derive of profiles from the lake and from their own documents."""

from collections.abc import Sequence

import numpy as np
import pyarrow as pa
from django.db import connection

from yingtai.customers.ingest.people import order_blinds
from yingtai.customers.ingest.pipeline import prepare
from yingtai.customers.ingest.private import index_names
from yingtai.customers.ingest.saying import Said
from yingtai.customers.ingest.timeline import KEPT_EVENTS, NEVER, SHOWN, timelines_of, write_timelines
from yingtai.customers.models import KnownName, Order, Profile, RecentTimeline
from yingtai.customers.queries import private_traits_of
from yingtai.kernel.acting import Acting
from yingtai.kernel.scoping import acting_transaction
from yingtai.lake import api as lake
from yingtai.lake.api import IS_ACT

LATEST_OF = f"""
    SELECT profile_no, occurred_at, message_hash, event, node_no, source_no, {", ".join(SHOWN)},
        epoch_us(min(occurred_at) OVER (PARTITION BY profile_no)) AS earliest,
        coalesce(epoch_us(max(CASE WHEN {IS_ACT} THEN occurred_at END) OVER (PARTITION BY profile_no)), {NEVER}) AS seen
    FROM events
    WHERE list_contains($profiles, profile_no)
    QUALIFY row_number() OVER (PARTITION BY profile_no ORDER BY occurred_at DESC, message_hash) <= {KEPT_EVENTS}
    ORDER BY profile_no, occurred_at DESC, message_hash
"""
ORDERS_OF = """
    SELECT DISTINCT profile_no, order_id FROM events
    WHERE list_contains($profiles, profile_no) AND order_id IS NOT NULL
"""


def rebuild_profiles(acting: Acting, profile_nos: Sequence[int]) -> None:
    """Make timelines, order index and name index of profiles anew. Repeating it changes nothing.

    Cost: two scans of the lake; for single profiles, after a split
    """
    reader, values = lake.scoped(acting.scope), {"profiles": list(profile_nos)}
    latest, orders = reader.query(LATEST_OF, values), reader.query(ORDERS_OF, values)
    hashes = latest["message_hash"].cast(pa.binary(16))
    latest = latest.set_column(latest.schema.get_field_index("message_hash"), "message_hash", hashes)
    with acting_transaction(acting), connection.cursor() as cursor:
        prepare(cursor)
        RecentTimeline.objects.filter(profile_no__in=profile_nos).delete()
        for rows in timelines_of(latest):
            write_timelines(cursor, rows)
        brand_of = dict(
            Profile.objects.filter(profile_no__in=profile_nos).values_list("profile_no", "brand_no")
        )
        _own_orders(orders.to_pylist(), brand_of)
        KnownName.objects.filter(profile_no__in=profile_nos).delete()
        index_names(cursor, Said(private=private_traits_of(profile_nos)), brand_of)


def _own_orders(orders: list[dict[str, object]], brand_of: dict[int, int]) -> None:
    for profile_no, brand_no in brand_of.items():
        numbers = [str(row["order_id"]) for row in orders if row["profile_no"] == profile_no]
        blinds = order_blinds(numbers, np.full(len(numbers), brand_no))
        keys = [blinds[place].tobytes() for place in range(len(numbers))]
        node_no = Profile.objects.values_list("node_no", flat=True).get(profile_no=profile_no)
        # Another's word of the same number stays theirs.
        held = Order.objects.filter(brand_no=brand_no, blind__in=keys, profile_no__in=list(brand_of))
        held.update(profile_no=profile_no, node_no=node_no)
