"""`yingtai drill chaos`: kill and freeze every process of a product of its own under load, hold its books still, fill
its disk, run and send with wrong clocks, and prove that jobs run after each trial, and nothing lost.

The product works in a home and on ports of its own, with the sample group, and is removed in the end. Where root may
mount, the home is a small disk of its own in memory, so that it can be filled without harm to anybody.
"""

import argparse
import json
import os
import shutil
import signal
import sys
import tempfile
import threading
import time
import urllib.request
from base64 import b64encode
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from importlib import import_module
from pathlib import Path
from types import FrameType
from typing import Any

from yingtai.kernel import env as environment
from yingtai.web import drill_clocks, drill_disk, drill_jobs, drill_product, drill_standstill
from yingtai.web.processes import PROCESSES
from yingtai.web.signals import signal_all_of
from yingtai.web.start import take_role

EVENT = "Drill Passed"
CLOCKED = "Drill Clocked"
EVENTS_AT_ONCE = 20
DISK_MEGABYTES = 3_000
FULL_SECONDS = 15.0
STILL_SECONDS = 120.0
CLOCKS_OFF = {
    "5 hours fast": timedelta(hours=5),
    "3 days fast": timedelta(days=3),
    "2 years fast": timedelta(days=730),
    "5 hours slow": timedelta(hours=-5),
    "3 days slow": timedelta(days=-3),
    "20 years slow": timedelta(days=-7_300),
}
"""How far a device's clock is off; what it says, `timestamp` and `sentAt`, is of that clock."""
SAID_INSTEAD = ("0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z", "yesterday", "", 0, -1e300)
"""What stands in `sentAt` instead of a time; `timestamp` is right."""
SENDERS = 8
PAUSE_SECONDS = 0.05
PATIENCE_SECONDS = 120.0
HEALTH_SECONDS = 1.0
"""Health may repeat what it knew so long ago (`checks.KEPT_SECONDS`)."""
WORKER = "worker-reports"
JOBS_OF_WORKER = ("customers.count_loaded", "kernel.retry_stalled_jobs")
JOBS_EACH = 10
DAYS_WRONG = (3, -3)
"""A worker's own clock, so many days ahead or behind."""
COUNTED = """
    SELECT count(*) AS rows, count(DISTINCT occurred_at) AS events FROM events WHERE event = $event
"""
AT_THEIR_TIME = """
    SELECT count(*) AS events FROM events WHERE event = $event AND occurred_at >= $since AND occurred_at <= $until
"""
NO_STANDSTILL = "books standing still: skipped, for only Linux lets us hold other processes"
NO_DISK = "full disk: skipped, for only root may mount a small disk to fill"


@dataclass(frozen=True)
class Trial:
    """What was done to whom, seconds until all was well again (None: never), requests that had to be repeated, and
    seconds from then on until a job of every queue was done (None: not in time)."""

    what: str
    whom: str
    seconds: float | None
    repeated: int
    jobs: float | None = None

    @property
    def is_well(self) -> bool:
        return self.seconds is not None and self.jobs is not None


