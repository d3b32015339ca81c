"""An import from upload to report. Reading a file is done here; loading what was read is done above."""

import io
from collections.abc import Callable, Iterator
from collections.abc import Mapping as Mapped
from contextlib import contextmanager
from datetime import timedelta
from typing import Any, BinaryIO, TextIO, cast
from uuid import UUID

import numpy as np
import psycopg
from django.db import connection
from django.utils.translation import gettext_lazy as _

from yingtai.collect.errors import (
    AmountsUnsure,
    FileGivenUp,
    ImportNotFound,
    ImportNotMapped,
    ImportUnderWay,
    PurposeNotRegistered,
)
from yingtai.collect.events import ImportAsked
from yingtai.collect.importing.building import FileImport
from yingtai.collect.importing.mapping import Mapping, mapping_of
from yingtai.collect.importing.opening import Origin
from yingtai.collect.importing.parts import Setting
from yingtai.collect.importing.reporting import ErrorList, Report
from yingtai.collect.models import Import, MappingPreset, Source, UploadedFile
from yingtai.collect.queries.imports import has_unsure_amounts, origin_of, refuse_doubling
from yingtai.collect.queries.planning import plan_of
from yingtai.collect.sealed_files import SealedWriter, errors_path
from yingtai.collect.services.planning import note_seen
from yingtai.collect.services.sources import ensure_source
from yingtai.compliance.api import erased_among, has_erased, list_purposes
from yingtai.kernel.acting import Acting
from yingtai.kernel.contributions import deed_words, import_renamings
from yingtai.kernel.env import dsn, env
from yingtai.kernel.events import publish
from yingtai.kernel.jobs import JOBS
from yingtai.kernel.scope import brand_node, brand_of
from yingtai.kernel.scoping import acting_transaction
from yingtai.kernel.tasks import Progress, ask_to_stop, start_task
from yingtai.organization.api import entity_no_at, get_unit_at, list_units, record_deed
from yingtai.vault.api import blind

deed_words.register("import.started", _("started an import"))
deed_words.register("import.stopped", _("stopped an import"))
deed_words.register("import.run-by-command", _("imported a file by the command line"))

HOLD = "SELECT pg_advisory_lock(hashtextextended('command ' || %s, 0))"
IS_FREE = "SELECT pg_try_advisory_xact_lock(hashtextextended('command ' || %s, 0))"
AT_ONCE = timedelta(seconds=10)
GOES_ON_WITHIN = timedelta(days=1)
"""Later the file may be read by another release, in other sets."""
RENAMED_SHOWN = 3
TASK, CHECK_TASK = "collect.import", "collect.check"
DRY_SOURCE_NO = 0


def open_import(
    acting: Acting, origin: Origin, mapping: Mapping, *, node_no: int, dry: bool = False
) -> FileImport:
    """Open a file to be read through a mapping, for the brand, region or dealer at a node.

    The source the mapping names is made unless the run is dry.
    Raises: PurposeNotRegistered, and the errors of files and mappings
    """
    _require_purposes(acting, mapping, node_no)
    source_no = DRY_SOURCE_NO
    if not dry:
        source_no = ensure_source(acting, node_no, name=mapping.source, kind=Source.Kind.IMPORT).source_no
    setting = Setting(
        mapping=mapping,
        source_no=source_no,
        node_no=node_no,
        at=acting.at,
        plan=plan_of(brand_of(node_no)),
        # Keyed, so that nobody can test by guessing whether a line about a person was in a file.
        key=blind("import-row", entity_no_at(node_no), ["key of the rows"])[0],
        country=get_unit_at(node_no).country,
        places=_places(acting, node_no) if "place.code" in mapping.fields else {},
        erased=_erased(acting, node_no) if has_erased(acting, node_no) else None,
    )
    return FileImport(origin, setting)


def _erased(acting: Acting, node_no: int) -> Callable[[str, list[str]], np.ndarray]:
    entity_no = entity_no_at(node_no)

    def of_erased(kind: str, values: list[str]) -> np.ndarray:
        blinds = blind(kind, entity_no, values)
        found = erased_among(acting, node_no, blinds)
        return np.array([one in found for one in blinds], dtype=bool)

    return of_erased


