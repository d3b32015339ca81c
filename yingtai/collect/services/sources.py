"""Making sources and the write keys they send with."""

import secrets
from collections.abc import Sequence
from datetime import datetime
from functools import cache
from hashlib import sha256
from typing import Any
from uuid import UUID
from zoneinfo import available_timezones

from django.db import connection
from django.utils.translation import gettext_lazy as _

from yingtai.collect.errors import (
    CurrencyNotKnown,
    OriginNotUnderstood,
    SourceNameTaken,
    SourceNotFound,
    TimeZoneNotKnown,
)
from yingtai.collect.models import Source
from yingtai.collect.queries.sources import SourceView, view_source
from yingtai.collect.services.planning import publish_plan
from yingtai.kernel.acting import Acting
from yingtai.kernel.contributions import deed_values, deed_words
from yingtai.kernel.money import CURRENCIES
from yingtai.kernel.scoping import acting_transaction
from yingtai.organization.api import get_unit_at, record_deed, require_unchanged

BACK_FILL_DAYS = 30
EVENTS_PER_SECOND: dict[str, int] = {Source.Kind.SDK: 10_000, Source.Kind.SERVER: 50_000}
"""In each collector. Everybody can send with a key that stands in a page, so it may send less."""

deed_values.register(
    "kind",
    [("sdk", _("Pages and apps")), ("server", _("Our own servers")), ("import", _("Files"))],
)
deed_words.register("source.made", _("made a source"))
deed_words.register("source.changed", _("changed a source"))
deed_words.register("source.key-made", _("made a write key"))
deed_words.register("source.keys-revoked", _("revoked write keys"))

INSERT_KEY = """
    INSERT INTO collect_write_key
        (key_hash, source_no, node_no, timezone, backfill_days, allowed_origins, events_per_second, created_at)
    VALUES (%s, %s, %s, %s, %s, %s, %s, %s)
"""
REVOKE_KEYS = "UPDATE collect_write_key SET status = 'revoked' WHERE source_no = %s"
COPY_SETTINGS = """
    UPDATE collect_write_key SET timezone = %s, backfill_days = %s, allowed_origins = %s,
        events_per_second = %s
    WHERE source_no = %s
"""
NOTE_ARRIVALS = """
    UPDATE collect_source SET event_count = event_count + came.count,
        earliest_arrival_at = coalesce(earliest_arrival_at, %(at)s), latest_arrival_at = %(at)s
    FROM (SELECT * FROM unnest(%(sources)s::int[], %(counts)s::bigint[]) AS came (source_no, count)
          ORDER BY source_no) AS came
    WHERE collect_source.source_no = came.source_no
"""


def make_source(
    acting: Acting,
    node_no: int,
    *,
    name: str,
    kind: str = "sdk",
    time_zone: str = "",
    currency: str = "",
    back_fill_days: int = BACK_FILL_DAYS,
    allowed_origins: Sequence[str] = (),
    on_violation: str = "keep",
) -> SourceView:
    """Make a source at a node; time zone and currency are the brand's unless said otherwise.

    Raises: SourceNameTaken, TimeZoneNotKnown, CurrencyNotKnown, OriginNotUnderstood
    """
    unit = get_unit_at(node_no)
    time_zone, currency = time_zone or unit.time_zone, (currency or unit.currency).upper()
    _refuse_unknown(time_zone, currency)
    with acting_transaction(acting):
        if Source.objects.filter(node_no=node_no, kind=kind, name=name).exists():
            raise SourceNameTaken(field="name", name=name)
        source = Source.objects.create(
            node_no=node_no, name=name, kind=kind, time_zone=time_zone, currency=currency,
            back_fill_days=back_fill_days, allowed_origins=[_origin(text) for text in allowed_origins],
            on_violation=on_violation, created_at=acting.at,
            events_per_second=EVENTS_PER_SECOND.get(kind, 50_000),
        )  # fmt: skip
        if kind != Source.Kind.IMPORT:
            publish_plan(acting, node_no, only=source.source_no)
        record_deed(acting, "source.made", node_no=node_no, about=name, kind=kind)
        return view_source(source)


