"""What is sent is kept, as it was meant, before the answer."""

import gzip
import json
from datetime import UTC, datetime, timedelta

from yingtai.collect.clocks import micros
from yingtai.collect.tests.running import Key, Running, make_key


def bought(**more: object) -> dict[str, object]:
    return {"type": "track", "event": "Order Completed", "userId": "anna", "messageId": "m-1"} | more


def test_a_batch_is_kept_and_answered(collector: Running, key: Key) -> None:
    answer = collector.post("/v1/batch", {"batch": [bought(properties={"total": 12.5})]}, key=key.text)

    assert (answer.status, answer.body) == (200, {"success": True, "accepted": 1, "refused": []})
    [reading] = collector.readings(key)
    [message] = reading.messages
    assert (message.type, message.event, message.user_id) == ("track", "Order Completed", "anna")
    assert (message.message_id, message.properties) == ("m-1", {"total": 12.5})
    assert reading.refused == []


def test_every_call_gives_its_type(collector: Running, key: Key) -> None:
    extra = {"group": {"groupId": "club"}, "alias": {"previousId": "old"}, "track": {"event": "Seen"}}
    for call in ("identify", "track", "page", "screen", "group", "alias"):
        answer = collector.post(f"/v1/{call}", {"userId": "anna", **extra.get(call, {})}, key=key.text)
        assert answer.status == 200, answer.body

    types = [message.type for reading in collector.readings(key) for message in reading.messages]
    assert types == ["identify", "track", "page", "screen", "group", "alias"]


def test_the_import_call_takes_a_batch(collector: Running, key: Key) -> None:
    assert collector.post("/v1/import", {"batch": [bought()]}, key=key.text).status == 200

    assert len(collector.readings(key)[0].messages) == 1


def test_bodies_may_be_compressed_and_of_any_content_type(collector: Running, key: Key) -> None:
    packed = gzip.compress(json.dumps({"batch": [bought()]}).encode())
    headers = {"Content-Encoding": "gzip", "Content-Type": "text/plain;charset=UTF-8"}

    assert collector.post("/v1/batch", packed, key=key.text, headers=headers).status == 200


def test_batch_context_reaches_every_message_and_gives_way_to_its_own(collector: Running, key: Key) -> None:
    body = {
        "context": {"locale": "zh-CN", "campaign": {"source": "wechat"}},
        "batch": [bought(), bought(context={"locale": "en"})],
    }

    collector.post("/v1/batch", body, key=key.text)

    [reading] = collector.readings(key)
    first, second = (message.context for message in reading.messages)
    assert (first.locale, first.campaign) == ("zh-CN", {"source": "wechat"})
    assert (second.locale, second.campaign) == ("en", {"source": "wechat"})


def test_a_clock_that_is_off_is_corrected(collector: Running, key: Key) -> None:
    theirs = datetime.now(UTC) - timedelta(days=400)
    event = bought(timestamp=(theirs - timedelta(minutes=5)).isoformat())

    answer = collector.post("/v1/batch", {"batch": [event], "sentAt": theirs.isoformat()}, key=key.text)

    assert answer.status == 200
    [message] = collector.readings(key)[0].messages
    assert message.received_at - message.occurred_at == 5 * 60 * 1_000_000


def test_a_time_without_a_zone_is_meant_in_the_sources_zone(collector: Running) -> None:
    shanghai = make_key(collector.database, timezone="Asia/Shanghai")
    hour_ago = datetime.now(UTC).replace(microsecond=0) - timedelta(hours=1)
    said = (hour_ago + timedelta(hours=8)).replace(tzinfo=None).isoformat()

    collector.post("/v1/batch", {"batch": [bought(timestamp=said)]}, key=shanghai.text)

    [message] = collector.readings(shanghai)[0].messages
    assert message.occurred_at == micros(hour_ago)


def test_addresses_lose_their_query_but_not_their_campaign(collector: Running, key: Key) -> None:
    page = {
        "url": "https://shop.example.com/cars?utm_source=wechat&utm_campaign=spring&phone=13800000000",
        "referrer": "https://search.example.com/?q=anna+lin",
        "title": "Anna",
        "search": "?phone=13800000000",
    }

    collector.post(
        "/v1/page", {"userId": "anna", "properties": page, "context": {"page": page}}, key=key.text
    )

    [message] = collector.readings(key)[0].messages
    assert message.context.page is not None
    assert message.context.page.path == "/cars"
    assert message.context.page.referrer_host == "search.example.com"
    assert message.context.campaign == {"source": "wechat", "name": "spring"}
    assert "13800000000" not in repr(message)
    assert "anna+lin" not in repr(message)


def test_what_the_browser_forbids_travels_along(collector: Running, key: Key) -> None:
    collector.post("/v1/batch", {"batch": [bought()]}, key=key.text, headers={"Sec-GPC": "1"})

    assert collector.readings(key)[0].messages[0].opted_out


def test_nothing_personal_lies_in_the_clear(collector: Running, key: Key) -> None:
    collector.post(
        "/v1/identify", {"userId": "anna", "traits": {"email": "canary@example.com"}}, key=key.text
    )

    with collector.database.connect("worker") as books:
        [(body,)] = books.execute(
            "SELECT body FROM collect_inbox WHERE source_no = %s", [key.source_no]
        ).fetchall()
    assert b"canary" not in body


def test_half_of_a_character_pair_is_replaced_and_the_rest_kept(collector: Running, key: Key) -> None:
    body = rb'{"batch":[{"type":"track","event":"Said","userId":"a","properties":{"text":"hi \ud83d"}}]}'

    assert collector.post("/v1/batch", body, key=key.text).status == 200

    assert collector.readings(key)[0].messages[0].properties == {"text": "hi \ufffd"}


def test_ids_that_came_as_numbers_are_texts(collector: Running, key: Key) -> None:
    collector.post("/v1/batch", {"batch": [bought(userId=42), bought(userId=17850.0)]}, key=key.text)

    assert [m.user_id for m in collector.readings(key)[0].messages] == ["42", "17850"]


def test_numbers_that_are_none_are_left_out_and_the_rest_kept(collector: Running, key: Key) -> None:
    body = {"batch": [bought(properties={"ratio": float("nan"), "total": 5})]}

    assert collector.post("/v1/batch", body, key=key.text).status == 200

    assert collector.readings(key)[0].messages[0].properties == {"ratio": None, "total": 5}


def test_an_absurd_time_of_sending_loses_nothing(collector: Running, key: Key) -> None:
    now = datetime.now(UTC).isoformat()
    for sent in ("0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z", "9999-05-28T00:00:00Z", "2050-01-01T00:00:00Z",
                 "1970-01-01T00:00:00Z", 0, 10**14):  # fmt: skip
        body = {"batch": [bought(timestamp=now)], "sentAt": sent}

        assert collector.post("/v1/batch", body, key=key.text).status == 200
