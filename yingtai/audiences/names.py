"""Names as people say them, made the names that the lake knows; one that nobody here has is refused with suggestions.

A stored definition holds the lake's names, so it reads the same in every language. Only what is written anew comes by
here: a refresh never refuses a name that went.
"""

from collections.abc import Callable, Mapping
from contextlib import suppress
from difflib import get_close_matches
from functools import cached_property
from typing import Any

from django.utils.translation import gettext as _

from yingtai.audiences import suggestions
from yingtai.audiences.blanks import shown
from yingtai.audiences.comparing import DETAILS, NUMBERS, value_of_kind
from yingtai.audiences.counting import lake_at, trait_columns
from yingtai.audiences.definition import Group, Sentence, read_definition
from yingtai.audiences.errors import DefinitionNotUnderstood
from yingtai.audiences.kinds import Block, block_named
from yingtai.collect.api import Declared, event_title, standard_events, standard_traits, trait_title
from yingtai.kernel.acting import Acting
from yingtai.kernel.errors import ProductError
from yingtai.lake.api import ScopedLake
from yingtai.ui.widgets import translated

TITLES = {"event": event_title, "trait": trait_title}
STANDARD = {"event": standard_events, "trait": standard_traits}
MOST_SUGGESTED = 3
NEARNESS = 0.55
HAPPENED = "SELECT 1 FROM events WHERE event = $event LIMIT 1"
HELD = 'SELECT 1 FROM traits WHERE "{column}" IS NOT NULL LIMIT 1'


def read_asked(acting: Acting, document: Any, *, node_no: int | None, stored: Any = None) -> Group:
    """Return the definition somebody wrote for a place, with every event and trait under the lake's own name.

    In:     stored  the definition that is being changed or copied, whose names keep what they mean
    Raises: DefinitionNotUnderstood, DefinitionTooDeep
    Cost:   the plan of the brand; one look into the lake for each name that is neither standard nor declared
    """
    names = Names(acting, node_no, kept=names_in(stored))
    return names.applied(read_definition(document, read=names.read))


def names_in(document: Any) -> frozenset[tuple[str, str]]:
    """Return the events and traits of a stored definition, each with its kind, even of one no longer understood."""
    if not isinstance(document, Mapping):
        return frozenset()
    inner = (names_in(part) for part in document.get("parts", ()))
    own = ((kind, document[kind]) for kind in TITLES if isinstance(document.get(kind), str))
    return frozenset(own).union(*inner)


