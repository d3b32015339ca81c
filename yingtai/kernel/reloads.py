"""Whoever reloads, or types, an address that only takes what a form sends is led to the page that has the form."""

from collections.abc import Callable
from http import HTTPStatus

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import Resolver404, resolve

OF_PROGRAMS = ("/api/",)


def back_from_posts(answer: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Lead a browser that asks for an address of posts to the nearest page above; programs get their 405."""

    def answered(request: HttpRequest) -> HttpResponse:
        response = answer(request)
        if response.status_code != HTTPStatus.METHOD_NOT_ALLOWED or not _is_a_reader(request):
            return response
        return HttpResponseRedirect(page_above(request.path_info))

    return answered


def page_above(path: str) -> str:
    """Return the nearest address above a path at which there is something; at last the root."""
    parts = path.strip("/").split("/")
    for count in range(len(parts) - 1, 0, -1):
        above = f"/{'/'.join(parts[:count])}/"
        try:
            resolve(above)
        except Resolver404:
            continue
        return above
    return "/"


def _is_a_reader(request: HttpRequest) -> bool:
    return (
        request.method == "GET"
        and "text/html" in request.headers.get("Accept", "")
        and "HX-Request" not in request.headers
        and not request.path_info.startswith(OF_PROGRAMS)
    )
