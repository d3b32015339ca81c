"""Slow and greedy clients hold up themselves: bodies arrive without a thread, and nobody takes all threads."""

import asyncio
import re
import threading
import time

import pytest
from django.test import Client as Browser
from django.test import RequestFactory

from yingtai.kernel.http import SOMEBODYS
from yingtai.web import answering, answers, bodies, clients, turns, uploads
from yingtai.web.admitting import admit
from yingtai.web.answering import Answering
from yingtai.web.clients import Admitted

SIGNED_IN = [(b"cookie", b"a=1; sessionid=abc")]
INVENTED = [(b"cookie", b"a=1; sessionid=zz"), (b"authorization", b"x")]


def books(environ):
    """Some sessions are somebody's, and one address takes files."""
    found = re.search("sessionid=(abc|colleague.)", environ.get("HTTP_COOKIE", ""))
    if not found:
        return Admitted("", 0)
    return Admitted(
        "staff:1" if found[1] == "abc" else found[1], 10**6 if environ["PATH_INFO"] == "/x" else 0
    )


def app(environ, start_response):
    """Answer with what came."""
    body = environ["wsgi.input"].read()
    start_response(
        "200 OK", [("Content-Type", "text/plain"), ("X-Who", environ.get("HTTP_X_FORWARDED_FOR", "-"))]
    )
    return [f"{environ['REQUEST_METHOD']} {environ['PATH_INFO']} {len(body)}".encode()]