@dataclass
class Load:
    """Sends numbered events, each at a moment of its own, and repeats what was not accepted until it is."""

    port: int
    key: str
    accepted: int = 0
    repeated: int = 0
    _next: int = 0
    _is_over: bool = False
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _threads: list[threading.Thread] = field(default_factory=list)
    _began: datetime = field(default_factory=lambda: datetime.now(UTC) - timedelta(days=1))

    def start(self) -> None:
        self._threads = [threading.Thread(target=self._send, daemon=True) for _ in range(SENDERS)]
        for thread in self._threads:
            thread.start()

    def end(self) -> None:
        """Stop when everything begun is accepted."""
        self._is_over = True
        deadline = time.monotonic() + PATIENCE_SECONDS
        for thread in self._threads:
            thread.join(max(deadline - time.monotonic(), 0))

    def _send(self) -> None:
        while not self._is_over:
            body = self._body()
            while not self.is_accepted(body):
                with self._lock:
                    self.repeated += 1
                time.sleep(PAUSE_SECONDS * 4)
            with self._lock:
                self.accepted += EVENTS_AT_ONCE
            time.sleep(PAUSE_SECONDS)

    def _body(self) -> bytes:
        with self._lock:
            first = self._next
            self._next += EVENTS_AT_ONCE
        return json.dumps(
            {"batch": [self._event(no) for no in range(first, first + EVENTS_AT_ONCE)]}
        ).encode()

    def _event(self, no: int) -> dict[str, str]:
        at = self._began + timedelta(milliseconds=no)
        return {
            "type": "track", "event": EVENT, "messageId": f"drill-{no}", "anonymousId": f"drill-{no % 50}",
            "timestamp": at.isoformat(),
        }  # fmt: skip

    def is_accepted(self, body: bytes) -> bool:
        """Send a body; say whether it was taken."""
        request = urllib.request.Request(f"http://127.0.0.1:{self.port + 1}/v1/batch", body)
        request.add_header("Authorization", "Basic " + b64encode(f"{self.key}:".encode()).decode())
        try:
            with urllib.request.urlopen(request, timeout=5) as answer:  # noqa: S310 - our own address
                return bool(answer.status == 200)
        except OSError:
            return False


def main(arguments: list[str]) -> int:
    """Try the worst on a product of its own; needs three free ports and some minutes."""
    parser = argparse.ArgumentParser(prog="yingtai drill", description=main.__doc__)
    parser.add_argument("name", choices=["chaos"])
    parser.add_argument("--json", action="store_true", help="print the result as JSON")
    parser.add_argument("--port", type=int, default=8700, help="the first of three free ports")
    options = parser.parse_args(arguments)
    home = Path(tempfile.mkdtemp(prefix="yingtai-drill-", dir="/tmp"))
    home.chmod(0o755)  # PostgreSQL may run under another account; what is inside is closed
    os.environ |= {"YINGTAI_HOME": str(home), "YINGTAI_PORT": str(options.port)}
    environment.env.cache_clear()
    # Whoever stops us finds nothing left of it, however they do.
    _at_a_signal(_give_up)
    try:
        # Before anything is read or made in it: the passwords of the books are, as soon as Django is ready.
        has_disk = drill_disk.mount(home, DISK_MEGABYTES)
        take_role("worker")
        import_module("django").setup()
        result = _on_its_product(home, options.port, has_disk=has_disk)
    finally:
        # Who asks a second time does not keep us from taking the disk away.
        _at_a_signal(signal.SIG_IGN)
        drill_disk.unmount(home)
        shutil.rmtree(home, ignore_errors=True)
    print(json.dumps(result, indent=2) if options.json else "\n".join(_table(result)))
    is_right = result["lost"] == result["doubled"] == result["wrong_times"] == 0
    return 0 if is_right and not result["not_well"] else 1


def _on_its_product(home: Path, port: int, *, has_disk: bool) -> dict[str, Any]:
    product = drill_product.start(home)
    try:
        return _drill(product, home, port, has_disk=has_disk)
    finally:
        drill_product.end(product)


def _at_a_signal(what: Any) -> None:
    for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
        signal.signal(number, what)


def _give_up(number: int, frame: FrameType | None) -> None:
    sys.exit("The drill was stopped; its product is ended and removed.")


