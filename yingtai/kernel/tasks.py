"""Progress that a page can show: long work says how far it is, outside its own transaction.

A person starts a task, leaves the page, finds it again, and may stop it.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any
from uuid import UUID

import psycopg
from psycopg.types.json import Jsonb

from yingtai.kernel.acting import Acting
from yingtai.kernel.env import dsn, env
from yingtai.kernel.errors import ProductError
from yingtai.kernel.models import Task
from yingtai.kernel.scoping import SET_SCOPE, acting_transaction, scope_settings

STEP = """
    UPDATE kernel_task SET state = 'running', done = %s, total = coalesce(%s, total), updated_at = now()
    WHERE id = %s RETURNING stop_asked
"""
END = """
    UPDATE kernel_task SET state = %s, result = %s, problem = %s, updated_at = now() WHERE id = %s
"""


class StoppedByPerson(ProductError):
    code = "kernel.stopped-by-person"
    title = "This work was stopped"
    remedy = "What was finished is kept. Start it again to go on from there."
    status = 409


@dataclass(frozen=True)
class TaskView:
    """A task as a page shows it; `share` is 0–1, or None while the size is unknown."""

    id: UUID
    name: str
    about: str
    state: str
    done: int
    total: int | None
    result: Any
    problem: Any
    created_at: datetime

    @property
    def share(self) -> float | None:
        return min(self.done / self.total, 1.0) if self.total else None

    @property
    def is_over(self) -> bool:
        return self.state in {"done", "failed", "stopped"}


def start_task(acting: Acting, name: str, *, node_no: int, about: str = "") -> UUID:
    """Note that a long piece of work is going to be done, and return its id for the job and the page."""
    with acting_transaction(acting):
        task = Task.objects.create(
            node_no=node_no, name=name, about=about, started_by=acting.actor, created_at=acting.at
        )
    return task.id


def find_task(acting: Acting, task_id: UUID) -> TaskView | None:
    """Return a task in the actor's scope."""
    with acting_transaction(acting):
        task = Task.objects.filter(id=task_id).first()
    return _view(task) if task else None


def list_tasks(acting: Acting, *, name: str, limit: int = 20) -> list[TaskView]:
    """Return the latest tasks of one name, newest first."""
    with acting_transaction(acting):
        return [_view(task) for task in Task.objects.filter(name=name).order_by("-created_at")[:limit]]


def ask_to_stop(acting: Acting, task_id: UUID) -> None:
    """Ask a task to stop at its next step. Repeating it changes nothing."""
    with acting_transaction(acting):
        Task.objects.filter(id=task_id).update(stop_asked=True, updated_at=datetime.now(UTC))


class Progress:
    """Tells how far one task is. Calls cost one small statement on a connection of their own."""

    def __init__(self, acting: Acting, task_id: UUID | None) -> None:
        self._acting, self._id = acting, task_id

    def step(self, done: int, total: int | None = None) -> None:
        """Note progress.

        Raises: StoppedByPerson when a person asked to stop
        """
        row = self._write(STEP, (done, total, self._id))
        if row and row[0]:
            raise StoppedByPerson

    def end(self, state: str, *, result: Any = None, problem: Any = None) -> None:
        self._write(END, (state, Jsonb(result), Jsonb(problem), self._id))

    def _write(self, statement: str, values: tuple[Any, ...]) -> Any:
        if self._id is None:
            return None
        with psycopg.connect(dsn(env().role)) as connection:
            connection.execute(SET_SCOPE, scope_settings(self._acting))
            cursor = connection.execute(statement, values)
            return cursor.fetchone() if cursor.description else None


@contextmanager
def progress(acting: Acting, task_id: UUID | None) -> Iterator[Progress]:
    """Follow one task: done when the block ends, failed or stopped with the problem when it raises.

    A problem that is somebody's to mend, a file say, is shown to them and goes no further: it is no failed job.
    """
    following = Progress(acting, task_id)
    try:
        yield following
    except StoppedByPerson:
        following.end("stopped")
    except ProductError as problem:
        following.end(
            "failed", problem={"code": problem.code, "facts": {k: str(v) for k, v in problem.facts.items()}}
        )
        if problem.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            raise
    except BaseException:
        following.end("failed", problem={"code": "bug"})
        raise


def _view(task: Task) -> TaskView:
    return TaskView(
        task.id,
        task.name,
        task.about,
        task.state,
        task.done,
        task.total,
        task.result,
        task.problem,
        task.created_at,
    )
