"""Help inside: short pages of `docs/help/<language>`, one for each page of the navigation, rendered without any HTML of
their own."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

from django.http import HttpRequest
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from markdown_it import MarkdownIt

from yingtai.kernel.acting import Acting
from yingtai.kernel.contributions import Searcher, searchers
from yingtai.ui.navigation import current_entry, entries
from yingtai.ui.panels import Found

FOLDER = Path(__file__).resolve().parents[2] / "docs" / "help"
LANGUAGES = ("en", "zh-hans")
HOME = "home"


@dataclass(frozen=True)
class HelpPage:
    """One page of help in one language; `text` is Markdown, its first line the title."""

    topic: str
    title: str
    text: str

    @property
    def html(self) -> SafeString:
        return SafeString(_renderer().render(self.text.partition("\n")[2]))


def topics() -> list[str]:
    """Return what there is help for: Home, and the pages of the navigation in their order."""
    named = [HOME, *(entry.url_name.replace(":", ".") for entry in entries.all())]
    return [topic for topic in dict.fromkeys(named) if (FOLDER / LANGUAGES[0] / f"{topic}.md").exists()]


def help_page(topic: str, language: str = "") -> HelpPage | None:
    """Return the help of a topic in the reader's language, or None when there is none."""
    wanted = language or ("zh-hans" if (get_language() or "").startswith("zh") else "en")
    return _read(topic, wanted) if topic in topics() else None


def help_url(request: HttpRequest) -> str:
    """Return where the help of the page that is open stands."""
    entry = current_entry(request.path)
    topic = entry.url_name.replace(":", ".") if entry else HOME
    return reverse("ui:help", args=[topic if topic in topics() else HOME])


def find_help(acting: Acting, text: str) -> list[Found]:
    """Return the help whose text holds a text in any language, those that have it in their title first."""
    asked = text.casefold()
    found = []
    for topic in topics():
        said = [page for language in LANGUAGES if (page := _read(topic, language))]
        if any(asked in page.text.casefold() for page in said):
            is_title = any(asked in page.title.casefold() for page in said)
            found.append((not is_title, topic))
    shown = [page for _rank, topic in sorted(found, key=lambda one: one[0]) if (page := help_page(topic))]
    return [Found(title=page.title, url=reverse("ui:help", args=[page.topic])) for page in shown]


@cache
def _read(topic: str, language: str) -> HelpPage | None:
    path = FOLDER / language / f"{topic}.md"
    if not path.exists():
        return None
    text = path.read_text(encoding="utf-8")
    return HelpPage(topic, text.partition("\n")[0].removeprefix("# ").strip(), text)


@cache
def _renderer() -> MarkdownIt:
    return MarkdownIt("commonmark", {"html": False})


searchers.register("ui.help", Searcher(_("Help"), find_help), order=60)
