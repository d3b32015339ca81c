"""Opening a body: read in one go when all is well, message by message when something is not."""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass

import msgspec

from yingtai.collect.errors import BatchMissing, RequestNotReadable, RequestTooLarge
from yingtai.collect.inbox import Mark
from yingtai.collect.limits import BATCH_EVENTS, EVENT_BYTES, MALFORMED_BYTES_KEPT
from yingtai.collect.messages import UNREADABLE, Batch, GoodBatch, Header, Single, with_type
from yingtai.kernel.errors import ProductError

read_good_batch = msgspec.json.Decoder(GoodBatch).decode
read_batch = msgspec.json.Decoder(Batch).decode
read_single = msgspec.json.Decoder(Single).decode

# Browsers write half of a character pair when a text was cut inside an emoji; JSON readers stumble over it.
HALF_PAIR = re.compile(
    rb"\\\\|\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|\\u[dD][89a-fA-F][0-9a-fA-F]{2}"
)
MOST_MENDED = 20_000
"""Places we look at to mend a body: as many as its events may well have, and few enough to be quick."""
REPLACEMENT = rb"\ufffd"


@dataclass(slots=True)
class Request:
    """A body, opened. Either `headers` were read, or `raws` are to be judged one by one."""

    body: bytes
    headers: Sequence[Header] | None = None
    raws: Sequence[msgspec.Raw | bytes] = ()
    sent_at: bytes = b""
    write_key: bytes = b""
    problem: ProductError | None = None

    @property
    def event_count(self) -> int:
        return len(self.raws if self.headers is None else self.headers)

    @property
    def malformed(self) -> bool:
        return self.problem is not None

    @property
    def marks(self) -> list[Mark]:
        return [] if self.problem is None else [Mark(0, self.problem.code, str(self.problem))]


def open_request(body: bytes, *, many: bool, call: str) -> Request:
    """Return the messages of a body; one that cannot be read is kept as a text with its problem.

    Raises: RequestTooLarge
    """
    try:
        # The reader skips over texts without looking, so what is no UTF-8 has to be found here.
        if not body.isascii():
            body.decode()
        if many and (request := _open_good(body)):
            return request
        return _open(body, many=many, call=call)
    except UNREADABLE as problem:
        why = problem
    for mend in (_mend_texts, _mend_numbers):
        try:
            body = mend(body)
            return _open(body, many=many, call=call)
        except UNREADABLE as problem:
            why = problem
    return malformed(body, RequestNotReadable(), str(why))


def _open_good(body: bytes) -> Request | None:
    """Return the request when every message has its form and nothing rare is in it."""
    # A backslash is rare and quick to find; the longer text is not.
    if b"\\" in body and b"\\u0000" in body:
        return None
    try:
        batch = read_good_batch(body)
    except msgspec.ValidationError:
        return None
    if not 0 < len(batch.batch) <= BATCH_EVENTS:
        return None
    if len(body) > EVENT_BYTES and not _all_fit(batch.batch, len(body)):
        return None
    return Request(body, batch.batch, (), bytes(batch.sent_at), bytes(batch.write_key))


def _all_fit(headers: list[Header], size: int) -> bool:
    """Say whether no message can be too large: each lies in what the known parts of the others leave."""
    known = [len(header.properties) + len(header.context) for header in headers]
    return size - sum(known) + max(known) <= EVENT_BYTES


def _open(body: bytes, *, many: bool, call: str) -> Request:
    if not many:
        single = read_single(body)
        return Request(body, None, [with_type(body, call)], bytes(single.sent_at), bytes(single.write_key))
    try:
        batch = read_batch(body)
    except msgspec.ValidationError as problem:
        return malformed(body, BatchMissing(), str(problem))
    if not batch.batch:
        return malformed(body, BatchMissing(), "empty", bytes(batch.write_key))
    if len(batch.batch) > BATCH_EVENTS:
        raise RequestTooLarge
    return Request(body, None, batch.batch, bytes(batch.sent_at), bytes(batch.write_key))


def malformed(body: bytes, problem: ProductError, detail: str, write_key: bytes = b"") -> Request:
    """Return a body that is kept as a text with its problem."""
    text = body[:MALFORMED_BYTES_KEPT].decode("utf-8", "replace").replace("\0", "\ufffd")
    return Request(msgspec.json.encode(text), write_key=write_key, problem=problem)


def _mend_texts(body: bytes) -> bytes:
    """Return the body as UTF-8 with every lone half of a pair replaced."""
    _refuse_many(body, b"\\\\", b"\\ud", b"\\uD")
    text = body.decode("utf-8", "replace").encode()
    return HALF_PAIR.sub(lambda found: found[0] if len(found[0]) != 6 else REPLACEMENT, text)


def _mend_numbers(body: bytes) -> bytes:
    """Return the body without the NaN and Infinity that Python clients write, which are no JSON."""
    if b"NaN" not in body and b"Infinity" not in body:
        raise ValueError("not readable as JSON")
    _refuse_many(body, b"NaN", b"Infinity")
    _refuse_many(body, b"{", b"[")
    return msgspec.json.encode(json.loads(body, parse_constant=lambda _: None))


def _refuse_many(body: bytes, *marks: bytes) -> None:
    if sum(map(body.count, marks)) > MOST_MENDED:
        raise ValueError("not readable as JSON, and too much to mend")
