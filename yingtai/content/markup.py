"""The HTML a mail may be written in: so plain that no mail program reads it otherwise than we do. Pure.

Programs disagree about where an element ends once quotes, comments and style sheets are twisted into each other; an
address hidden there is one that nobody looked at. So every `<` begins something whole that holds no other `<`, and
whoever skips it, or begins to read at any `<`, sees the same elements. Commented-out HTML keeps to the same rules.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum

from yingtai.content.vocabulary import ATTRIBUTES, ELEMENTS, FAMILIES, ONLY, VALUES

BLANK = r"[ \t\n\r\f]"
SIGN = r"<(?=[\s0-9=.,;]|-\s|[\u3000-\u9fff\uff00-\uffef]{1,40}>)"
"""A `<` that begins an element for nobody: `5 < 6`, `<- back`, `<限时>`."""
UNQUOTED = r"[^\s\0-\x20\"'<>=`][^\s\0-\x20\"'<>`]*+"
ATTRIBUTE = (
    rf"{BLANK}++[a-zA-Z_:][a-zA-Z0-9_:.-]*+"
    rf"(?:{BLANK}*+={BLANK}*+(?:\"(?:[^\"<\0]++|{SIGN})*+\"|'(?:[^'<\0]++|{SIGN})*+'|{UNQUOTED})(?={BLANK}|/?>))?+"
)
PIECE = re.compile(
    rf"<(?:(?P<opened>[a-zA-Z][a-zA-Z0-9:-]*+)(?P<inside>(?:{ATTRIBUTE})*+){BLANK}*+/?>"
    rf"|/[a-zA-Z][a-zA-Z0-9:-]*+{BLANK}*+>"
    rf"|!--|!\[(?:end)?if\b|!doctype\b[^<>]*+>|\?xml\b[^<>]*+>)|{SIGN}",
    re.IGNORECASE,
)
NAME = re.compile(
    rf"{BLANK}([a-zA-Z_:][a-zA-Z0-9_:.-]*+)(?:{BLANK}*+={BLANK}*+(\"[^\"]*+\"|'[^']*+'|[^\s\"']++))?+"
)
WORD = re.compile(r"/?[a-zA-Z][a-zA-Z0-9:-]{0,29}")
ENDS = {
    name: re.compile(rf"(?:[^<]++|<!--|{SIGN})*+</{name}{BLANK}*+>", re.IGNORECASE)
    for name in ("style", "title")
}
"""Elements whose inside is no HTML; a `<` there ends them for some programs and not for others."""


class Kind(Enum):
    """Why a piece is not plain."""

    ELEMENT = "no element of a mail"
    ATTRIBUTE = "no attribute of a mail, or a value that it may not have"
    UNCLOSED = "an inside that is no HTML does not end, or holds a <"
    SIGN = "a < begins nothing whole"


@dataclass(frozen=True)
class Trouble:
    """What is not plain, and why: `<form>`, `<img ping>`, `<style>`, `<b …`."""

    line: int
    what: str
    kind: Kind


def trouble_in(html: str) -> Trouble | None:
    """Return the first piece that a mail may not hold; None when the whole is plain."""
    at = html.find("<")
    while at != -1:
        found = PIECE.match(html, at)
        refused = _refused(found) if found else (f"<{_word(html, at + 1)} …", Kind.SIGN)
        end = found.end() if found else at
        if found and not refused and (rest := ENDS.get((found["opened"] or "").lower())):
            inside = rest.match(html, end)
            refused = None if inside else (f"<{found['opened']}>", Kind.UNCLOSED)
            end = inside.end() if inside else end
        if refused:
            return Trouble(html.count("\n", 0, at) + 1, *refused)
        at = html.find("<", end)
    return None


def _refused(found: re.Match[str]) -> tuple[str, Kind] | None:
    element = (found["opened"] or "").lower()
    if not element:
        return None
    if element not in ELEMENTS:
        return f"<{element[:30]}>", Kind.ELEMENT
    name = next(_refused_attributes(element, found["inside"]), "")
    return (f"<{element} {name}>", Kind.ATTRIBUTE) if name else None


def _refused_attributes(element: str, inside: str) -> Iterator[str]:
    for name, value in NAME.findall(inside):
        name = name.lower()
        known = name in ONLY.get(element, ATTRIBUTES) or name.startswith(FAMILIES)
        allowed = VALUES.get(name) or VALUES.get(f"{element} {name}")
        if not known or (allowed and value.strip("\"'").strip().lower() not in allowed):
            yield name[:30]


def _word(html: str, at: int) -> str:
    found = WORD.match(html, at)
    return found.group() if found else ""