def _require_purposes(acting: Acting, mapping: Mapping, node_no: int) -> None:
    # Before anything is loaded: answers of lines that are there already would never be asked for again.
    if not mapping.consents:
        return
    known = {
        (one.code, channel)
        for one in list_purposes(acting)
        if one.node_no == brand_node(node_no)
        for channel in one.channels
    }
    for asked in mapping.consents:
        if (asked.purpose, asked.channel) not in known:
            raise PurposeNotRegistered(purpose=asked.purpose, channel=asked.channel)


def note_names(acting: Acting, opened: FileImport) -> None:
    """Count the names that came with a set of a file in the tracking plan."""
    brand_no = brand_of(opened.setting.node_no)
    note_seen(acting, {(brand_no, *key): count for key, count in opened.setting.names.items()})


def start_import(acting: Acting, *, node_no: int, upload_id: UUID | None = None) -> UUID:
    """Make an import of an uploaded file, not yet mapped, and return its id."""
    with acting_transaction(acting):
        upload = UploadedFile.objects.filter(id=upload_id).first() if upload_id else None
        if upload_id and upload is None:
            raise ImportNotFound
        made = Import.objects.create(
            node_no=node_no, upload_id=upload_id, digest=upload.digest if upload else None,
            started_by=acting.actor, created_at=acting.at,
        )  # fmt: skip
    return made.id


def map_import(acting: Acting, import_id: UUID, document: Mapped[str, Any]) -> None:
    """Keep the mapping of an import that has not been run.

    Raises: ImportNotFound, ImportUnderWay, and the errors of mappings
    """
    mapping_of(document)
    with acting_transaction(acting):
        found = _editable(import_id)
        found.mapping, found.report, found.state = dict(document), None, Import.State.DRAFT
        found.save()


def ask_for_check(acting: Acting, import_id: UUID) -> UUID:
    """Have the whole file read without loading anything, and return the task that shows how far it is.

    Raises: ImportNotFound, ImportUnderWay, ImportNotMapped
    """
    with acting_transaction(acting):
        found = _mapped(import_id)
        found.task_id = start_task(acting, CHECK_TASK, node_no=found.node_no, about=str(import_id))
        found.report, found.state = None, Import.State.DRAFT
        found.save()
        JOBS["collect.check_import"].enqueue(acting, import_id=str(import_id), task_id=str(found.task_id))
        return found.task_id


def check_import(acting: Acting, import_id: UUID, *, progress: Progress | None = None) -> Report:
    """Read the whole file without loading anything, keep the report, and return it.

    Raises: ImportNotFound, ImportUnderWay, FileExpired, and the errors of files and mappings
    """
    with acting_transaction(acting):
        found = _editable(import_id)
        origin = origin_of(acting, found.upload_id)
    mapping = mapping_of(found.mapping or {})
    opened = open_import(acting, origin, mapping, node_no=found.node_no, dry=True)
    told = (lambda done: progress.step(done, opened.size_bytes)) if progress else (lambda done: None)
    try:
        with _error_list(found, opened.report):
            for _set in opened.sets(told):
                pass
    except FileGivenUp:
        _keep_check(acting, found, opened.report, Import.State.FAILED)
        raise
    _note_renamed(acting, found.node_no, opened)
    _keep_check(acting, found, opened.report, Import.State.CHECKED)
    return opened.report


def _note_renamed(acting: Acting, node_no: int, opened: FileImport) -> None:
    # Only names that are known already are kept: a name of the file may be of a column that was mistaken.
    if opened.products is None:
        return
    numbers, names = (opened.products[column].to_pylist() for column in ("product_id", "name"))
    came = dict(zip(numbers, names, strict=True))
    present = [name for renamed in import_renamings.all() for name in renamed(acting, node_no, came)]
    opened.report.renamed, opened.report.first_renamed = len(present), present[:RENAMED_SHOWN]


def _keep_check(acting: Acting, found: Import, report: Report, state: Import.State) -> None:
    with acting_transaction(acting):
        kept = _editable(found.id)
        if kept.mapping == found.mapping:
            kept.report, kept.state = report.document(), state
            kept.save()


