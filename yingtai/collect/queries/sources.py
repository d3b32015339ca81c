"""Reading sources."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import connection

from yingtai.collect.errors import SourceNotFound
from yingtai.collect.models import Source, SourceNote
from yingtai.kernel.acting import Acting
from yingtai.kernel.errors import CATALOGUE
from yingtai.kernel.http import words_of
from yingtai.kernel.scope import subtree
from yingtai.kernel.scoping import acting_transaction

LIVE_KEYS = """
    SELECT source_no, count(*) FROM collect_write_key
    WHERE status = 'live' AND source_no = ANY(%s) GROUP BY source_no
"""


@dataclass(frozen=True)
class SourceView:
    """A source as pages and other modules see it."""

    id: UUID
    source_no: int
    node_no: int
    name: str
    kind: str
    time_zone: str
    currency: str
    back_fill_days: int
    allowed_origins: tuple[str, ...]
    on_violation: str
    event_count: int
    earliest_arrival_at: datetime | None
    latest_arrival_at: datetime | None
    created_at: datetime
    changed_at: datetime
    key_count: int = 0

    @property
    def sends_events(self) -> bool:
        """Whether it sends by itself, with write keys; files are brought."""
        return self.kind != Source.Kind.IMPORT


def view_source(source: Source, key_count: int = 0) -> SourceView:
    """Return a source as others may see it."""
    return SourceView(
        source.id, source.source_no, source.node_no, source.name, source.kind, source.time_zone,
        source.currency, source.back_fill_days, tuple(source.allowed_origins), source.on_violation,
        source.event_count, source.earliest_arrival_at, source.latest_arrival_at, source.created_at,
        source.changed_at or source.created_at, key_count,
    )  # fmt: skip


def list_sources(acting: Acting, *, kind: str | None = None) -> list[SourceView]:
    """Return the sources in the actor's scope, by name."""
    with acting_transaction(acting):
        sources = Source.objects.order_by("name", "source_no")
        found = list(sources.filter(kind=kind) if kind else sources)
        keys = _key_counts([source.source_no for source in found])
    return [view_source(source, keys.get(source.source_no, 0)) for source in found]


def get_source(acting: Acting, source_id: UUID) -> SourceView:
    """Return one source.

    Raises: SourceNotFound
    """
    with acting_transaction(acting):
        source = Source.objects.filter(id=source_id).first()
        if source is None:
            raise SourceNotFound
        return view_source(source, _key_counts([source.source_no]).get(source.source_no, 0))


def names_of_sources(acting: Acting) -> dict[int, str]:
    """Return the names of sources by number."""
    with acting_transaction(acting):
        return dict(Source.objects.values_list("source_no", "name"))


def file_sources(acting: Acting) -> set[int]:
    """Return the numbers of the sources that are files."""
    with acting_transaction(acting):
        return set(Source.objects.filter(kind=Source.Kind.IMPORT).values_list("source_no", flat=True))


@dataclass(frozen=True)
class SourceNoteView:
    """What was noticed in a source's events: in words, how often, when last."""

    title: str
    remedy: str
    count: int
    latest_at: datetime


def notes_of(acting: Acting, source_no: int) -> list[SourceNoteView]:
    """Return what was noticed in a source's events, the latest first."""
    with acting_transaction(acting):
        rows = list(SourceNote.objects.filter(source_no=source_no).order_by("-latest_at"))
    known = [(row, CATALOGUE[row.reason]) for row in rows if row.reason in CATALOGUE]
    return [SourceNoteView(*words_of(reason()), row.count, row.latest_at) for row, reason in known]


def public_sources(source_nos: list[int]) -> set[int]:
    """Return which of these sources send with a key that anybody can read in a page or an app: what they say of who
    somebody is proves nothing."""
    return set(
        Source.objects.filter(source_no__in=source_nos, kind=Source.Kind.SDK).values_list(
            "source_no", flat=True
        )
    )


def websites_of(acting: Acting, node_no: int) -> frozenset[str]:
    """Return the websites that sources at a place and below name as ours: `https://www.example.com`."""
    with acting_transaction(acting):
        named = Source.objects.filter(node_no__range=subtree(node_no)).values_list(
            "allowed_origins", flat=True
        )
        return frozenset(origin for origins in named for origin in origins if origin != "*")


def _key_counts(source_nos: list[int]) -> dict[int, int]:
    with connection.cursor() as cursor:
        cursor.execute(LIVE_KEYS, (source_nos,))
        return dict(cursor.fetchall())
