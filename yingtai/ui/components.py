"""What templates hand to components: small frozen dataclasses, no queries, no HTML."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.functional import Promise

Text = str | Promise
TONES = ("neutral", "info", "good", "warn", "bad")
"""Colour never speaks alone: a tone always stands beside words or a sign."""


@dataclass(frozen=True, kw_only=True)
class Progress:
    """A long task as a page shows it; while `is_running` the component asks `url` again every second.

    done, total  counts in `unit`; total None = not known yet
    """

    title: Text
    url: str
    is_running: bool
    done: int = 0
    total: int | None = None
    unit: Text = ""
    note: Text = ""
    stop_url: str = ""
    result_url: str = ""
    problem: Text = ""


@dataclass(frozen=True, kw_only=True)
class TimelineEntry:
    """One thing that happened to one person."""

    at: datetime
    title: Text
    detail: Text = ""
    source: Text = ""
    tone: str = "neutral"
    url: str = ""


@dataclass(frozen=True)
class Tab:
    title: Text
    url: str
    is_current: bool = False
    count: int | None = None


@dataclass(frozen=True)
class Problem:
    """One line of the summary at the top; `field` is the id of the input it leads to."""

    title: Text
    remedy: Text = ""
    field: str = ""


@dataclass(frozen=True)
class Step:
    """One step of a wizard; `state` is done, current or later."""

    title: Text
    state: str
    url: str = ""


def steps(titles: Sequence[Text], current: int, urls: Sequence[str] = ()) -> list[Step]:
    """Return the steps of a wizard; `current` counts from 1. Steps already done link back when urls are given."""
    return [
        Step(title, _state(place, current), urls[place - 1] if place < current and len(urls) >= place else "")
        for place, title in enumerate(titles, start=1)
    ]


def _state(place: int, current: int) -> str:
    if place == current:
        return "current"
    return "done" if place < current else "later"
