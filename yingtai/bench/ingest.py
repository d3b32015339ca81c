"""`yingtai bench ingest`: accept events, beside a server that only copies the raw bodies.

Everything happens on one machine: the load generator, the collectors and a durable PostgreSQL of their own. Both
servers run as many processes as the product does.
"""

import argparse
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from hashlib import sha256
from pathlib import Path
from urllib.request import urlopen

import psycopg

from yingtai.bench.bare_collector import BARE_TABLE
from yingtai.bench.loads import EVENTS_PER_BATCH, Load, drive, requests
from yingtai.collect import schema
from yingtai.kernel.env import dsn, env, vault_dsn
from yingtai.vault.api import migrate
from yingtai.web import clusters
from yingtai.web.processes import COLLECTORS

WRITE_KEY = "bench-write-key"
PLAN = {
    "on_violation": "keep",
    "events": {
        "Product Viewed": {
            "properties": {
                "product_id": {"type": "string", "label": 2},
                "category": {"type": "string", "label": 2},
                "price": {"type": "number", "label": 2},
                "quantity": {"type": "integer", "label": 2},
                "currency": {"type": "string", "label": 2},
                "is_new": {"type": "boolean", "label": 2},
            }
        }
    },
    "traits": {"city": {"type": "string", "label": 2}, "age": {"type": "integer", "label": 2}},
}
BUDGET_EVENTS = 120_000
BUDGET_RATIO = 1.0


@dataclass(frozen=True)
class Line:
    """What one server did."""

    name: str
    events_per_second: float
    p50_ms: float
    p95_ms: float
    requests: int
    refused: int


def main(arguments: list[str]) -> int:
    """Measure how many events are accepted per second, and print a table or JSON."""
    parser = argparse.ArgumentParser(prog="yingtai bench ingest", description=main.__doc__)
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.add_argument("--seconds", type=float, default=5.0, help="for each server and round")
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--connections", type=int, default=64)
    options = parser.parse_args(arguments)
    with _own_home():
        ours, bare = measure(options.seconds, rounds=options.rounds, connections=options.connections)
    ratio = ours.events_per_second / bare.events_per_second
    held = ours.events_per_second >= BUDGET_EVENTS and ratio >= BUDGET_RATIO and not ours.refused
    if options.json:
        print(json.dumps({"ours": asdict(ours), "bare": asdict(bare), "ratio": ratio, "held": held}))
    else:
        _print_table([ours, bare], ratio, held=held)
    return 0 if held else 1


def measure(seconds: float, *, rounds: int, connections: int) -> list[Line]:
    """Drive both servers in turns, so that a noisy moment hits both."""
    bodies = requests(WRITE_KEY, port=env().port + 1)
    loads: dict[str, list[Load]] = {"collector": [], "bare": []}
    modules = {"collector": "yingtai.collect.collector", "bare": "yingtai.bench.bare_collector"}
    with _databases():
        for _ in range(rounds):
            for name, module in modules.items():
                with _server(module) as port:
                    drive(bodies, port=port, seconds=0.7, connections=connections)
                    loads[name].append(drive(bodies, port=port, seconds=seconds, connections=connections))
    return [_line(name, made) for name, made in loads.items()]


def _line(name: str, loads: list[Load]) -> Line:
    waits = sorted(wait for load in loads for wait in load.waits)
    done = sum(load.accepted for load in loads)
    return Line(
        name=name,
        events_per_second=round(done * EVENTS_PER_BATCH / sum(load.seconds for load in loads)),
        p50_ms=round(waits[len(waits) // 2] * 1000, 2),
        p95_ms=round(waits[len(waits) * 95 // 100] * 1000, 2),
        requests=done,
        refused=sum(load.refused for load in loads),
    )


def _print_table(lines: list[Line], ratio: float, *, held: bool) -> None:
    print(f"{'':<12}{'events/s':>12}{'p50 ms':>10}{'p95 ms':>10}{'requests':>12}{'refused':>10}")
    for line in lines:
        print(
            f"{line.name:<12}{line.events_per_second:>12,.0f}{line.p50_ms:>10.2f}{line.p95_ms:>10.2f}"
            f"{line.requests:>12,}{line.refused:>10,}"
        )
    print(f"{ratio:.2f} × bare; budget {BUDGET_EVENTS:,} events/s and {BUDGET_RATIO} × bare", end=" ")
    print("held." if held else "NOT held.")


@contextmanager
def _own_home() -> Iterator[None]:
    """Work in an installation of our own, so that nobody's data is in the way."""
    kept = dict(os.environ)
    home = Path(tempfile.mkdtemp(prefix="yingtai-bench-"))
    home.chmod(0o755)
    for name in [name for name in os.environ if name.startswith("YINGTAI_")]:
        del os.environ[name]
    os.environ |= {"YINGTAI_HOME": str(home), "YINGTAI_PORT": str(_free_port())}
    env.cache_clear()
    try:
        yield
    finally:
        shutil.rmtree(home, ignore_errors=True)
        for name in os.environ.keys() - kept.keys():
            del os.environ[name]
        os.environ |= kept
        env.cache_clear()


@contextmanager
def _databases() -> Iterator[None]:
    with clusters.running():
        migrate(vault_dsn("owner"))
        with psycopg.connect(dsn("migrator"), autocommit=True) as books:
            books.execute("SET ROLE owner")
            for statement in (*schema.UP, BARE_TABLE):
                books.execute(statement)
            books.execute("SELECT collect_prepare_slices(now() + interval '3 hours')")
        with psycopg.connect(dsn("app"), autocommit=True) as books:
            books.execute(
                "INSERT INTO collect_write_key (key_hash, source_no, node_no, events_per_second) "
                "VALUES (%s, 1, %s, 100000000)",
                [sha256(WRITE_KEY.encode()).digest(), 1 << 40],
            )
            books.execute(
                "INSERT INTO collect_plan (source_no, node_no, version, document) VALUES (1, %s, 1, %s)",
                [1 << 40, json.dumps(PLAN)],
            )
        yield


@contextmanager
def _server(module: str) -> Iterator[int]:
    port = env().port + 1
    log = env().home / "server.log"
    with log.open("wb") as output:
        processes = [subprocess.Popen([sys.executable, "-m", module], stderr=output) for _ in COLLECTORS]
    try:
        if not all(_is_healthy_soon(port, process) for process in processes):
            raise SystemExit(f"The server to measure does not start. It said:\n{log.read_text()}")
        yield port
    finally:
        for process in processes:
            process.terminate()
        for process in processes:
            process.wait(30)


def _is_healthy_soon(port: int, process: subprocess.Popen[bytes]) -> bool:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and process.poll() is None:
        try:
            with urlopen(f"http://127.0.0.1:{port}/health", timeout=5) as answer:
                return bool(answer.status == 200)
        except OSError:
            time.sleep(0.05)
    return False


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
