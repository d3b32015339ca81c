"""What was answered with 200 is in the inbox, whatever happens to the database or to us."""

import os
import shutil
import signal
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from yingtai.collect.tests.running import Key, Running, collector_running, make_database, make_key
from yingtai.web import clusters


@pytest.fixture
def own_servers(keys: None) -> Iterator[list[clusters.Server]]:
    """A durable server of this test's own, to be killed, and those started in its place."""
    folder = Path(tempfile.mkdtemp(prefix="yingtai-kill-", dir="/tmp"))
    folder.chmod(0o755)
    books = next(cluster for cluster in clusters.embedded() if cluster.name == "books")
    mine = replace(books, data=folder / "books", socket=folder / "run")
    servers = clusters.start([mine])
    yield servers
    servers[-1].stop()
    shutil.rmtree(folder)


class Senders:
    """Threads that send one event after the other and note what was answered."""

    def __init__(self, collector: Running, key: Key, *, count: int) -> None:
        self._collector, self._key = collector, key
        self.kept: set[str] = set()
        self.answers: Counter[int] = Counter()
        self._over = threading.Event()
        self._threads = [threading.Thread(target=self._send, args=(n,)) for n in range(count)]

    def __enter__(self) -> "Senders":
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *problem: object) -> None:
        self._over.set()
        for thread in self._threads:
            thread.join()

    def wait_for(self, kept: int) -> None:
        """Return when so many more events were kept."""
        goal, deadline = len(self.kept) + kept, time.monotonic() + 40
        while len(self.kept) < goal:
            assert time.monotonic() < deadline, "the collector does not recover"
            time.sleep(0.02)

    def _send(self, number: int) -> None:
        place = 0
        while not self._over.is_set():
            place += 1
            name = f"{number}-{place}"
            event = {"type": "page", "userId": "anna", "messageId": name}
            try:
                answer = self._collector.post("/v1/batch", {"batch": [event]}, key=self._key.text)
            except OSError:
                self.answers[0] += 1
                continue
            self.answers[answer.status] += 1
            if answer.status == 200:
                self.kept.add(name)
            else:
                assert answer.headers["retry-after"] == "1"
                time.sleep(0.02)


def in_inbox(collector: Running, key: Key) -> set[str]:
    return {m.message_id for reading in collector.readings(key) for m in reading.messages}


@pytest.mark.slow  # a server is made, killed and recovered
def test_a_killed_database_loses_no_acknowledged_event(own_servers: list[clusters.Server]) -> None:
    [killed] = own_servers
    database = make_database(killed.cluster.socket)
    key = make_key(database)
    with collector_running(database) as collector:
        with Senders(collector, key, count=6) as senders:
            senders.wait_for(300)
            os.kill(killed.pid, signal.SIGKILL)
            assert killed.child
            killed.child.wait()
            deadline = time.monotonic() + 10
            while not senders.answers[503] and time.monotonic() < deadline:
                time.sleep(0.01)
            own_servers.extend(clusters.start([killed.cluster]))
            senders.wait_for(300)

        assert senders.kept <= in_inbox(collector, key)
        assert set(senders.answers) == {200, 503}


def test_a_stop_answers_what_is_on_its_way(keys: None) -> None:
    database = make_database()
    key = make_key(database)
    with collector_running(database) as collector, Senders(collector, key, count=4) as senders:
        senders.wait_for(200)
        collector.process.terminate()

        assert collector.process.wait(15) == 0

    assert senders.kept <= in_inbox(collector, key)
    assert senders.answers[500] == 0
