"""The way from an empty brand to a first campaign: ticked by what is there, gone when it is done or dismissed."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.urls import reverse

from yingtai.kernel.contributions import first_steps
from yingtai.kernel.http import ActingRequest
from yingtai.ui.navigation import may_open

COOKIE = "first_steps_dismissed"
A_YEAR = 365 * 24 * 3600
FEWEST = 2
"""Of fewer steps than this nobody makes a list: a dealer, say, connects no source."""
MOST_PLACES = 20


@dataclass(frozen=True)
class ShownStep:
    """A step as Home shows it."""

    title: Any
    note: Any
    url: str
    is_done: bool


def steps_shown(request: ActingRequest) -> list[ShownStep]:
    """Return the steps that the reader may take; none when all are done, or somebody dismissed them in this browser.

    Cost: one indexed query for each step
    """
    if place_of(request) in dismissed(request):
        return []
    allowed = [
        (step, reverse(step.url)) for step in first_steps.all() if may_open(request, reverse(step.url))
    ]
    if len(allowed) < FEWEST:
        return []
    steps = [ShownStep(step.title, step.note, url, step.is_done(request.acting)) for step, url in allowed]
    return [] if all(step.is_done for step in steps) else steps


def place_of(request: ActingRequest) -> str:
    """Return which place is looked at, as the cookie knows it."""
    return str(request.acting.scope.hull.lo)


def dismissed(request: HttpRequest) -> list[str]:
    """Return the places whose steps were dismissed in this browser."""
    return request.COOKIES.get(COOKIE, "").split(".")[-MOST_PLACES:]
