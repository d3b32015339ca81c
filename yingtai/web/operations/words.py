"""What parts and states are called, in the reader's language."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from yingtai.web.checks import Finding

STATES: dict[str, tuple[Any, str]] = {
    "works": (_("Works"), "good"),
    "starts": (_("Is being started"), "neutral"),
    "silent": (_("Does not move"), "bad"),
    "ended": (_("Ended, will be started again"), "bad"),
}
PART_NAMES: dict[str, Any] = {
    "books": _("Books (database)"),
    "keys": _("Keys (database)"),
    "accepting": _("Accepting events"),
    "inbox": _("Inbox"),
    "disk": _("Disk"),
    "lake": _("Event lake"),
    "uploads": _("Uploaded files"),
    "logs": _("Logs"),
}


def part_name(part: str) -> Any:
    """Return what a part is called; a process is called what it is called everywhere."""
    return PART_NAMES.get(part, part)


def words_of(finding: Finding) -> Any:
    """Return the state of a part; figures stand elsewhere on the page."""
    return _("Works") if finding.is_well else _("Does not work")
