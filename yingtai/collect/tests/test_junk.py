"""Junk costs whoever sends it, and hardly us: not without a key, not in a large batch, not the brand's own site."""

import gzip
import json
from typing import Any

import pytest

from yingtai.collect.tests.running import Key, Running, make_key

EVENT = {"type": "track", "event": "Seen", "userId": "anna"}
JUNK = b'{"batch":[' + b",".join([b"1"] * 12_500) + b"]}"
PACKED = {"Content-Encoding": "gzip"}


@pytest.mark.parametrize("bomb", [b'{"a":[' + b"NaN," * 120_000 + b'1],"batch":[1]}', bytes(2_000_000)])
def test_nothing_is_read_for_whoever_has_no_key(collector: Running, bomb: bytes) -> None:
    answer = collector.post("/v1/batch", gzip.compress(bomb), headers=PACKED)

    assert (answer.status, answer.body["code"]) == (401, "collect.key-unknown")


def _in_body(key: Key, where: str) -> bytes:
    batch: list[dict[str, Any]] = [EVENT | {"properties": {"text": "x" * 30_000}}] * 4
    named: dict[str, Any] = {"writeKey": key.text}
    if where == "after another":
        batch[0] = batch[0] | {"properties": {"writeKey": "somebody else's"}}
    request = named | {"batch": batch} if where == "first" else {"batch": batch} | named
    return json.dumps(request).encode()


@pytest.mark.parametrize("where", ["first", "last", "after another"])
def test_a_key_in_the_body_is_found(collector: Running, key: Key, where: str) -> None:
    assert collector.post("/v1/batch", _in_body(key, where)).body["accepted"] == 4


def test_a_key_inside_an_event_opens_nothing(collector: Running, key: Key) -> None:
    body = {"batch": [EVENT | {"properties": {"writeKey": key.text}}]}

    assert collector.post("/v1/batch", body).status == 401


def test_a_packed_body_says_its_key_at_the_beginning(collector: Running, key: Key) -> None:
    first, last = (gzip.compress(_in_body(key, where)) for where in ("first", "last"))

    assert collector.post("/v1/batch", first, headers=PACKED).status == 200
    assert collector.post("/v1/batch", last, headers=PACKED).status == 401


def test_a_batch_of_junk_is_given_up_and_counts_once(collector: Running, key: Key) -> None:
    answer = collector.post("/v1/batch", JUNK, key=key.text)

    assert (answer.status, answer.body["code"]) == (400, "collect.too-many-refused")
    assert answer.body["refused_count"] == 1
    [reading] = collector.readings(key)
    assert [refused.code for refused in reading.refused] == ["collect.too-many-refused"]


def test_a_batch_that_is_mostly_good_is_kept_whatever_else_is_in_it(collector: Running, key: Key) -> None:
    batch = [EVENT, EVENT, 1] * 1_200

    answer = collector.post("/v1/batch", {"batch": batch}, key=key.text)

    assert (answer.status, answer.body["accepted"], answer.body["refused_count"]) == (200, 2_400, 1_200)


def test_junk_with_a_sites_key_does_not_shut_the_site_out(collector: Running) -> None:
    site = make_key(collector.database, events_per_second=1_000)
    junk, visitor = ({"X-Forwarded-For": address} for address in ("203.0.113.9", "198.51.100.7"))

    told = [collector.post("/v1/batch", JUNK, key=site.text, headers=junk).status for _ in range(3)]
    seen = collector.post("/v1/batch", {"batch": [EVENT]}, key=site.text, headers=visitor)

    assert told == [400, 429, 429]
    assert seen.status == 200


def test_bodies_that_cannot_be_read_are_paid_for_by_their_address(collector: Running) -> None:
    junk = PACKED | {"X-Forwarded-For": "203.0.113.9"}

    for body, status in ((b"x" * 400_000, 400), (bytes(2_000_000), 413)):
        site, packed = make_key(collector.database, events_per_second=1_000), gzip.compress(body)
        told = [collector.post("/v1/batch", packed, key=site.text, headers=junk).status for _ in range(2)]
        assert told == [status, 429]
        assert collector.post("/v1/batch", {"batch": [EVENT]}, key=site.text).status == 200
