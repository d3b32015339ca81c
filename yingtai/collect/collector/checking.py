"""Is this request what we accept? Each message is judged on its own; the good ones of a batch are kept."""

from datetime import datetime, timedelta
from typing import NamedTuple

import msgspec

from yingtai.collect import limits
from yingtai.collect.clocks import aware, read_time
from yingtai.collect.collector.keys import Source
from yingtai.collect.collector.plans import Rule
from yingtai.collect.inbox import Mark
from yingtai.collect.messages import UNREADABLE, Header, Unmendable, mend, read_anything

read_header = msgspec.json.Decoder(Header).decode
read_object = msgspec.json.Decoder(dict[str, msgspec.Raw]).decode
NONE = (b"", b"null")
BRACKETS = (b"[", b"{")
SMALLEST_PROPERTY = 5  # "":1, with a name of at least one letter for all but one
LITTLE = limits.PROPERTIES * SMALLEST_PROPERTY


class Window(NamedTuple):
    """The times a client may have read off its clock, for its events to lie within bounds."""

    earliest: datetime
    latest: datetime


class Verdict(NamedTuple):
    """What was found in one request."""

    refused: list[Mark]
    violations: list[Mark]


def check(raws: list[bytes], *, source: Source, window: Window, look_closely: bool) -> Verdict:
    """Judge every message of a request; `look_closely` when the body holds something rare."""
    verdict = Verdict([], [])
    for index, raw in enumerate(raws):
        try:
            if look_closely:
                _look_closely(raw)
            try:
                header = read_header(raw)
            except UNREADABLE:
                header = _mended(raw, source)
            _judge(header, raw, window=window, source=source)
            _compare(header, source, index=index, verdict=verdict)
        except Unmendable as problem:
            verdict.refused.append(Mark(index, problem.code, problem.detail, problem.path))
    return verdict


def window_for(sent_at: bytes, *, received: datetime, source: Source) -> Window:
    """Return the bounds on the client's own clock, moved by how far that clock is off."""
    sent = read_time(_loose(sent_at), source.zone) if sent_at else None
    off = received - sent if sent else timedelta()
    try:
        return Window(received - source.backfill - off, received + limits.CLOCK_AHEAD - off)
    except OverflowError:
        return Window(received - source.backfill, received + limits.CLOCK_AHEAD)


def _loose(raw: bytes) -> object:
    try:
        return read_anything(raw)
    except UNREADABLE:
        return None


def _mended(raw: bytes, source: Source) -> Header:
    try:
        return read_header(msgspec.json.encode(mend(raw, source.zone)))
    except UNREADABLE as problem:
        raise Unmendable("collect.text-not-readable", str(problem)) from problem


def _look_closely(raw: bytes) -> None:
    if len(raw) > limits.EVENT_BYTES:
        raise Unmendable("collect.event-too-large", f"{len(raw)} bytes")
    try:
        message = read_anything(raw)
    except UNREADABLE as problem:
        raise Unmendable("collect.text-not-readable", str(problem)) from problem
    if b"\\u0000" in raw and b"\\u0000" in msgspec.json.encode(message).replace(b"\\\\", b""):
        raise Unmendable("collect.null-character", "\\u0000")


def _judge(header: Header, raw: bytes, *, window: Window, source: Source) -> None:
    """Refuse a message that says too little, too much, or the wrong time."""
    if len(raw) > limits.EVENT_BYTES:
        raise Unmendable("collect.event-too-large", f"{len(raw)} bytes")
    if not (header.user_id or header.anonymous_id):
        raise Unmendable("collect.nobody-named", "userId or anonymousId expected")
    when = header.original_timestamp or header.timestamp
    if when is not None:
        _judge_time(when, window, source)
    kind = header.type
    if kind == "track" and not header.event:
        raise Unmendable("collect.event-name-missing", "event expected", "event")
    if kind == "group" and not header.group_id:
        raise Unmendable("collect.field-missing", "groupId expected", "groupId")
    if kind == "alias" and not header.previous_id:
        raise Unmendable("collect.field-missing", "previousId expected", "previousId")
    # As many brackets as levels are needed, and counting them is cheap.
    if raw.count(b"{") + raw.count(b"[") > limits.DEPTH and _depth(read_anything(raw)) > limits.DEPTH:
        raise Unmendable("collect.event-too-deep", f"more than {limits.DEPTH} levels")


def _judge_time(when: datetime, window: Window, source: Source) -> None:
    if when.tzinfo is None:
        when = aware(when, source.zone)
    if when > window.latest:
        raise Unmendable("collect.clock-ahead", when.isoformat(), "timestamp")
    if when < window.earliest:
        raise Unmendable("collect.clock-behind", when.isoformat(), "timestamp")


def _compare(header: Header, source: Source, *, index: int, verdict: Verdict) -> None:
    """Hold properties or traits against the tracking plan; both must be objects even without one."""
    rule: Rule | None
    if header.type == "identify" or header.type == "group":
        path, raw, rule = "traits", bytes(header.traits), source.plan.traits
    else:
        path, raw, rule = "properties", bytes(header.properties), source.plan.events.get(header.event or "")
    if raw in NONE:
        raw = b"{}"
    if raw[:1] != b"{":
        raise Unmendable("collect.field-of-wrong-type", "object expected", path)
    if len(raw) > LITTLE and len(read_object(raw)) > limits.PROPERTIES:
        raise Unmendable("collect.too-many-properties", f"more than {limits.PROPERTIES}", path)
    if rule is None:
        return
    try:
        rule.decode(raw)
    except UNREADABLE as problem:
        detail, _, where = str(problem).partition(" - at ")
        place = where.strip("`").replace("$", path, 1) or path
        if rule.blocks:
            raise Unmendable("collect.plan-violated", detail, place) from problem
        verdict.violations.append(Mark(index, "collect.plan-violated", detail, place))


def _depth(value: object) -> int:
    """Return how many levels of objects and lists lie within each other."""
    depth, level = 0, [value]
    while level := [item for item in level if isinstance(item, dict | list)]:
        depth += 1
        level = [inner for item in level for inner in (item.values() if isinstance(item, dict) else item)]
    return depth
