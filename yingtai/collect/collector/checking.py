"""Is this request what we accept? Each message is judged on its own; the good ones of a batch are kept.

This is the hottest loop of the product. What is plainly right passes through a few comparisons; everything
else goes to slower, exact functions, which find the reason.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple, NoReturn

import msgspec

from yingtai.collect import limits
from yingtai.collect.clocks import aware, clock_off, decide_time, read_time
from yingtai.collect.collector.keys import Source
from yingtai.collect.collector.opening import Request
from yingtai.collect.collector.plans import Rule
from yingtai.collect.errors import TooManyRefused
from yingtai.collect.inbox import Mark
from yingtai.collect.messages import UNREADABLE, Header, Unmendable, mend, read_anything
from yingtai.collect.reserved import is_free, is_reserved, shown_instead_of
from yingtai.kernel.money import currency_of, read_amount

read_header = msgspec.json.Decoder(Header).decode
read_object = msgspec.json.Decoder(dict[str, msgspec.Raw]).decode

NOTHING_SAID = (b"", b"null")
SMALLEST_PROPERTY = 5  # "a":1 and a comma, but for the first
ORDERS = frozenset(("Order Completed", "Order Refunded", "Order Cancelled"))
AMOUNTS = ("total", "revenue", "value")
LITTLE = limits.PROPERTIES * SMALLEST_PROPERTY


class Window(NamedTuple):
    """The times, by our clock, that events may have; `off` moves what the client's clock says."""

    earliest: datetime
    latest: datetime
    received: datetime
    off: timedelta | None = None


class Verdict(NamedTuple):
    """What was found in one request."""

    refused: list[Mark]
    violations: list[Mark]