def _drill(product: drill_product.Product, home: Path, port: int, *, has_disk: bool) -> dict[str, Any]:
    load = Load(port, json.loads((home / "write-key.json").read_text())["write_key"])
    load.start()
    trials: list[Trial] = []
    try:
        for what, number in (("killed", signal.SIGKILL), ("frozen", signal.SIGSTOP)):
            for process in PROCESSES:
                find = drill_product.finder(product, process.name)
                drill_product.refuse_dead(product)
                trials.append(_try(what, process.name, find, number, load))
                _tell(trials[-1])
        for name in ("books", "keys"):
            path = home / "postgres" / name / "postmaster.pid"
            find = drill_product.server_of(path)
            drill_product.refuse_dead(product)
            trials.append(_try("killed", f"postgres ({name})", find, signal.SIGKILL, load))
            _tell(trials[-1])
        if drill_standstill.can_hold():
            trials.append(_stand_still(product, home, load))
            _tell(trials[-1])
        if has_disk:
            trials.append(_fill_disk(home, load))
            _tell(trials[-1])
        for days in DAYS_WRONG if drill_clocks.can_be_wrong() else ():
            trials.append(_run_wrong_clock(days, load))
            _tell(trials[-1])
        clocked = _send_wrong_clocks(load)
    finally:
        load.end()
    return _judged(load, trials) | {
        "wrong_times": clocked - _clocked_right(clocked),
        "clocks": clocked,
        "skipped": [
            *([] if drill_standstill.can_hold() else [NO_STANDSTILL]),
            *([] if has_disk else [NO_DISK]),
            *([] if drill_clocks.can_be_wrong() else [drill_clocks.NO_CLOCK]),
        ],
    }


def _stand_still(product: drill_product.Product, home: Path, load: Load) -> Trial:
    """Have the books answer nobody for a while: every process waits for them, and none is put down or ends."""
    repeated = load.repeated
    processes = [drill_product.finder(product, process.name) for process in PROCESSES]
    before = [find() for find in processes]
    with drill_standstill.held(drill_product.server_of(home / "postgres" / "books" / "postmaster.pid")()):
        time.sleep(STILL_SECONDS)
    began = time.monotonic()
    time.sleep(HEALTH_SECONDS)
    is_well = _waited(lambda: _is_healthy(load.port)) and [find() for find in processes] == before
    seconds = round(time.monotonic() - began, 1) if is_well else None
    return Trial(
        "still", "postgres (books)", seconds, load.repeated - repeated, drill_jobs.seconds_until_done()
    )


def _fill_disk(home: Path, load: Load) -> Trial:
    """Leave no byte on the disk for a while, then make room, and wait until health says that all is well."""
    repeated = load.repeated
    with drill_disk.full(home / "ballast"):
        time.sleep(FULL_SECONDS)
    began = time.monotonic()
    time.sleep(HEALTH_SECONDS)
    is_well = _waited(lambda: _is_healthy(load.port))
    seconds = round(time.monotonic() - began, 1) if is_well else None
    return Trial("full", "disk", seconds, load.repeated - repeated, drill_jobs.seconds_until_done())


def _run_wrong_clock(days: int, load: Load) -> Trial:
    """Have a worker beside the others whose clock is wrong, and wait until both have done what waits."""
    repeated, usual = load.repeated, len(drill_jobs.HARMLESS)
    # The worker of the trial before is forgotten some seconds after its end.
    _waited(lambda: drill_jobs.living() <= usual)
    with drill_clocks.wrong_worker(WORKER, days) as worker:
        takes_part = _waited(lambda: drill_jobs.living() > usual)
        jobs = drill_jobs.seconds_until_done(JOBS_OF_WORKER * JOBS_EACH)
        is_well = takes_part and worker.poll() is None and _waited(lambda: _is_healthy(load.port))
    return Trial(f"{days:+d} days", WORKER, 0.0 if is_well else None, load.repeated - repeated, jobs)


def _send_wrong_clocks(load: Load) -> int:
    """Send an event from each device whose clock is off, a minute after it happened; return how many there are."""
    now = datetime.now(UTC)
    happened = now - timedelta(minutes=1)
    said: list[tuple[str, object]] = [
        ((happened + off).isoformat(), (now + off).isoformat()) for off in CLOCKS_OFF.values()
    ]
    said += [(happened.isoformat(), instead) for instead in SAID_INSTEAD]
    for no, (at, sent) in enumerate(said):
        event = {
            "type": "track", "event": CLOCKED, "messageId": f"clock-{no}", "anonymousId": "clock", "timestamp": at,
        }  # fmt: skip
        body = json.dumps({"batch": [event], "sentAt": sent}).encode()
        _waited(partial(load.is_accepted, body), PATIENCE_SECONDS / 4)
    return len(said)


