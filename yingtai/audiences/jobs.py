from typing import Any
from uuid import UUID

from yingtai.audiences import services
from yingtai.kernel.acting import Acting
from yingtai.kernel.jobs import job


@job("audiences.refresh_audience", queue="audiences")
def refresh_audience(acting: Acting, *, audience_id: Any) -> None:
    """Idempotent: a refresh compares with what is stored, so a repeat finds nothing new."""
    services.refresh_audience(acting, UUID(str(audience_id)))
