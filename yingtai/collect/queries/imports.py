"""Reading imports, and the mappings that are offered to start them with."""

import codecs
import csv
import io
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from heapq import heappop, heappush
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Q

from yingtai.collect.errors import FileCameBefore, FileExpired, ImportNotFound
from yingtai.collect.importing.mapping import FileOptions, Mapping, mapping_of
from yingtai.collect.importing.opening import Form, Origin
from yingtai.collect.importing.reading import open_table
from yingtai.collect.importing.table import Cells
from yingtai.collect.models import Import, MappingPreset, UploadedFile
from yingtai.collect.sealed_files import NAME_COLUMN, errors_path, open_sealed_file, upload_path
from yingtai.kernel.acting import Acting
from yingtai.kernel.pages import ROWS_PER_PAGE, Page, decode_cursor, encode_cursor, moment
from yingtai.kernel.scope import BRAND_SHIFT, brand_node
from yingtai.kernel.scoping import acting_transaction
from yingtai.vault.api import open_sealed

ONE_AT_A_TIME = "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))"
STEP_BYTES = 256 * 1024
MOST_RUNS_COMPARED = 200
LOADS = Q(state__in=[Import.State.QUEUED, Import.State.BEGUN, Import.State.DONE])
LINES_HELD = 50_000


@dataclass(frozen=True)
class ImportView:
    """An import as pages show it."""

    id: UUID
    node_no: int
    state: str
    file_name: str
    size_bytes: int
    mapping: dict[str, Any] | None
    report: dict[str, Any] | None
    task_id: UUID | None
    upload_id: UUID | None
    digest: bytes | None
    has_errors: bool
    started_by: str
    created_at: datetime
    finished_at: datetime | None
    has_begun: bool = False

    @property
    def may_be_discarded(self) -> bool:
        """Whether nothing of it runs and nothing was loaded, so that it can be forgotten with its file."""
        return not self.has_begun and self.state in {
            Import.State.DRAFT,
            Import.State.CHECKED,
            Import.State.FAILED,
        }

    @property
    def is_over(self) -> bool:
        return self.state == Import.State.DONE

    @property
    def is_broken_off(self) -> bool:
        """Whether it began at the command line and broke off."""
        return self.upload_id is None and self.report is None and self.state == Import.State.FAILED

    @property
    def is_given_up(self) -> bool:
        """Whether hardly any of its lines could be used, so that reading was given up."""
        return bool((self.report or {}).get("is_given_up"))

    @property
    def is_hopeless(self) -> bool:
        """Whether there were lines and none of them could be used."""
        counts = self.report or {}
        used = sum(counts.get(name, 0) for name in ("events", "orders", "refunds", "people"))
        return self.rejected_count > 0 and not used

    @property
    def title(self) -> str:
        """The file's name; once the file is gone, the source its lines went to."""
        return self.file_name or (self.mapping or {}).get("source", "")

    @property
    def rejected_count(self) -> int:
        return sum((self.report or {}).get("rejected", {}).values())


@dataclass(frozen=True)
class EarlierRun:
    """An import that took the same file before."""

    id: UUID
    at: datetime
    source: str


@dataclass(frozen=True)
class FileLook:
    """What an uploaded file turned out to be, and its first lines."""

    form: Form
    header: tuple[str, ...]
    rows: list[Cells]


@dataclass(frozen=True)
class PresetView:
    """A mapping that was kept for the next file of its kind."""

    id: UUID
    name: str
    document: dict[str, Any]


def list_imports(acting: Acting, *, cursor: str | None = None) -> Page[ImportView]:
    """Return the imports in the actor's scope, newest first."""
    place = decode_cursor(cursor, moment, UUID)
    with acting_transaction(acting):
        rows = Import.objects.select_related("upload").order_by("-created_at", "-id")
        if place:
            rows = rows.extra(
                where=["(collect_import.created_at, collect_import.id) < (%s, %s)"], params=place
            )
        found = list(rows[: ROWS_PER_PAGE + 1])
    shown = found[:ROWS_PER_PAGE]
    more = len(found) > ROWS_PER_PAGE
    after = encode_cursor(shown[-1].created_at.isoformat(), str(shown[-1].id)) if more else None
    names = _names([row.upload for row in shown if row.upload])
    return Page([_view(row, names) for row in shown], after)


