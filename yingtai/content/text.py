"""The plain-text part of a mail, made from its HTML before it is filled. Pure."""

import re
from html.parser import HTMLParser

from yingtai.content.addresses import links_in, unescaped
from yingtai.content.holding import give_back, hold

HIDDEN = frozenset({"style", "script", "head", "title"})
BLOCKS = frozenset(
    (
        *("p", "div", "tr", "table", "ul", "ol", "section", "article", "header", "footer", "blockquote"),
        *("h1", "h2", "h3", "h4", "h5", "h6"),
    )
)


def text_of(html: str) -> str:
    """Return a text template that says what the HTML template says; Liquid tags stay where they are."""
    source, held = hold(html)
    reader = _Reader()
    reader.feed(source)
    reader.close()
    text = give_back("".join(reader.pieces), held)
    lines = [re.sub(r"[ \t\xa0]+", " ", line).strip() for line in text.split("\n")]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip() + "\n"


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.pieces: list[str] = []
        self._hidden = 0
        self._links: list[tuple[str, int]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        if tag in HIDDEN:
            self._hidden += 1
        elif tag == "br":
            self.pieces.append("\n")
        elif tag == "li":
            self.pieces.append("\n* ")
        elif tag in BLOCKS:
            self.pieces.append("\n\n")
        elif tag == "td":
            self.pieces.append(" ")
        elif tag == "a":
            # As it stands: the parser takes the `&reg` of `&region=EU` for a sign.
            href = next(links_in(self.get_starttag_text() or ""), "")
            self._links.append((unescaped(href), len(self.pieces)))
        elif tag == "img" and values.get("alt") and not self._hidden:
            self.pieces.append(f"[{values['alt']}]")

    def handle_endtag(self, tag: str) -> None:
        if tag in HIDDEN:
            self._hidden = max(0, self._hidden - 1)
        elif tag in BLOCKS:
            self.pieces.append("\n\n")
        elif tag == "a" and self._links:
            href, start = self._links.pop()
            said = "".join(self.pieces[start:]).strip()
            if href and href != said and not href.startswith("#"):
                self.pieces.append(f" ({href})" if said else href)

    def handle_data(self, data: str) -> None:
        if not self._hidden:
            self.pieces.append(re.sub(r"\s+", " ", data))
