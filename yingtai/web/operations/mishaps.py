"""Errors by their reference number, refused questions by their code: found in the logs, told without what they said."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from yingtai.kernel.env import env

READ_BYTES = 512 * 1024
MOST = 20
NOT_ARRIVED = ("yingtai.web.bodies.Gone", "yingtai.web.bodies.TooSlow", "yingtai.web.bodies.TooLarge")
"""Logs of earlier releases hold such as errors; who hung up saw no reference."""
BEGINS = re.compile(r"^(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d),\d+ (\w+) \S+ (.*)$")
REFERENCE = re.compile(r"^reference ([0-9a-f]{12})$")
PLACE = re.compile(r'^  File "(?P<file>[^"]+)", line (?P<line>\d+), in (?P<function>\S+)$')
REFUSED = re.compile(r"^refused (?P<code>[a-z.-]+) (?P<kind>\S+) (?P<place>\S.*)$")
KIND = re.compile(r"^(?P<kind>[A-Za-z_][\w.]*)(?::|$)")


@dataclass(frozen=True)
class Mishap:
    """One error that somebody was shown a reference for: its kind, and the place in our program."""

    reference: str
    at: datetime
    kind: str
    place: str


@dataclass(frozen=True)
class Refused:
    """Questions to the lake that were refused with one code, of one kind, from one place in our program."""

    code: str
    kind: str
    place: str
    count: int
    latest_at: datetime


def refused(folder: Path | None = None) -> list[Refused]:
    """Return what was refused lately, most often first. Cost: half a megabyte of each log"""
    times: dict[tuple[str, str, str], list[datetime]] = {}
    for path in sorted((folder or env().home / "logs").glob("*.log")):
        for line in _tail(path):
            head = BEGINS.match(line)
            if head and (found := REFUSED.match(head[3])):
                times.setdefault((found["code"], found["kind"], found["place"]), []).append(_moment(head))
    found_all = [Refused(*known, len(at), max(at)) for known, at in times.items()]
    return sorted(found_all, key=lambda one: (-one.count, one.place))[:MOST]


def mishaps(folder: Path | None = None) -> list[Mishap]:
    """Return the latest errors, the newest first. Cost: half a megabyte of logs"""
    logs = folder or env().home / "logs"
    found = [one for name in ("web.log.1", "web.log") for one in _read(logs / name)]
    return found[: -MOST - 1 : -1]


def _read(path: Path) -> Iterator[Mishap]:
    lines = _tail(path)
    entry: list[str] = []
    for line in [*lines, ""]:
        if (BEGINS.match(line) or not line) and entry:
            if made := _mishap(entry):
                yield made
            entry = []
        if BEGINS.match(line):
            entry = [line]
        elif entry:
            entry.append(line)


def _tail(path: Path) -> list[str]:
    if not path.exists():
        return []
    with path.open("rb") as file:
        file.seek(max(0, path.stat().st_size - READ_BYTES))
        return file.read(READ_BYTES).decode(errors="replace").splitlines()


def _mishap(entry: list[str]) -> Mishap | None:
    head = BEGINS.match(entry[0])
    reference = REFERENCE.match(head[3]) if head else None
    if head is None or reference is None:
        return None
    places = [place for line in entry if (place := PLACE.match(line))]
    ours = [place for place in places if "/yingtai/" in place["file"]] or places
    # What an error says may quote a value: only its kind is shown.
    if any(line.startswith(NOT_ARRIVED) for line in entry):
        return None
    kinds = [kind["kind"] for line in entry[1:] if (kind := KIND.match(line)) and kind["kind"] != "Traceback"]
    return Mishap(reference[1], _moment(head), kinds[-1] if kinds else "", _words(ours[-1]) if ours else "")


def _moment(head: re.Match[str]) -> datetime:
    return datetime.strptime(head[1], "%Y-%m-%d %H:%M:%S").astimezone()


def _words(place: re.Match[str]) -> str:
    _, inside, name = place["file"].rpartition("/yingtai/")
    return f"{inside.lstrip('/')}{name}:{place['line']} {place['function']}"
