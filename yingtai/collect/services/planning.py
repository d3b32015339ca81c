"""Writing the tracking plan: declaring, taking a preset over, noting which names arrive."""

from collections.abc import Iterable, Mapping
from datetime import datetime

import msgspec
from django.db import connection, transaction
from django.utils.translation import gettext_lazy as _

from yingtai.collect.errors import EventNameIsTitle, PresetNotFound, RetentionTooShort, TraitNameHasDots
from yingtai.collect.models import Declaration, Source
from yingtai.collect.plan import EVENT, PROPERTY, TRAIT, USUAL_DAYS, Declared, is_nested, kept_name, snapshot
from yingtai.collect.presets import PRESETS
from yingtai.collect.queries.planning import forget_plan, load_plan
from yingtai.collect.reserved import shown_instead_of
from yingtai.kernel.acting import Acting, decide
from yingtai.kernel.contributions import deed_words
from yingtai.kernel.labels import Label
from yingtai.kernel.scope import brand_node, brand_of
from yingtai.kernel.scoping import acting_transaction
from yingtai.organization.api import record_deed, require_unchanged

MOST_NAMES_PER_BRAND = 5_000
RETENTION = "compliance.retention"
"""The place where it is decided that what is kept too long is removed."""

deed_words.register("plan.declared", _("declared in the tracking plan"))
deed_words.register("plan.withdrawn", _("took a line out of the tracking plan"))

SeenName = tuple[int, str, str, str]

NOTE_SEEN = """
    INSERT INTO collect_seen (node_no, subject, event, name, earliest_at, latest_at, count)
    SELECT came.node_no, came.subject, came.event, came.name, %(at)s, %(at)s, came.count
    FROM unnest(%(nodes)s::bigint[], %(subjects)s::text[], %(events)s::text[], %(names)s::text[],
                %(counts)s::bigint[]) AS came (node_no, subject, event, name, count)
    WHERE EXISTS (SELECT 1 FROM collect_seen AS known
                  WHERE known.node_no = came.node_no AND known.subject = came.subject
                    AND known.event = came.event AND known.name = came.name)
       OR (SELECT count(*) FROM collect_seen AS known WHERE known.node_no = came.node_no) < %(most)s
    ORDER BY came.node_no, came.subject, came.event, came.name
    ON CONFLICT (node_no, subject, event, name) DO UPDATE
    SET count = collect_seen.count + excluded.count,
        latest_at = greatest(collect_seen.latest_at, excluded.latest_at)
"""
PUBLISH_PLAN = """
    INSERT INTO collect_plan (source_no, node_no, version, document)
    SELECT came.source_no, came.node_no, %(version)s, came.document
    FROM unnest(%(sources)s::int[], %(nodes)s::bigint[], %(documents)s::jsonb[])
         AS came (source_no, node_no, document)
    ON CONFLICT (source_no) DO UPDATE
    SET version = greatest(excluded.version, collect_plan.version + 1), document = excluded.document,
        updated_at = now()
"""


def declare(acting: Acting, node_no: int, lines: Iterable[Declared], *, seen: datetime | None = None) -> int:
    """Write lines into the plan of the brand above a node and return how many; a line that is there already
    is replaced. From the next event on, what is declared L1 or L2 may be known. It is recorded.

    In:     seen  when the line had last been written that whoever changes it looked at; None for who did not look
    Raises: ChangedMeanwhile, TraitNameHasDots, EventNameIsTitle; RetentionTooShort when events would be kept for a
            shorter time than now, and somebody else decides what is removed
    """
    brand = brand_node(node_no)
    lines = list(lines)
    for line in lines:
        if line.subject == TRAIT and is_nested(line.name):
            raise TraitNameHasDots(field="name", name=line.name)
        if line.subject == EVENT and shown_instead_of(line.name):
            raise EventNameIsTitle(field="name")
    rows = [_row(acting, brand, line) for line in lines]
    with acting_transaction(acting):
        if seen:
            _refuse_unseen(acting, rows, seen)
        if not decide(acting, "edit", Label.L3, RETENTION).allowed:
            _refuse_shorter(brand, lines)
        for line in lines:
            about = _about(line.event, line.name)
            record_deed(acting, "plan.declared", node_no=brand, about=about, days=line.retention_days)
        Declaration.objects.bulk_create(
            rows,
            update_conflicts=True,
            unique_fields=["node_no", "subject", "event", "name"],
            update_fields=[
                "type", "is_required", "label", "purpose", "retention_days", "description", "declared_at",
                "declared_by",
            ],
        )  # fmt: skip
        _publish(acting, brand)
    return len(rows)


def _about(event: str, name: str) -> str:
    return f"{event} · {name}" if event else name


