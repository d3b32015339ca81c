"""The web's own process: Django behind granian, with an eye on requests that never end."""

import os
import threading
import time
from collections.abc import Callable, Iterable
from importlib import import_module
from typing import Any

from yingtai.kernel import heartbeats
from yingtai.web.processes import die_with, show_name

THREADS = 4
STUCK_SECONDS = 300.0
"""A request may wait so long for its own body, or for a question to the lake."""

Application = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


class Watched:
    """A WSGI application that knows how long its requests have been on their way."""

    def __init__(self, application: Application, *, threads: int = THREADS) -> None:
        self._application = application
        self._threads = threads
        self._began: dict[int, float] = {}

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        me = threading.get_ident()
        self._began[me] = time.monotonic()
        try:
            return self._application(environ, start_response)
        finally:
            del self._began[me]

    def can_answer(self) -> bool:
        """Say whether a thread is free, or will be: not all of them hang in a request."""
        limit = time.monotonic() - STUCK_SECONDS
        return sum(began < limit for began in list(self._began.values())) < self._threads


def pages() -> Application:
    """Return the WSGI application; runs in granian's own child, which must not outlive granian."""
    die_with(os.getppid())
    show_name("web (pages)")
    watched = Watched(import_module("yingtai.web.wsgi").application)
    heartbeats.beat_while(watched.can_answer)
    return watched
