"""Whatever comes over the wire, the collector answers or closes: never an error of ours, never silence."""

import socket

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from yingtai.collect.tests.running import Running, make_key

PATIENCE = 5.0
CHUNK_SIZES = (
    b"FFFFFFFFFFFFFFFF",
    b"FFFFFFFFFFFFFFFFF",
    b"-1",
    b"0x10",
    b"7FFFFFFFFFFFFFFF",
    b"G",
    b"",
    b"1;a=b",
)
LENGTHS = (
    b"18446744073709551615",
    b"18446744073709551616",
    b"9223372036854775807",
    b"99999999999",
    b"-1",
    b"1e9",
)
FORBIDDEN = {500, 501, 502, 504}


def said_to(collector: Running, raw: bytes) -> bytes:
    """Send bytes as they are, then no more; return what is answered until the line is closed."""
    with socket.create_connection(("127.0.0.1", collector.port), timeout=PATIENCE) as line:
        heard = b""
        try:
            line.sendall(raw)
            line.shutdown(socket.SHUT_WR)
            while part := line.recv(65536):
                heard += part
        except (ConnectionResetError, BrokenPipeError):
            pass
        return heard


def status_of(answer: bytes) -> int:
    return int(answer.split(b" ", 2)[1]) if answer else 0


def head(*lines: bytes, path: bytes = b"/v1/batch") -> bytes:
    return b"\r\n".join([b"POST " + path + b" HTTP/1.1", b"Host: x", *lines, b"", b""])


@pytest.mark.parametrize("size", CHUNK_SIZES)
def test_an_absurd_chunk_is_no_error_of_ours(collector: Running, size: bytes) -> None:
    answer = said_to(collector, head(b"Transfer-Encoding: chunked") + size + b"\r\nabc\r\n")

    assert status_of(answer) in {400, 401}


@pytest.mark.parametrize(
    "length", [b"18446744073709551615", b"9223372036854775807", b"99999999999", b"8388609"]
)
def test_a_body_announced_too_large_is_refused_at_once(collector: Running, length: bytes) -> None:
    with socket.create_connection(("127.0.0.1", collector.port), timeout=PATIENCE) as line:
        line.sendall(head(b"Content-Length: " + length))

        answer = line.recv(65536)

    # A number that no length can be is refused by the server before us.
    assert status_of(answer) == (413 if int(length) < 2**63 else 431)


header = st.sampled_from(
    (b"Content-Length", b"Transfer-Encoding", b"Content-Encoding", b"Authorization", b"Expect", b"Connection")
) | st.binary(max_size=12)
value = (
    st.sampled_from((*LENGTHS, b"chunked", b"gzip", b"gzip, chunked", b"100-continue", b"close", b"0", b"5"))
    | st.binary(max_size=20)
)  # fmt: skip
chunk = st.tuples(st.sampled_from(CHUNK_SIZES) | st.binary(max_size=6), st.binary(max_size=20)).map(
    lambda pair: pair[0] + b"\r\n" + pair[1] + b"\r\n"
)
body = st.binary(max_size=60) | st.lists(chunk, max_size=4).map(b"".join)
path = st.sampled_from((b"/v1/batch", b"/v1/t", b"/health", b"*", b"/")) | st.binary(max_size=10)


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    lines=st.sampled_from(([b"Transfer-Encoding: chunked"], [b"Content-Length: 40"]))
    | st.lists(st.tuples(header, value).map(b": ".join), max_size=4),
    sent=body,
    where=path,
)
def test_any_head_and_body_are_answered_or_closed(
    collector: Running, lines: list[bytes], sent: bytes, where: bytes
) -> None:
    answer = said_to(collector, head(*lines, path=where) + sent)

    assert status_of(answer) not in FORBIDDEN


def test_it_still_takes_events_after_all_that(collector: Running) -> None:
    key = make_key(collector.database)

    event = {"type": "page", "userId": "a"}

    assert collector.post("/v1/batch", {"batch": [event]}, key=key.text).status == 200
