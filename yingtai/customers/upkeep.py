"""What keeps the lake and the keys in shape while nobody looks."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from django.db import connection
from django.db.models import Subquery

from yingtai.collect.api import upload_keys_among
from yingtai.customers.models import LakeBatch, VisitorKey
from yingtai.kernel.acting import Acting
from yingtai.kernel.scope import EVERYTHING
from yingtai.kernel.scoping import acting_transaction
from yingtai.lake.damage import told_at_the_end
from yingtai.lake.maintenance import compact, tidy
from yingtai.lake.rounds import look_over
from yingtai.lake.tables import TABLES
from yingtai.vault import api as vault

GROWING = ("events", "order_lines", "alias_map")
FILES_BEFORE_MERGING = 8

VISITORS_KEPT = timedelta(days=28)
"""Nothing undeclared of a nameless visitor outlives this: a request for erasure is answered within a month."""
INBOX_READABLE = timedelta(days=31)
"""As long as quarantine keeps what was refused, sealed under the same keys."""

BATCHES_KEPT = timedelta(days=30)

KNOWN_KEYS = """
    SELECT key_id FROM customers_profile WHERE key_id = ANY(%(keys)s)
    UNION SELECT key_id FROM customers_visitorkey WHERE key_id = ANY(%(keys)s)
    UNION SELECT key_id FROM customers_sealedtraits WHERE key_id = ANY(%(keys)s)
    UNION SELECT key_id FROM customers_identifier WHERE key_id = ANY(%(keys)s)
"""


def merge_small_files() -> None:
    """Merge what the latest minutes wrote into fewer files, and set moved aliases right on the way."""
    with told_at_the_end() as passed_over:
        for name in GROWING:
            with passed_over():
                compact(name, at_least=FILES_BEFORE_MERGING)


def tidy_lake() -> None:
    """Merge whatever can be merged in every table, write checkpoints, and remove files no reader needs."""
    with told_at_the_end() as passed_over:
        for name in TABLES:
            with passed_over():
                compact(name)
            with passed_over():
                tidy(name)


def look_over_lake() -> None:
    """Look whether the next files of the lake are whole; health tells what was found."""
    look_over()


def forget_batches(acting: Acting) -> int:
    """Remove notes of batches that were published long ago, and return how many. Repeating it changes nothing."""
    # The latest stays whatever its age: the next number follows from it.
    latest = LakeBatch.objects.order_by("-batch_no").values("batch_no")[:1]
    old = LakeBatch.objects.filter(published_at__lt=acting.at - BATCHES_KEPT, batch_no__lt=Subquery(latest))
    count, _ = old.delete()
    return count


def sweep_keys(acting: Acting) -> int:
    """Destroy keys that were minted for a set which was never committed, and return how many."""
    # A key that a smaller scope does not know may be the neighbour's, or that of a file somebody brought.
    everywhere = replace(acting, scope=EVERYTHING)

    def known(keys: Sequence[int]) -> set[int]:
        with acting_transaction(everywhere), connection.cursor() as cursor:
            cursor.execute(KNOWN_KEYS, {"keys": list(keys)})
            return {key for (key,) in cursor.fetchall()} | upload_keys_among(everywhere, keys)

    return vault.sweep_orphans(known)


def destroy_old_keys(acting: Acting) -> int:
    """Destroy the keys of weeks of nameless visitors and of hours of the inbox that are long over, and return
    how many of visitors. Repeating it changes nothing."""
    vault.destroy_epoch(acting.at - INBOX_READABLE)
    over = (acting.at - VISITORS_KEPT - timedelta(days=7)).date()
    old = VisitorKey.objects.filter(week_on__lte=over, destroyed_at=None)
    key_ids = list(old.values_list("key_id", flat=True))
    destroyed = vault.destroy_keys(key_ids) if key_ids else 0
    old.update(destroyed_at=acting.at)
    return destroyed
