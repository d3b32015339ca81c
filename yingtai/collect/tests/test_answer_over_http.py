"""Who may send, how much, from where, and what everybody else is told."""

import contextlib
import gzip
import json
import os
import signal
import socket
import time

from yingtai.collect.tests.running import Key, Running, administrator, await_health, make_key

EVENT = {"type": "track", "event": "Seen", "userId": "anna"}
BATCH = {"batch": [EVENT]}


def test_a_key_is_asked_for(collector: Running, key: Key) -> None:
    for headers in ({}, {"Authorization": "Basic !!"}, {"Authorization": "Bearer x"}):
        answer = collector.post("/v1/batch", BATCH, headers=headers)

        assert (answer.status, answer.body["code"]) == (401, "collect.key-unknown")
        assert answer.headers["www-authenticate"].startswith("Basic")


def test_an_unknown_or_revoked_key_is_refused(collector: Running) -> None:
    revoked = make_key(collector.database, status="revoked")

    assert collector.post("/v1/batch", BATCH, key="guess").status == 401
    assert collector.post("/v1/batch", BATCH, key=revoked.text).status == 401


def test_a_key_revoked_later_stops_working(collector: Running, key: Key) -> None:
    assert collector.post("/v1/batch", BATCH, key=key.text).status == 200
    with collector.database.connect("app") as books:
        books.execute("UPDATE collect_write_key SET status = 'revoked' WHERE source_no = %s", [key.source_no])

    deadline = time.monotonic() + 10
    while collector.post("/v1/batch", BATCH, key=key.text).status == 200 and time.monotonic() < deadline:
        time.sleep(0.1)

    assert collector.post("/v1/batch", BATCH, key=key.text).status == 401


def test_the_key_may_stand_in_the_body(collector: Running, key: Key) -> None:
    assert collector.post("/v1/batch", BATCH | {"writeKey": key.text}).status == 200
    assert collector.post("/v1/track", EVENT | {"writeKey": key.text}).status == 200
    assert collector.post("/v1/track", EVENT | {"writeKey": 5}).status == 401


def test_other_addresses_and_methods_are_told_apart(collector: Running, key: Key) -> None:
    assert collector.post("/v1/dance", EVENT, key=key.text).status == 404
    assert collector.ask("GET", "/v1/track").status == 405
    assert collector.ask("GET", "/v1/track").headers["allow"] == "POST, OPTIONS"
    assert collector.post("/v1/track/", EVENT, key=key.text).status == 200


def test_health_is_told(collector: Running) -> None:
    answer = collector.ask("GET", "/health")

    assert (answer.status, answer.body) == (200, {"status": "ok"})


def test_a_body_over_the_limit_is_refused_however_it_is_packed(collector: Running, key: Key) -> None:
    large = json.dumps({"batch": [EVENT | {"properties": {"n": n}} for n in range(9_000)]}).encode()
    bomb = gzip.compress(b" " * 200_000_000)
    assert len(large) > 500 * 1024 > len(bomb)

    assert collector.post("/v1/batch", large, key=key.text).status == 413
    packed = {"Content-Encoding": "gzip"}
    assert collector.post("/v1/batch", bomb, key=key.text, headers=packed).status == 413
    assert collector.post("/v1/batch", gzip.compress(large), key=key.text, headers=packed).status == 413
    assert collector.readings(key) == []


def test_a_body_just_under_the_limit_is_accepted(collector: Running, key: Key) -> None:
    events = [EVENT | {"properties": {"text": "x" * 10_000}} for _ in range(50)]
    body = json.dumps({"batch": events}).encode()
    assert 500_000 < len(body) <= 500 * 1024

    assert collector.post("/v1/batch", body, key=key.text).body["accepted"] == 50


def test_a_batch_of_crumbs_is_refused(collector: Running, key: Key) -> None:
    assert collector.post("/v1/batch", {"batch": [1] * 20_000}, key=key.text).status == 413


def test_damaged_or_unknown_packing_is_told_apart(collector: Running, key: Key) -> None:
    cut = gzip.compress(json.dumps(BATCH).encode())[:-9]

    for body, encoding, status in ((cut, "gzip", 400), (b"xx", "gzip", 400), (b"xx", "br", 415)):
        answer = collector.post("/v1/batch", body, key=key.text, headers={"Content-Encoding": encoding})
        assert answer.status == status


def test_a_key_that_sends_too_much_is_told_when_to_come_back(collector: Running) -> None:
    slow = make_key(collector.database, events_per_second=10)
    first = collector.post("/v1/batch", {"batch": [EVENT] * 100}, key=slow.text)

    second = collector.post("/v1/batch", BATCH, key=slow.text)

    assert (first.status, second.status) == (200, 429)
    assert second.body["code"] == "collect.too-many-events"
    assert second.headers["retry-after"] == "8"
    assert int(second.headers["x-ratelimit-reset"]) - time.time() <= 9


