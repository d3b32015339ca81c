"""Who the page is for: what the top of every page says about the person, their role and their scope."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject


@dataclass(frozen=True)
class Place:
    """One scope a person may work in; `value` is what the switcher posts as `place`."""

    value: str
    name: str
    depth: int = 0

    @property
    def label(self) -> str:
        return "\u2003" * self.depth + self.name


@dataclass(frozen=True, kw_only=True)
class Identity:
    """The signed-in person as the frame shows them."""

    name: str
    role: str = ""
    place: str = ""
    places: tuple[Place, ...] = ()
    switch_url: str = ""
    account_url: str = ""
    password_url: str = ""
    sign_out_url: str = ""


Identify = Callable[[HttpRequest], Identity | None]


def _nobody(request: HttpRequest) -> Identity | None:
    return None


_identify: list[Identify] = [_nobody]


def install(identify: Identify) -> None:
    """Let this function tell the frame who is signed in. The module that owns staff installs it at start."""
    _identify[0] = identify


def identify(request: HttpRequest) -> Identity | None:
    """Return the person for the top of the page, or None before sign-in."""
    return _identify[0](request)


def frame(request: HttpRequest) -> dict[str, Any]:
    """Give every template `identity`; it is asked only when a page shows it (a context processor)."""
    return {"identity": SimpleLazyObject(lambda: identify(request))}
