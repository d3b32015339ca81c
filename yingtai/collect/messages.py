"""The messages of the Segment specification: their fields, and how to mend what clients get almost right."""

import json
from datetime import datetime, tzinfo
from math import isfinite
from typing import Annotated, Any, Literal

import msgspec

from yingtai.collect.clocks import read_time
from yingtai.collect.limits import ID_LETTERS, MESSAGE_ID_LETTERS, NAME_LETTERS

Kind = Literal["track", "identify", "page", "screen", "group", "alias"]
KINDS = frozenset(("track", "identify", "page", "screen", "group", "alias"))
Id = Annotated[str, msgspec.Meta(max_length=ID_LETTERS)] | int | None
Name = Annotated[str, msgspec.Meta(max_length=NAME_LETTERS)] | None
MessageId = Annotated[str, msgspec.Meta(max_length=MESSAGE_ID_LETTERS)] | None
NOTHING = msgspec.Raw()
NOT_IN_RANGE = "number out of range"

UNREADABLE = (msgspec.DecodeError, UnicodeDecodeError, RecursionError, ValueError)
"""What the decoder raises on bytes a client can send; `DecodeError` includes a wrong type."""

OBJECTS = ("properties", "traits", "context", "integrations")
IDS = ("userId", "anonymousId", "groupId", "previousId")
TIMES = ("timestamp", "originalTimestamp", "sentAt")


class Header(msgspec.Struct, gc=False, rename="camel"):
    """What has to be known of a message to accept it; everything else is passed over unread."""

    type: Kind
    message_id: MessageId = None
    event: Name = None
    user_id: Id = None
    anonymous_id: Id = None
    group_id: Id = None
    previous_id: Id = None
    timestamp: datetime | None = None
    original_timestamp: datetime | None = None
    properties: msgspec.Raw = NOTHING
    traits: msgspec.Raw = NOTHING
    context: msgspec.Raw = NOTHING


class GoodBatch(msgspec.Struct, gc=False, rename="camel"):
    """A request of many messages that all have the form they should have, read in one go."""

    batch: list[Header]
    sent_at: msgspec.Raw = NOTHING
    write_key: msgspec.Raw = NOTHING


class Batch(msgspec.Struct, gc=False, rename="camel"):
    """A request of many messages; each is looked at on its own, so that one cannot spoil the others."""

    batch: list[msgspec.Raw]
    sent_at: msgspec.Raw = NOTHING
    write_key: msgspec.Raw = NOTHING


class Single(msgspec.Struct, gc=False, rename="camel"):
    """What a request of one message says beside the message."""

    sent_at: msgspec.Raw = NOTHING
    write_key: msgspec.Raw = NOTHING


class Unmendable(Exception):
    """A message whose meaning nobody could tell."""

    def __init__(self, code: str, detail: str, path: str = "") -> None:
        super().__init__(code)
        self.code, self.detail, self.path = code, detail, path


OF_THE_MESSAGE = frozenset(("type", "event", "messageId", *IDS, *TIMES))
"""What a message cannot do without: no value of these is left out."""
MOST_DIGITS = 4_300
"""Of a whole number, as many as the quick reader takes."""

_read_quickly = msgspec.json.Decoder().decode
_NO_NUMBER = object()


def read_anything(raw: msgspec.Raw | bytes, left_out: list[str] | None = None) -> Any:
    """Return a JSON value; a number that no computer holds is null in it, as NaN is, and its path is in `left_out`.

    Raises: one of UNREADABLE
    """
    try:
        return _read_quickly(raw)
    except msgspec.ValidationError:
        # Without a type, a number out of range is all that it can be.
        value = json.loads(bytes(raw), parse_int=_whole, parse_float=_finite, parse_constant=lambda _: None)
        return _without_no_numbers(value, "", [] if left_out is None else left_out)


def _whole(digits: str) -> object:
    return int(digits) if len(digits) <= MOST_DIGITS else _NO_NUMBER


