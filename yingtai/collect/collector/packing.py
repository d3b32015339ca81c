"""From what was accepted to rows: compressed and sealed, a group at a time, beside the requests."""

from collections.abc import Sequence
from typing import NamedTuple

from yingtai.collect import inbox
from yingtai.collect.collector.keys import Source
from yingtai.collect.collector.sealing import Seals


class Accepted(NamedTuple):
    """One request that is to be kept; `received` in microseconds since 1970."""

    document: bytes
    source: Source
    received: int
    event_count: int


def pack(group: Sequence[Accepted], sealer: Seals) -> bytes:
    """Return a group of requests as one binary COPY: raises StoreUnavailable when nothing can be sealed."""
    small = inbox.compress_all([accepted.document for accepted in group])
    return inbox.copy_data(
        [_row(accepted, body, sealer) for accepted, body in zip(group, small, strict=True)]
    )


def _row(accepted: Accepted, body: bytes, sealer: Seals) -> bytes:
    epoch_id, sealed = sealer.seal(body, accepted.source.additional_data)
    return inbox.row(
        received=accepted.received,
        source_no=accepted.source.source_no,
        node_no=accepted.source.node_no,
        kind=inbox.REQUEST,
        epoch_id=epoch_id,
        event_count=accepted.event_count,
        body=sealed,
    )
