"""`yingtai bench drain`: from the inbox to profiles and lake, beside only reading the bodies and writing rows.

Everything happens on one machine, with a durable PostgreSQL of its own; the loads stand in `visits.py`.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from typing import Any

from yingtai.bench.ports import free_port

BUDGET_EVENTS = 25_000
BUDGET_LATENCY_SECONDS = 2.0
COMMAND = [sys.executable, "-m", "yingtai.web.command"]


def main(arguments: list[str]) -> int:
    """Measure how many events are drained per second, and how soon a lone event is in its profile."""
    parser = argparse.ArgumentParser(prog="yingtai bench drain", description=main.__doc__)
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.add_argument("--events", type=int, default=400_000)
    parser.add_argument("--steps", action="store_true", help="also say where the time goes")
    parser.add_argument("--profile", default="", help="write a cProfile of the drain to this file")
    options = parser.parse_args(arguments)
    result = _in_a_home_of_its_own(options)
    held = (
        result["events_per_second"] >= BUDGET_EVENTS
        and result["lone_event_seconds"] <= BUDGET_LATENCY_SECONDS
    )
    if options.json:
        print(json.dumps(result | {"held": held}))
    else:
        _print_table(result, held=held, with_steps=options.steps)
    return 0 if held else 1


def _in_a_home_of_its_own(options: argparse.Namespace) -> dict[str, Any]:
    home = Path(tempfile.mkdtemp(prefix="yingtai-bench-"))
    home.chmod(0o755)
    kept = {name: value for name, value in os.environ.items() if not name.startswith("YINGTAI_")}
    environment = kept | {
        "YINGTAI_HOME": str(home),
        "YINGTAI_PORT": str(free_port()),
        "YINGTAI_ROLE": "worker",
    }
    inside = [sys.executable, "-m", "yingtai.bench.drain", str(options.events), options.profile]
    try:
        subprocess.run(
            [*COMMAND, "migrate", "--quiet"], env=environment, check=True, stdout=subprocess.DEVNULL
        )
        done = subprocess.run(inside, env=environment, check=True, stdout=subprocess.PIPE)
    finally:
        shutil.rmtree(home, ignore_errors=True)
    result: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return result


def _print_table(result: dict[str, Any], *, held: bool, with_steps: bool) -> None:
    print(f"{'':<22}{'events/s':>12}")
    print(f"{'drain':<22}{result['events_per_second']:>12,.0f}")
    print(f"{'bare read and write':<22}{result['bare_events_per_second']:>12,.0f}")
    print(f"{result['ratio']:.2f} × bare; a lone event shows after {result['lone_event_seconds']:.2f} s")
    print(
        f"budget {BUDGET_EVENTS:,} events/s and {BUDGET_LATENCY_SECONDS} s", "held." if held else "NOT held."
    )
    if with_steps:
        for step, seconds in result["steps"].items():
            print(f"  {step:<20}{seconds:>8.2f} s")


def measure(events: int, profile: str) -> dict[str, Any]:
    """Fill an inbox, read it the bare way, drain it, then wait for a lone event; in a ready installation."""
    visits = import_module("yingtai.bench.visits")
    inside = import_module("yingtai.bench.drained")
    brand = visits.make_brand(datetime.now(UTC))
    visits.fill(brand, events)
    bare = inside.read_the_bare_way()
    with _profiled(profile):
        began = time.perf_counter()
        drained, steps = inside.drain()
        seconds = time.perf_counter() - began
    return {
        "events": drained,
        "events_per_second": drained / seconds,
        "bare_events_per_second": bare,
        "ratio": drained / seconds / bare,
        "lone_event_seconds": inside.wait_for_a_lone_event(brand),
        "steps": steps,
    }


@contextmanager
def _profiled(path: str) -> Iterator[None]:
    if not path:
        yield
        return
    with import_module("cProfile").Profile() as profile:
        yield
    profile.dump_stats(path)


def _inside(events: int, profile: str) -> None:
    import_module("yingtai.web.start").take_role("worker")
    with import_module("yingtai.web.clusters").running():
        import_module("django").setup()
        print(json.dumps(measure(events, profile)))


if __name__ == "__main__":
    _inside(int(sys.argv[1]), sys.argv[2])