def _finite(digits: str) -> object:
    return value if isfinite(value := float(digits)) else _NO_NUMBER


def _without_no_numbers(value: Any, path: str, left_out: list[str]) -> Any:
    if isinstance(value, dict):
        within = f"{path}." if path else ""
        return {
            name: _without_no_numbers(inner, f"{within}{name}", left_out) for name, inner in value.items()
        }
    if isinstance(value, list):
        return [_without_no_numbers(inner, f"{path}[...]", left_out) for inner in value]
    if value is _NO_NUMBER:
        left_out.append(path)
        return None
    return value


def with_type(raw: msgspec.Raw | bytes, kind: str) -> bytes:
    """Return a message that carries the type its address names, which wins over its own."""
    inside = bytes(raw).strip()[1:].lstrip()
    comma = b"" if inside == b"}" else b","
    # Put last, because of two equal names the later counts.
    return b"{" + inside[:-1].rstrip() + comma + b'"type":"%b"}' % kind.encode()


def mend(raw: msgspec.Raw | bytes, zone: tzinfo, left_out: list[str] | None = None) -> dict[str, Any]:
    """Return the message as the specification has it, or refuse: raises Unmendable.

    Numbers become ids, times of every usual form become ISO 8601, nulls disappear. `left_out` gets the paths of
    numbers that are out of range, which are null.
    """
    left_out = [] if left_out is None else left_out
    try:
        message = read_anything(raw, left_out)
    except UNREADABLE as problem:
        raise Unmendable("collect.text-not-readable", str(problem)) from problem
    for path in left_out:
        if path in OF_THE_MESSAGE:
            raise Unmendable("collect.text-not-readable", NOT_IN_RANGE, path)
    if not isinstance(message, dict):
        raise Unmendable("collect.event-not-an-object", type(message).__name__)
    if not isinstance(message.get("type"), str) or message["type"] not in KINDS:
        raise Unmendable("collect.event-type-unknown", repr(message.get("type"))[:80], "type")
    message = {name: value for name, value in message.items() if value is not None}
    for name in TIMES:
        if name in message:
            _mend_time(message, name, zone)
    for name in IDS:
        if name in message:
            message[name] = _mend_id(message[name], name)
    _mend_texts(message)
    _mend_objects(message)
    return message


def _mend_time(message: dict[str, Any], name: str, zone: tzinfo) -> None:
    when = read_time(message[name], zone)
    if when is not None:
        message[name] = when.isoformat()
    elif name == "sentAt":
        del message[name]
    else:
        raise Unmendable("collect.clock-not-readable", repr(message[name])[:80], name)


def _mend_id(value: object, name: str) -> str:
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, bool | float | list | dict):
        raise Unmendable("collect.field-of-wrong-type", "text expected", name)
    if len(text := str(value)) > ID_LETTERS:
        raise Unmendable("collect.field-of-wrong-type", f"longer than {ID_LETTERS} letters", name)
    return text


def _mend_texts(message: dict[str, Any]) -> None:
    if len(message_id := str(message.get("messageId", ""))) > MESSAGE_ID_LETTERS:
        raise Unmendable("collect.message-id-too-long", f"{len(message_id)} letters", "messageId")
    for name in ("messageId", "event"):
        if not isinstance(message.get(name, ""), str):
            raise Unmendable("collect.field-of-wrong-type", "text expected", name)
    if not isinstance(message.get("name", ""), str):
        del message["name"]
    if len(message.get("event", "")) > NAME_LETTERS:
        raise Unmendable("collect.event-name-missing", f"longer than {NAME_LETTERS} letters", "event")


def _mend_objects(message: dict[str, Any]) -> None:
    for name in ("properties", "traits"):
        if not isinstance(message.get(name, {}), dict):
            raise Unmendable("collect.field-of-wrong-type", "object expected", name)
    for name in ("context", "integrations"):
        if not isinstance(message.get(name, {}), dict):
            del message[name]
