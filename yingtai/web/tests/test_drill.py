"""The drill's own promises: every event is sent until it is accepted, and the counts tell loss and doubles apart."""

import json
import os
import select
import signal
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import psutil
import pytest
from django.db import connection

from yingtai.kernel.jobs import JOBS, QUEUES
from yingtai.web import drill, drill_disk, drill_jobs, drill_product, drill_standstill
from yingtai.web.drill import Load, Trial
from yingtai.web.tests.running import waited_for


@pytest.fixture
def moody():
    """A collector that refuses every third request, and what it accepted."""
    accepted, asked = [], []

    class Moody(BaseHTTPRequestHandler):
        def do_POST(self):
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            asked.append(body)
            is_refused = len(asked) % 3 == 0
            if not is_refused:
                accepted.extend(body["batch"])
            self.send_response(503 if is_refused else 200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *args):
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Moody)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server.server_address[1], accepted
    server.shutdown()
    server.server_close()


def test_what_is_refused_is_sent_again_and_every_event_has_a_moment_of_its_own(moody, monkeypatch):
    monkeypatch.setattr(drill, "PAUSE_SECONDS", 0.001)
    port, accepted = moody
    load = Load(port - 1, "key")

    load.start()
    assert waited_for(lambda: load.repeated >= 3, 10)
    load.end()

    assert load.accepted == len(accepted) > 100
    assert len({event["messageId"] for event in accepted}) == len(accepted)
    assert len({event["timestamp"] for event in accepted}) == len(accepted)


@pytest.mark.parametrize(
    ("in_lake", "lost", "doubled"),
    [((100, 100), 0, 0), ((99, 99), 1, 0), ((101, 100), 0, 1), ((100, 99), 1, 1)],
)
def test_loss_and_doubles_are_told_apart(monkeypatch, in_lake, lost, doubled):
    monkeypatch.setattr(drill, "_in_lake", lambda: in_lake)
    monkeypatch.setattr(drill, "PATIENCE_SECONDS", 0.1)
    trials = [
        Trial("killed", "web", 0.5, 0, 0.2), Trial("frozen", "ingest", None, 3, 1.0), Trial("killed", "worker", 1.0, 0),
    ]  # fmt: skip

    result = drill._judged(Load(1, "key", accepted=100), trials)
    result |= {"clocks": 12, "wrong_times": 1, "skipped": [drill.NO_DISK]}

    assert (result["lost"], result["doubled"], result["not_well"]) == (
        lost, doubled, ["frozen ingest", "killed worker"],
    )  # fmt: skip
    assert (
        "  ingest            frozen  not well again, jobs done  1.0 s later, 3 requests repeated"
        in drill._table(result)
    )
    assert drill._table(result)[-2:] == [
        "  12 events of wrong clocks, 1 not at the time they happened", f"  {drill.NO_DISK}",
    ]  # fmt: skip


def test_every_wrong_clock_sends_one_event_with_its_own_time(moody):
    port, accepted = moody

    assert drill._send_wrong_clocks(Load(port - 1, "key")) == 12
    assert [event["messageId"] for event in accepted] == [f"clock-{no}" for no in range(12)]
    assert len({event["timestamp"] for event in accepted}) == len(drill.CLOCKS_OFF) + 1


def test_a_process_that_is_not_there_is_signaled_to_nobody_and_the_trial_is_not_well(monkeypatch):
    monkeypatch.setattr(drill, "PATIENCE_SECONDS", 0.2)
    monkeypatch.setattr(drill, "HEALTH_SECONDS", 0)
    monkeypatch.setattr(drill_jobs, "seconds_until_done", lambda: None)
    for name in ("kill", "killpg"):
        monkeypatch.setattr(os, name, lambda *_: pytest.fail("a signal was sent"))

    trial = drill._try("killed", "web", lambda: 0, signal.SIGKILL, Load(1, "key"))

    assert (trial.seconds, trial.is_well) == (None, False)


@pytest.mark.parametrize(
    ("does", "said"),
    [
        ("import time; time.sleep(60)", "The product is not ready after 0 s; it was ended"),
        ("print('no room'); raise SystemExit(3)", "it ended with code 3:\nno room"),
        (
            "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(60)",
            "The product is not ready after 0 s; it was ended",
        ),
    ],
)
def test_a_product_that_does_not_start_is_gone_with_its_databases_and_said_so(
    tmp_path, monkeypatch, does, said
):
    begun, stopped = [], []
    usual = drill_product.end
    monkeypatch.setattr(drill_product, "COMMAND", (sys.executable, "-c", does))
    monkeypatch.setattr(drill_product, "START_SECONDS", 0.4)
    monkeypatch.setattr(drill_product, "STOP_SECONDS", 0.4)
    monkeypatch.setattr(drill_product, "end", lambda product: (begun.append(product), usual(product)))
    monkeypatch.setattr(drill_product.clusters, "stop_running", lambda: stopped.append(True))

    with pytest.raises(SystemExit) as ending:
        drill_product.start(tmp_path)

    assert said in str(ending.value)
    assert begun[0].poll() is not None
    assert stopped == [True]
    assert drill_product.finder(begun[0], "web")() == 0


@pytest.mark.skipif(os.geteuid() != 0, reason="only root mounts")
def test_a_disk_is_full_for_a_while_and_gone_in_the_end(tmp_path):
    folder = tmp_path / "home"
    folder.mkdir()
    if not drill_disk.mount(folder, 1):
        pytest.skip("no disk can be mounted here")
    try:
        with drill_disk.full(folder / "ballast"), pytest.raises(OSError, match="No space left"):
            (folder / "event").write_bytes(b"x" * 4096)
        (folder / "event").write_bytes(b"x" * 4096)
    finally:
        drill_disk.unmount(folder)

    assert list(folder.iterdir()) == []


def test_a_job_of_every_queue_is_queued_and_waited_for(books, monkeypatch):
    assert {JOBS[name].queue: name for name in drill_jobs.HARMLESS.values()} == drill_jobs.HARMLESS
    assert set(drill_jobs.HARMLESS) == set(QUEUES)
    monkeypatch.setattr(drill_jobs, "PATIENCE_SECONDS", 0.3)
    assert drill_jobs.seconds_until_done() is None

    usual = drill_jobs._queue

    def done_at_once(names):
        numbers = usual(names)
        with connection.cursor() as cursor:
            for state in ("doing", "succeeded"):
                cursor.execute(
                    "UPDATE procrastinate_jobs SET status = %s::procrastinate_job_status WHERE id = ANY(%s)",
                    [state, numbers],
                )
        return numbers

    monkeypatch.setattr(drill_jobs, "_queue", done_at_once)
    assert drill_jobs.seconds_until_done() < 0.3
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM procrastinate_jobs WHERE task_name = ANY(%s)", [list(drill_jobs.HARMLESS.values())]
        )


@pytest.mark.skipif(not drill_standstill.can_hold(), reason="only Linux holds processes")
def test_a_held_server_and_its_children_answer_nobody_and_then_go_on():
    command = ["sh", "-c", "sleep 30 & exec cat"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=0) as shell:
        assert waited_for(lambda: len(psutil.Process(shell.pid).children()) == 1, 5)
        (child,) = psutil.Process(shell.pid).children()
        with drill_standstill.held(shell.pid):
            shell.stdin.write(b"heard\n")
            assert select.select([shell.stdout], [], [], 0.2)[0] == []
            assert child.status() == psutil.STATUS_TRACING_STOP
        assert shell.stdout.readline() == b"heard\n"
        assert waited_for(lambda: child.status() == psutil.STATUS_SLEEPING, 5)
        child.kill()
