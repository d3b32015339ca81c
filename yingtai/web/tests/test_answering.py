"""Slow and greedy clients hold up themselves: bodies arrive without a thread, and nobody takes all threads."""

import asyncio
import threading
import time

import pytest
from django.test import Client as Browser

from yingtai.kernel.http import SOMEBODYS
from yingtai.web import answering, bodies, turns
from yingtai.web.answering import Answering

SIGNED_IN = [(b"cookie", b"a=1; sessionid=abc")]


def app(environ, start_response):
    """Answer with what came."""
    body = environ["wsgi.input"].read()
    start_response(
        "200 OK", [("Content-Type", "text/plain"), ("X-Who", environ.get("HTTP_X_FORWARDED_FOR", "-"))]
    )
    return [f"{environ['REQUEST_METHOD']} {environ['PATH_INFO']} {len(body)}".encode()]


class Client:
    """One request: its body in parts, and what was sent back."""

    def __init__(self, *parts, headers=(), address="10.0.0.1", pause=0.0, method="POST"):
        self._parts, self._pause = list(parts), pause
        self.scope = {
            "type": "http", "method": method, "path": "/x", "query_string": b"", "http_version": "1.1",
            "headers": list(headers), "client": (address, 1), "server": ("localhost", 80), "scheme": "http",
        }  # fmt: skip
        self.sent = []

    async def receive(self):
        await asyncio.sleep(self._pause)
        part = self._parts.pop(0)
        if part is None:
            return {"type": "http.disconnect"}
        return {"type": "http.request", "body": part, "more_body": bool(self._parts)}

    async def send(self, message):
        self.sent.append(message)

    @property
    def status(self):
        return self.sent[0]["status"]

    @property
    def body(self):
        return b"".join(message.get("body", b"") for message in self.sent)


def ask(*clients, application=app):
    async def go():
        served = Answering(application)
        await asyncio.gather(*(served(one.scope, one.receive, one.send) for one in clients))

    asyncio.run(go())
    return clients


def test_a_body_in_parts_is_whole_when_the_application_sees_it():
    [client] = ask(Client(b"ab", b"c"))

    assert (client.status, client.body) == (200, b"POST /x 3")


def test_a_body_that_does_not_come_is_refused_and_holds_no_thread(monkeypatch):
    monkeypatch.setattr(bodies, "BODY_SECONDS", 0.2)
    slow = [Client(b"a", b"b", pause=5) for _ in range(3 * answering.THREADS)]

    *waiting, quick = ask(*slow, Client(b""))

    assert {client.status for client in waiting} == {408}
    assert quick.status == 200


def test_a_body_that_breaks_off_is_no_error_of_ours():
    [client] = ask(Client(b"a", None))

    assert client.status == 400


def test_a_file_that_nobody_may_send_is_refused_before_it_comes():
    [client] = ask(Client(headers=[(b"content-length", b"99999999999")]))

    assert client.status == 413


@pytest.mark.parametrize(("headers", "status"), [([], 413), (SIGNED_IN, 200)])
def test_a_file_is_read_as_it_arrives_and_only_of_somebody(monkeypatch, headers, status):
    monkeypatch.setattr(bodies, "HELD_BYTES", 10)

    [client] = ask(Client(b"x" * 8, b"y" * 8, b"z" * 8, headers=headers))

    assert client.status == status
    assert (client.body == b"POST /x 24") is (status == 200)


def test_a_file_that_stops_arriving_is_an_error_of_reading(monkeypatch):
    monkeypatch.setattr(bodies, "HELD_BYTES", 10)
    seen = []

    def reading(environ, start_response):
        with pytest.raises(OSError, match="did not arrive"):
            environ["wsgi.input"].read()
        seen.append(True)
        start_response("400 Bad Request", [])
        return [b""]

    [client] = ask(Client(b"x" * 20, None, headers=SIGNED_IN), application=reading)

    assert (client.status, seen) == (400, [True])


def test_a_long_answer_is_sent_as_it_is_made(monkeypatch):
    monkeypatch.setattr(answering, "AHEAD_BYTES", 10)

    def long(environ, start_response):
        start_response("200 OK", [])
        return (str(number).encode() * 6 for number in range(6))

    [client] = ask(Client(b""), application=long)

    assert client.body == b"".join(str(number).encode() * 6 for number in range(6))
    assert [message["type"] for message in client.sent[:2]] == ["http.response.start", "http.response.body"]
    assert len(client.sent) > 2


