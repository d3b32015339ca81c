"""The collector as a process: granian around the application, until a signal asks it to stop."""

import asyncio
import gc
import logging
import signal
import sys
from collections.abc import Awaitable, Callable
from typing import Any

from granian.constants import HTTPModes, Interfaces
from granian.http import HTTP1Settings
from granian.log import LogLevels
from granian.server.embed import Server

from yingtai.collect.collector.answers import Send
from yingtai.collect.collector.app import Collector
from yingtai.collect.collector.reception import Receive
from yingtai.collect.collector.sealing import VaultSealer
from yingtai.kernel.connections import BACKLOG, HEAD_SECONDS, most_connections
from yingtai.kernel.env import dsn, env

MOST_CONNECTIONS = 16_384
Application = Callable[[dict[str, Any], Receive, Send], Awaitable[None]]
SWITCH_SECONDS = 0.001
OBJECTS_BETWEEN_LOOKS = 100_000


def serve() -> None:
    """Serve on the settings' host, at the port after the web's, until SIGTERM or SIGINT."""
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s %(message)s")
    collector = Collector(dsn("collector"), VaultSealer())
    asyncio.run(serve_application(collector, host=env().host, port=env().port + 1))


async def serve_application(application: Application, *, host: str, port: int) -> None:
    """Serve one application in this process; a stop lets requests on their way finish."""
    # Embedded, so that there is one process: killed, it leaves no child that holds the port.
    server = Server(
        application,
        address=host,
        port=port,
        interface=Interfaces.ASGI,
        http=HTTPModes.http1,
        websockets=False,
        backlog=BACKLOG,
        backpressure=most_connections(MOST_CONNECTIONS),
        http1_settings=HTTP1Settings(header_read_timeout=HEAD_SECONDS * 1000),
        log_access=False,
        log_level=LogLevels.error,
    )
    for name in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(name, server.stop)
    # Packing beside the requests waits for the interpreter's lock; five milliseconds would be felt.
    sys.setswitchinterval(SWITCH_SECONDS)
    # Events come and go by the hundred thousand and refer to nothing back: cycles are looked for now and then only.
    gc.freeze()
    gc.set_threshold(OBJECTS_BETWEEN_LOOKS)
    await server.serve()
