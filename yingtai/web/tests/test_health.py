"""Health asks what matters: can an event be accepted and seen? It answers in time, and tells no secrets."""

import time
from datetime import UTC, datetime, timedelta

import psycopg
import pytest
from django.test import Client

from yingtai.kernel import heartbeats
from yingtai.web import checks
from yingtai.web.checks import Asker, Finding, Unwell

NOW = datetime(2026, 11, 30, 12, tzinfo=UTC)


def say(words):
    return lambda at: words


def fail(problem):
    def check(at):
        raise problem

    return check


def test_each_part_answers_for_itself_and_no_driver_speaks():
    asked = {
        "books": fail(psycopg.OperationalError("connection to 10.0.0.5 as app failed")),
        "disk": fail(Unwell("only 0.1 GB free")),
        "keys": say("ok"),
    }

    assert Asker().findings(asked, NOW) == [
        Finding("books", False, "does not answer"),
        Finding("disk", False, "only 0.1 GB free"),
        Finding("keys", True, "ok"),
    ]


def test_a_part_that_thinks_for_ever_costs_a_bounded_time_and_is_asked_once():
    asked_times = []

    def think(at):
        asked_times.append(at)
        time.sleep(0.5)
        return "ok"

    asker, began = Asker(longest=0.05, kept=0.0), time.monotonic()

    answers = [asker.findings({"books": think, "keys": say("ok")}, NOW) for _ in range(3)]

    assert time.monotonic() - began < 0.4
    assert answers == [[Finding("books", False, "does not answer"), Finding("keys", True, "ok")]] * 3
    assert len(asked_times) == 1


def test_a_silent_process_is_named(monkeypatch):
    board = heartbeats.Board(["collector", "collector-2", "ingest", "worker-sending"])
    monkeypatch.setattr(heartbeats, "board", lambda: board)
    for name in board.names:
        board.note_start(name, 7)
        board.beat(name)
    board.note_end("collector-2")
    later = time.monotonic() + 60
    board.beat("collector")
    monkeypatch.setattr(time, "monotonic", lambda: later)
    board.beat("ingest")

    asked = checks.checks()

    assert [name for name in asked if name in board.names] == list(board.names)
    assert asked["ingest"](NOW) == "ok"
    with pytest.raises(Unwell, match=r"has not moved for 60 s"):
        asked["collector"](NOW)
    with pytest.raises(Unwell, match="is being started"):
        asked["collector-2"](NOW)


@pytest.mark.usefixtures("books")
def test_an_inbox_that_nobody_empties_is_not_well(monkeypatch):
    monkeypatch.setattr(checks, "inbox_backlog", lambda asked: (12, NOW - timedelta(seconds=301)))

    with pytest.raises(Unwell, match="12 requests wait, the oldest for 301 s"):
        checks.inbox(NOW)


@pytest.mark.usefixtures("books")
def test_the_page_says_503_with_a_line_per_part_and_live_asks_nothing(monkeypatch):
    monkeypatch.setattr(checks, "_asker", Asker())

    answer = Client().get("/health")
    lines = answer.content.decode().splitlines()

    assert answer.status_code == 503  # no collector runs in this test
    assert lines[:4] == ["not well", "books: ok", "keys: ok", "accepting: does not answer"]
    assert [line.partition(":")[0] for line in lines[4:]] == ["inbox", "lake", "disk"]
    assert Client().get("/health/live").content == b"ok\n"


@pytest.mark.parametrize("path", ["/health", "/health/live", "/metrics"])
def test_monitoring_is_answered_in_its_own_form_while_the_books_are_away(monkeypatch, path):
    def refuse(*_, **__):
        raise psycopg.OperationalError("connection failed")

    monkeypatch.setattr("django.db.backends.postgresql.base.DatabaseWrapper.ensure_connection", refuse)
    monkeypatch.setattr(checks, "connection", refuse)
    monkeypatch.setattr(checks, "_asker", checks.Asker())

    answer = Client(raise_request_exception=False).get(path)

    assert answer["Content-Type"].startswith("text/plain")
    said = answer.content.decode()
    if path == "/health":
        assert answer.status_code == 503
        assert "books: does not answer" in said
    else:
        assert answer.status_code == 200
        assert said == "ok\n" if path == "/health/live" else 'yingtai_up{part="books"} 0.0' in said
