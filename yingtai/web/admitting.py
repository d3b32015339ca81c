"""Who may send a large body, and how large: the books are asked, nothing that a header claims is believed."""

from typing import Any

import django.db
from django.core.handlers.wsgi import WSGIRequest
from django.urls import Resolver404, resolve

from yingtai.organization.api import actor_of
from yingtai.web.absence import is_away
from yingtai.web.clients import Admitted
from yingtai.web.turns import Busy


def admit(environ: dict[str, Any]) -> Admitted:
    """Ask who sends this request, without its body.

    Raises: Busy when the books do not answer
    """
    django.db.close_old_connections()
    request = WSGIRequest(environ)
    try:
        who = actor_of(request)
    except (django.db.Error, OSError) as trouble:
        if is_away(trouble):
            raise Busy from trouble
        raise
    return Admitted(who, _most_bytes(request.path_info) if who else 0)


def _most_bytes(path: str) -> int:
    try:
        view = resolve(path).func
    except Resolver404:
        return 0
    return getattr(view, "most_bytes", 0)
