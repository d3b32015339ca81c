"""A process that hangs is noticed by its silence, whatever its port says, and a busy one is left alone."""

import os
import signal
import threading
import time

import pytest

from yingtai.kernel import heartbeats
from yingtai.kernel.heartbeats import Board
from yingtai.web import children
from yingtai.web.answering import Watched
from yingtai.web.children import Children
from yingtai.web.processes import Process
from yingtai.web.tests.running import waited_for

LIVES = "yingtai.web.tests.test_hanging"


def beats():
    heartbeats.beat_while_moving()
    while True:
        heartbeats.moved()
        time.sleep(0.05)


def moves_no_more():
    heartbeats.PATIENCE_SECONDS = 0.5
    heartbeats.beat_while_moving()
    time.sleep(60)


def makes_room():
    heartbeats.beat()
    time.sleep(0.3)


def ends_at_once():
    heartbeats.beat()


@pytest.fixture
def family(monkeypatch, tmp_path):
    """Two processes watched by a supervisor that is quick to judge: one works, the other does what it is given."""
    monkeypatch.setattr(heartbeats, "BEAT_SECONDS", 0.05)
    monkeypatch.setattr(children, "env", lambda: _Env(tmp_path))
    made = []

    def start(other):
        processes = [Process(name=name, role="", target=f"{LIVES}:{life}") for name, life in other.items()]
        monkeypatch.setattr(children, "PROCESSES", processes)
        made.append(Children())
        made[0].start_all()
        return made[0], heartbeats.board()

    yield start
    made[0].stop_all()
    heartbeats.install(None)


class _Env:
    hang_seconds = 1

    def __init__(self, home):
        self.home = home


def watch(watched, happens, seconds=10):
    def looks():
        watched.glance(0.05)
        return happens()

    return waited_for(looks, seconds)


def pids(board):
    return {life.name: life.pid for life in board.lives()}


def test_a_stopped_process_is_ended_and_started_again_and_its_neighbor_is_not(family):
    watched, board = family({"one": "beats", "two": "beats"})
    assert watch(watched, lambda: all(life.silent is not None for life in board.lives()))
    before = pids(board)

    os.kill(before["one"], signal.SIGSTOP)

    assert watch(watched, lambda: pids(board)["one"] not in {0, before["one"]})
    assert watch(watched, lambda: board.lives()[0].silent is not None)
    assert pids(board)["two"] == before["two"]
    assert [life.ends for life in board.lives()] == [1, 0]


def test_a_loop_that_moves_no_more_is_ended_though_its_threads_live(family):
    watched, board = family({"one": "beats", "two": "moves_no_more"})

    assert watch(watched, lambda: board.lives()[1].ends == 1)
    assert board.lives()[0].ends == 0


def test_a_supervisor_that_slept_blames_nobody(family):
    watched, board = family({"one": "beats"})
    assert watch(watched, lambda: board.lives()[0].silent is not None)
    number = board.lives()[0].pid
    os.kill(number, signal.SIGSTOP)
    time.sleep(1.5)

    watched.glance(0.05)
    os.kill(number, signal.SIGCONT)

    assert not watch(watched, lambda: board.lives()[0].ends > 0, 0.5)
    assert board.lives()[0].pid == number


def test_a_process_that_makes_room_for_a_fresh_one_is_nobodys_concern(family, monkeypatch, capsys):
    monkeypatch.setattr(children, "STEADY_SECONDS", 0.2)
    watched, board = family({"one": "makes_room"})
    before = pids(board)["one"]

    assert watch(watched, lambda: pids(board)["one"] not in {0, before})
    assert board.lives()[0].ends == 0
    assert "ended" not in capsys.readouterr().err


def test_a_process_that_ends_as_soon_as_it_began_is_counted_and_waited_for(family, capsys):
    watched, board = family({"one": "ends_at_once"})

    assert watch(watched, lambda: board.lives()[0].ends == 2)
    assert "one ended; starting it again in 0.8 s" in capsys.readouterr().err


def test_silence_is_measured_from_the_latest_beat():
    board = Board(["web"])
    board.note_start("web", 7)
    assert [(life.pid, life.silent, life.ends, life.is_running) for life in board.lives()] == [
        (7, None, 0, True)
    ]

    board.beat("web")
    assert board.lives()[0].silent < 0.5

    board.note_end("web")
    assert [(life.pid, life.age, life.ends, life.is_running) for life in board.lives()] == [
        (0, 0.0, 1, False)
    ]


def test_the_web_is_stuck_only_when_every_thread_is(monkeypatch):
    monkeypatch.setattr("yingtai.web.answering.STUCK_SECONDS", 0.05)
    let_go = threading.Event()
    watched = Watched(lambda environ, start: [str(let_go.wait(5)).encode()], threads=2)
    callers = [threading.Thread(target=watched, args=({}, None)) for _ in range(2)]

    callers[0].start()
    time.sleep(0.1)
    assert watched.can_answer()
    callers[1].start()
    assert watched.can_answer()
    assert waited_for(lambda: not watched.can_answer(), 2)

    let_go.set()
    for caller in callers:
        caller.join()
    assert watched.can_answer()


def test_what_failed_on_a_full_disk_starts_as_soon_as_there_is_room(family, monkeypatch, capsys):
    monkeypatch.setattr(children, "SHORTEST_PAUSE_SECONDS", 30)
    monkeypatch.setattr(children, "ROOM_GLANCE_SECONDS", 0.1)
    room = [False]
    monkeypatch.setattr(children.ground, "has_room", lambda: room[0])
    watched, board = family({"one": "ends_at_once"})
    assert watch(watched, lambda: board.lives()[0].ends == 1)
    assert not watch(watched, lambda: board.lives()[0].ends > 1, 0.4)

    room[0] = True

    assert watch(watched, lambda: board.lives()[0].ends == 2)
    assert capsys.readouterr().err.count("The disk has room again.") == 1
