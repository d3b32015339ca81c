"""The HTML a mail may be written in: so plain that no mail program reads it otherwise than we do. Pure.

Programs disagree about where an element ends once quotes, comments and style sheets are twisted into each other; an
address hidden there is one that nobody looked at. So every `<` begins something whole that holds no other `<`, and
whoever skips it, or begins to read at any `<`, sees the same elements. Commented-out HTML keeps to the same rules.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

BLANK = r"[ \t\n\r\f]"
UNQUOTED = r"[^\s\0-\x20\"'<>=`][^\s\0-\x20\"'<>`]*+"
ATTRIBUTE = (
    rf"{BLANK}++[a-zA-Z_:][a-zA-Z0-9_:.-]*+"
    rf"(?:{BLANK}*+={BLANK}*+(?:\"[^\"<\0]*+\"|'[^'<\0]*+'|{UNQUOTED})(?={BLANK}|/?>))?+"
)
PIECE = re.compile(
    rf"<(?:(?P<opened>[a-zA-Z][a-zA-Z0-9:-]*+)(?P<inside>(?:{ATTRIBUTE})*+){BLANK}*+/?>"
    rf"|/[a-zA-Z][a-zA-Z0-9:-]*+{BLANK}*+>"
    r"|!--|!\[(?:end)?if\b|!doctype\b[^<>]*+>|\?xml\b[^<>]*+>|(?=[\s0-9=.,;]))",
    re.IGNORECASE,
)
NAME = re.compile(
    rf"{BLANK}([a-zA-Z_:][a-zA-Z0-9_:.-]*+)(?:{BLANK}*+={BLANK}*+(\"[^\"]*+\"|'[^']*+'|[^\s\"']++))?+"
)
WORD = re.compile(r"[a-zA-Z][a-zA-Z0-9:-]{0,29}")
ENDS = {name: re.compile(rf"(?:[^<]|<!--)*+</{name}{BLANK}*+>", re.IGNORECASE) for name in ("style", "title")}
"""Elements whose inside is no HTML; a `<` there ends them for some programs and not for others."""

MADE_OF = (
    "html head meta title style body a abbr acronym address area article aside b bdi bdo big blockquote br button "
    "caption center cite code col colgroup dd del details dfn dir div dl dt em figcaption figure font footer h1 h2 h3 "
    "h4 h5 h6 header hr i img ins kbd label li main map mark menu nav ol p picture pre q rp rt ruby s samp section "
    "small source span strike strong sub summary sup table tbody td tfoot th thead time tr tt u ul var wbr xml"
)
ELEMENTS = frozenset(MADE_OF.split())
PREFIXES = ("v:", "o:", "w:")
"""What Outlook draws with."""
NEVER = frozenset({"srcdoc", "imagesrcset", "formaction", "action", "is", "slot"})
META = frozenset({"content-type", "content-language", "x-ua-compatible"})


@dataclass(frozen=True)
class Trouble:
    """What is not plain: an element, an attribute of it, or how it is written."""

    line: int
    what: str


def trouble_in(html: str) -> Trouble | None:
    """Return the first piece that a mail may not hold; None when the whole is plain."""
    at = html.find("<")
    while at != -1:
        found = PIECE.match(html, at)
        what = _refused(found) if found else f"<{_word(html, at + 1)} …"
        end = found.end() if found else at
        if found and not what and (rest := ENDS.get((found["opened"] or "").lower())):
            inside = rest.match(html, end)
            what, end = ("" if inside else f"<{found['opened']}>"), inside.end() if inside else end
        if what:
            return Trouble(html.count("\n", 0, at) + 1, what)
        at = html.find("<", end)
    return None


def _refused(found: re.Match[str]) -> str:
    element = (found["opened"] or "").lower()
    if not element:
        return ""
    if element not in ELEMENTS and not element.startswith(PREFIXES):
        return f"<{element[:30]}>"
    return next((f"<{element} {name}>" for name in _refused_attributes(found["inside"])), "")


def _refused_attributes(inside: str) -> Iterator[str]:
    for name, value in NAME.findall(inside):
        name = name.lower()
        if name.startswith("on") or name in NEVER:
            yield name[:30]
        elif name == "http-equiv" and value.strip("\"'").strip().lower() not in META:
            yield name


def _word(html: str, at: int) -> str:
    found = WORD.match(html, at)
    return found.group() if found else ""
