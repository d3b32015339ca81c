"""Bad events are refused loudly and kept in sight; the good ones of their batch are accepted."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from yingtai.collect.tests.running import Key, Running, make_key

GOOD = {"type": "track", "event": "Seen", "userId": "anna"}


def nested(levels: int) -> dict[str, Any]:
    inside: dict[str, Any] = {}
    for _ in range(levels):
        inside = {"in": inside}
    return inside


def in_days(days: int) -> str:
    return (datetime.now(UTC) + timedelta(days=days)).isoformat()


ORDER = GOOD | {"event": "Order Completed", "properties": {"order_id": "1", "revenue": 5, "currency": "CNY"}}


def order(**said: object) -> dict[str, Any]:
    return ORDER | {"properties": {"order_id": "1"} | said}


BAD: dict[str, tuple[object, str]] = {
    "an order in a code for no money": (order(revenue=5, currency="XXX"), "collect.order-in-no-money"),
    "an order in gold": (order(revenue=5, currency="XAU"), "collect.order-in-no-money"),
    "an order in money of old": (order(revenue=5, currency="DEM"), "collect.order-in-no-money"),
    "an order in a number": (order(revenue=5, currency=156), "collect.order-in-no-money"),
    "an order of words": (order(revenue="abc", currency="CNY"), "collect.revenue-not-readable"),
    "a return of a list": (order(total=[5]) | {"event": "Order Refunded"}, "collect.revenue-not-readable"),
    "not an object": (17, "collect.event-not-an-object"),
    "no type": ({"userId": "a"}, "collect.event-type-unknown"),
    "strange type": (GOOD | {"type": "dance"}, "collect.event-type-unknown"),
    "no name": ({"type": "track", "userId": "a"}, "collect.event-name-missing"),
    "long name": (GOOD | {"event": "x" * 201}, "collect.event-name-missing"),
    "what only we record": (GOOD | {"event": "Unsubscribed"}, "collect.event-name-reserved"),
    "the same by a page": (GOOD | {"type": "page", "event": "Email Opened"}, "collect.event-name-reserved"),
    "the same to the eye": (GOOD | {"event": " ｃonsent\u200b  updated"}, "collect.event-name-reserved"),
    "a Cyrillic letter": (GOOD | {"event": "Em\u0430il Opened"}, "collect.event-name-reserved"),
    "half a pair": (GOOD | {"event": "Unsubscribed\ud83d"}, "collect.event-name-reserved"),
    "what another is shown as": (
        GOOD | {"event": "Put a product into the cart"},
        "collect.event-name-is-title",
    ),
    "the same in Chinese": (GOOD | {"event": "加入购物车\u3164"}, "collect.event-name-is-title"),
    "nobody": ({"type": "page"}, "collect.nobody-named"),
    "nobody but empty": ({"type": "page", "userId": "", "anonymousId": None}, "collect.nobody-named"),
    "id is a list": (GOOD | {"userId": ["a"]}, "collect.field-of-wrong-type"),
    "id is too long": (GOOD | {"userId": "a" * 513}, "collect.field-of-wrong-type"),
    "no group": ({"type": "group", "userId": "a"}, "collect.field-missing"),
    "no previous": ({"type": "alias", "userId": "a"}, "collect.field-missing"),
    "properties are a list": (GOOD | {"properties": [1]}, "collect.field-of-wrong-type"),
    "traits are a text": ({"type": "identify", "userId": "a", "traits": "x"}, "collect.field-of-wrong-type"),
    "message id of 101": (GOOD | {"messageId": "m" * 101}, "collect.message-id-too-long"),
    "message id is a number": (GOOD | {"messageId": 5}, "collect.field-of-wrong-type"),
    "301 properties": (
        GOOD | {"properties": {f"p{n}": n for n in range(301)}},
        "collect.too-many-properties",
    ),
    "too deep": (GOOD | {"properties": nested(25)}, "collect.event-too-deep"),
    "too large": (GOOD | {"properties": {"text": "x" * 33_000}}, "collect.event-too-large"),
    "null character": (GOOD | {"properties": {"text": "a\0b"}}, "collect.null-character"),
    "no time": (GOOD | {"timestamp": "yesterday"}, "collect.clock-not-readable"),
    "future": (GOOD | {"timestamp": in_days(2)}, "collect.clock-ahead"),
    "far past": (GOOD | {"timestamp": in_days(-40)}, "collect.clock-behind"),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_event_is_refused_beside_a_good_one(collector: Running, key: Key, name: str) -> None:
    bad, code = BAD[name]

    answer = collector.post("/v1/batch", {"batch": [GOOD, bad, GOOD]}, key=key.text)

    assert (answer.status, answer.body["accepted"]) == (200, 2)
    [refusal] = answer.body["refused"]
    assert (refusal["index"], refusal["code"]) == (1, code)
    assert refusal["remedy"].endswith(".")
    [reading] = collector.readings(key)
    assert [message.index for message in reading.messages] == [0, 2]
    assert [(refused.index, refused.code) for refused in reading.refused] == [(1, code)]


@pytest.mark.parametrize(
    "fine",
    [
        GOOD | {"event": "Order Completed"},
        GOOD | {"event": "Shop Email Opened"},
        GOOD | {"messageId": "m" * 100},
        GOOD | {"properties": {f"p{n}": n for n in range(300)}},
        GOOD | {"properties": nested(19)},
        GOOD | {"properties": {"text": "x" * 32_000}},
        GOOD | {"properties": None, "context": "odd", "integrations": {"All": True}},
        GOOD | {"properties": {"text": r"a \\u0000 written out"}},
        GOOD | {"timestamp": in_days(-29)},
        GOOD | {"timestamp": 1000 * int(datetime.now(UTC).timestamp())},
        GOOD | {"timestamp": datetime.now(UTC).date().isoformat()},
    ],
)
def test_what_lies_within_the_limits_is_accepted(collector: Running, key: Key, fine: object) -> None:
    answer = collector.post("/v1/batch", {"batch": [fine]}, key=key.text)

    assert (answer.status, answer.body) == (200, {"success": True, "accepted": 1, "refused": []})
    assert len(collector.readings(key)[0].messages) == 1


def test_when_all_are_refused_the_answer_says_so_and_they_are_kept(collector: Running, key: Key) -> None:
    answer = collector.post("/v1/batch", {"batch": [{"type": "page"}]}, key=key.text)

    assert (answer.status, answer.body["code"]) == (400, "collect.all-refused")
    assert answer.body["refused"][0]["code"] == "collect.nobody-named"
    [reading] = collector.readings(key)
    assert reading.messages == []
    assert [refused.event for refused in reading.refused] == [b'{"type": "page"}']


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[1,2]", b"null", b"\xff\xfe", b'{"batch":[{"a":}]}', b"x" * 9000]
)
def test_a_body_that_nobody_can_read_is_kept_as_text(collector: Running, key: Key, body: bytes) -> None:
    answer = collector.post("/v1/batch", body, key=key.text)

    assert (answer.status, answer.body["code"]) in {
        (400, "collect.request-not-readable"),
        (400, "collect.batch-missing"),
    }
    [reading] = collector.readings(key)
    assert reading.messages == []
    assert len(reading.refused) == 1


@pytest.mark.parametrize("body", [{}, {"batch": []}, {"batch": "x"}])
def test_a_batch_without_events_is_refused(collector: Running, key: Key, body: object) -> None:
    answer = collector.post("/v1/batch", body, key=key.text)

    assert (answer.status, answer.body["code"]) == (400, "collect.batch-missing")


PLAN = {
    "on_violation": "keep",
    "events": {
        "Bought": {
            "properties": {"price": {"type": "number"}, "order": {"type": "string", "required": True}}
        },
        "Paid": {"on_violation": "block", "properties": {"amount": {"type": "integer"}}},
    },
    "traits": {"city": {"type": "string"}},
}


def test_a_breach_of_the_plan_is_marked_or_refused_as_the_plan_says(collector: Running) -> None:
    planned = make_key(collector.database, plan=PLAN)
    batch = [
        GOOD | {"event": "Bought", "properties": {"price": "12", "order": "o1"}},
        GOOD | {"event": "Bought", "properties": {"price": 12, "order": "o1", "other": [1]}},
        GOOD | {"event": "Bought", "properties": {"price": 12}},
        GOOD | {"event": "Paid", "properties": {"amount": "5"}},
        {"type": "identify", "userId": "a", "traits": {"city": 5}},
        GOOD | {"event": "Never declared", "properties": {"price": "free"}},
    ]

    answer = collector.post("/v1/batch", {"batch": batch}, key=planned.text)

    [refusal] = answer.body["refused"]
    assert (refusal["index"], refusal["path"]) == (3, "properties.amount")
    [reading] = collector.readings(planned)
    marks = {message.index: [mark.path for mark in message.violations] for message in reading.messages}
    assert marks == {0: ["properties.price"], 1: [], 2: ["properties"], 4: ["traits.city"], 5: []}


@pytest.mark.parametrize(
    "said",
    [
        {"revenue": 5, "currency": "CNY"},
        {"revenue": "¥1,299.00", "currency": "rmb"},
        {"total": "", "currency": ""},
        {"total": None, "value": 3.5},
        {"revenue": 20, "currency": "HRK"},
        {},
    ],
)
def test_an_order_as_shops_write_it_is_taken(collector: Running, key: Key, said: dict[str, Any]) -> None:
    answer = collector.post("/v1/batch", {"batch": [order(**said)]}, key=key.text)

    assert (answer.status, answer.body["accepted"], answer.body.get("refused", [])) == (200, 1, [])
