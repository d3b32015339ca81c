from typing import Any
from uuid import UUID

from yingtai.audiences.scores import keep_bounds
from yingtai.audiences.services import membership
from yingtai.audiences.services.definitions import delete_audience
from yingtai.kernel.acting import Acting
from yingtai.kernel.jobs import job
from yingtai.kernel.scoping import acting_transaction
from yingtai.kernel.tasks import progress, start_task


@job("audiences.refresh_audience", queue="audiences")
def refresh_audience(acting: Acting, *, audience_id: Any, task_id: Any = None) -> None:
    """Idempotent: a refresh compares with what is stored, so a repeat finds nothing new."""
    with progress(acting, UUID(str(task_id)) if task_id else None) as task:
        task.step(0)
        membership.refresh_audience(acting, UUID(str(audience_id)))
        task.end("done")


@job("audiences.refresh_all", queue="audiences")
def refresh_all(acting: Acting) -> None:
    """Idempotent: a refresh compares with what is stored, so a repeat finds nothing new."""
    membership.refresh_all(acting)


@job("audiences.keep_score_bounds", queue="audiences")
def keep_score_bounds(acting: Acting) -> None:
    """Work out where the RFM scores of each brand begin. A repeat changes nothing but the time."""
    keep_bounds(acting)


@job("audiences.forget_members", queue="audiences")
def forget_members(acting: Acting, *, audience_no: int) -> None:
    """Remove the stored members of a deleted audience. A repeat finds none."""
    membership.forget_members(acting, audience_no)


def delete_for_good(acting: Acting, audience_id: UUID) -> None:
    """Delete an archived audience that nothing needs, and queue the removal of its members.

    Raises: AudienceNotFound, AudienceIsNotArchived, AudienceWasUsed
    """
    with acting_transaction(acting):
        number = delete_audience(acting, audience_id)
        forget_members.enqueue(acting, audience_no=number)


def ask_for_refresh(acting: Acting, audience_id: UUID, *, name: str, node_no: int) -> None:
    """Queue a refresh that the audience's page can follow."""
    task_id = start_task(acting, f"audiences.refresh.{audience_id}", node_no=node_no, about=name)
    refresh_audience.enqueue(acting, audience_id=str(audience_id), task_id=str(task_id))
