"""A template made ready once, and filled many thousand times. Pure."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from yingtai.content import limits
from yingtai.content.addresses import (
    fetched_in,
    insides,
    is_followable,
    leads_to_web,
    links_in,
    selects_by_value,
    unescaped,
    values_in,
    website_of,
)
from yingtai.content.errors import (
    AddressRefused,
    AttributeRefused,
    InsideRefused,
    MarkupRefused,
    PersonInLink,
    SignRefused,
)
from yingtai.content.holding import MARK, give_back, hold
from yingtai.content.liquid import HTML, TEXT, Part, compile_part
from yingtai.content.markup import Kind, trouble_in
from yingtai.content.text import text_of

SYSTEM_VALUES = frozenset({"unsubscribe_url", "view_url", "preferences_url", "brand.name", "campaign.name"})
"""What every mail has, beside the person's own values."""
SHARED_VALUES = frozenset({"brand.name", "campaign.name"})
"""What is the same in every mail of a campaign."""
LONGEST_TOLD = 60
"""Characters of an address in an error."""
SAFE_TO_FETCH = re.compile(r"cid:[\w.@+-]+|data:image/[\w.+-]+;base64,[A-Za-z0-9+/=]+", re.ASCII)
"""The whole address: behind such a beginning, a style or a set of pictures goes on with another."""
REFUSED = {
    Kind.ELEMENT: MarkupRefused,
    Kind.ATTRIBUTE: AttributeRefused,
    Kind.UNCLOSED: InsideRefused,
    Kind.SIGN: SignRefused,
}


@dataclass(frozen=True)
class Rendered:
    """A mail for one person, before links are followed and headers written."""

    subject: str
    html: str
    text: str


