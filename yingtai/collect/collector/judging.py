"""The work on one body, done in one go between two looks of the loop: unpack, read, judge, wrap."""

from datetime import UTC, datetime
from time import monotonic
from typing import NamedTuple

from yingtai.collect import inbox
from yingtai.collect.clocks import micros
from yingtai.collect.collector import opening, reception
from yingtai.collect.collector.checking import Verdict, check, window_for
from yingtai.collect.collector.keys import KeyRing, Source
from yingtai.collect.collector.opening import Request
from yingtai.collect.collector.packing import Accepted
from yingtai.collect.collector.reception import Body, Headers
from yingtai.collect.errors import AllRefused, KeyUnknown, OriginNotAllowed, TooManyEvents, TooManyRefused
from yingtai.collect.limits import BATCH_EVENTS, REFUSED_BEFORE_GIVING_UP, SMALLEST_EVENT_BYTES
from yingtai.collect.messages import KINDS
from yingtai.kernel.errors import ProductError

MANY = frozenset(("batch", "import"))
CALLS = {f"/v1/{name}": name for name in (*MANY, *KINDS)}
# What the browser SDK calls them.
CALLS |= {f"/v1/{name[0]}": name for name in ("batch", *KINDS)}


class Arrived(NamedTuple):
    """A request whose body is here; `payer` is who pays for the work."""

    call: str
    headers: Headers
    body: Body
    address: str
    payer: str


class Judged(NamedTuple):
    """What is to be kept of a request, and what its sender is told then."""

    document: Accepted
    kept: int
    refused: list[inbox.Mark]
    problem: ProductError | None


def let_in(source: Source, headers: Headers, payer: str) -> None:
    """Say whether a source may send from here and now: raises OriginNotAllowed, TooManyEvents."""
    origin = headers.get(b"origin")
    if origin and "*" not in source.origins and plain(origin) not in source.origins:
        raise OriginNotAllowed
    if wait := source.bucket.wait(monotonic(), payer):
        raise TooManyEvents(seconds=wait)


def plain(origin: bytes) -> str:
    return origin.decode("latin-1").rstrip("/").lower()


def judge(arrived: Arrived, source: Source, keys: KeyRing | None = None) -> Judged:
    """Judge a request of a source; with `keys`, the body itself says of which.

    Cost:   5 µs an event; some 50 ms for the worst body that fits
    Raises: TooManyEvents, OriginNotAllowed, KeyUnknown, RequestTooLarge, RequestNotReadable
    """
    # Many may have been judged since this one's head was looked at.
    let_in(source, arrived.headers, arrived.payer)
    try:
        body = arrived.body.unpacked()
        request = opening.open_request(body, many=arrived.call in MANY, call=arrived.call)
    except ProductError:
        source.bucket.spend(arrived.payer, kept=0, judged=BATCH_EVENTS)
        raise
    if keys is not None:
        source = _named(request, keys, arrived)
    received = datetime.now(UTC)
    events = request.event_count
    request, verdict = _verdict(request, source, received)
    kept = request.event_count - len(verdict.refused)
    # What nobody can read took as long as the events that would have had room in it.
    judged = max(events, len(body) // SMALLEST_EVENT_BYTES) if request.malformed else events
    source.bucket.spend(arrived.payer, kept=max(kept, 0), judged=judged)
    document = _wrapped(arrived, request, verdict, source=source, received=received)
    problem = request.problem or (None if kept else AllRefused())
    return Judged(document, kept, verdict.refused, problem)


def _named(request: Request, keys: KeyRing, arrived: Arrived) -> Source:
    source = keys.known(reception.key_in_body(request.write_key) or "")
    if source is None:
        raise KeyUnknown
    let_in(source, arrived.headers, arrived.payer)
    return source


def _verdict(request: Request, source: Source, received: datetime) -> tuple[Request, Verdict]:
    if not request.malformed:
        window = window_for(request.sent_at, received=received, source=source)
        try:
            return request, check(
                request, source=source, window=window, most_refused=REFUSED_BEFORE_GIVING_UP
            )
        except TooManyRefused as problem:
            request = opening.malformed(request.body, problem, f"of {request.event_count} events")
    return request, Verdict(request.marks, [])


def _wrapped(
    arrived: Arrived, request: Request, verdict: Verdict, *, source: Source, received: datetime
) -> Accepted:
    headers = arrived.headers
    envelope = inbox.Envelope(
        received=micros(received),
        call=arrived.call,
        ip=arrived.address,
        user_agent=headers.get(b"user-agent", b"")[:512].decode("utf-8", "replace"),
        zone=source.zone_name,
        opted_out=headers.get(b"sec-gpc") == b"1" or headers.get(b"dnt") == b"1",
        refused=verdict.refused,
        violations=verdict.violations,
        malformed=request.malformed,
    )
    document = inbox.document(envelope, request.body)
    return Accepted(document, source, envelope.received, request.event_count or 1)