def _refuse_unseen(acting: Acting, rows: Iterable[Declaration], seen: datetime) -> None:
    for row in rows:
        held = Declaration.objects.select_for_update().filter(
            node_no=row.node_no, subject=row.subject, event=row.event, name=row.name
        ).first()  # fmt: skip
        if held:
            require_unchanged(acting, seen, changed_at=held.declared_at, changed_by=held.declared_by)


def _refuse_shorter(brand: int, lines: Iterable[Declared]) -> None:
    events = {line.name: line.retention_days for line in lines if line.subject == EVENT}
    known = Declaration.objects.filter(node_no=brand, subject=EVENT, name__in=events)
    held = dict(known.values_list("name", "retention_days"))
    for name, days in events.items():
        least = held.get(name, USUAL_DAYS)
        if days < least:
            raise RetentionTooShort(field="retention_days", name=name, days=least)


def declare_preset(acting: Acting, node_no: int, preset: str) -> int:
    """Add the lines of a preset that the plan does not have yet and return how many they were.

    Raises: PresetNotFound
    """
    if preset not in PRESETS:
        raise PresetNotFound(name=preset)
    brand = brand_node(node_no)
    with acting_transaction(acting):
        rows = [_row(acting, brand, line) for line in PRESETS[preset]()]
        Declaration.objects.bulk_create(rows, ignore_conflicts=True)
        _publish(acting, brand)
    return len(rows)


def withdraw(acting: Acting, node_no: int, *, subject: str, event: str, name: str) -> None:
    """Take a line out of the plan: what comes under it from now on is kept sealed. Repeating it changes
    nothing."""
    brand = brand_node(node_no)
    with acting_transaction(acting):
        gone, _each = Declaration.objects.filter(
            node_no=brand, subject=subject, event=event, name=name
        ).delete()
        if gone:
            record_deed(acting, "plan.withdrawn", node_no=brand, about=_about(event, name))
        _publish(acting, brand)


def note_seen(acting: Acting, counts: Mapping[SeenName, int]) -> None:
    """Count names that arrived, by (brand_no, subject, event, name); never values.

    A name that could tell a person is counted as one hidden name, and a brand keeps at most 5,000.
    """
    kept: dict[SeenName, int] = {}
    for (brand_no, subject, event, name), count in counts.items():
        key = (brand_no << 40, subject, kept_name(event) if event else "", kept_name(name))
        kept[key] = kept.get(key, 0) + count
    if not kept:
        return
    nodes, subjects, events, names = (list(part) for part in zip(*kept, strict=True))
    with acting_transaction(acting), connection.cursor() as cursor:
        cursor.execute(
            NOTE_SEEN,
            {
                "at": acting.at, "nodes": nodes, "subjects": subjects, "events": events, "names": names,
                "counts": list(kept.values()), "most": MOST_NAMES_PER_BRAND,
            },
        )  # fmt: skip


def publish_plan(acting: Acting, node_no: int, *, only: int | None = None) -> None:
    """Give the collector the plan of a brand anew; needed when a source was added or changed.

    In: only  the number of that source, when no other needs it
    """
    with acting_transaction(acting):
        _publish(acting, brand_node(node_no), only=only)


def _publish(acting: Acting, brand: int, *, only: int | None = None) -> None:
    plan = load_plan(brand_of(brand))
    sources = Source.objects.filter(
        node_no__gte=brand, node_no__lt=brand + (1 << 40), kind__in=Source.SENDING
    )
    if only is not None:
        sources = sources.filter(source_no=only)
    as_json = {mode: _json(snapshot(plan, mode)) for mode in {source.on_violation for source in sources}}
    documents = [as_json[source.on_violation] for source in sources]
    with connection.cursor() as cursor:
        cursor.execute(
            PUBLISH_PLAN,
            {
                "sources": [source.source_no for source in sources],
                "nodes": [source.node_no for source in sources],
                "documents": documents,
                "version": int(acting.at.timestamp() * 1_000),
            },
        )
    forget_plan(brand_of(brand))
    transaction.on_commit(lambda: forget_plan(brand_of(brand)))


def _json(document: object) -> str:
    return msgspec.json.encode(document).decode()


def _row(acting: Acting, brand: int, line: Declared) -> Declaration:
    return Declaration(
        node_no=brand, subject=line.subject, event=line.event if line.subject == PROPERTY else "",
        name=line.name, type="object" if line.subject == EVENT else line.type,
        is_required=line.is_required, label=int(line.label), purpose=line.purpose,
        retention_days=line.retention_days, description=line.description, declared_at=acting.at,
        declared_by=acting.actor,
    )  # fmt: skip
