"""Prometheus gets figures, and nobody else does."""

import dataclasses

import pytest
from django.test import Client
from prometheus_client.parser import text_string_to_metric_families

from yingtai.kernel import heartbeats
from yingtai.kernel.caches import near
from yingtai.kernel.env import env
from yingtai.web.operations import monitoring


@pytest.fixture(autouse=True)
def _nothing_kept():
    near.clear()


@pytest.fixture
def setting(monkeypatch):
    """Set what an operator may set."""

    def put(**values):
        monkeypatch.setattr(monitoring, "env", lambda: dataclasses.replace(env(), **values))

    return put


def ask(address="127.0.0.1", **headers):
    return Client(REMOTE_ADDR=address).get("/metrics", headers=headers)


@pytest.mark.parametrize(
    ("values", "address", "headers", "status"),
    [
        ({}, "127.0.0.1", {}, 200),
        ({}, "::1", {}, 200),
        ({}, "10.0.0.7", {}, 401),
        ({}, "127.0.0.1", {"x-forwarded-for": "10.0.0.7"}, 401),
        ({"public_url": "https://marketing.example.com"}, "127.0.0.1", {}, 401),
        ({"proxies": "127.0.0.1"}, "127.0.0.1", {}, 401),
        ({"metrics_token": "right"}, "10.0.0.7", {"authorization": "Bearer right"}, 200),
        ({"metrics_token": "right"}, "10.0.0.7", {"authorization": "Bearer wrong"}, 401),
        ({"metrics_token": "right"}, "127.0.0.1", {}, 401),
    ],
)
def test_only_this_machine_or_the_token_reads_them(books, setting, values, address, headers, status):
    setting(**values)

    assert ask(address, **headers).status_code == status


@pytest.mark.usefixtures("books")
def test_whoever_asks_often_makes_no_work_and_gets_nothing_without_the_token(setting, monkeypatch):
    setting(metrics_token="right")
    looked = []
    monkeypatch.setattr(monitoring, "_of_disk", lambda: looked.append(1) or [])

    answers = [ask(authorization="Bearer right") for _ in range(3)]

    assert ask(authorization="Bearer wrong").status_code == 401
    assert (len(looked), len({answer.content for answer in answers})) == (1, 1)


@pytest.mark.usefixtures("books")
def test_they_are_the_figures_of_the_page(setting, monkeypatch):
    setting()
    board = heartbeats.Board(["ingest", "web"])
    board.note_start("web", 1)
    board.beat("web")
    board.note_end("ingest")
    monkeypatch.setattr(heartbeats, "board", lambda: board)

    answer = ask()

    families = {one.name: one for one in text_string_to_metric_families(answer.content.decode())}
    values = {
        (sample.name, *sample.labels.values()): sample.value
        for one in families.values()
        for sample in one.samples
    }
    assert values["yingtai_up", "books"] == 1
    assert values["yingtai_process_works", "web"] == 1
    assert values["yingtai_process_works", "ingest"] == 0
    assert values["yingtai_process_ends_total", "ingest"] == 1
    assert values["yingtai_disk_free_bytes",] > 0
    assert values["yingtai_size_bytes", "books"] > 1_000_000
    assert {"yingtai_queue_jobs", "yingtai_inbox_oldest_seconds", "yingtai_jobs_failed"} <= families.keys()