def test_a_website_needs_to_be_allowed(collector: Running) -> None:
    web = make_key(collector.database, allowed_origins=["https://shop.example.com"])
    ours, other = {"Origin": "https://shop.example.com"}, {"Origin": "https://else.example.com"}

    good = collector.post("/v1/batch", BATCH, key=web.text, headers=ours)
    bad = collector.post("/v1/batch", BATCH, key=web.text, headers=other)

    assert good.status == 200
    assert good.headers["access-control-allow-origin"] == "https://shop.example.com"
    assert (bad.status, bad.body["code"]) == (403, "collect.origin-not-allowed")
    assert "access-control-allow-origin" not in bad.headers


def test_a_browser_may_ask_first(collector: Running) -> None:
    make_key(collector.database, allowed_origins=["https://shop.example.com"])
    assert collector.post("/v1/batch", BATCH, key="makes the keys be read again").status == 401

    answer = collector.ask("OPTIONS", "/v1/batch", headers={"Origin": "https://shop.example.com"})

    assert answer.status == 204
    assert answer.headers["access-control-allow-origin"] == "https://shop.example.com"
    assert "authorization" in answer.headers["access-control-allow-headers"]


def test_a_key_without_origins_is_not_for_browsers(collector: Running, key: Key) -> None:
    headers = {"Origin": "https://shop.example.com"}

    assert collector.post("/v1/batch", BATCH, key=key.text, headers=headers).status == 403


def test_idle_connections_stand_in_nobodys_way(collector: Running, key: Key) -> None:
    with contextlib.ExitStack() as idle:
        for _ in range(600):
            line = idle.enter_context(socket.create_connection(("127.0.0.1", collector.port), timeout=5))
            line.sendall(b"GET /health HTTP/1.1\r\nHost: here\r\n\r\n")
            assert line.recv(1000).startswith(b"HTTP/1.1 200")

        assert collector.post("/v1/batch", BATCH, key=key.text).status == 200


def test_the_short_addresses_of_the_browser_sdk_answer(collector: Running, key: Key) -> None:
    named = {"t": EVENT, "i": {"userId": "anna"}, "p": {"userId": "anna"}, "s": {"userId": "anna"}, "b": BATCH,
             "g": {"userId": "anna", "groupId": "g"}, "a": {"userId": "anna", "previousId": "v"}}  # fmt: skip

    for name, body in named.items():
        assert collector.post(f"/v1/{name}", body, key=key.text).status == 200
    assert collector.post("/v1/m", {"series": []}).status == 200
    assert collector.post("/v1/tt", EVENT, key=key.text).status == 404
    assert collector.ask("GET", "/v1/m").status == 405


def test_a_member_number_alone_names_somebody(collector: Running, key: Key) -> None:
    of = {"type": "track", "event": "Seen"}
    ids = [{"id": "A-4", "type": "member_no", "collection": "users", "encoding": "none"}]

    assert collector.post("/v1/track", of | {"context": {"externalIds": ids}}, key=key.text).status == 200
    for nobody in ({}, {"context": {"externalIds": []}}, {"context": {"externalIds": [{}]}}, {"context": 5}):
        assert collector.post("/v1/track", of | nobody, key=key.text).status == 400


def test_health_notices_an_inbox_that_hangs_without_a_word(collector: Running) -> None:
    with administrator(collector.database, collector.database.name) as books, books.transaction():
        books.execute("LOCK TABLE collect_inbox IN ACCESS EXCLUSIVE MODE")
        time.sleep(1.1)  # an answer is good for a second
        began = time.monotonic()
        answer = collector.ask("GET", "/health")

        assert (answer.status, answer.body) == (503, {"status": "waiting"})
        assert time.monotonic() - began < 2

    await_health(collector)


def test_health_notices_a_database_that_is_frozen(collector: Running) -> None:
    with collector.database.connect("collector") as books:
        of_others = "WHERE usename = 'collector' AND datname = current_database() AND pid <> pg_backend_pid()"
        stopped = [
            pid for (pid,) in books.execute(f"SELECT pid FROM pg_stat_activity {of_others}").fetchall()
        ]
    time.sleep(1.1)
    try:
        for pid in stopped:
            os.kill(pid, signal.SIGSTOP)
        began = time.monotonic()
        status = collector.ask("GET", "/health").status
        took = time.monotonic() - began
    finally:
        for pid in stopped:
            os.kill(pid, signal.SIGCONT)

    assert status == 503
    assert took < 2
    await_health(collector)
