"""Where to go on from a page that could not be shown: back, once more, to the list of its kind, to the search."""

from dataclasses import dataclass
from urllib.parse import urlsplit

from django.http import HttpRequest
from django.utils.http import url_has_allowed_host_and_scheme

from yingtai.ui.navigation import Link, navigation


@dataclass(frozen=True)
class WaysOn:
    """Addresses of ours; "" and None are ways that there are not."""

    back: str
    again: str
    list_of_its_kind: Link | None
    may_search: bool


def ways_on(request: HttpRequest, *, may_pass: bool = False) -> WaysOn:
    """Return where to go on; `may_pass` says that the same address may answer in a moment."""
    user = getattr(request, "user", None)
    is_known = bool(user and user.is_authenticated)
    return WaysOn(
        back=_back(request),
        again=request.get_full_path() if may_pass and request.method == "GET" else "",
        list_of_its_kind=_list_above(request) if is_known else None,
        may_search=is_known,
    )


def _back(request: HttpRequest) -> str:
    """Return the page of ours that led here; a form that was sent leads back to itself."""
    referrer = request.headers.get("Referer", "")
    if not url_has_allowed_host_and_scheme(
        referrer, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    ):
        return ""
    parts = urlsplit(referrer)
    if not parts.netloc or (parts.path == request.path and request.method == "GET"):
        return ""
    return f"{parts.path}?{parts.query}" if parts.query else parts.path


def _list_above(request: HttpRequest) -> Link | None:
    links = [link for section in navigation(request) for link in section.links]
    return next((link for link in links if link.is_current and link.url not in ("/", request.path)), None)
