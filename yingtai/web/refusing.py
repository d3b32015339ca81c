"""Refusals of the loop itself, before any page is asked: what was wrong, and what to do."""

from collections.abc import Awaitable, Callable
from http import HTTPStatus
from typing import Any

from django.http import HttpRequest
from django.utils.translation import get_language_from_request, gettext_lazy, override

RETRY_SECONDS = 5
WORDS = {
    HTTPStatus.BAD_REQUEST: gettext_lazy(
        "What your browser sent could not be read. Reload the page and try again; "
        "if it happens again, sign in anew in a private window."
    ),
    HTTPStatus.REQUEST_TIMEOUT: gettext_lazy(
        "What was sent came too slowly. Nothing was changed. "
        "Try again on a faster connection, or when fewer colleagues send files."
    ),
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: gettext_lazy(
        "This is more than can be sent here. Nothing was changed. "
        "Sign in again if you were signed out for a while, or choose a smaller file."
    ),
    HTTPStatus.TOO_MANY_REQUESTS: gettext_lazy(
        "Too much is asked for at once from where you are. Wait a few seconds and try again."
    ),
    HTTPStatus.SERVICE_UNAVAILABLE: gettext_lazy(
        "There is a lot to do just now. Nothing was changed. Wait a few seconds and try again."
    ),
}

Send = Callable[[dict[str, Any]], Awaitable[None]]


async def refuse(send: Send, status: HTTPStatus, environ: dict[str, Any]) -> None:
    """Answer a request that no page is asked about, and end its connection."""
    headers = [
        (b"content-type", b"text/plain; charset=utf-8"),
        (b"connection", b"close"),
        (b"retry-after", str(RETRY_SECONDS).encode()),
    ]
    await send({"type": "http.response.start", "status": int(status), "headers": headers})
    await send({"type": "http.response.body", "body": f"{_words(status, environ)}\n".encode()})


def _words(status: HTTPStatus, environ: dict[str, Any]) -> str:
    request = HttpRequest()
    request.META = environ
    with override(get_language_from_request(request)):
        return str(WORDS[status])