def get_import(acting: Acting, import_id: UUID) -> ImportView:
    """Return one import.

    Raises: ImportNotFound
    """
    with acting_transaction(acting):
        found = Import.objects.select_related("upload").filter(id=import_id).first()
    if found is None:
        raise ImportNotFound
    return _view(found, _names([found.upload] if found.upload else []))


def titles_of_imports(acting: Acting, ids: Sequence[UUID]) -> dict[UUID, str]:
    """Return what imports are called, by id; for a list in two queries."""
    with acting_transaction(acting):
        found = list(Import.objects.select_related("upload").filter(id__in=ids))
    names = _names([row.upload for row in found if row.upload])
    return {row.id: _view(row, names).title for row in found}


def origin_of(acting: Acting, upload_id: UUID | None) -> Origin:
    """Return where to read an uploaded file.

    Raises: FileExpired
    """
    with acting_transaction(acting):
        upload = UploadedFile.objects.filter(id=upload_id).first() if upload_id else None
    if upload is None or upload.expires_at <= acting.at or not upload_path(upload.id).exists():
        raise FileExpired
    path, file_id = upload_path(upload.id), upload.id
    return Origin(lambda: open_sealed_file(path, file_id), upload.size_bytes)


def look_at_file(acting: Acting, upload_id: UUID | None, options: FileOptions) -> FileLook:
    """Return what an uploaded file is, and its first lines.

    Raises: FileExpired, and the errors of files
    """
    table = open_table(origin_of(acting, upload_id), options)
    return FileLook(table.form, table.header, table.sample())


def has_unsure_amounts(report: dict[str, Any] | None) -> bool:
    """Say whether a dry run found amounts so large that somebody has to say that they are right."""
    return any(one["unsure"] for one in (report or {}).get("amounts", ()))


def came_before(acting: Acting, node_no: int, digest: bytes | None, mapping: Mapping) -> EarlierRun | None:
    """Return the latest import that took the very same file into the brand by other keys of lines, if there is one.

    One that waits, runs, was stopped or killed counts too: what it loaded is there, or soon will be.
    """
    keys = mapping.keys_of_lines()
    if digest is None or not keys:
        return None
    taken = _runs_of_file(acting, node_no, digest)
    if any(row.state == Import.State.DONE and earlier.keys_of_lines() == keys for row, earlier in taken):
        # All that came by these keys is found again line by line.
        return None
    for row, earlier in taken:
        if earlier.keys_of_lines() not in ((), keys):
            return EarlierRun(row.id, row.finished_at or row.created_at, earlier.source)
    return None


def same_file_taken(
    acting: Acting, node_no: int, digest: bytes | None, mapping: Mapping
) -> EarlierRun | None:
    """Return the latest import that took in all of the very same file by the same keys: its lines are recognized."""
    if digest is None:
        return None
    for row, earlier in _runs_of_file(acting, node_no, digest):
        if row.state == Import.State.DONE and earlier.keys_of_lines() == mapping.keys_of_lines():
            return EarlierRun(row.id, row.finished_at or row.created_at, earlier.source)
    return None


def _runs_of_file(acting: Acting, node_no: int, digest: bytes) -> list[tuple[Import, Mapping]]:
    """Return the runs of a brand that took the very same file, or may have, each with how, the latest first."""
    lowest = brand_node(node_no)
    with acting_transaction(acting):
        rows = Import.objects.filter(
            digest=bytes(digest), node_no__gte=lowest, node_no__lt=lowest + (1 << BRAND_SHIFT)
        )
        runs = list(rows.filter(LOADS | ~Q(began_as=[])).order_by("-created_at", "-id")[:MOST_RUNS_COMPARED])
    return [(row, earlier) for row in runs for earlier in _taken_as(row)]


