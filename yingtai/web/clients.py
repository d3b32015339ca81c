"""Who asks: the colleague or key behind a session that is known, else the address."""

import time
from collections import OrderedDict
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any

from django.http.cookie import parse_cookie

from yingtai.kernel.addresses import client_address, sharer

SESSION = "sessionid"
MOST_KNOWN = 20_000
KNOWN_SECONDS = 900.0
"""A session that was somebody's is believed so long after its latest answer; whoever signs out loses it."""


class Doubled(Exception):
    """The request names two sessions, so that we and the application might each believe another."""


@dataclass(frozen=True, slots=True)
class Client:
    """Whoever asks.

    name      what tells them from others: `staff:…` or `key:…` once that is known, else their address
    said      a digest of the session or key they name, "" when they name none
    is_known  the session or key was somebody's lately
    was_known it was somebody's once: what they typed before it ended may come
    """

    name: str
    said: str
    is_known: bool
    was_known: bool = True


@dataclass(frozen=True, slots=True)
class Admitted:
    """What the books say of a request: whose it is, "" of a stranger, and how many bytes of a file are taken there."""

    who: str
    most_bytes: int


class Clients:
    """Tells clients apart by what signed them in, as the application told: not by what stands in their headers.

    So nobody has more turns for naming more sessions, nor for having more; and a company behind one address waits for
    its own invented ones at most.
    """

    def __init__(self) -> None:
        self._known: OrderedDict[str, tuple[str, float]] = OrderedDict()

    def of(self, scope: dict[str, Any]) -> Client:
        """Return who asks.

        Raises: Doubled
        """
        said = _said(scope)
        who, until = self._known.get(said, ("", 0.0))
        if who and until > time.monotonic():
            return Client(who, said, is_known=True)
        return Client(_address(scope), said, is_known=False, was_known=bool(who))

    def note(self, client: Client, who: str) -> None:
        """Learn whose request it was, once the application knows; "" when it was nobody's."""
        if not who or not client.said:
            return
        self._known[client.said] = (who, time.monotonic() + KNOWN_SECONDS)
        self._known.move_to_end(client.said)
        if len(self._known) > MOST_KNOWN:
            self._known.popitem(last=False)


def _said(scope: dict[str, Any]) -> str:
    """Return a digest of what the application would ask for: a key for programs, a session for everybody else."""
    if scope["path"].startswith("/api/"):
        keys = [value.decode("latin1").partition(" ")[2].strip() for value in _all(scope, b"authorization")]
        said = keys[0] if keys else ""
    else:
        # The session alone: other cookies are whatever the client likes.
        sessions = [one for value in _all(scope, b"cookie") for one in _sessions(value)]
        if len(sessions) > 1:
            raise Doubled
        said = sessions[0] if sessions else ""
    return blake2b(said.encode(), digest_size=16).hexdigest() if said else ""


def _all(scope: dict[str, Any], name: bytes) -> list[bytes]:
    return [value for key, value in scope["headers"] if key == name]


def _sessions(cookies: bytes) -> list[str]:
    # As the application reads them: quotes and escapes give one session many spellings.
    said = (parse_cookie(part) for part in cookies.decode(errors="replace").split(";"))
    return [one[SESSION] for one in said if SESSION in one]


def _address(scope: dict[str, Any]) -> str:
    forwarded = next(iter(_all(scope, b"x-forwarded-for")), b"")
    peer = str((scope.get("client") or ("",))[0])
    return sharer(client_address(peer, forwarded.decode("latin1")))
