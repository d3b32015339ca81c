"""What ingest gets from a document."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from yingtai.collect import inbox
from yingtai.collect.clocks import micros
from yingtai.collect.inbox import Envelope, Mark
from yingtai.collect.reading import Message, explode

RECEIVED = micros(datetime(2025, 6, 1, 12, tzinfo=UTC))


def read(*events: object, **batch: object) -> list[Message]:
    body = json.dumps({"batch": events} | batch).encode()
    return explode(inbox.document(Envelope(received=RECEIVED, ip="203.0.113.9"), body)).messages


def track(**more: object) -> dict[str, Any]:
    return {"type": "track", "event": "Seen", "userId": "anna", "messageId": "m"} | more


def test_a_message_without_an_id_is_known_by_its_content_when_it_has_a_time() -> None:
    timed = {"type": "page", "userId": "anna", "timestamp": "2025-06-01T11:00:00Z"}
    untimed = {"type": "page", "userId": "anna"}

    first, again, other, another = read(timed, timed, untimed, untimed)

    assert first.message_id == again.message_id
    assert len({first.message_id, other.message_id, another.message_id}) == 3
    assert len(first.message_id) <= 100


def test_the_address_of_the_request_stands_in_for_a_missing_one() -> None:
    own, shared = read(track(context={"ip": "198.51.100.7"}), track())

    assert (own.ip, shared.ip) == ("198.51.100.7", "203.0.113.9")


def test_consent_and_other_ids_are_read() -> None:
    consent = {"categoryPreferences": {"Advertising": True, "Analytics": False}}
    ids = [{"id": "M-1", "type": "member_no", "collection": "users", "encoding": "none"}]

    [message] = read(track(context={"consent": consent, "externalIds": ids}))

    assert message.context.consent is not None
    assert message.context.consent.category_preferences == {"Advertising": True, "Analytics": False}
    assert message.context.external_ids == ids


def test_no_consent_differs_from_consent_to_nothing() -> None:
    silent, nothing = read(track(), track(context={"consent": {}}))

    assert silent.context.consent is None
    assert nothing.context.consent is not None


def test_parts_of_a_context_that_have_no_form_are_left_out_alone() -> None:
    [message] = read(track(context={"locale": 5, "page": {"path": "/a?b"}, "campaign": "x", "odd": {}}))

    assert (message.context.locale, message.context.campaign) == (None, None)
    assert message.context.page is not None
    assert message.context.page.path == "/a"


def test_a_page_of_the_batch_is_reduced_for_every_message() -> None:
    page = {
        "url": "https://shop.example.com/a?utm_medium=mail&token=t",
        "referrer": "https://x.example.com/?q=1",
    }

    first, second = read(track(), track(), context={"page": page})

    for message in (first, second):
        assert message.context.page is not None
        assert message.context.page.path == "/a"
        assert message.context.page.referrer_host == "x.example.com"
        assert message.context.campaign == {"medium": "mail"}
        assert "token" not in repr(message)


def test_traits_of_the_context_count_when_a_message_has_none() -> None:
    [message] = read(track(context={"traits": {"city": "Shanghai"}}))

    assert message.traits == {"city": "Shanghai"}


def test_refused_events_come_with_their_reason_and_body() -> None:
    envelope = Envelope(received=RECEIVED, refused=[Mark(1, "collect.nobody-named", "who?")])
    body = json.dumps({"batch": [track(), {"type": "page"}]}).encode()

    reading = explode(inbox.document(envelope, body))

    assert [message.index for message in reading.messages] == [0]
    [refused] = reading.refused
    assert (refused.index, refused.code, refused.detail) == (1, "collect.nobody-named", "who?")
    assert json.loads(refused.event) == {"type": "page"}


@pytest.mark.parametrize("number", ["1e999", "-1e400", "9" * 5_000, "-" + "9" * 5_000, "9" * 400 + ".5"])
def test_a_number_that_no_computer_holds_is_left_out_alone_and_counted(number: str) -> None:
    event = json.dumps(track(properties={"kept": 1.5, "bad": 0, "list": [{"deep": 0}, 2]}))
    body = f'{{"batch":[{event.replace(": 0", ": " + number)},{json.dumps(track())}]}}'.encode()

    reading = explode(inbox.document(Envelope(received=RECEIVED), body))

    assert reading.refused == []
    assert [message.properties for message in reading.messages] == [
        {"kept": 1.5, "bad": None, "list": [{"deep": None}, 2]}, {},
    ]  # fmt: skip
    assert reading.left_out == 2


@pytest.mark.parametrize("name", ["userId", "timestamp", "messageId", "event"])
def test_such_a_number_in_what_a_message_needs_refuses_it_with_its_path(name: str) -> None:
    event = json.dumps(track(**{name: 0})).replace(f'"{name}": 0', f'"{name}": 1e999')
    body = f'{{"batch":[{event}]}}'.encode()

    reading = explode(inbox.document(Envelope(received=RECEIVED), body))

    assert [(one.code, one.path) for one in reading.refused] == [("collect.text-not-readable", name)]
