"""The bare operation of `bench ingest`: the same server and the same pool, which only copies raw bodies."""

import asyncio
import contextlib
import time
from typing import Any

from yingtai.collect import inbox
from yingtai.collect.collector.answers import answer
from yingtai.collect.collector.commits import Committer
from yingtai.collect.collector.reception import Receive, read_body
from yingtai.collect.collector.serving import serve_application
from yingtai.collect.errors import RequestIncomplete
from yingtai.kernel.env import dsn, env

BARE_TABLE = """
CREATE TABLE bench_bare (
    request_no bigint GENERATED ALWAYS AS IDENTITY, received_at timestamptz NOT NULL, source_no int NOT NULL,
    node_no bigint NOT NULL, kind smallint NOT NULL, epoch_id int NOT NULL, event_count int NOT NULL,
    body bytea STORAGE EXTERNAL NOT NULL
);
GRANT INSERT ON bench_bare TO collector
"""
COPY_BARE = inbox.COPY_ROWS.replace("collect_inbox", "bench_bare")
ACCEPTED = b'{"success":true}'


class BareCollector:
    """Takes any body and copies it into a table as it is."""

    def __init__(self, conninfo: str) -> None:
        self._committer = Committer(conninfo, _copy_data, copy_statement=COPY_BARE)

    async def __call__(self, scope: dict[str, Any], receive: Receive, send: Any) -> None:
        if scope["type"] == "lifespan":
            await self._live(receive, send)
        elif scope["path"] == "/health":
            await answer(send, 200 if self._committer.is_connected else 503, b"{}")
        else:
            with contextlib.suppress(RequestIncomplete):
                body = (await read_body(receive, dict(scope["headers"]))).unpacked()
                await self._committer.keep(body, len(body))
                await answer(send, 200, ACCEPTED)

    async def _live(self, receive: Receive, send: Any) -> None:
        await receive()
        self._committer.start()
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await self._committer.close()
        await send({"type": "lifespan.shutdown.complete"})


def _copy_data(bodies: list[bytes]) -> bytes:
    received = time.time_ns() // 1000
    return inbox.copy_data(
        [
            inbox.row(received=received, source_no=1, node_no=1, kind=0, epoch_id=1, event_count=1, body=body)
            for body in bodies
        ]
    )


if __name__ == "__main__":
    asyncio.run(serve_application(BareCollector(dsn("collector")), host=env().host, port=env().port + 1))