class Client:
    """One request: its body in parts, and what was sent back."""

    def __init__(self, *parts, headers=(), address="10.0.0.1", pause=0.0, method="POST", path="/x"):
        self._parts, self._pause = list(parts), pause
        self.scope = {
            "type": "http", "method": method, "path": path, "query_string": b"", "http_version": "1.1",
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
        served = Answering(application, books)
        await asyncio.gather(*(served(one.scope, one.receive, one.send) for one in clients))

    asyncio.run(go())
    return clients


def test_a_body_in_parts_is_whole_when_the_application_sees_it():
    [client] = ask(Client(b"ab", b"c"))

    assert (client.status, client.body) == (200, b"POST /x 3")


def test_a_body_that_does_not_come_is_refused_and_holds_no_thread(monkeypatch):
    monkeypatch.setattr(bodies, "STRANGER_SECONDS", 0.2)
    slow = [Client(b"a", b"b", pause=5) for _ in range(3 * answering.THREADS)]

    *waiting, quick = ask(*slow, Client(b""))

    assert {client.status for client in waiting} == {408}
    assert quick.status == 200


def test_a_body_that_breaks_off_is_no_error_of_ours():
    [client] = ask(Client(b"a", None))

    assert client.status == 400


def hold_little(monkeypatch):
    monkeypatch.setattr(bodies, "STRANGER_BYTES", 5)
    monkeypatch.setattr(bodies, "HELD_BYTES", 10)


LARGE = str(bodies.HELD_BYTES + 1).encode()


@pytest.mark.parametrize(
    ("headers", "path", "length"),
    [
        ([], "/x", LARGE),
        ([], "/x", str(bodies.STRANGER_BYTES + 1).encode()),
        (INVENTED, "/x", LARGE),
        (INVENTED, "/x", str(bodies.STRANGER_BYTES + 1).encode()),
        (SIGNED_IN, "/takes-no-files", LARGE),
        (SIGNED_IN, "/x", b"50000000000"),
    ],
)
def test_what_may_not_be_sent_is_refused_before_any_of_it_is_read(headers, path, length):
    client = Client(b"x", headers=[*headers, (b"content-length", length)], path=path)

    ask(client)

    assert (client.status, client._parts) == (413, [b"x"])
    assert client.body.startswith(b"This is more than can be sent here. Nothing was changed.")


@pytest.mark.parametrize(("headers", "status"), [([], 413), (INVENTED, 413), (SIGNED_IN, 200)])
def test_a_file_is_read_as_it_arrives_and_only_of_somebody(monkeypatch, headers, status):
    hold_little(monkeypatch)

    [client] = ask(Client(b"x" * 8, b"y" * 8, b"z" * 8, headers=headers))

    assert client.status == status
    assert (client.body == b"POST /x 24") is (status == 200)


def test_more_than_a_stranger_may_send_is_read_of_somebody_whom_the_books_know():
    headers = [*SIGNED_IN, (b"content-length", str(bodies.STRANGER_BYTES + 1).encode())]

    [client] = ask(Client(b"x" * (bodies.STRANGER_BYTES + 1), headers=headers, path="/takes-no-files"))

    assert client.body == f"POST /takes-no-files {bodies.STRANGER_BYTES + 1}".encode()


def test_a_long_form_of_somebody_whose_session_ended_comes(monkeypatch):
    monkeypatch.setattr(clients, "KNOWN_SECONDS", 0)
    served, long = Answering(app, books), b"x" * (bodies.STRANGER_BYTES + 1)
    cookie = [(b"cookie", b"a=1; sessionid=real1")]

    at_once([Client(b"", headers=cookie)], served=served)
    form = Client(long, headers=[*cookie, (b"content-length", str(len(long)).encode())])
    at_once([form], served=served)

    assert form.body == f"POST /x {len(long)}".encode()


def reading(environ, start_response):
    """A page that gets an error of reading, and says something of its own."""
    with pytest.raises(OSError, match="did not arrive"):
        environ["wsgi.input"].read()
    start_response("403 Forbidden", [])
    return [b"no token"]


@pytest.mark.parametrize(("rest", "status"), [([None], 400), ([b"y" * 10**6, b"z"], 413)])
def test_a_file_that_does_not_arrive_is_told_by_what_was_wrong(monkeypatch, rest, status):
    hold_little(monkeypatch)

    [client] = ask(Client(b"x" * 20, *rest, headers=SIGNED_IN), application=reading)

    assert client.status == status


def test_one_uploads_one_file_at_a_time_and_everybody_some(monkeypatch):
    hold_little(monkeypatch)
    monkeypatch.setattr(turns, "WAIT_SECONDS", 0.1)
    slow = [Client(b"x" * 20, b"y", headers=SIGNED_IN, pause=0.2) for _ in range(2)]

    ask(*slow)

    assert sorted(client.status for client in slow) == [200, 503]


def forgiving(environ, start_response):
    """A page that says something of its own when a file does not arrive."""
    try:
        return app(environ, start_response)
    except OSError:
        start_response("403 Forbidden", [])
        return [b"no token"]


def uploads_of(number, *parts, pause):
    return Client(
        b"x" * 20, *parts, headers=[(b"cookie", f"sessionid=colleague{number}".encode())], pause=pause
    )


def test_slow_files_have_all_turns_until_somebody_waits(monkeypatch):
    hold_little(monkeypatch)
    monkeypatch.setattr(uploads, "LOOK_SECONDS", 0.05)
    slow = [uploads_of(number, *[b"y"] * 20, pause=0.02) for number in range(answering.UPLOADS)]

    ask(*slow)
    assert {client.status for client in slow} == {200}

    slow = [uploads_of(number, *[b"y"] * 20, pause=0.02) for number in range(answering.UPLOADS)]
    slower = uploads_of(8, *[b"y"] * 3, pause=0.06)
    *_, late = ask(*slow[1:], slower, uploads_of(9, b"z", pause=0.1), application=forgiving)
    assert sorted(client.status for client in slow[1:]) == [200, 200]
    assert (slower.status, late.status, late.body) == (408, 200, b"POST /x 21")


def test_a_file_that_comes_well_or_is_read_already_keeps_its_turn(monkeypatch):
    hold_little(monkeypatch)
    monkeypatch.setattr(uploads, "LOOK_SECONDS", 0.05)
    monkeypatch.setattr(uploads, "FAIR_BYTES_PER_SECOND", 100)

    def thinking(environ, start_response):
        environ["wsgi.input"].read()
        time.sleep(0.2)
        return app(environ, start_response)

    well = [uploads_of(number, *[b"y" * 20] * 10, pause=0.02) for number in range(answering.UPLOADS)]
    asked = ask(*well, uploads_of(9, b"z", pause=0.05), application=thinking)

    assert {client.status for client in asked} == {200}


def test_one_address_holds_so_much_of_bodies_and_no_more(monkeypatch):
    monkeypatch.setattr(answering, "ROOM_EACH", 4 * 100_000)
    monkeypatch.setattr(bodies, "STRANGER_SECONDS", 0.3)
    part = b"x" * 60_000
    stalling = [Client(part, b"y", pause=0.2) for _ in range(5)]

    *stalled, neighbor = ask(*stalling, Client(part, address="10.0.0.2"))

    assert sorted(client.status for client in stalled) == [200, 429, 429, 429, 429]
    assert neighbor.status == 200


def test_strangers_of_many_addresses_leave_room_for_whom_we_know(monkeypatch):
    monkeypatch.setattr(answering, "ROOM", 4 * 100_000)
    part = b"x" * 60_000
    stalling = [Client(part, b"y", address=f"10.0.0.{number}", pause=0.2) for number in range(3)]
    colleague = Client(b"x" * 70_000, headers=[*SIGNED_IN, (b"content-length", b"70000")], pause=0.3)

    *stalled, known = ask(*stalling, colleague)

    assert sorted(client.status for client in stalled) == [200, 503, 503]
    assert known.status == 200


@pytest.mark.parametrize("cookies", [b"sessionid=q; sessionid=abc", b'a="; sessionid=q; sessionid ="abc"'])
def test_a_request_that_names_two_sessions_is_none(cookies):
    [client] = ask(Client(b"", headers=[(b"cookie", cookies)]))

    assert client.status == 400


@pytest.mark.parametrize("spelled", [b'"real1"', rb'"\162\145al1"', b" real1 ", rb'"r\eal1"'])
def test_one_session_is_one_client_however_its_cookie_is_spelled(spelled):
    known, scope = clients.Clients(), {"path": "/", "client": ("10.0.0.1", 1)}
    plain = known.of(scope | {"headers": [(b"cookie", b"sessionid=real1")]})
    known.note(plain, "staff:1")

    assert known.of(scope | {"headers": [(b"cookie", b"a=1;sessionid=" + spelled)]}).name == "staff:1"


def test_a_long_answer_is_sent_as_it_is_made(monkeypatch):
    monkeypatch.setattr(answers, "AHEAD_BYTES", 10)

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


@pytest.mark.parametrize(("method", "each"), [("GET", answering.EACH), ("POST", answering.STRANGERS_POSTED)])
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


PEOPLE = 1000


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
        if found := re.search(r"sessionid=real(\d+)", environ.get("HTTP_COOKIE", "")):
            environ[SOMEBODYS] = f"staff:{int(found[1]) % PEOPLE}"
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
    served = Answering(app, books)

    assert at_once(with_sessions("invented", 40), served=served) == answering.EACH
    assert at_once(with_sessions("invented", 40), served=served) == answering.EACH


def test_sessions_of_colleagues_behind_one_address_have_turns_of_their_own():
    served = Answering(app, books)

    assert at_once(with_sessions("real", 20), served=served) == answering.EACH
    assert at_once(with_sessions("real", 20), served=served) == answering.THREADS
    one = [
        Client(b"", method="GET", headers=[(b"cookie", f"a={n}; sessionid=real1".encode())])
        for n in range(20)
    ]
    assert at_once(one, served=served) == answering.EACH


@pytest.mark.parametrize(
    ("method", "together"), [("GET", answering.STRANGERS), ("POST", answering.STRANGERS_POSTED)]
)
def test_strangers_of_many_addresses_leave_threads_to_whom_we_know(method, together):
    served = Answering(app, books)

    def strangers():
        return [Client(b"", method=method, address=f"10.0.{number}.1") for number in range(20)]

    assert at_once(strangers(), served=served) == together < answering.THREADS
    at_once(with_sessions("real", 20), served=served)
    assert at_once([*strangers(), *with_sessions("real", 20)], served=served) == answering.THREADS


def test_whoever_signs_in_twelve_times_has_the_turns_of_one(monkeypatch):
    monkeypatch.setitem(globals(), "PEOPLE", 1)
    served = Answering(app, books)

    at_once(with_sessions("real", 12), served=served)
    assert at_once(with_sessions("real", 12), served=served) == answering.EACH


def test_a_key_is_nobodys_word_where_no_key_is_asked_for(monkeypatch):
    monkeypatch.setitem(globals(), "PEOPLE", 1)
    served = Answering(app, books)
    keyed = [
        Client(b"", method="GET", headers=[(b"authorization", b"x%d" % n), (b"cookie", b"sessionid=real1")])
        for n in range(20)
    ]

    at_once(keyed, served=served)
    assert at_once(keyed_again(keyed), served=served) == answering.EACH


def keyed_again(clients):
    return [Client(b"", method="GET", headers=one.scope["headers"]) for one in clients]


def test_only_so_many_requests_of_one_client_wait(monkeypatch):
    monkeypatch.setattr(turns, "MOST_WAITING", 3)

    clients = ask(*(Client(b"", method="GET") for _ in range(answering.EACH + 5)))

    assert sorted(client.status for client in clients) == [200] * (answering.EACH + 3) + [429] * 2
    assert (b"retry-after", b"5") in clients[-1].sent[0]["headers"]


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
    served, said = Answering(app, books), []

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
    browser = sign_in("operator")
    asked = browser.get("/").wsgi_request
    assert asked.META[SOMEBODYS] == f"staff:{asked.user.id}"
    stranger = Browser()
    stranger.cookies["sessionid"] = "invented"
    assert SOMEBODYS not in stranger.get("/").wsgi_request.META


def test_the_books_say_whose_a_request_is_and_which_addresses_take_files(sign_in):
    browser = sign_in("operator")
    session, who = browser.cookies["sessionid"].value, f"staff:{browser.get('/').wsgi_request.user.id}"

    def asked(path, session):
        environ = RequestFactory().post(path).META
        return admit(environ | {"HTTP_COOKIE": f"sessionid={session}"})

    assert asked("/data/imports/new", session) == Admitted(who, 2 * 1024**3 + 1024**2)
    assert asked("/ui/theme", session) == Admitted(who, 0)
    assert asked("/data/imports/new", "invented") == asked("/data/imports/new", r'"\000"') == Admitted("", 0)
    browser.logout()
    assert asked("/data/imports/new", session) == Admitted("", 0)