def ensure_source(
    acting: Acting, node_no: int, *, name: str, kind: str, back_fill_days: int = BACK_FILL_DAYS
) -> SourceView:
    """Return the source of that name at a node, made when there is none. Repeating it changes nothing."""
    with acting_transaction(acting):
        source = Source.objects.filter(node_no=node_no, kind=kind, name=name).first()
        if source:
            return view_source(source)
        return make_source(acting, node_no, name=name, kind=kind, back_fill_days=back_fill_days)


def change_source(
    acting: Acting,
    source_id: UUID,
    *,
    time_zone: str,
    back_fill_days: int,
    allowed_origins: Sequence[str],
    on_violation: str,
    seen: datetime | None = None,
) -> None:
    """Change what a source may send; the collector follows within seconds. It is recorded.

    In:     seen  the `changed_at` that whoever changes it looked at; None for who did not look
    Raises: SourceNotFound, TimeZoneNotKnown, OriginNotUnderstood, ChangedMeanwhile
    """
    _refuse_unknown(time_zone, "CNY")
    with acting_transaction(acting):
        source = _locked(source_id)
        require_unchanged(
            acting, seen, changed_at=source.changed_at or source.created_at, changed_by=source.changed_by
        )
        source.changed_at, source.changed_by = acting.at, acting.actor
        source.time_zone, source.back_fill_days = time_zone, back_fill_days
        source.allowed_origins = [_origin(text) for text in allowed_origins]
        source.on_violation = on_violation
        source.save()
        with connection.cursor() as cursor:
            cursor.execute(COPY_SETTINGS, (*_settings(source), source.source_no))
        publish_plan(acting, source.node_no)
        record_deed(acting, "source.changed", node_no=source.node_no, about=source.name)


def make_write_key(acting: Acting, source_id: UUID) -> str:
    """Make a write key for a source and return it; only its hash is kept, so it cannot be shown again.

    Raises: SourceNotFound
    """
    key = f"ytw_{secrets.token_urlsafe(24)}"
    with acting_transaction(acting), connection.cursor() as cursor:
        source = _locked(source_id)
        cursor.execute(
            INSERT_KEY,
            (
                sha256(key.encode()).digest(), source.source_no, source.node_no, *_settings(source),
                acting.at,
            ),
        )  # fmt: skip
        record_deed(acting, "source.key-made", node_no=source.node_no, about=source.name)
    return key


def revoke_write_keys(acting: Acting, source_id: UUID) -> None:
    """Make every write key of a source useless. Repeating it changes nothing.

    Raises: SourceNotFound
    """
    with acting_transaction(acting), connection.cursor() as cursor:
        source = _locked(source_id)
        cursor.execute(REVOKE_KEYS, (source.source_no,))
        record_deed(acting, "source.keys-revoked", node_no=source.node_no, about=source.name)


def note_arrivals(acting: Acting, counts: dict[int, int]) -> None:
    """Count events that were taken in, by source number; the pages of sources show it."""
    known = {number: count for number, count in sorted(counts.items()) if number > 0}
    if not known:
        return
    with acting_transaction(acting), connection.cursor() as cursor:
        cursor.execute(
            NOTE_ARRIVALS, {"at": acting.at, "sources": list(known), "counts": list(known.values())}
        )


def _settings(source: Source) -> tuple[Any, ...]:
    return source.time_zone, source.back_fill_days, source.allowed_origins, source.events_per_second


def _locked(source_id: UUID) -> Source:
    source = Source.objects.select_for_update().filter(id=source_id).first()
    if source is None:
        raise SourceNotFound
    return source


@cache
def _time_zones() -> frozenset[str]:
    return frozenset(available_timezones())


def _refuse_unknown(time_zone: str, currency: str) -> None:
    if time_zone not in _time_zones():
        raise TimeZoneNotKnown(field="time_zone", name=time_zone)
    if currency not in CURRENCIES:
        raise CurrencyNotKnown(field="currency", code=currency)


def _origin(text: str) -> str:
    origin = text.strip().rstrip("/").lower()
    if origin != "*" and not origin.startswith(("http://", "https://")):
        raise OriginNotUnderstood(field="allowed_origins", origin=text)
    return origin