def ask_for_import(
    acting: Acting, import_id: UUID, *, again: bool = False, amounts_are_right: bool = False
) -> UUID:
    """Ask for an import to be run in the background, and return the task that shows how far it is.

    In:     again              although the very file was imported before in another way: every line counts twice
            amounts_are_right  somebody looked at those that the dry run found to be very large
    Raises: ImportNotFound, ImportUnderWay, ImportNotMapped, FileCameBefore, AmountsUnsure
    Publishes: ImportAsked
    """
    with acting_transaction(acting):
        found = _mapped(import_id)
        if has_unsure_amounts(found.report) and not amounts_are_right:
            raise AmountsUnsure
        if not again:
            digest = bytes(found.digest) if found.digest else None
            refuse_doubling(acting, found.node_no, digest, mapping_of(found.mapping or {}))
        found.task_id = start_task(acting, TASK, node_no=found.node_no, about=str(import_id))
        found.state = Import.State.QUEUED
        found.save()
        publish(acting, ImportAsked(node_no=found.node_no, occurred_at=acting.at, import_id=found.id))
        _record(acting, "import.started", found)
        return found.task_id


def stop_import(acting: Acting, import_id: UUID) -> None:
    """Ask the import, or its dry run, to stop at its next step; what is over stays as it is.

    Raises: ImportNotFound
    """
    with acting_transaction(acting):
        found = Import.objects.filter(id=import_id).first()
        if found is None:
            raise ImportNotFound
        if found.task_id:
            ask_to_stop(acting, found.task_id)
        if found.state == Import.State.QUEUED:
            _record(acting, "import.stopped", found)


class Run:
    """An import being run: what to read, where errors go, and how it ends."""

    def __init__(self, acting: Acting, found: Import) -> None:
        self._acting, self._found = acting, found
        self.import_id, self.task_id, self.node_no = found.id, found.task_id, found.node_no

    @property
    def is_over(self) -> bool:
        return self._found.state == Import.State.DONE

    def open(self, origin: Origin | None = None) -> FileImport:
        """Open the file: what was uploaded, unless told another.

        Raises: FileExpired, and the errors of files and mappings
        """
        found = self._found
        origin = origin or origin_of(self._acting, found.upload_id)
        opened = open_import(self._acting, origin, mapping_of(found.mapping or {}), node_no=found.node_no)
        found.source_no = opened.setting.source_no
        return opened

    def begin(self, acting: Acting) -> None:
        """Note by which mapping lines are loaded: in the transaction of the first of them, in which `acting` acts, so
        that a run that is killed is known to have begun when it loaded something.

        Repeating it changes nothing.
        """
        found = self._found
        if found.mapping not in found.began_as:
            found.began_as = [*found.began_as, found.mapping]
            with acting_transaction(acting):
                found.save(update_fields=["began_as", "source_no"])
                self._record_command(acting)

    @contextmanager
    def error_list(self, report: Report) -> Iterator[None]:
        """Write every rejected line to the import's sealed list."""
        with _error_list(self._found, report):
            yield

    def end(self, report: Report | None) -> None:
        """Keep the report. Without one, when the file was given up or when none of its lines could be used, the import
        has failed, and may be asked for again.

        One of the command line that failed before it loaded anything is forgotten, unless it has a report.
        """
        found = self._found
        if report is None:
            # What was noted in a transaction that failed has not happened.
            with acting_transaction(self._acting):
                found.refresh_from_db(fields=["began_as"])
        if report is None and self._is_command and not found.began_as:
            with acting_transaction(self._acting):
                found.delete()
            return
        if not found.began_as:
            self._record_command(self._acting)
        has_failed = report is None or report.is_given_up or report.is_hopeless
        found.state = Import.State.FAILED if has_failed else Import.State.DONE
        if report is not None:
            found.report = report.document()
        found.finished_at = self._acting.at
        with acting_transaction(self._acting):
            found.save()

    @property
    def _is_command(self) -> bool:
        return self._found.state == Import.State.BEGUN

    def _record_command(self, acting: Acting) -> None:
        if self._is_command:
            with acting_transaction(acting):
                _record(acting, "import.run-by-command", self._found)


def find_run(acting: Acting, import_id: UUID) -> Run:
    """Return an import to be run.

    Raises: ImportNotFound
    """
    with acting_transaction(acting):
        found = Import.objects.select_related("upload").filter(id=import_id).first()
    if found is None:
        raise ImportNotFound
    return Run(acting, found)


def note_import(
    acting: Acting,
    node_no: int,
    mapping: Mapping,
    *,
    digest: bytes | None = None,
    again: bool = False,
    anew: bool = False,
) -> Run:
    """Note that an import without an upload begins, before anything of it is loaded; return its run.

    A run of the same file by the same mapping that was killed or stopped within a day goes on, so that the report is
    of the whole file.
    In:     again  although the very file was imported before in another way, so that every line counts twice
            anew   although there is such a run: its sets are not those that the file gives now
    It goes on for as long as `while_it_lasts` is held for it.
    Raises: FileCameBefore
    """
    with acting_transaction(acting):
        if not again:
            refuse_doubling(acting, node_no, digest, mapping)
        found = None if anew or digest is None else _stopped_run(acting, node_no, mapping, digest)
        found = found or Import(node_no=node_no, digest=digest, mapping=dict(mapping.document))
        found.state, found.finished_at = Import.State.BEGUN, None
        found.started_by, found.created_at = acting.actor, acting.at
        found.save()
    return Run(acting, found)