def _clocked_right(expected: int) -> int:
    """Return how many of the wrong clocks' events lie where they happened, give or take some seconds."""

    def right() -> int:
        now = datetime.now(UTC)
        values = {"event": CLOCKED, "since": now - timedelta(minutes=10), "until": now}
        return int(_asked(AT_THEIR_TIME, values)["events"])

    _waited(lambda: right() >= expected, PATIENCE_SECONDS / 4)
    return right()


def _try(what: str, whom: str, find: Callable[[], int], number: int, load: Load) -> Trial:
    """Do it to one process, and wait until another has its place and health says that all is well."""
    repeated, began = load.repeated, time.monotonic()
    # The trial before may have left it on its way up. PostgreSQL's first process leads its group only where we
    # started it.
    _waited(lambda: find() != 0)
    before = find()
    is_there = signal_all_of(before, number) and _waited(lambda: find() not in {0, before})
    time.sleep(HEALTH_SECONDS)
    is_well = is_there and _waited(lambda: _is_healthy(load.port))
    seconds = round(time.monotonic() - began, 1) if is_well else None
    return Trial(what, whom, seconds, load.repeated - repeated, drill_jobs.seconds_until_done())


def _judged(load: Load, trials: list[Trial]) -> dict[str, Any]:
    """Compare what was accepted with what the lake holds, once all of it should be there."""
    _waited(lambda: _in_lake()[0] >= load.accepted, PATIENCE_SECONDS / 2)
    rows, events = _in_lake()
    return {
        "accepted": load.accepted,
        "in_lake": rows,
        "lost": load.accepted - events,
        "doubled": rows - events,
        "not_well": [f"{trial.what} {trial.whom}" for trial in trials if not trial.is_well],
        "trials": [asdict(trial) for trial in trials],
    }


def _in_lake() -> tuple[int, int]:
    row = _asked(COUNTED, {"event": EVENT})
    return row["rows"], row["events"]


def _asked(sql: str, values: dict[str, Any]) -> dict[str, Any]:
    reading, scope = import_module("yingtai.lake.api"), import_module("yingtai.kernel.scope")
    row: dict[str, Any] = reading.scoped(scope.EVERYTHING).query(sql, values).to_pylist()[0]
    return row


def _is_healthy(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/health", timeout=5) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


def _waited(happens: Callable[[], bool], seconds: float | None = None) -> bool:
    deadline = time.monotonic() + (PATIENCE_SECONDS if seconds is None else seconds)
    while time.monotonic() < deadline:
        if happens():
            return True
        time.sleep(0.1)
    return False


def _tell(trial: Trial) -> None:
    print(_line(trial), file=sys.stderr, flush=True)


def _line(trial: Trial) -> str:
    again = "not well again" if trial.seconds is None else f"well again after {trial.seconds:5.1f} s"
    jobs = "jobs do not run" if trial.jobs is None else f"jobs done {trial.jobs:4.1f} s later"
    return f"  {trial.whom:<18}{trial.what:<8}{again}, {jobs}, {trial.repeated} requests repeated"


def _table(result: dict[str, Any]) -> list[str]:
    return [
        *(_line(Trial(**trial)) for trial in result["trials"]),
        "",
        f"  {result['accepted']} events accepted, {result['in_lake']} in the lake: "
        f"{result['lost']} lost, {result['doubled']} doubled",
        f"  {result['clocks']} events of wrong clocks, {result['wrong_times']} not at the time they happened",
        *(f"  {line}" for line in result["skipped"]),
    ]
