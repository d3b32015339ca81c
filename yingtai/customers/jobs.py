"""Work that customers does later."""

from uuid import UUID

from yingtai.customers.importing import run_import
from yingtai.kernel.acting import Acting
from yingtai.kernel.jobs import job


@job("customers.run_import", queue="ingest")
def run_asked_import(acting: Acting, *, import_id: str) -> None:
    """Load a file. Sets that were loaded are passed over, so a repeat goes on where it stopped."""
    run_import(acting, UUID(import_id))
