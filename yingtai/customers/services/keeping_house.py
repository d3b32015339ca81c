"""What has to be done once a night: keys and files that nobody needs any more."""

from datetime import timedelta

from yingtai.customers.models import VisitorKey
from yingtai.kernel.acting import Acting
from yingtai.lake import maintenance
from yingtai.lake.api import TABLES
from yingtai.vault import api as vault

VISITORS_KEPT = timedelta(days=28)
"""Nothing undeclared of a nameless visitor outlives this: a request for erasure is answered within a month."""
INBOX_READABLE = timedelta(days=31)
"""As long as quarantine keeps what was refused, sealed under the same keys."""


def keep_house_now(acting: Acting) -> None:
    """Destroy the keys of old visitors and of old inbox hours; tidy the lake. Repeating it is harmless."""
    destroy_visitor_keys(acting)
    vault.destroy_epoch(acting.at - INBOX_READABLE)
    for name in TABLES:
        maintenance.tidy(name)


def destroy_visitor_keys(acting: Acting) -> int:
    """Destroy the keys of weeks that are over for a month, and return how many."""
    over = (acting.at - VISITORS_KEPT - timedelta(days=7)).date()
    old = VisitorKey.objects.filter(week_on__lte=over, destroyed_at=None)
    key_ids = list(old.values_list("key_id", flat=True))
    destroyed = vault.destroy_keys(key_ids) if key_ids else 0
    old.update(destroyed_at=acting.at)
    return destroyed
