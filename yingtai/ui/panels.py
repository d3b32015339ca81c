"""What modules contribute to other modules' pages: sections of the profile page and of Home, and its to-dos."""

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, kw_only=True)
class Todo:
    """Something that waits for a person: a sentence with its count, and the page where it is done."""

    title: str
    url: str
    note: str = ""
    is_urgent: bool = False


@dataclass(frozen=True, kw_only=True)
class Found:
    """Something that the search of the frame found; a person's title is masked."""

    title: str
    url: str
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class Panel:
    """A titled section: the page puts it into a card; `template` renders its inside with `context` alone.

    `lazy_url` instead of a template loads the inside after the page, for what takes longer than the page may.
    """

    title: str
    template: str = ""
    context: dict[str, Any] = field(default_factory=dict)
    url: str = ""
    lazy_url: str = ""
    is_wide: bool = False