def _taken_as(row: Import) -> list[Mapping]:
    """Return the mappings by which lines of a run are there or may be, the latest first."""
    loads = row.state in {Import.State.QUEUED, Import.State.BEGUN, Import.State.DONE}
    documents = [*row.began_as, *([row.mapping] if loads and row.mapping not in row.began_as else [])]
    return [mapping_of(document or {}) for document in reversed(documents)]


def refuse_doubling(acting: Acting, node_no: int, digest: bytes | None, mapping: Mapping) -> None:
    """Refuse a file whose lines would all count twice.

    Called in the transaction that notes the import: nobody else asks about the file before that is committed.
    Raises: FileCameBefore
    """
    if digest is None:
        return
    with acting_transaction(acting), connection.cursor() as cursor:
        cursor.execute(ONE_AT_A_TIME, [f"import {brand_node(node_no)} {digest.hex()}"])
    if earlier := came_before(acting, node_no, digest, mapping):
        raise FileCameBefore(at=f"{earlier.at:%Y-%m-%d}", source=earlier.source)


def list_presets(acting: Acting) -> list[PresetView]:
    """Return the mappings that were kept, by name."""
    with acting_transaction(acting):
        return [PresetView(row.id, row.name, row.mapping) for row in MappingPreset.objects.order_by("name")]


def read_errors(
    acting: Acting, import_id: UUID, heads: Sequence[str], words: Callable[[str], str]
) -> Iterator[bytes]:
    """Return the list of an import's rejected lines as CSV by their numbers, piece by piece; values in it are masked.

    In:     heads  what the five columns are called: line, column, code, meaning, value
            words  what a reason's code means, for whoever reads
    Raises: ImportNotFound, FileExpired
    """
    view = get_import(acting, import_id)
    stream = open_sealed_file(errors_path(view.id), view.id)

    def pieces() -> Iterator[bytes]:
        into = io.StringIO()
        writer = csv.writer(into)
        with io.TextIOWrapper(stream, "utf-8-sig", newline="") as text:
            lines = csv.reader(text)
            next(lines)
            writer.writerow(heads)
            yield codecs.BOM_UTF8
            for line, column, reason, value in _by_number(lines):
                writer.writerow((line, column, reason, words(reason), value))
                if into.tell() > STEP_BYTES:
                    yield _taken(into)
            yield _taken(into)

    return pieces()


def _by_number(lines: Iterable[list[str]]) -> Iterator[list[str]]:
    """Put lines in the order of their numbers. They were noted a part of a file at a time, so each belongs less than
    LINES_HELD further up; a longer way would take the memory of the whole list."""
    held: list[tuple[int, int, list[str]]] = []
    for place, line in enumerate(lines):
        heappush(held, (int(line[0]), place, line))
        if len(held) > LINES_HELD:
            yield heappop(held)[2]
    while held:
        yield heappop(held)[2]


def _taken(into: io.StringIO) -> bytes:
    text = into.getvalue()
    into.seek(0)
    into.truncate()
    return text.encode()


def _view(row: Import, names: dict[UUID, str]) -> ImportView:
    upload = row.upload
    return ImportView(
        row.id, row.node_no, row.state, names.get(upload.id, "") if upload else "",
        upload.size_bytes if upload else 0, row.mapping, row.report, row.task_id, row.upload_id,
        bytes(row.digest) if row.digest else None,
        upload is not None and errors_path(row.id).exists(), row.started_by, row.created_at, row.finished_at,
        bool(row.began_as),
    )  # fmt: skip


def _names(uploads: list[UploadedFile]) -> dict[UUID, str]:
    ids = [upload.id for upload in uploads]
    names = open_sealed([upload.name_sealed for upload in uploads], column=NAME_COLUMN, row_ids=ids)
    return {file_id: name or "" for file_id, name in zip(ids, names, strict=True)}