class Names:
    """The events and traits of one place, by everything they are called.

    Exact own names come first, then what standard ones are shown as; a name that merely happened comes last, for
    whoever holds a public key can make it happen.
    """

    def __init__(
        self, acting: Acting, node_no: int | None, *, kept: frozenset[tuple[str, str]] = frozenset()
    ) -> None:
        self.acting, self.node_no = acting, node_no
        self._kept = {
            kind: {name: name for of, name in kept if of == kind}
            | {way: name for way, name in standard().items() if (kind, name) in kept}
            for kind, standard in STANDARD.items()
        }

    def applied(self, part: Group) -> Group:
        """Return a definition under the lake's names.

        Raises: DefinitionNotUnderstood
        """
        parts = (self.applied(one) if isinstance(one, Group) else self.sentence(one) for one in part.parts)
        return Group(part.join, tuple(parts))

    def sentence(self, sentence: Sentence) -> Sentence:
        """Return a sentence under the lake's names, its values of the kind that its traits hold.

        Raises: DefinitionNotUnderstood
        """
        values, named = dict(sentence.values), self._named
        for field in block_named(sentence.block).fields:
            if field.kind in named and values.get(field.name) is not None:
                values[field.name] = named[field.kind](values[field.name])
        return Sentence(sentence.block, values | self._read_values(values), sentence.negated)

    def read(self, block: Block, values: Mapping[str, Any]) -> dict[str, Any]:
        """Return the values of all blanks, typed.

        Raises: DefinitionNotUnderstood; of a name that nobody has before a blank that is still empty
        """
        try:
            return block.read(values)
        except DefinitionNotUnderstood:
            for field in block.fields:
                if field.kind in self._named and values.get(field.name):
                    self._named[field.kind](field.read(block.title, values[field.name]))
            raise

    def event(self, said: str) -> str:
        """Return the event that is called so.

        Raises: DefinitionNotUnderstood
        """
        named = said.strip().casefold()
        if kept := self._kept_as("event", said):
            return kept
        if said in standard_events().values() or said in self._plan_events:
            return said
        own = {name.casefold(): name for name in self._plan_events}
        found = own.get(named) or standard_events().get(named) or (said if self._happened(said) else None)
        if found is None:
            offered = {name: self.called("event", name) for name in self._offered_events}
            raise _unknown(_("no event here is called “{name}”"), said, offered, standard_events())
        return found

    def trait(self, said: str) -> str:
        """Return the trait that is called so.

        Raises: DefinitionNotUnderstood
        """
        own = {name.casefold(): name for name in self._traits}
        name = said.strip().casefold()
        found = said if said in self._traits else own.get(name) or standard_traits().get(name, said)
        found = self._kept_as("trait", said) or found
        if found in self._traits:
            if self._traits[found].may_be_known:
                return found
            what = _("“{name}” is kept private, so an audience cannot ask about it")
            raise DefinitionNotUnderstood(what=what.format(name=trait_title(found)))
        if self._is_held(found):
            return found
        offered = {name: self.called("trait", name) for name in self._offered_traits}
        raise _unknown(_("no trait here is called “{name}”"), said, offered, standard_traits())

    def called(self, kind: str, name: str) -> str:
        """Return what stands in a blank for a name: what it is shown as where that is understood as this name again,
        and otherwise the name itself."""
        title = TITLES[kind](name)
        if title == name:
            return name
        with suppress(DefinitionNotUnderstood):
            return title if self._named[kind](title) == name else name
        return name

    def _kept_as(self, kind: str, said: str) -> str | None:
        return self._kept[kind].get(said) or self._kept[kind].get(said.strip().casefold())

    @property
    def days(self) -> set[str]:
        """The traits that hold days."""
        return {name for name, line in self._traits.items() if line.type == "datetime"}

    def under_own(self, part: Mapping[str, str]) -> dict[str, str]:
        """Return the blanks of a sentence that is being written, names that are known under the lake's own."""
        named = {"event": self.event, "trait": self.trait}
        own = dict(part)
        for blank, name in named.items():
            with suppress(DefinitionNotUnderstood):
                own |= {blank: name(part[blank])} if part.get(blank) else {}
        return own

    def problem(self, block: Block, values: Mapping[str, Any]) -> str:
        """Return what is wrong with one sentence, in words, or nothing."""
        try:
            self.sentence(Sentence(block.name, self.read(block, values)))
        except ProductError as problem:
            return str(problem.facts.get("what") or translated(problem).title)
        return ""

    @property
    def _named(self) -> dict[str, Callable[[str], str]]:
        return {"event": self.event, "trait": self.trait}

    def _read_values(self, values: Mapping[str, Any]) -> dict[str, str]:
        trait = self._traits.get(values.get("trait", ""))
        if trait is not None and values.get("value") is not None:
            title = trait_title(trait.name)
            return {"value": value_of_kind(trait.type, values["comparison"], values["value"], of=title)}
        return {
            f"{first}value": value_of_kind(
                "number",
                values[f"{first}comparison"],
                values[f"{first}value"],
                of=NUMBERS[values[f"{first}where"]],
            )
            for first in DETAILS
            if values.get(f"{first}where") in NUMBERS and values.get(f"{first}value") is not None
        }

    def _happened(self, event: str) -> bool:
        return len(self._lake.query(HAPPENED, {"event": event})) > 0

    def _is_held(self, trait: str) -> bool:
        column = f"trait_{trait}"
        if column not in trait_columns(self._lake):
            return False
        return len(self._lake.query(HELD.format(column=column.replace('"', '""')))) > 0

    @cached_property
    def _lake(self) -> ScopedLake:
        return lake_at(self.acting, self.node_no)

    @cached_property
    def _plan_events(self) -> set[str]:
        return suggestions.plan_events(self.acting, self.node_no)

    @cached_property
    def _traits(self) -> Mapping[str, Declared]:
        return suggestions.plan_traits(self.acting, self.node_no)

    @cached_property
    def _offered_events(self) -> list[str]:
        own = suggestions.events_to_offer(self.acting, self.node_no)
        return list(dict.fromkeys([*own, *standard_events().values()]))

    @cached_property
    def _offered_traits(self) -> list[str]:
        return suggestions.traits_to_offer(self.acting, self.node_no)


def _unknown(
    words: str, said: str, offered: Mapping[str, str], standard: Mapping[str, str]
) -> DefinitionNotUnderstood:
    """Return the refusal of a name, with those of the place that come nearest, as the reader calls them."""
    called = {way: name for way, name in standard.items() if name in offered}
    called |= {way.casefold(): name for name, title in offered.items() for way in (name, title)}
    wanted = said.strip().casefold()
    inside = [way for way in called if wanted in way] if wanted else []
    near = get_close_matches(wanted, list(called), n=3 * MOST_SUGGESTED, cutoff=NEARNESS)
    titles = list(dict.fromkeys(offered[called[way]] for way in [*near, *inside]))[:MOST_SUGGESTED]
    wrong = what = words.format(name=shown(said))
    if titles:
        quoted = _(", ").join(_("“{words}”").format(words=title) for title in titles)
        # Translators: said after what is wrong with a name
        what = _("{problem}. Did you mean {names}?").format(problem=what, names=quoted)
    return DefinitionNotUnderstood(what=what, wrong=wrong, said=said, near=titles)
