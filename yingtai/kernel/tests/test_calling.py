"""A database that takes connections and says nothing: nothing is left open, and it is left alone for a while."""

import asyncio
import gc
import os
import socket
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from yingtai.kernel import calling
from yingtai.kernel.calling import Caller


@pytest.fixture
def silent(tmp_path: Path) -> Iterator[str]:
    """Return how to connect to a server that never answers, with nobody to clean up behind us."""
    gc.collect()
    gc.disable()
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(tmp_path / ".s.PGSQL.5432"))
        server.listen(16)
        yield f"host={tmp_path} user=x dbname=x password=x"
    gc.enable()


def open_files() -> int:
    return len(os.listdir("/proc/self/fd"))


async def fails(caller: Caller) -> float:
    began = time.monotonic()
    with pytest.raises(psycopg.OperationalError):
        await caller.connect()
    return time.monotonic() - began


def test_what_took_too_long_is_closed_at_once(silent: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(calling, "FIRST_PAUSE", 0.0)

    async def call() -> list[int]:
        caller = Caller(silent, seconds=0.2)
        before = open_files()
        seconds = await fails(caller)
        left = [open_files() - before]
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.1):
                await caller.connect()
        assert seconds > 0.19
        return [*left, open_files() - before]

    assert asyncio.run(call()) == [0, 0]


def test_a_silent_server_is_called_once_at_a_time_and_left_alone_a_while(
    silent: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(calling, "FIRST_PAUSE", 60.0)

    async def call() -> list[float]:
        caller = Caller(silent, seconds=0.2)
        return [*await asyncio.gather(fails(caller), fails(caller)), await fails(caller)]

    together = asyncio.run(call())

    assert max(together) < 0.39
    assert together[2] < 0.1