@dataclass(frozen=True)
class CompiledTemplate:
    """Subject, HTML and text of one version, parsed."""

    subject: Part
    html: Part
    text: Part
    source: str
    websites: frozenset[str] = frozenset()
    """Where a link with values of a person may lead: the brand's own, such as `https://www.example.com`."""

    def render(self, values: Mapping[str, Any]) -> Rendered:
        """Return the mail for one person.

        In:     values  {"person": {…}, "unsubscribe_url": …, "view_url": …, "brand": {…}, "campaign": {…}}
        Raises: FieldMissing, RenderingStopped, MarkupRefused, AddressRefused, PersonInLink
        """
        html = self.html.render(values)
        if not self._is_settled:
            self._check_addresses(html, values)
        return Rendered(
            # A header is one line; a value with a line break must not begin another header.
            subject=" ".join(self.subject.render(values).split()),
            html=html,
            text=self.text.render(values),
        )

    @cached_property
    def fields(self) -> frozenset[str]:
        """The values it asks for: `person.first_name`, `unsubscribe_url`."""
        return frozenset(self.subject.fields | self.html.fields)

    @cached_property
    def person_fields(self) -> frozenset[str]:
        """The names after `person.`."""
        return frozenset(name.split(".")[1] for name in self.fields if name.startswith("person."))

    @cached_property
    def unknown_fields(self) -> list[str]:
        """Names that no mail ever has, most likely mistyped."""
        known = SYSTEM_VALUES | {"person", "brand", "campaign"}
        return sorted(name for name in self.fields if name not in known and not name.startswith("person."))

    @cached_property
    def links(self) -> list[str]:
        """The addresses of its links as they stand in the template, in order, each once."""
        return list(
            dict.fromkeys(link for link in links_in(self.source) if link and not link.startswith("#"))
        )

    @cached_property
    def _fetched(self) -> frozenset[str]:
        """What a mail program fetches, letter by letter."""
        return frozenset(unescaped(address) for address in fetched_in(self.source))

    @cached_property
    def _values(self) -> frozenset[str]:
        """What all attributes hold, letter by letter."""
        return frozenset(map(unescaped, values_in(self.source)))

    @cached_property
    def _is_settled(self) -> bool:
        """Whether no value of a person can become an address: no Liquid inside an element but for our own links, no
        filter that could write an element, and all of it plain."""
        source, held = hold(self.source)
        if not self.html.is_plain or trouble_in(source):
            return False
        own = {
            f"{MARK}{number}{MARK}" for number, tag in enumerate(held) if tag.strip("{} ") in SYSTEM_VALUES
        }
        places = [*links_in(source), *fetched_in(source)]
        free = source
        for place in own & set(places):
            free = free.replace(f'"{place}"', '""')
        return not any(MARK in inside for inside in insides(free))

    def _check_addresses(self, html: str, values: Mapping[str, Any]) -> None:
        # First, because what is read below is read rightly only in plain HTML.
        if trouble := trouble_in(html):
            what = trouble.what if _is_written(trouble.what, self.source) else "…"
            raise REFUSED[trouble.kind](part="HTML", line=trouble.line, what=what)
        own = {str(value) for name, value in values.items() if name in SYSTEM_VALUES or name == "open_url"}
        for place, address in enumerate(map(unescaped, links_in(html))):
            if address not in own and not is_followable(address):
                raise AddressRefused(part="HTML", what=self._as_written(links_in, html, place))
            if leads_to_web(address) and address not in own and not self._may_follow(address, values, own):
                raise PersonInLink(part="HTML", what=self._as_written(links_in, html, place))
        for place, address in enumerate(map(unescaped, fetched_in(html))):
            if address not in self._fetched | own and not SAFE_TO_FETCH.fullmatch(address):
                raise AddressRefused(part="HTML", what=self._as_written(fetched_in, html, place))
        # `[title^="a"] { background: url(…) }` would tell of a value without holding it.
        if selects_by_value(html) and not set(map(unescaped, values_in(html))) <= self._values | own:
            raise AddressRefused(part="HTML", what="[…] { url(…) }")

    def _as_written(self, find: Callable[[str], Iterator[str]], html: str, place: int) -> str:
        """Return an address of the finished mail as the template has it: what became of it may be about somebody."""
        source, held = hold(self.source)
        written, found = list(find(source)), list(find(html))
        filled = {one for one in written if MARK in one}
        if found[place] in written:
            told = found[place]
        elif len(written) == len(found):
            told = written[place]
        else:
            # Liquid wrote more or fewer than stand there: only one that is alone can be told.
            told = filled.pop() if len(filled) == 1 else "…"
        return give_back(told, held)[:LONGEST_TOLD]

    def _may_follow(self, address: str, values: Mapping[str, Any], own: set[str]) -> bool:
        """Say whether no value of a person is part of an address, or it leads to the brand's websites or to ours."""
        if address in self._written or website_of(address) in self.websites | set(map(website_of, own)) - {
            ""
        }:
            return True
        shared = {name: value for name, value in values.items() if name != "person"}
        return any(address == unescaped(part.render(shared)) for part in self._shared)

    @cached_property
    def _written(self) -> frozenset[str]:
        """The links letter by letter."""
        return frozenset(unescaped(link) for link in links_in(self.source))

    @cached_property
    def _shared(self) -> list[Part]:
        """The links that say nothing but what is the same for everybody, such as the campaign's name."""
        source, held = hold(self.source)
        links = dict.fromkeys(give_back(link, held) for link in links_in(source) if MARK in link)
        parts = [
            compile_part(link, part="HTML", environment=HTML, longest=limits.HTML_LENGTH) for link in links
        ]
        return [part for part in parts if part.is_plain and part.fields <= SHARED_VALUES]

    @property
    def has_unsubscribe_link(self) -> bool:
        return "unsubscribe_url" in self.fields or "preferences_url" in self.fields


def compile_template(subject: str, html: str, websites: frozenset[str] = frozenset()) -> CompiledTemplate:
    """Parse a subject and an HTML body; the text is made from the HTML.

    In:     websites  where links with values of a person may lead
    Raises: TemplateNotUnderstood, TemplateTooLarge
    """
    parts = {"environment": TEXT, "longest": limits.HTML_LENGTH}
    return CompiledTemplate(
        compile_part(subject, part="subject", environment=TEXT, longest=limits.SUBJECT_LENGTH),
        compile_part(html, part="HTML", environment=HTML, longest=limits.HTML_LENGTH),
        compile_part(text_of(html), part="text", **parts),  # type: ignore[arg-type]
        html,
        websites,
    )


def _is_written(what: str, source: str) -> bool:
    """Say whether words to show come from the template, and not from a value."""
    return all(word in source.lower() for word in what.lower().strip("<> …").split())
