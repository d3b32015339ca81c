"""Sources say how many events came from them: the inbox counts as it drains, the bulk door is counted here."""

from django.db.models import Exists, OuterRef

from yingtai.collect.api import note_arrivals
from yingtai.customers.models import LakeBatch, LoadedSet
from yingtai.kernel.acting import Acting
from yingtai.kernel.scope import EVERYTHING
from yingtai.kernel.scoping import acting_transaction
from yingtai.lake.api import scoped

SETS_AT_ONCE = 50
BY_SOURCE = """
    SELECT source_no, count(*) AS events FROM events
    WHERE ingest_no IN (SELECT unnest($sets)) GROUP BY source_no ORDER BY source_no
"""


def count_loaded(acting: Acting) -> int:
    """Count the events of sets that came through the bulk door for their sources, and return how many there were.

    Each set is counted once, when readers can see it. Cost: nothing to do, one indexed read; else one scan
    """
    if acting.scope != EVERYTHING:
        return 0  # A set holds events of all brands: in a smaller place only some of them would be counted.
    with acting_transaction(acting):
        owed = LakeBatch.objects.filter(batch_no=OuterRef("ingest_no"), published_at=None)
        waiting = LoadedSet.objects.select_for_update(skip_locked=True).filter(
            ~Exists(owed), counted_at=None, ingest_no__gt=0
        )
        sets = {one.pk: one.ingest_no for one in waiting.order_by("ingest_no")[:SETS_AT_ONCE]}
        if not sets:
            return 0
        rows = scoped(acting.scope).query(BY_SOURCE, {"sets": list(sets.values())}).to_pylist()
        note_arrivals(acting, {row["source_no"]: row["events"] for row in rows})
        LoadedSet.objects.filter(pk__in=sets).update(counted_at=acting.at)
    return sum(row["events"] for row in rows)