def test_a_name_with_an_underscore_is_nobodys_word():
    [client] = ask(Client(b"", headers=[(b"x_forwarded_for", b"1.2.3.4")]))

    assert (b"x-who", b"-") in client.sent[0]["headers"]


@pytest.mark.parametrize(("method", "each"), [("GET", answering.EACH), ("POST", answering.EACH_POSTED)])
def test_one_client_takes_some_threads_and_never_all(method, each):
    held, most, lock = [0], [0], threading.Lock()

    def busy(environ, start_response):
        with lock:
            held[0] += 1
            most[0] = max(most[0], held[0])
        threading.Event().wait(0.02)
        with lock:
            held[0] -= 1
        return app(environ, start_response)

    clients = ask(*(Client(b"", method=method) for _ in range(20)), application=busy)

    assert most[0] == each < answering.THREADS
    assert {client.status for client in clients} == {200}


def at_once(clients, *, served):
    """Return how many of these clients are answered at the same time."""
    held, most, lock = [0], [0], threading.Lock()

    def busy(environ, start_response):
        with lock:
            held[0] += 1
            most[0] = max(most[0], held[0])
        time.sleep(0.02)
        with lock:
            held[0] -= 1
        if "sessionid=real" in environ.get("HTTP_COOKIE", ""):
            environ[SOMEBODYS] = True
        return app(environ, start_response)

    served._application = busy

    async def go():
        await asyncio.gather(*(served(one.scope, one.receive, one.send) for one in clients))

    asyncio.run(go())
    return most[0]


def with_sessions(word, count, *more):
    cookies = [f"a={number}; sessionid={word}{number}".encode() for number in range(count)]
    return [Client(b"", method="GET", headers=[(b"cookie", cookie), *more]) for cookie in cookies]


def test_a_thousand_invented_sessions_have_the_turns_of_one_address():
    served = Answering(app)

    assert at_once(with_sessions("invented", 40), served=served) == answering.EACH
    assert at_once(with_sessions("invented", 40), served=served) == answering.EACH


def test_sessions_of_colleagues_behind_one_address_have_turns_of_their_own():
    served = Answering(app)

    assert at_once(with_sessions("real", 20), served=served) == answering.EACH
    assert at_once(with_sessions("real", 20), served=served) == answering.THREADS
    one = [
        Client(b"", method="GET", headers=[(b"cookie", f"a={n}; sessionid=real1".encode())])
        for n in range(20)
    ]
    assert at_once(one, served=served) == answering.EACH


def test_whoever_asks_for_too_much_at_once_is_told_so(monkeypatch):
    monkeypatch.setattr(turns, "WAIT_SECONDS", 0.05)
    let_go = threading.Event()

    def stuck(environ, start_response):
        let_go.wait(0.5)
        return app(environ, start_response)

    clients = ask(*(Client(b"", method="GET") for _ in range(answering.EACH + 1)), application=stuck)

    assert sorted(client.status for client in clients) == [200] * answering.EACH + [503]


def test_the_web_is_stuck_when_its_loop_is_whatever_its_threads_do(monkeypatch):
    for name, seconds in (("TURN_SECONDS", 0.02), ("TURNED_SECONDS", 0.2)):
        monkeypatch.setattr(answering, name, seconds)
    served, said = Answering(app), []

    async def go():
        said.append(served.turns())
        client = Client(b"")
        await served(client.scope, client.receive, client.send)
        await asyncio.sleep(0.3)
        said.append(served.turns())
        hang()
        said.append(served.turns())

    def hang():
        time.sleep(0.3)

    asyncio.run(go())

    assert said == [True, True, False]


def test_only_a_session_of_somebody_is_marked_as_such(sign_in):
    assert sign_in("operator").get("/").wsgi_request.META[SOMEBODYS]
    stranger = Browser()
    stranger.cookies["sessionid"] = "invented"
    assert SOMEBODYS not in stranger.get("/").wsgi_request.META
