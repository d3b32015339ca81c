"""Pages that recipients open from a mail: they act where the sealed token says, and nowhere else."""

from collections.abc import Callable
from datetime import datetime

from django.http import HttpRequest

from yingtai.campaigns.errors import LinkNotUnderstood
from yingtai.campaigns.letterheads import tokens
from yingtai.campaigns.tokens import CLICK, CONFIRM, OPEN, UNSUBSCRIBE, VIEW, Link
from yingtai.kernel.acting import Acting, system
from yingtai.kernel.contributions import public_doors
from yingtai.kernel.scope import Scope

DOORS = {"/u/": UNSUBSCRIBE, "/v/": VIEW, "/o/": OPEN, "/c/": CLICK, "/y/": CONFIRM}


def link_in(path: str) -> Link:
    """Return what the token in a path says.

    Raises: LinkNotUnderstood
    """
    _, door, token = path.split("/", 3)[:3]
    return tokens().read(DOORS[f"/{door}/"], token.removesuffix(".gif"))


def is_about_a_send(path: str) -> bool:
    """Say whether the number in the token of a path is a send's; else it is a confirmation's."""
    return not path.startswith("/y/")


def _door(kind: bytes) -> Callable[[HttpRequest, datetime], Acting | None]:
    def acting_of(request: HttpRequest, at: datetime) -> Acting | None:
        try:
            link = link_in(request.path)
        except LinkNotUnderstood:
            return None
        return system("recipient", Scope.of(link.node_no), at)

    return acting_of


def install_doors() -> None:
    """Register the doors; called once when a process starts."""
    for prefix, kind in DOORS.items():
        public_doors.register(prefix, _door(kind))
