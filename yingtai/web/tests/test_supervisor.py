"""One machine's whole product: kept alive, recovered after the worst, ended without a trace."""

import contextlib
import os
import shutil
import signal
import socket
import sys
import time
from pathlib import Path

import pytest

from yingtai.kernel.connections import HEAD_SECONDS, most_connections
from yingtai.kernel.jobs import QUEUES
from yingtai.web.processes import PROCESSES
from yingtai.web.tests.running import Product, waited_for

pytestmark = [
    pytest.mark.slow,  # every test starts the whole product at least once: some seconds each
    pytest.mark.skipif(not sys.platform.startswith("linux"), reason="looks at processes in /proc"),
]


@pytest.fixture(scope="module")
def product():
    product = Product()
    yield product
    product.end()
    shutil.rmtree(product.home, ignore_errors=True)


@pytest.fixture
def supervisor(product):
    """The product runs when a test begins; a test may leave it running for the next one, or ended."""
    if not product.is_begun():
        product.end()
        product.begin()
    assert waited_for(product.is_healthy)
    assert waited_for(lambda: product.living_workers() == len(QUEUES), 30)
    return product.supervisor


def test_four_thousand_half_sent_heads_hold_up_nobody_and_are_cut(product, supervisor):
    most_connections(4_100)
    web = ("127.0.0.1", product.port)
    with contextlib.ExitStack() as idle:
        lines = [
            idle.enter_context(socket.create_connection(web, timeout=HEAD_SECONDS + 5)) for _ in range(4_000)
        ]
        for line in lines[::2]:
            line.sendall(b"GET / HTTP/1.1\r\nHost: here\r\nX-half: ")
        began = time.monotonic()

        assert product.is_healthy()
        assert time.monotonic() - began < 2
        assert [line.recv(1) for line in lines[:2]] == [b"", b""]
        assert time.monotonic() - began < HEAD_SECONDS + 2


@pytest.mark.parametrize("trouble", [signal.SIGKILL, signal.SIGSTOP], ids=["killed", "hangs"])
def test_what_is_killed_or_hangs_comes_back(product, supervisor, trouble):
    before = product.children(supervisor)

    for number in before:
        os.killpg(number, trouble)

    assert waited_for(lambda: not before & product.children(supervisor), 20)
    assert waited_for(lambda: len(product.children(supervisor)) == len(before))
    assert waited_for(product.is_healthy)


def test_a_second_start_is_refused_and_a_killed_database_comes_back(product, supervisor):
    first = product.servers()
    names = {command.strip() for command in product.processes().values()}
    expected = {f"yingtai {process.name}" for process in PROCESSES}
    assert expected | {"yingtai supervisor", "yingtai web (pages)"} <= names

    refused = product.begin_beside()

    assert refused.returncode == 1
    assert f"Yingtai already runs in {product.home} (process {supervisor.pid})." in refused.stderr

    os.kill(first["books"], signal.SIGKILL)

    assert waited_for(lambda: product.servers().get("books", first["books"]) != first["books"])
    assert waited_for(product.is_healthy)
    assert product.servers()["keys"] == first["keys"]
    assert waited_for(lambda: product.living_workers() == len(QUEUES), 30)


def test_a_database_that_was_asked_to_end_or_suspended_by_somebody_comes_back(product, supervisor):
    first = product.servers()
    backend = int(Path(f"/proc/{first['books']}/task/{first['books']}/children").read_text().split()[-1])

    os.kill(backend, signal.SIGSTOP)  # it would keep its locks, and the server cannot end it

    assert waited_for(lambda: _is_awake(backend), 10)

    os.kill(first["keys"], signal.SIGSTOP)
    os.kill(first["books"], signal.SIGTERM)

    assert waited_for(lambda: product.servers().get("books", first["books"]) != first["books"])
    assert waited_for(product.is_healthy)
    assert product.servers()["keys"] == first["keys"]
    assert waited_for(lambda: product.living_workers() == len(QUEUES), 30)


def test_the_servers_of_a_killed_supervisor_are_adopted_and_end_when_asked(product, supervisor):
    servers = product.servers()

    supervisor.kill()
    supervisor.wait()
    # Its children die with it; the servers do not.
    assert waited_for(lambda: len(product.processes()) <= len(_of_servers(product)), 10)
    second = product.begin()

    assert product.servers() == servers
    second.send_signal(signal.SIGTERM)
    assert second.wait(30) == 0
    assert product.processes() == {}
    assert product.servers() == {}


def test_the_next_start_recovers_when_everything_was_killed_at_once_and_ctrl_c_leaves_nothing(
    product, supervisor
):
    product.end()
    supervisor.wait()
    assert waited_for(lambda: product.processes() == {}, 10)
    again = product.begin()

    assert product.is_healthy()
    again.send_signal(signal.SIGINT)
    assert again.wait(30) == 0
    assert product.processes() == {}
    assert product.servers() == {}


def _is_awake(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "T"
    except FileNotFoundError:
        return True  # it ended meanwhile


def _of_servers(product):
    return [command for command in product.processes().values() if "postgres" in command]
