"""What deeds of collect are about, for the record: files by name, lines of the tracking plan by title."""

from collections.abc import Sequence
from contextlib import suppress
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _

from yingtai.collect.naming import EVENT_TITLES, event_title, trait_title
from yingtai.collect.queries.imports import titles_of_imports
from yingtai.kernel.acting import Acting, decide
from yingtai.kernel.labels import Label

OF_AN_EVENT = " · "


def imports_of_deeds(acting: Acting, abouts: Sequence[str]) -> dict[str, tuple[str, str]]:
    """Return imports by id: the name of the file, and its page; no name to whoever may not look at imports."""
    ids = _ids(abouts)
    if not decide(acting, "view", Label.L2, "collect.import").allowed:
        return {str(id): (_("a file"), "") for id in ids}
    titles = titles_of_imports(acting, ids)
    return {
        str(id): (title or _("a file"), reverse("collect:import", args=[id])) for id, title in titles.items()
    }


def lines_of_plan(acting: Acting, abouts: Sequence[str]) -> dict[str, tuple[str, str]]:
    """Return lines of the tracking plan in words: an event, one of its properties, or a trait."""
    url = reverse("collect:plan")
    return {about: (_line_in_words(about), url) for about in abouts}


def refused_of_deeds(acting: Acting, abouts: Sequence[str]) -> dict[str, tuple[str, str]]:
    """Return refused events in words; one of them has no name, and opening it is recorded again."""
    return {str(id): (_("an event in quarantine"), "") for id in _ids(abouts)}


def _line_in_words(about: str) -> str:
    event, is_property, name = about.partition(OF_AN_EVENT)
    if is_property:
        return f"{event_title(event)}{OF_AN_EVENT}{name}"
    return event_title(about) if about in EVENT_TITLES else trait_title(about)


def _ids(abouts: Sequence[str]) -> list[UUID]:
    found = []
    for about in abouts:
        with suppress(ValueError):
            found.append(UUID(about))
    return found
