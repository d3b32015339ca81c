"""Catalogues: where a page shows what several modules own, they register it here and the page asks here."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar
from uuid import UUID

from yingtai.kernel.acting import Acting

Thing = TypeVar("Thing")


class Catalogue(Generic[Thing]):
    """Things by name, in the order they ask for. Two of one name is a programming error."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._things: dict[str, tuple[int, Thing]] = {}

    def register(self, name: str, thing: Thing, *, order: int = 100) -> Thing:
        if name in self._things and self._things[name][1] is not thing:
            raise TypeError(f"two {self.name} share the name {name!r}")
        self._things[name] = (order, thing)
        return thing

    def get(self, name: str) -> Thing:
        return self._things[name][1]

    def find(self, name: str) -> Thing | None:
        return self._things[name][1] if name in self._things else None

    def items(self) -> list[tuple[str, Thing]]:
        in_order = sorted(self._things.items(), key=lambda item: (item[1][0], item[0]))
        return [(name, thing) for name, (_, thing) in in_order]

    def all(self) -> list[Thing]:
        return [thing for _, thing in self.items()]


profile_panels: Catalogue[Any] = Catalogue("profile panels")
"""Sections of the profile page: `panel(acting, profile_no) -> Panel | None` (`yingtai.ui.panels`)."""

fact_names: Catalogue[Callable[[Acting, Sequence[int]], dict[int, tuple[str, str]]]] = Catalogue(
    "names of facts"
)
"""What a number in an event stands for, by the event's column: `names(acting, numbers) -> {number: (name, url)}`;
what the actor may not see is left out."""

home_panels: Catalogue[Any] = Catalogue("home panels")
"""Sections of Home: `panel(acting) -> Panel | None`."""

home_todos: Catalogue[Callable[[Acting], Sequence[Any]]] = Catalogue("to-dos")
"""What waits for somebody: `todos(acting) -> [Todo]` (`yingtai.ui.panels`), from indexed queries that are short
whatever the brand's size; only what the actor can do something about. Home leaves out what may not be opened."""


@dataclass(frozen=True)
class FirstStep:
    """A step on the way from an empty brand to a first campaign.

    title    what is to be done, as a request
    note     why, in half a sentence
    url      the name of the page's address, where it is done
    is_done  `is_done(acting)`: from what is there, in one indexed query
    """

    title: Any
    note: Any
    url: str
    is_done: Callable[[Acting], bool]


first_steps: Catalogue[FirstStep] = Catalogue("first steps")
"""What Home shows of a brand until all of it is done or somebody dismisses it, in the order of doing."""


@dataclass(frozen=True)
class Searcher:
    """What a module finds for the search of the frame.

    title               what is found, in a word
    find                `find(acting, text) -> [Found]` (`yingtai.ui.panels`), the best first, from indexed queries
                        that are short whatever the brand's size; nothing that the actor may not see
    takes_whole_values  it looks for people by a whole value: not asked while somebody is still typing, and it
                        counts and records as that module's own search does
    """

    title: Any
    find: Callable[[Acting, str], Sequence[Any]]
    takes_whole_values: bool = False


searchers: Catalogue[Searcher] = Catalogue("searchers")
"""What the search of the frame looks through. The text may be somebody's own: it is written nowhere."""

audience_blocks: Catalogue[Any] = Catalogue("audience blocks")
"""Sentences of the audience builder (`yingtai.audiences.blocks`)."""


@dataclass(frozen=True)
class MetricWords:
    """How a metric is called and what it says, for somebody who reads no SQL; in the reader's language."""

    title: Any
    definition: Any


metric_words: Catalogue[MetricWords] = Catalogue("words for metrics")
"""By the name of the metric; metrics themselves know nothing of languages."""

metric_subjects: Catalogue[Callable[[Acting, UUID], dict[str, Any]]] = Catalogue("subjects of metrics")
"""For metrics that are about one thing, by their module: `values(acting, id) -> {parameter: value}`, and `since` and
`until` among them; it raises the module's own "not found"."""

template_actions: Catalogue[tuple[Any, Callable[[UUID], str]]] = Catalogue("actions on templates")
"""Buttons on the page of a template: (words, address of a template's id); who may not open one does not see it."""

import_next_steps: Catalogue[tuple[Any, Callable[[], str]]] = Catalogue("next steps after an import")
"""Buttons below the result of an import: (words, address); who may not open one does not see it."""

import_renamings: Catalogue[Callable[[Acting, int, Mapping[str, str | None]], Sequence[str]]] = Catalogue(
    "renamings by an import"
)
"""What a file would rename, for its dry run: `renamed(acting, node_no, {product number: name}) -> [present name]`."""

launch_gates: Catalogue[Any] = Catalogue("launch gates")
"""Checks before a launch: `gate(acting, subject) -> problem or None`."""


@dataclass(frozen=True, kw_only=True)
class Holder:
    """A module that keeps something of a person.

    title    what it keeps, in a word
    erasing  what becomes of it when the person is erased, as a sentence
    export   `export(acting, profile_nos)`: a person's copy, one document for each thing kept. The numbers are
             the person's own and those folded into it
    erase    `erase(acting, profile_nos)`, inside the transaction that erases; a repeat changes nothing
    count    how many things are kept, where counting is cheaper than the copy; else the copy is counted
    """

    title: Any
    erasing: Any
    export: Callable[[Acting, Sequence[int]], list[dict[str, Any]]]
    erase: Callable[[Acting, Sequence[int]], None]
    count: Callable[[Acting, Sequence[int]], int] | None = None


privacy_holders: Catalogue[Holder] = Catalogue("holders of personal data")
"""Whoever keeps something of a person, the module that knows who is who first."""

deed_words: Catalogue[Any] = Catalogue("words for deeds")
"""What somebody did, by its code, for the audit log: "gave a role"."""

deed_values: Catalogue[Any] = Catalogue("words for details of deeds")
"""By the name of a detail, words for its codes as pairs: "basis" -> [("consent", "The person's consent")]."""

deed_abouts: Catalogue[Callable[[Acting, Sequence[str]], dict[str, tuple[str, str]]]] = Catalogue(
    "words for what deeds are about"
)
"""By the first part of a deed's code, `person` of `person.erased`: `named(acting, abouts) -> {about: (words, url)}`, in
few queries for a page of the record; no name and no page that the actor may not see, what is gone left out."""

second_person: Catalogue[Any] = Catalogue("acts that take two")
"""What one person asks for and another one approves (`yingtai.organization.api.TwoPersonAct`)."""

missing_rights: Catalogue[Callable[[str, str, str], Sequence[str]]] = Catalogue("words for missing rights")
"""What to tell somebody who was refused: `words(action, label, place) -> [sentence]`, the right that is missing and
who can give it; the codes are those of `acting.require`."""

public_doors: Catalogue[Any] = Catalogue("public doors")
"""Pages that people without an account open, by path prefix: `door(request, at) -> Acting | None`. The token in
the path says where the request acts; None is nobody."""

starters: Catalogue[Callable[[], None]] = Catalogue("starters")
"""What must run once when a process starts, after all modules are loaded."""
