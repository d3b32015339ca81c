"""Who was assigned to what, copied from the ledger to the lake, where results are computed."""

import pyarrow as pa
from django.db import connection
from pyarrow import csv

from yingtai.campaigns.models import Campaign
from yingtai.campaigns.reasons import DUPLICATE_PERSON, HOLD_OUT
from yingtai.campaigns.tables import ASSIGNMENTS
from yingtai.kernel.acting import Acting
from yingtai.kernel.scoping import acting_transaction
from yingtai.lake.api import replace

# Somebody who turned out to be another recipient counts once, as that other one.
ASSIGNED = f"""
    COPY (
        SELECT profile_no, node_no, coalesce(reason = '{HOLD_OUT}', false) AS is_held_out
        FROM campaigns_send
        WHERE campaign_no = {{campaign_no:d}} AND is_assigned
          AND reason IS DISTINCT FROM '{DUPLICATE_PERSON}'
    ) TO STDOUT (FORMAT csv)
"""
KINDS = {"profile_no": pa.int64(), "node_no": pa.int64(), "is_held_out": pa.bool_()}


def export_assignments(acting: Acting, campaign_no: int) -> int:
    """Put the campaign's assignments into the lake, in the place of what was there, and return how many.

    Cost: one scan of the campaign's ledger, one write of its partition
    """
    with acting_transaction(acting), connection.cursor() as cursor:
        campaign = Campaign.objects.filter(campaign_no=campaign_no, decided_at__isnull=False).first()
        if campaign is None:
            return 0
        with cursor.copy(ASSIGNED.format(campaign_no=campaign_no)) as copy:
            written = b"".join(bytes(part) for part in copy)
    if not written:
        return 0
    rows = csv.read_csv(
        pa.BufferReader(written),
        csv.ReadOptions(column_names=list(KINDS)),
        convert_options=csv.ConvertOptions(column_types=KINDS, true_values=["t"], false_values=["f"]),
    )
    decided = pa.scalar(campaign.decided_at, ASSIGNMENTS.schema.field("assigned_at").type)
    rows = rows.append_column("assigned_at", pa.repeat(decided, len(rows)))
    replace(ASSIGNMENTS.name, rows, {"campaign_no": campaign_no})
    return len(rows)
