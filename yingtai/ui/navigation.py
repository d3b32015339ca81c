"""The left navigation: sections by job, entries registered by the modules, and only what a role may use."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from django.http import HttpRequest
from django.urls import NoReverseMatch, Resolver404, resolve, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from yingtai.kernel.acting import decide
from yingtai.kernel.contributions import Catalogue
from yingtai.kernel.labels import Label

Text = str | Promise


@dataclass(frozen=True)
class Section:
    """A job people come to do.

    is_a_drawer  it holds what belongs to different jobs: of whoever sees one page there, it has that page's name
    """

    name: str
    title: Text
    icon: str
    is_a_drawer: bool = False

    def called(self, links: Sequence["Link"]) -> Text:
        return links[0].title if self.is_a_drawer and len(links) == 1 else self.title


SECTIONS = (
    Section("home", _("Home"), "home"),
    Section("customers", _("Customers"), "users"),
    Section("audiences", _("Audiences"), "users-group"),
    Section("campaigns", _("Campaigns"), "speakerphone"),
    Section("insights", _("Insights"), "chart-bar"),
    Section("decisions", _("Decisions"), "bulb"),
    Section("plans", _("Plans"), "target"),
    Section("orders", _("Orders"), "shopping-cart"),
    Section("data", _("Data"), "database"),
    Section("compliance", _("Compliance"), "shield-check"),
    Section("operations", _("Operations"), "activity", is_a_drawer=True),
)


@dataclass(frozen=True)
class Entry:
    """One page in the navigation and what a person must be allowed in order to see it."""

    section: str
    title: Text
    url_name: str
    action: str
    label: Label
    place: str


entries: Catalogue[Entry] = Catalogue("navigation entries")


def register(
    section: str,
    title: Text,
    url_name: str,
    *,
    place: str,
    action: str = "view",
    label: Label = Label.L2,
    order: int = 100,
) -> None:
    """Put a page into the navigation. Call it from the module's `apps.ready`; `place` "" is for everyone."""
    if section not in {known.name for known in SECTIONS}:
        raise TypeError(f"there is no section {section!r}; choose one of ui.navigation.SECTIONS")
    entries.register(url_name, Entry(section, title, url_name, action, label, place), order=order)


@dataclass(frozen=True)
class Link:
    title: Text
    url: str
    is_current: bool


@dataclass(frozen=True)
class OpenSection:
    """A section as one person sees it; it leads to the first of its links."""

    title: Text
    icon: str
    url: str
    links: tuple[Link, ...]
    is_current: bool


def navigation(request: HttpRequest) -> list[OpenSection]:
    """Return the sections with what this person may use; a section without any such page is left out."""
    visible = [
        (entry, url) for entry in entries.all() if (url := _url(entry.url_name)) and _may_use(request, entry)
    ]
    current = current_url(request.path, [url for _entry, url in visible])
    sections = []
    for section in SECTIONS:
        links = tuple(
            Link(entry.title, url, url == current) for entry, url in visible if entry.section == section.name
        )
        if links:
            is_current = any(link.is_current for link in links)
            sections.append(OpenSection(section.called(links), section.icon, links[0].url, links, is_current))
    return sections


def _may_use(request: HttpRequest, entry: Entry) -> bool:
    if not entry.place:
        return True
    acting = getattr(request, "acting", None)
    return acting is not None and decide(acting, entry.action, entry.label, entry.place).allowed


def current_url(path: str, urls: list[str]) -> str | None:
    """The deepest page above the one that is open; the root is above nothing but itself."""
    above = [url for url in urls if path == url or (url != "/" and path.startswith(url.rstrip("/") + "/"))]
    return max(above, key=len, default=None)


def current_entry(path: str) -> Entry | None:
    """Return the entry of the page that is open, or of the deepest one above it."""
    by_url = {_url(entry.url_name): entry for entry in entries.all()}
    return by_url.get(current_url(path, [url for url in by_url if url]) or "")


@cache
def _url(url_name: str) -> str:
    # A page that is not mounted is left out rather than breaking every other page; a test names it.
    try:
        return reverse(url_name)
    except NoReverseMatch:
        return ""


def may_open(request: HttpRequest | None, url: str) -> bool:
    """Say whether a page of ours is open to whoever asks, by what the page itself declares it needs."""
    acting = getattr(request, "acting", None)
    if not url or acting is None:
        return True
    try:
        view = resolve(url.partition("?")[0]).func
    except Resolver404:
        return True
    needs = getattr(view, "needs", None)
    return needs is None or decide(acting, *needs).allowed
