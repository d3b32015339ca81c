"""Who asks: a session or a key of somebody's, else the address."""

from collections import OrderedDict
from hashlib import blake2b
from typing import Any

from yingtai.kernel.addresses import client_address, sharer
from yingtai.kernel.http import SOMEBODYS

SESSION = "sessionid"

MOST_KNOWN = 20_000


class Clients:
    """Tells clients apart. A session or key counts for itself once an answer was somebody's; until then, and when it
    was invented, its address does. So nobody has more turns for naming more sessions, and a company behind one address
    waits for its own invented ones at most."""

    def __init__(self) -> None:
        self._known: OrderedDict[str, None] = OrderedDict()

    def of(self, scope: dict[str, Any]) -> str:
        """Return what tells this client from others."""
        said = _said(scope)
        return said if said in self._known else _address(scope)

    def note(self, scope: dict[str, Any], environ: dict[str, Any]) -> None:
        """Learn from a request that was answered."""
        if environ.get(SOMEBODYS) and (said := _said(scope)):
            self._known[said] = None
            self._known.move_to_end(said)
            if len(self._known) > MOST_KNOWN:
                self._known.popitem(last=False)


def _said(scope: dict[str, Any]) -> str:
    """Return a digest of the session or key a request names, "" without."""
    for name, value in scope["headers"]:
        if name == b"authorization":
            return blake2b(value, digest_size=16).hexdigest()
        if name == b"cookie" and (session := _session(value)):
            # The session alone: other cookies are whatever the client likes.
            return blake2b(session.encode(), digest_size=16).hexdigest()
    return ""


def _session(cookies: bytes) -> str:
    for part in cookies.decode("latin1").split(";"):
        name, _, value = part.strip().partition("=")
        if name == SESSION:
            return value
    return ""


def _address(scope: dict[str, Any]) -> str:
    forwarded = next((value for name, value in scope["headers"] if name == b"x-forwarded-for"), b"")
    peer = str((scope.get("client") or ("",))[0])
    return sharer(client_address(peer, forwarded.decode("latin1")))
