"""Keeping what was refused, so that somebody can see it and mend its cause."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from yingtai.collect.inbox import compress
from yingtai.collect.models import Quarantine
from yingtai.collect.plan import kept_name
from yingtai.collect.queries.quarantine import additional_data
from yingtai.kernel.acting import Acting
from yingtai.kernel.ids import uuid7
from yingtai.kernel.scoping import acting_transaction
from yingtai.vault.api import current_epoch, seal_blob

ROWS_AT_ONCE = 1_000
SAMPLES_PER_KIND = 20
KEPT = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class RefusedRow:
    """An event that ingest or an import refused: `body` is the event as it came, `reason` a code of errors."""

    node_no: int
    source_no: int
    reason: str
    path: str
    body: bytes
    received_at: datetime
    occurrences: int = 1


def quarantine(acting: Acting, rows: Sequence[RefusedRow]) -> int:
    """Keep refused events, bodies sealed, and return how many rows that took.

    Of one kind (source, reason, path) at most 20 bodies per call are kept; the latest stands for the rest,
    so that a broken client cannot fill the disk.
    """
    kinds: dict[tuple[object, ...], list[RefusedRow]] = {}
    for row in rows:
        kinds.setdefault((row.node_no, row.source_no, row.reason, _path(row.path)), []).append(row)
    kept = [_row(row, count) for some in kinds.values() for row, count in _sampled(some)]
    with acting_transaction(acting):
        Quarantine.objects.bulk_create(kept, batch_size=ROWS_AT_ONCE)
    return len(kept)


def prune_quarantine(acting: Acting) -> int:
    """Remove what was refused more than thirty days ago and return how many rows. Workers only."""
    with acting_transaction(acting):
        count, _ = Quarantine.objects.filter(received_at__lt=acting.at - KEPT).delete()
    return count


def _sampled(rows: list[RefusedRow]) -> list[tuple[RefusedRow, int]]:
    kept, rest = rows[:SAMPLES_PER_KIND], rows[SAMPLES_PER_KIND:]
    counts = [row.occurrences for row in kept]
    counts[-1] += sum(row.occurrences for row in rest)
    return list(zip(kept, counts, strict=True))


def _row(row: RefusedRow, occurrences: int) -> Quarantine:
    row_id, epoch = uuid7(), current_epoch()
    return Quarantine(
        id=row_id, node_no=row.node_no, source_no=row.source_no, reason=row.reason, path=_path(row.path),
        received_at=row.received_at, occurrences=occurrences, epoch_id=epoch.id,
        body=seal_blob(epoch, compress(row.body), additional_data(row_id)),
    )  # fmt: skip


def _path(path: str) -> str:
    # A path names what the client sent, and a client may name a property after a person.
    return kept_name(path) if path else ""
