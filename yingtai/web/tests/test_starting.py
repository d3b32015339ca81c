"""A start that cannot succeed says why in one line, leaves nothing behind, and the next one is none the worse."""

import os
import signal
import socket
import subprocess
import sys
from types import SimpleNamespace

import psycopg
import pytest
from django.db import OperationalError

from yingtai.web import clusters, drill_disk, ground
from yingtai.web.testing import free_ports

as_root = pytest.mark.skipif(
    os.geteuid() != 0 or not sys.platform.startswith("linux"),
    reason="lays a small disk over a folder: takes root",
)


def start(home, *, words=("run", "--no-sample"), **settings):
    kept = {name: value for name, value in os.environ.items() if not name.startswith("YINGTAI_")}
    own = {"HOME": str(home), "PORT": str(free_ports(3))} | {
        name: str(value) for name, value in settings.items()
    }
    return subprocess.run(
        [sys.executable, "-m", "yingtai.web.command", *words],
        env=kept | {f"YINGTAI_{name}": value for name, value in own.items()},
        capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip


def said_in_one_line(done):
    assert done.returncode == 1
    [line] = [line for line in done.stderr.splitlines() if line]
    return line


@pytest.fixture
def disk(tmp_path):
    """A disk of 20 MB."""
    folder = tmp_path / "disk"
    folder.mkdir()
    assert drill_disk.mount(folder, 20)
    yield folder
    drill_disk.unmount(folder)


@as_root
def test_a_disk_that_is_too_small_for_a_first_start_is_said_before_anything_is_made(disk):
    line = said_in_one_line(start(disk / "home"))

    assert "MB free; a first start needs 1000 MB" in line
    assert [path.name for path in (disk / "home").iterdir()] == ["locks"]


@as_root
def test_a_read_only_disk_is_named(disk):
    subprocess.run(["mount", "-o", "remount,ro", str(disk)], check=True)

    assert said_in_one_line(start(disk / "home")).startswith(
        f"Cannot write {disk}/home: its disk is read-only."
    )


def test_a_file_in_the_place_of_the_home_is_named(tmp_path):
    home = tmp_path / "home"
    home.write_text("")

    assert "a file stands where a folder should" in said_in_one_line(start(home))


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="/proc is Linux")
@pytest.mark.parametrize("command", ["run", "migrate"])
def test_a_home_that_cannot_be_is_said_in_a_line_by_every_command(command, tmp_path):
    line = said_in_one_line(start("/proc/1/x", words=[command]))

    assert line.startswith("Cannot use /proc/1/x")


def _heed_interrupts():
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def test_a_database_that_does_not_start_leaves_no_other_running_and_is_said_in_one_line(
    tmp_path, monkeypatch
):
    """The first comes up, the second ends at once and leaves a line of its trouble among others."""
    begun = {}

    def begin(cluster, before_exec):
        words = ["sleep", "60"] if cluster.name == "keys" else ["sh", "-c", "exit 1"]
        # PostgreSQL takes the signal that asks it to end even where the shell that began the tests ignores it.
        begun[cluster.name] = child = subprocess.Popen(words, preexec_fn=_heed_interrupts)
        return clusters.Server(cluster, child.pid, child)

    monkeypatch.setattr(clusters, "_start", begin)
    monkeypatch.setattr(clusters, "_keep_roles", lambda cluster: None)
    monkeypatch.setattr(clusters, "DEAD_LEAVE_SECONDS", 0)
    monkeypatch.setattr(
        clusters, "_recorded_state", lambda cluster: "ready" if cluster.name == "keys" else ""
    )
    monkeypatch.setattr(clusters, "log_file", lambda cluster: tmp_path / "log")
    (tmp_path / "log").write_text("LOG: hello\npostgres: could not find the configuration\nTry again.\n")
    both = []
    for name in ("keys", "books"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "PG_VERSION").write_text("18\n")
        both.append(
            clusters.Cluster(name=name, data=tmp_path / name, socket=tmp_path, programs=tmp_path, account=None,
                             is_durable=False)
        )  # fmt: skip

    with pytest.raises(SystemExit) as refused:
        clusters.start(both)

    assert str(refused.value) == (
        "The books cluster does not start: postgres: could not find the configuration "
        f"(log: {tmp_path / 'log'})"
    )
    assert begun["keys"].poll() is not None


@pytest.mark.parametrize(
    ("trouble", "said"),
    [
        (psycopg.OperationalError("FATAL:  the database system is in recovery mode"), "Try again in a moment."),
        (psycopg.errors.DiskFull("could not extend file"), "is full. Make room"),
        (RuntimeError("IO Error: No space left on device"), "is full. Make room"),
        (ValueError("a mistake of ours"), ""),
    ],
)  # fmt: skip
def test_a_command_tells_the_trouble_of_the_machine_whatever_library_met_it(trouble, said):
    wrapped = OperationalError("wrapped")
    wrapped.__cause__ = trouble

    assert said in ground.in_words(wrapped)
    assert bool(ground.in_words(trouble)) is bool(said)


def test_a_port_in_use_is_named(monkeypatch):
    port = free_ports(3)
    monkeypatch.setattr(ground, "env", lambda: SimpleNamespace(port=port, host="127.0.0.1"))
    monkeypatch.setattr(ground, "PORT_SECONDS", 0)
    with socket.create_server(("127.0.0.1", port + 1)), pytest.raises(SystemExit) as refused:
        ground._look_at_ports()

    assert str(refused.value).startswith(
        f"Port {port + 1}, meant for the collector, is used by another program."
    )


def test_a_port_that_cannot_be_and_an_address_of_another_machine_are_named(tmp_path):
    assert "at most 65535" in said_in_one_line(start(tmp_path, PORT=65_534))
    assert said_in_one_line(start(tmp_path, HOST="192.0.2.7")).startswith(
        "YINGTAI_HOST=192.0.2.7 is no address"
    )
    assert not (tmp_path / "postgres").exists()


@as_root
def test_a_home_of_another_account_is_named(tmp_path, monkeypatch):
    os.chown(tmp_path, 1, 1)
    monkeypatch.setattr(ground.os, "geteuid", lambda: 2)
    with pytest.raises(SystemExit) as refused:
        ground._look_at_home(tmp_path)
    assert "belongs to another account" in str(refused.value)
