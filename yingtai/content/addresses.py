"""The addresses in the HTML of a mail: links that somebody may follow, and files that a mail program fetches by itself.

A fetch tells a host that somebody reads, and whatever the address carries. So a fetched address stands in the template
letter by letter: no value of a person is ever part of it. Pure.
"""

import re
from collections.abc import Callable, Iterator
from html.entities import html5

# Each pattern ends at the end of the text too, and gives nothing back, so that a mail full of openings is read once.
TAG = re.compile(r"<([a-zA-Z][a-zA-Z0-9:-]*+)((?:[^>\"']++|\"[^\"]*+(?:\"|\Z)|'[^']*+(?:'|\Z))*+)(>|\Z)")
ATTRIBUTE = re.compile(r"([a-zA-Z_:][\w:.-]*+)(\s*+=\s*+)(\"[^\"]*+\"?|'[^']*+'?|[^\s\"'>]++)")
STYLE = re.compile(r"<style\b[^>]*+(?:>|\Z)(.*?)(?:</style|\Z)", re.IGNORECASE | re.DOTALL)
REFERENCE = re.compile(
    r"&(?:#0{0,99}[0-9]{1,7};?|#[xX]0{0,99}[0-9a-fA-F]{1,6};?|[a-zA-Z][a-zA-Z0-9]{1,31}(?:;|(?![a-zA-Z0-9=])))"
)
FETCHED = frozenset(
    (
        *(
            "src",
            "srcset",
            "background",
            "poster",
            "data",
            "lowsrc",
            "dynsrc",
            "manifest",
            "archive",
            "codebase",
        ),
        *(
            "classid",
            "cite",
            "longdesc",
            "ping",
            "action",
            "formaction",
            "content",
            "usemap",
            "base",
            "profile",
        ),
        *("attributionsrc", "itemtype"),
    )
)
"""Attributes that hold addresses, whatever words they are from: `o:href` is read as `href`."""
ADDRESS = re.compile(r"//|\\\\|/\\|\\/|\b(?:https?|ftps?|wss?):", re.IGNORECASE)
"""What makes an address of a value, whatever the attribute; two slashes of either kind begin the name of a host."""
UNREAD = re.compile(r"[\t\n\r\f\0]")
"""What browsers leave out of an address."""
STYLED = frozenset(
    ("style", "fill", "stroke", "filter", "mask", "clip-path", "cursor", "marker", "marker-start", "marker-mid",
     "marker-end")
)  # fmt: skip
"""Attributes that hold CSS, where a file may be fetched from."""
FOLLOWED_IN = frozenset({"a", "area"})
FOLLOWABLE = re.compile(r"https?://[^\s/]|mailto:[^\s]|tel:[+\d]|#", re.IGNORECASE)


WEBSITE = re.compile(r"(https?://[a-z0-9.-]+(?::[0-9]{1,5})?)(?:[/?#]|\Z)", re.IGNORECASE)
"""Scheme, host and port, and nothing that a browser would read as another host: no `@`, no backslash, no blank."""


def unescaped(value: str) -> str:
    """Return an address as it is meant, from how it stands in an attribute.

    `&region=EU` stays itself: in an attribute, a name without a semicolon is no entity when a letter, a digit or `=`
    follows. Source: HTML standard, 13.2.5.73 (named character reference state).
    """
    return REFERENCE.sub(lambda found: _character(found.group()), value)


def links_in(html: str) -> Iterator[str]:
    """Give the addresses somebody may follow, as they stand in the attributes."""
    for tag, name, value in _attributes(html):
        if name == "href" and tag in FOLLOWED_IN:
            yield value


def fetched_in(html: str) -> Iterator[str]:
    """Give the addresses a mail program fetches by itself: pictures, style sheets, frames; CSS that may fetch whole.

    Any other value that could be an address is one: mail programs fetch from attributes that no standard names.
    CSS has too many ways to write an address (escapes, `image-set`, `@font-face`) to take one out of it.
    """
    for tag, name, value in _attributes(html):
        if name == "href" and tag in FOLLOWED_IN:
            continue
        if _is_address(name.rpartition(":")[2], unescaped(value)):
            yield value
    yield from filter(_may_fetch, STYLE.findall(html))


def insides(html: str) -> Iterator[str]:
    """Give what stands inside elements and style sheets, all that is not text to read."""
    for _tag, inside, _end in TAG.findall(html):
        yield inside
    yield from STYLE.findall(html)


def values_in(html: str) -> Iterator[str]:
    """Give what all attributes hold, as it stands."""
    return (value for _tag, _name, value in _attributes(html))


def selects_by_value(html: str) -> bool:
    """Say whether a style sheet may fetch a file depending on what an attribute holds, or is fetched itself."""
    return "<link" in html.lower() or any(
        _may_fetch(sheet) and ("[" in sheet or "\\" in sheet or "@import" in sheet.lower())
        for sheet in STYLE.findall(html)
    )


def is_followable(address: str) -> bool:
    """Say whether an address leads somewhere from a mail: the web, a mailbox, a telephone, a place in the mail."""
    return bool(FOLLOWABLE.match(address))


def leads_to_web(address: str) -> bool:
    """Say whether an address leads to a website, and not to a mailbox, a telephone or a place in the mail."""
    return address[:4].lower() == "http"


def website_of(address: str) -> str:
    """Return the website an address leads to, such as `https://www.example.com`; "" when that is not plain."""
    found = WEBSITE.match(address)
    return found.group(1).lower() if found else ""


def with_links(html: str, changed: Callable[[str], str | None]) -> str:
    """Return the HTML with other addresses to follow: `changed` takes one as it stands, and gives another or None."""

    def tag(found: re.Match[str]) -> str:
        if found.group(1).lower() not in FOLLOWED_IN:
            return found.group()
        return f"<{found.group(1)}{ATTRIBUTE.sub(attribute, found.group(2))}{found.group(3)}"

    def attribute(found: re.Match[str]) -> str:
        other = changed(_bare(found.group(3))) if found.group(1).lower() == "href" else None
        return found.group() if other is None else f'{found.group(1)}{found.group(2)}"{other}"'

    return TAG.sub(tag, html)


def _attributes(html: str) -> Iterator[tuple[str, str, str]]:
    for tag, inside, _end in TAG.findall(html):
        if "=" in inside:
            for name, _equals, value in ATTRIBUTE.findall(inside):
                yield tag.lower(), name.lower(), _bare(value)


def _is_address(name: str, meant: str) -> bool:
    if name in FETCHED or name == "href":
        return name != "content" or "url" in meant.lower() or _holds_address(meant)
    return (name in STYLED and _may_fetch(meant)) or _holds_address(meant)


def _holds_address(meant: str) -> bool:
    return bool(ADDRESS.search(UNREAD.sub("", meant)))


def _may_fetch(style: str) -> bool:
    # No address is fetched but by a function or an at-rule, and neither sign can be written otherwise.
    return "(" in style or "@" in style


def _bare(value: str) -> str:
    return value.strip(value[0]) if value[:1] in ("'", '"') else value


def _character(reference: str) -> str:
    name = reference[1:]
    if name.startswith("#"):
        digits = name[1:].rstrip(";")
        number = int(digits[1:], 16) if digits[:1] in "xX" else int(digits)
        return chr(number) if 0 < number < 0x110000 and not 0xD800 <= number < 0xE000 else "\ufffd"
    return html5.get(name, reference)