def _stopped_run(acting: Acting, node_no: int, mapping: Mapping, digest: bytes) -> Import | None:
    """Return the latest run of the command line that loaded something of this file and did not come to its end."""
    stopped = Import.objects.filter(
        node_no=node_no, digest=digest, mapping=dict(mapping.document), upload=None, report__isnull=True,
        state__in=(Import.State.BEGUN, Import.State.FAILED), created_at__gt=acting.at - GOES_ON_WITHIN,
    ).exclude(began_as=[])  # fmt: skip
    return next((one for one in stopped.order_by("-created_at") if not _lasts(one.id)), None)


@contextmanager
def while_it_lasts(import_id: UUID) -> Iterator[None]:
    """Show that a run of the command line goes on: on a connection of its own, which ends with the process."""
    with psycopg.connect(dsn(env().role), autocommit=True) as held:
        held.execute(HOLD, [str(import_id)])
        yield


def end_killed_commands(acting: Acting) -> int:
    """Note the end of runs of the command line whose process is gone, and return how many there were.

    One that had loaded nothing is forgotten. A repeat finds nothing.
    """
    with acting_transaction(acting):
        begun = Import.objects.select_for_update(skip_locked=True).filter(state=Import.State.BEGUN)
        # A run is noted an instant before it is held.
        killed = [one for one in begun.filter(created_at__lt=acting.at - AT_ONCE) if not _lasts(one.id)]
        for one in killed:
            if one.began_as:
                one.state, one.finished_at = Import.State.FAILED, acting.at
                one.save()
            else:
                one.delete()
    return len(killed)


def _lasts(import_id: UUID) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(IS_FREE, [str(import_id)])
        return not cursor.fetchone()[0]


def save_preset(acting: Acting, node_no: int, *, name: str, document: Mapped[str, Any]) -> None:
    """Keep a mapping for the next file of its kind; one of the same name is replaced."""
    mapping_of(document)
    with acting_transaction(acting):
        MappingPreset.objects.update_or_create(
            node_no=node_no, name=name[:120], defaults={"mapping": dict(document), "created_at": acting.at}
        )


def _record(acting: Acting, what: str, found: Import) -> None:
    source = (found.mapping or {}).get("source", "")
    record_deed(acting, what, node_no=found.node_no, about=str(found.id), source=source)


def _mapped(import_id: UUID) -> Import:
    found = _editable(import_id)
    if not found.mapping:
        raise ImportNotMapped
    return found


def _editable(import_id: UUID) -> Import:
    rows = Import.objects.select_related("upload").select_for_update(of=("self",))
    found = rows.filter(id=import_id).first()
    if found is None:
        raise ImportNotFound
    if found.state in {Import.State.QUEUED, Import.State.BEGUN, Import.State.DONE}:
        raise ImportUnderWay
    return found


@contextmanager
def _error_list(found: Import, report: Report) -> Iterator[None]:
    upload = found.upload
    if upload is None:
        yield
        return
    writer = SealedWriter(errors_path(found.id), file_id=found.id, key_id=upload.key_id)
    text = io.TextIOWrapper(cast(BinaryIO, writer), encoding="utf-8-sig", newline="")
    try:
        report.errors = ErrorList(text)
        yield
        text.close()
    finally:
        report.errors = None
        if not writer.closed:
            writer.abandon()


def write_errors(report: Report, into: TextIO) -> None:
    """Send every rejected line of a run to a stream of the caller's."""
    report.errors = ErrorList(into)


def _places(acting: Acting, node_no: int) -> dict[str, int]:
    """Return the regions and dealers that lines may name: below the import's brand, and in the actor's scope."""
    found = [unit for kind in ("brand", "region", "dealer") for unit in list_units(acting.scope, kind=kind)]
    brand = brand_node(node_no)
    return {
        unit.code.lower(): unit.node_no
        for unit in found
        if unit.node_no is not None and brand_node(unit.node_no) == brand
    }
