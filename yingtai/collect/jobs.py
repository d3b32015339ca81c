"""Work that collect does later."""

from datetime import timedelta
from uuid import UUID

from yingtai.collect.services.consent_changes import record_changes
from yingtai.collect.services.imports import check_import
from yingtai.collect.services.quarantining import prune_quarantine
from yingtai.collect.services.uploads import remove_expired
from yingtai.kernel.acting import Acting
from yingtai.kernel.jobs import job
from yingtai.kernel.tasks import progress

A_DAY = timedelta(days=1)
"""What somebody brings may be large."""


@job("collect.check_import", queue="ingest", longest=A_DAY)
def check_import_file(acting: Acting, *, import_id: str, task_id: str) -> None:
    """Read a file that somebody wants to import, and keep the report. A repeat writes the same report."""
    with progress(acting, UUID(task_id)) as following:
        report = check_import(acting, UUID(import_id), progress=following)
        following.end("done", result={"rows": report.rows})


@job("collect.remove_expired")
def remove_expired_files(acting: Acting) -> None:
    """Destroy uploads and refused events whose time is over. What is gone stays gone, so a repeat is harmless."""
    remove_expired(acting)
    prune_quarantine(acting)


@job("collect.record_consent_changes", queue="ingest")
def record_consent_changes(acting: Acting, *, changes: str) -> None:
    """Put consent changes into the event stream. A repeat writes the same message ids, which ingest drops."""
    record_changes(acting, changes)
