"""What tests of all modules need from the kernel: another role for a while, and the background work done now."""

import asyncio
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime

from django.db import connection, connections
from procrastinate.contrib.django import app as engine
from psycopg.conninfo import conninfo_to_dict

from yingtai.kernel.acting import Acting
from yingtai.kernel.dispatcher import dispatch
from yingtai.kernel.env import dsn
from yingtai.kernel.models import OutboxFact
from yingtai.kernel.scope import Scope

MONDAY = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def make_acting(*nodes: int, roles: tuple[str, ...] = ("marketer",), at: datetime = MONDAY) -> Acting:
    """Return an acting in these nodes."""
    return Acting("staff:test", Scope.of(*nodes), "operations", at, frozenset(roles))


@contextmanager
def as_role(role: str) -> Iterator[None]:
    """Work with another database role for the length of a block."""
    usual = connections["default"]
    other = usual.copy()
    signed_in = conninfo_to_dict(dsn(role))
    other.settings_dict = usual.settings_dict | {"USER": signed_in["user"], "PASSWORD": signed_in["password"]}
    connections["default"] = other
    try:
        yield
    finally:
        other.close()
        connections["default"] = usual


def dispatch_facts() -> None:
    """Tell every fact that is due, as the dispatcher does; a handler that fails now fails the test."""
    with as_role("dispatcher"):
        owed = OutboxFact.objects.filter(attempts__gt=0, handled_at=None)
        known = set(owed.values_list("id", "attempts"))
        while dispatch(datetime.now(UTC)):
            pass
        failed = [fact for fact in owed if (fact.id, fact.attempts) not in known]
        assert not failed, [(fact.name, fact.trouble) for fact in failed]


def run_jobs(*queues: str) -> None:
    """Run every waiting job of these queues (all when none is named), as a worker does, and return."""
    asyncio.run(_work_through(list(queues) or None))


async def _work_through(queues: list[str] | None) -> None:
    # One thread, whose connection to the books is closed before the thread is gone.
    with ThreadPoolExecutor(1) as thread:
        asyncio.get_running_loop().set_default_executor(thread)
        with engine.replace_connector(engine.connector.get_worker_connector()) as worker:
            async with worker.open_async():
                await worker.run_worker_async(
                    queues=queues,
                    wait=False,
                    listen_notify=False,
                    install_signal_handlers=False,
                    concurrency=1,
                )
        await asyncio.to_thread(connections.close_all)


def forget_what_waits() -> None:
    """Let go of the facts and jobs that nobody settled, so that no later test pays for them."""
    with as_role("dispatcher"):
        OutboxFact.objects.filter(handled_at=None).delete()
    with as_role("worker"), connection.cursor() as cursor:
        cursor.execute("DELETE FROM procrastinate_jobs WHERE status = 'todo'")


def settle(rounds: int = 5) -> None:
    """Tell facts and run jobs until what follows from them has followed."""
    for _ in range(rounds):
        dispatch_facts()
        run_jobs()
