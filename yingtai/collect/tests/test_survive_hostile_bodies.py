"""Whatever is sent: never an error of ours, and never a good event lost beside a bad one."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from yingtai.collect import inbox
from yingtai.collect.clocks import micros
from yingtai.collect.collector.checking import check, window_for
from yingtai.collect.collector.keys import Source
from yingtai.collect.collector.opening import open_request
from yingtai.collect.collector.plans import compile_plan
from yingtai.collect.collector.throttle import Bucket
from yingtai.collect.errors import RequestTooLarge
from yingtai.collect.reading import Reading, explode
from yingtai.collect.tests.running import Running, make_key

NOW = datetime(2025, 6, 1, tzinfo=UTC)
PLAN = {"events": {"Bought": {"properties": {"price": {"type": "number"}}}}}
SOURCE = Source(
    source_no=1,
    node_no=1 << 40,
    zone=UTC,
    zone_name="UTC",
    backfill=timedelta(days=30),
    origins=frozenset(),
    bucket=Bucket(1e9, 0.0),
    plan=compile_plan(PLAN),
    additional_data=b"",
)
values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)
NAMES = ("type", "event", "userId", "anonymousId", "messageId", "timestamp", "originalTimestamp", "sentAt")
NAMES += ("properties", "traits", "context", "groupId", "previousId", "name", "integrations")
odd = st.dictionaries(
    st.sampled_from(NAMES), values | st.sampled_from(("track", "page", "alias")), max_size=8
)
times = st.datetimes().map(lambda moment: moment.isoformat() + "Z")
contexts = st.fixed_dictionaries(
    {}, optional={"page": values, "campaign": values, "consent": values, "traits": values, "locale": values}
)
near = st.fixed_dictionaries(
    {"type": st.sampled_from(("track", "identify", "page")), "event": st.just("Bought"), "userId": values},
    optional={"timestamp": times | values, "properties": values, "traits": values, "context": contexts},
)
good = st.fixed_dictionaries(
    {
        "type": st.just("track"),
        "event": st.text(st.characters(exclude_characters="\0", codec="utf-8"), min_size=1, max_size=50),
        "userId": st.from_regex(r"\A[a-z]{1,9}\Z"),
        "messageId": st.uuids().map(str),
    }
)


def taken(body: bytes, call: str = "batch") -> tuple[inbox.Envelope, Reading]:
    """Do with a body what the collector and then ingest do, without the wire between them."""
    request = open_request(body, many=call == "batch", call=call)
    window = window_for(request.sent_at, received=NOW, source=SOURCE)
    refused, violations = request.marks, []
    if not request.malformed:
        refused, violations = check(request, source=SOURCE, window=window)
    envelope = inbox.Envelope(
        received=micros(NOW), call=call, refused=refused, violations=violations, malformed=request.malformed
    )
    document = inbox.document(envelope, request.body)
    return envelope, explode(inbox.decompress(inbox.compress(document)))


@settings(max_examples=300)
@given(body=st.binary(max_size=300) | values.map(lambda value: json.dumps(value).encode()))
def test_any_bytes_are_read_to_an_end(body: bytes) -> None:
    for call in ("batch", "track", "identify"):
        _, reading = taken(body, call)
        assert len(reading.messages) + len(reading.refused) >= 1


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.data())
def test_good_events_survive_any_company(data: st.DataObject) -> None:
    kept = data.draw(st.lists(good, min_size=1, max_size=3))
    strange = data.draw(st.lists(odd | near | values, max_size=4))
    batch = data.draw(st.permutations(kept + strange))

    envelope, reading = taken(json.dumps({"batch": batch, "context": data.draw(contexts)}).encode())

    ids = {message.message_id for message in reading.messages}
    assert {event["messageId"] for event in kept} <= ids
    assert len(reading.messages) + len(reading.refused) == len(batch)
    assert {mark.index for mark in envelope.refused} <= {refused.index for refused in reading.refused}
    msgspec.json.encode(reading.messages)


@settings(max_examples=200)
@given(sent=times | values, said=times)
def test_no_clock_leads_outside_the_bounds(sent: Any, said: str) -> None:
    event = {"type": "page", "userId": "a", "timestamp": said}

    _, reading = taken(json.dumps({"batch": [event], "sentAt": sent}).encode())

    for message in reading.messages:
        assert micros(NOW - timedelta(days=30)) <= message.occurred_at <= micros(NOW + timedelta(hours=24))


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    body=st.binary(max_size=200) | st.lists(odd | near, max_size=5).map(lambda b: json.dumps({"batch": b}))
)
def test_the_server_never_fails(collector: Running, body: bytes | str) -> None:
    global_key = _key(collector)
    sent = body if isinstance(body, bytes) else body.encode("utf-8", "replace")

    answer = collector.post("/v1/batch", sent, key=global_key)

    assert answer.status in {200, 400}
    assert answer.body["success"] == (answer.status == 200)


def test_deep_nesting_is_no_way_in() -> None:
    body = b'{"batch":[{"type":"page","userId":"a","properties":' + b"[" * 100_000 + b"]" * 100_000 + b"}]}"

    _, reading = taken(body)

    assert reading.messages == []


def test_a_number_too_large_to_read_is_left_out_alone() -> None:
    huge = b'{"type":"page","userId":"a","properties":{"n":' + b"9" * 5000 + b"}}"

    _, reading = taken(b'{"batch":[' + huge + b',{"type":"page","userId":"b"}]}')

    assert [(message.user_id, message.properties) for message in reading.messages] == [
        ("a", {"n": None}),
        ("b", {}),
    ]
    assert reading.refused == []


def test_crumbs_do_not_hold_the_server_up() -> None:
    try:
        taken(json.dumps({"batch": [1] * 13_000}).encode())
    except RequestTooLarge:
        return
    raise AssertionError("a batch of crumbs was read")


_keys: dict[int, str] = {}


def _key(collector: Running) -> str:
    if collector.port not in _keys:
        _keys[collector.port] = make_key(collector.database).text
    return _keys[collector.port]
