"""Reading what was refused."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from django.db.models import Count, Max, Min, Sum
from django.utils.translation import gettext_lazy as _

from yingtai.collect.errors import QuarantineNotFound, TooManyOpened
from yingtai.collect.inbox import decompress
from yingtai.collect.models import Quarantine
from yingtai.collect.queries.sources import names_of_sources
from yingtai.kernel.acting import Acting, require
from yingtai.kernel.contributions import deed_words
from yingtai.kernel.counters import count_up
from yingtai.kernel.labels import Label
from yingtai.kernel.pages import ROWS_PER_PAGE, Page, decode_cursor, encode_cursor, moment
from yingtai.kernel.scoping import acting_transaction
from yingtai.organization.api import record_deed
from yingtai.vault.api import open_blob


@dataclass(frozen=True)
class Refusal:
    """Refused events of one kind: why, where, how many and since when."""

    source_no: int
    source_name: str
    reason: str
    path: str
    occurrences: int
    earliest_at: datetime
    latest_at: datetime


@dataclass(frozen=True)
class RefusedEvent:
    """One refused event, closed."""

    id: UUID
    source_no: int
    reason: str
    path: str
    received_at: datetime
    occurrences: int
    size_bytes: int


def list_refusals(acting: Acting, *, limit: int = 200) -> list[Refusal]:
    """Return what was refused in the actor's scope by source, reason and path, latest first."""
    with acting_transaction(acting):
        names = names_of_sources(acting)
        rows = (
            Quarantine.objects.values("source_no", "reason", "path")
            .annotate(
                all=Sum("occurrences"), since=Min("received_at"), until=Max("received_at"), n=Count("id")
            )
            .order_by("-until")[:limit]
        )
        return [
            Refusal(
                row["source_no"], names.get(row["source_no"], ""), row["reason"], row["path"], row["all"],
                row["since"], row["until"],
            )
            for row in rows
        ]  # fmt: skip


def list_quarantine(
    acting: Acting, *, reason: str = "", source_no: int | None = None, cursor: str | None = None
) -> Page[RefusedEvent]:
    """Return refused events, latest first."""
    place = decode_cursor(cursor, moment, UUID)
    with acting_transaction(acting):
        rows = Quarantine.objects.order_by("-received_at", "-id")
        if reason:
            rows = rows.filter(reason=reason)
        if source_no is not None:
            rows = rows.filter(source_no=source_no)
        if place:
            rows = rows.extra(where=["(received_at, id) < (%s, %s)"], params=place)
        found = list(rows[: ROWS_PER_PAGE + 1])
    shown = found[:ROWS_PER_PAGE]
    more = len(found) > ROWS_PER_PAGE
    cursor_after = encode_cursor(shown[-1].received_at.isoformat(), str(shown[-1].id)) if more else None
    return Page([_closed(row) for row in shown], cursor_after)


DAY_SECONDS = 86_400
MOST_OPENED_A_DAY = 100
UNUSUAL = (50, MOST_OPENED_A_DAY)
"""So many in a day are marked in the record, for whoever reads it."""
deed_words.register("quarantine.opened", _("opened a refused event"))


def open_refused(acting: Acting, refused_id: UUID) -> Any:
    """Return a refused event as it came, for who may reveal it at `collect.quarantine`.

    Raises: NotAllowed, QuarantineNotFound, TooManyOpened, and the vault's InboxKeyDestroyed when its time is over
    """
    require(acting, "reveal", Label.L3, "collect.quarantine")
    with acting_transaction(acting):
        row = Quarantine.objects.filter(id=refused_id).first()
        if row is None:
            raise QuarantineNotFound
        opened = count_up(f"refused-opened-by-{acting.actor}", seconds=DAY_SECONDS)
        if opened > MOST_OPENED_A_DAY:
            raise TooManyOpened(most=MOST_OPENED_A_DAY)
        unusual = {"unusual": opened} if opened in UNUSUAL else {}
        record_deed(acting, "quarantine.opened", node_no=row.node_no, about=str(row.id), **unusual)
    body = decompress(open_blob(row.body, additional_data(row.id)))
    try:
        return msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return body.decode("utf-8", "replace")


def additional_data(row_id: UUID) -> bytes:
    """Return what the seal of a row is bound to."""
    return b"collect_quarantine.body|" + row_id.bytes


def _closed(row: Quarantine) -> RefusedEvent:
    return RefusedEvent(
        row.id, row.source_no, row.reason, row.path, row.received_at, row.occurrences, len(row.body)
    )
