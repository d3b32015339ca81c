"""What parts and states are called, in the reader's language."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from yingtai.web.checks import Finding

STATES: dict[str, tuple[Any, str]] = {
    "works": (_("Works"), "good"),
    "starts": (_("Starting"), "neutral"),
    "silent": (_("Not responding"), "bad"),
    "ended": (_("Stopped, will restart"), "bad"),
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
PROCESS_NAMES: dict[str, Any] = {
    "mailbox": _("Development mailbox"),
    "web": _("Pages and API"),
    "collector": _("Collector"),
    "collector-2": _("Collector, second"),
    "dispatcher": _("Internal messages"),
    "ingest": _("Taking in events"),
    "worker-ingest": _("Worker: incoming data"),
    "worker-audiences": _("Worker: audiences"),
    "worker-sending": _("Worker: sending"),
    "worker-reports": _("Worker: reports and small tasks"),
}
QUEUE_NAMES: dict[str, Any] = {
    "ingest": _("Incoming data"),
    "audiences": _("Audiences"),
    "sending": _("Sending"),
    "reports": _("Reports"),
    "default": _("Small tasks"),
}


def part_name(part: str) -> Any:
    """Return what a part of the product is called; one that is new here keeps its code."""
    return PART_NAMES.get(part) or process_name(part)


def process_name(name: str) -> Any:
    """Return what a process is called; its logs are called by its code."""
    return PROCESS_NAMES.get(name, name)


def queue_name(name: str) -> Any:
    """Return what a queue of jobs is called."""
    return QUEUE_NAMES.get(name, name)


def words_of(finding: Finding) -> Any:
    """Return the state of a part; figures stand elsewhere on the page."""
    return _("Works") if finding.is_well else _("Not working")
