"""The other end of the inbox: a document becomes messages, merged, with corrected clocks and reduced context.

Whoever ingests gets here what the product may work with: URLs without their query, of a referrer only the
host, no page titles and no search terms.
"""

from datetime import datetime, timedelta, tzinfo
from typing import Any

import msgspec

from yingtai.collect.clocks import aware, clock_off, decide_time, micros, moment, read_time, zone_named
from yingtai.collect.contexts import Context, mend_context, reduce_context, without_queries
from yingtai.collect.fingerprints import fingerprint
from yingtai.collect.inbox import Envelope, Mark
from yingtai.collect.messages import (
    UNREADABLE,
    Id,
    Kind,
    MessageId,
    Name,
    Unmendable,
    mend,
    read_anything,
)
from yingtai.collect.messages import with_type as _with_type


class Message(msgspec.Struct, gc=False, kw_only=True):
    """One message as ingest reads it; times in microseconds since 1970, empty text where nothing was said.

    occurred_at  the client's time, corrected by how far its clock is off, never after `received_at` by much
    violations   what the tracking plan says against it
    """

    index: int
    type: str
    event: str
    name: str
    message_id: str
    user_id: str
    anonymous_id: str
    group_id: str
    previous_id: str
    occurred_at: int
    received_at: int
    properties: dict[str, Any]
    traits: dict[str, Any]
    context: Context
    ip: str
    peer: str
    """Who sent it, as the collector saw; `ip` is what the sender says of the visitor, where it says."""
    user_agent: str
    opted_out: bool
    violations: list[Mark]


class Refused(msgspec.Struct, gc=False, frozen=True):
    """One message that was not accepted, as it came, and why."""

    index: int
    code: str
    detail: str
    path: str
    event: bytes


class Reading(msgspec.Struct, gc=False):
    """A document, read: what was accepted and what was not, and how many numbers out of range are null now."""

    messages: list[Message]
    refused: list[Refused]
    left_out: int = 0


class Sent(msgspec.Struct, gc=False, rename="camel"):
    """A message as the specification spells it, with the parts that ingest uses."""

    type: Kind
    event: Name = None
    name: str | None = None
    message_id: MessageId = None
    user_id: Id = None
    anonymous_id: Id = None
    group_id: Id = None
    previous_id: Id = None
    timestamp: datetime | None = None
    original_timestamp: datetime | None = None
    properties: dict[str, Any] | None = None
    traits: dict[str, Any] | None = None
    context: Context | None = None


class Body(msgspec.Struct, gc=False, rename="camel"):
    """What a batch says for all its messages, and the messages."""

    batch: list[msgspec.Raw] = []
    sent_at: msgspec.Raw = msgspec.Raw()
    context: msgspec.Raw = msgspec.Raw()


class Whole(Envelope):
    """An envelope with the body inside."""

    body: msgspec.Raw = msgspec.Raw(b"null")


read_whole = msgspec.json.Decoder(Whole).decode
read_body = msgspec.json.Decoder(Body).decode
read_sent = msgspec.json.Decoder(Sent).decode


def explode(document: bytes) -> Reading:
    """Return the messages of a document in their order, and the refused ones with their reasons.

    In:     the document after opening the seal and decompressing
    Empty:  no messages when all were refused
    Cost:   about 4 µs for a message of ten properties
    """
    whole = read_whole(document)
    if whole.malformed:
        return Reading([], [_refused(mark, bytes(whole.body)) for mark in whole.refused])
    body, raws = _opened(whole)
    zone = zone_named(whole.zone)
    off = _clock_off(body.sent_at, whole.received, zone)
    shared = _shared_context(body.context)
    why = {mark.index: mark for mark in whole.refused}
    breaches = _by_index(whole.violations)
    reading = Reading([], [])
    for index, raw in enumerate(raws):
        try:
            if why and index in why:
                mark = why[index]
                raise Unmendable(mark.code, mark.detail, mark.path)
            sent, left_out = _read(raw, zone)
            message = _message(sent, index, raw, whole=whole, off=off, zone=zone, shared=shared)
            if breaches:
                message.violations = breaches.get(index, [])
            reading.left_out += left_out
            reading.messages.append(message)
        except Unmendable as problem:
            mark = Mark(index, problem.code, problem.detail, problem.path)
            reading.refused.append(_refused(mark, bytes(raw)))
    return reading


