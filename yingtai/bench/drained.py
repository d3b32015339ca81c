"""What `yingtai bench drain` measures: the bare reading, the drain, and the wait for one event."""

import gc
import tempfile
import threading
import time
from typing import Any

import msgspec
import psycopg
import pyarrow as pa
from deltalake import write_deltalake

from yingtai.bench.visits import BenchBrand, send_one
from yingtai.collect import inbox
from yingtai.customers import ingesting
from yingtai.customers.api import find_profiles, timeline
from yingtai.customers.ingest.lock import sole_writer
from yingtai.customers.ingest.pipeline import spent
from yingtai.kernel.env import dsn
from yingtai.vault import api as vault

BODIES = "COPY (SELECT source_no, node_no, body FROM collect_inbox) TO STDOUT (FORMAT BINARY)"
ROWS_PER_WRITE = 50_000


def read_the_bare_way() -> float:
    """Return events per second of only this: copy out, open, decompress, decode, write as many rows."""
    began = time.perf_counter()
    with tempfile.TemporaryDirectory() as folder:
        waiting: list[dict[str, Any]] = []
        count = 0
        with psycopg.connect(dsn("worker")) as books, books.cursor().copy(BODIES) as copy:
            copy.set_types(["int4", "int8", "bytea"])
            for source_no, node_no, body in copy.rows():
                opened = vault.open_blob(body, inbox.additional_data(source_no, node_no))
                waiting += msgspec.json.decode(inbox.decompress(opened))["body"]["batch"]
                if len(waiting) >= ROWS_PER_WRITE:
                    count += _write(folder, waiting)
                    waiting = []
        count += _write(folder, waiting)
    return count / (time.perf_counter() - began)


def _write(folder: str, messages: list[dict[str, Any]]) -> int:
    if messages:
        columns = {
            name: pa.array([message.get(name) for message in messages], pa.string())
            for name in ("messageId", "event", "userId", "anonymousId", "timestamp")
        }
        write_deltalake(folder, pa.table(columns), mode="append")
    return len(messages)


def drain() -> tuple[int, dict[str, float]]:
    """Drain the inbox as the ingest process does, and return how many events, and the seconds by step."""
    steps: dict[str, float] = {}
    ingester = ingesting.Ingester(at_step=spent(steps))
    count = 0

    def is_empty() -> bool:
        return False

    def waiting() -> bool:
        with psycopg.connect(dsn("worker")) as books:
            row = books.execute("SELECT coalesce(sum(event_count), 0) FROM collect_inbox").fetchone()
        return row is not None and count < row[0]

    gc.disable()  # as the process does
    with sole_writer():
        ingester.begin()
        while waiting():
            count += ingester.step(is_empty)
    gc.enable()
    ingester.start_over()
    return count, steps


def wait_for_a_lone_event(brand: BenchBrand) -> float:
    """Return the seconds from one event's commit to its profile's timeline, the ingest process running."""
    stop = threading.Event()
    thread = threading.Thread(target=ingesting.run, args=(stop.is_set,))
    thread.start()
    try:
        return max(_wait_for(brand, f"lone-{number}") for number in range(3))
    finally:
        stop.set()
        thread.join()


def _wait_for(brand: BenchBrand, user: str) -> float:
    time.sleep(1.0)
    began = time.perf_counter()
    send_one(brand, user)
    while time.perf_counter() - began < 30:
        acting = ingesting.acting_now()
        found = find_profiles(acting, user)
        if found and timeline(acting, found[0].profile_no).rows:
            return time.perf_counter() - began
        time.sleep(0.02)
    return time.perf_counter() - began
