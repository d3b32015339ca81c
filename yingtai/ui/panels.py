"""A section that one module contributes to another module's page (profile page, Home)."""

from dataclasses import dataclass, field
from typing import Any


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