def _opened(whole: Whole) -> tuple[Body, list[msgspec.Raw] | list[bytes]]:
    if whole.call in {"batch", "import"}:
        body = read_body(whole.body)
        return body, body.batch
    single = read_body(whole.body)
    return Body(sent_at=single.sent_at), [_with_type(whole.body, whole.call)]


def _read(raw: msgspec.Raw | bytes, zone: tzinfo) -> tuple[Sent, int]:
    """Return a message, and how many of its values had to be left out."""
    try:
        return read_sent(raw), 0
    except UNREADABLE:
        left_out: list[str] = []
        message = mend(raw, zone, left_out)
    if "context" in message:
        message["context"] = mend_context(message["context"])
    try:
        return msgspec.convert(message, Sent), len(left_out)
    except UNREADABLE as problem:
        raise Unmendable("collect.text-not-readable", str(problem)) from problem


def _message(  # one argument per thing a request says for all its messages
    sent: Sent,
    index: int,
    raw: msgspec.Raw | bytes,
    *,
    whole: Whole,
    off: timedelta | None,
    zone: tzinfo,
    shared: Context | None,
) -> Message:
    context = reduce_context(sent.context, shared)
    properties = sent.properties or {}
    if sent.type == "page" or sent.type == "screen":
        properties, context = without_queries(properties, context)
    when = sent.original_timestamp or sent.timestamp
    return Message(
        index=index,
        type=sent.type,
        event=sent.event or "",
        name=sent.name or "",
        message_id=sent.message_id
        or fingerprint(bytes(raw), index=index, received=whole.received, when=when),
        user_id=_text(sent.user_id),
        anonymous_id=_text(sent.anonymous_id),
        group_id=_text(sent.group_id),
        previous_id=_text(sent.previous_id),
        occurred_at=whole.received if when is None else _decided(when, off, whole.received, zone),
        received_at=whole.received,
        properties=properties,
        traits=sent.traits or context.traits or {},
        context=context,
        ip=context.ip or whole.ip,
        peer=whole.ip,
        user_agent=context.user_agent or whole.user_agent,
        opted_out=whole.opted_out,
        violations=[],
    )


def _decided(when: datetime, off: timedelta | None, received: int, zone: tzinfo) -> int:
    if when.tzinfo is None:
        when = aware(when, zone)
    return micros(when if off is None else decide_time(when, off, moment(received)))


def _clock_off(sent_at: msgspec.Raw, received: int, zone: tzinfo) -> timedelta | None:
    """Return how far the client's clock lies behind ours, if it says."""
    try:
        sent = read_time(read_anything(sent_at), zone)
    except UNREADABLE:
        return None
    return clock_off(sent, moment(received))


def _shared_context(raw: msgspec.Raw) -> Context | None:
    try:
        context = read_anything(raw)
    except UNREADABLE:
        return None
    return msgspec.convert(mend_context(context), Context) if isinstance(context, dict) else None


def _by_index(marks: list[Mark]) -> dict[int, list[Mark]]:
    found: dict[int, list[Mark]] = {}
    for mark in marks:
        found.setdefault(mark.index, []).append(mark)
    return found


def _text(value: str | int | None) -> str:
    return value if isinstance(value, str) else "" if value is None else str(value)


def _refused(mark: Mark, event: bytes) -> Refused:
    return Refused(mark.index, mark.code, mark.detail, mark.path, event)
