"""Whether each queue of a worker tells the database that it lives, or waits for a database that answers nobody."""

import contextlib
import logging
import time
from collections.abc import Iterator
from importlib import import_module
from typing import Any

from yingtai.kernel import heartbeats

BEAT_SECONDS = 2
# Also of a worker that was taken off the list while the machine slept: it could not take a job ever again.
TELL = """
    INSERT INTO procrastinate_workers (id, last_heartbeat) OVERRIDING SYSTEM VALUE VALUES (%(worker_id)s, now())
    ON CONFLICT (id) DO UPDATE SET last_heartbeat = excluded.last_heartbeat
"""

log = logging.getLogger(__name__)


class Pulse:
    """When each queue's own worker last told the database that it lives.

    A loop that turns proves nothing: a queue's worker that lost its connection may be gone beside it.
    """

    def __init__(self, queues: int) -> None:
        self._queues = queues
        self._told_at: dict[int, float] = {}
        self._asks_since: dict[int, float] = {}

    def follow(self, app: Any) -> None:
        """Tell for this app's workers, and note when they did. What cannot be told now is told at the next beat: a
        worker that ended over it would let go of a job that goes on."""
        begin = app.job_manager.register_worker

        async def begun() -> int:
            worker_id: int = await begin()
            self.note(worker_id)
            return worker_id

        async def tell(worker_id: int) -> None:
            with self.asking(worker_id):
                await app.connector.execute_query_async(TELL, worker_id=worker_id)

        app.job_manager.register_worker, app.job_manager.update_heartbeat = begun, tell

    def note(self, worker_id: int) -> None:
        self._told_at[worker_id] = time.monotonic()

    @contextlib.contextmanager
    def asking(self, worker_id: int) -> Iterator[None]:
        """Wait for the database to take what is told: one that answers nobody says nothing of this worker. A refusal
        is waited over as well, from the first one on."""
        self._asks_since.setdefault(worker_id, time.monotonic())
        try:
            yield
        except import_module("procrastinate.exceptions").ConnectorException as trouble:
            log.warning("the books take no heartbeat: %s", type(trouble.__cause__).__name__)
        except BaseException:
            del self._asks_since[worker_id]
            raise
        else:
            del self._asks_since[worker_id]
            self.note(worker_id)

    def is_asking(self) -> bool:
        return bool(self._asks_since)

    def is_steady(self) -> bool:
        """Say whether as many workers as there are queues told so lately, or are about to."""
        now = time.monotonic()
        told = {worker for worker, at in self._told_at.items() if now - at < 3 * BEAT_SECONDS}
        asking = {worker for worker, at in self._asks_since.items() if now - at < heartbeats.PATIENCE_SECONDS}
        return len(told | asking) >= self._queues