def check(
    request: Request, *, source: Source, window: Window, most_refused: int = limits.BATCH_EVENTS
) -> Verdict:
    """Judge every message of a request; give up when so many were refused, and most of those looked at.

    Raises: TooManyRefused
    """
    verdict = Verdict([], [])
    events = source.plan.events
    earliest, latest, _received, off = window
    headers = request.headers
    for index, header in enumerate(_read(request.raws, source) if headers is None else headers):
        try:
            if header.__class__ is Unmendable:
                raise header
            # Whatever the type: ingest takes the name of an event from any.
            if header.event and not is_free(header.event):
                _refuse_name(header.event)
            if header.type == "track" and header.event:
                part, rule = bytes(header.properties), events.get(header.event)
            else:
                part, rule = _other_part(header, source)
            if not (header.user_id or header.anonymous_id or _has_external_id(header)):
                raise Unmendable("collect.nobody-named", "userId or anonymousId expected")
            when = header.original_timestamp or header.timestamp
            if when is not None and (off or when.tzinfo is None or not earliest <= when <= latest):
                _judge_time(when, window, source)
            # Most are one flat object (its only opening bracket is the first), too short for many properties.
            if part.rfind(b"{") or b"[" in part or len(part) > LITTLE:
                part = _judge_part(part, header)
            if header.event in ORDERS:
                _judge_money(part)
            if rule is not None:
                try:
                    rule.decode(part)
                except UNREADABLE as problem:
                    verdict.violations.append(_breach(problem, rule, index=index, header=header))
        except Unmendable as problem:
            verdict.refused.append(Mark(index, problem.code, problem.detail, problem.path))
            if len(verdict.refused) > max(most_refused, index // 2):
                raise TooManyRefused from None
    return verdict


def window_for(sent_at: bytes, *, received: datetime, source: Source) -> Window:
    """Return the bounds on the times of a request's events, and how far its clock is off."""
    sent = read_time(_loose(sent_at), source.zone) if sent_at else None
    off = clock_off(sent, received)
    return Window(received - source.backfill, received + limits.CLOCK_AHEAD, received, off)


def _loose(raw: bytes) -> object:
    try:
        return read_anything(raw)
    except UNREADABLE:
        return None


def _read(raws: Sequence[msgspec.Raw | bytes], source: Source) -> Iterator[Any]:
    """Read messages one by one, each a Header or the Unmendable that says why it is none."""
    for raw in raws:
        try:
            _look_closely(bytes(raw))
            try:
                header = read_header(raw)
            except UNREADABLE:
                header = read_header(msgspec.json.encode(mend(raw, source.zone)))
            yield header
        except Unmendable as problem:
            yield problem
        except UNREADABLE as problem:
            yield Unmendable("collect.text-not-readable", str(problem))


def _look_closely(raw: bytes) -> None:
    """Refuse what the quick look cannot see."""
    if len(raw) > limits.EVENT_BYTES:
        raise Unmendable("collect.event-too-large", f"{len(raw)} bytes")
    # Two backslashes are one in the text, so what follows them is no null character.
    if b"\\u0000" in raw.replace(b"\\\\", b""):
        raise Unmendable("collect.null-character", "\\u0000")


def _other_part(header: Header, source: Source) -> tuple[bytes, Rule | None]:
    """Return what a message other than a named track says, and the rule for it."""
    if header.type == "track":
        raise Unmendable("collect.event-name-missing", "event expected", "event")
    if header.type == "group" and not header.group_id:
        raise Unmendable("collect.field-missing", "groupId expected", "groupId")
    if header.type == "alias" and not header.previous_id:
        raise Unmendable("collect.field-missing", "previousId expected", "previousId")
    if header.type == "identify" or header.type == "group":
        return bytes(header.traits), source.plan.traits
    return bytes(header.properties), None


def _has_external_id(header: Header) -> bool:
    """Say whether a message names its person by a member number or the like alone."""
    context = _loose(bytes(header.context)) if header.context else None
    ids = context.get("externalIds") if isinstance(context, dict) else None
    return isinstance(ids, list) and any(isinstance(one, dict) and one.get("id") for one in ids)


def _refuse_name(event: str) -> NoReturn:
    if is_reserved(event):
        raise Unmendable("collect.event-name-reserved", "another name expected", "event")
    raise Unmendable("collect.event-name-is-title", f"{shown_instead_of(event)} expected", "event")


def _judge_time(when: datetime, window: Window, source: Source) -> None:
    try:
        when = decide_time(aware(when, source.zone), window.off, window.received)
    except OverflowError as problem:
        raise Unmendable("collect.clock-not-readable", when.isoformat(), "timestamp") from problem
    if when > window.latest:
        raise Unmendable("collect.clock-ahead", when.isoformat(), "timestamp")
    if when < window.earliest:
        raise Unmendable("collect.clock-behind", when.isoformat(), "timestamp")


def _judge_part(part: bytes, header: Header) -> bytes:
    """Return properties or traits as an object of bounded size and depth, or refuse."""
    path = _path(header)
    if part in NOTHING_SAID:
        return b"{}"
    if part[:1] != b"{":
        raise Unmendable("collect.field-of-wrong-type", "object expected", path)
    if len(part) > LITTLE and len(read_object(part)) > limits.PROPERTIES:
        raise Unmendable("collect.too-many-properties", f"more than {limits.PROPERTIES}", path)
    # There are at least as many brackets as levels, and counting them is cheap.
    if part.count(b"{") + part.count(b"[") > limits.DEPTH and _depth(part) > limits.DEPTH:
        raise Unmendable("collect.event-too-deep", f"more than {limits.DEPTH} levels", path)
    return part


def _judge_money(part: bytes) -> None:
    """Refuse an order in a currency that nobody pays with, or of an amount that is no number."""
    try:
        said = read_object(part) if part else {}
    except UNREADABLE as problem:
        raise Unmendable("collect.text-not-readable", str(problem)) from problem
    if (currency := _loose(bytes(said.get("currency", b"null")))) and currency_of(currency) is None:
        raise Unmendable("collect.order-in-no-money", "a code of ISO 4217 expected", "properties.currency")
    for name in AMOUNTS:
        amount = _loose(bytes(said.get(name, b"null")))
        if amount is not None and amount != "" and read_amount(amount) is None:
            raise Unmendable("collect.revenue-not-readable", "a number expected", f"properties.{name}")


def _breach(problem: Exception, rule: Rule, *, index: int, header: Header) -> Mark:
    """Return what the tracking plan says against a message, or refuse it when the plan says so."""
    detail, _, where = str(problem).partition(" - at ")
    path = where.strip("`").replace("$", _path(header), 1) or _path(header)
    if rule.blocks:
        raise Unmendable("collect.plan-violated", detail, path) from problem
    return Mark(index, "collect.plan-violated", detail, path)


def _path(header: Header) -> str:
    return "traits" if header.type in {"identify", "group"} else "properties"


def _depth(part: bytes) -> int:
    """Return how many levels of objects and lists lie within each other."""
    try:
        level: list[object] = [read_anything(part)]
    except UNREADABLE as problem:
        raise Unmendable("collect.text-not-readable", str(problem)) from problem
    depth = 0
    while level := [item for item in level if isinstance(item, dict | list)]:
        depth += 1
        level = [inner for item in level for inner in (item.values() if isinstance(item, dict) else item)]  # type: ignore[attr-defined]
    return depth
