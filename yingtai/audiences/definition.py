"""What an audience is made of: groups of sentences, as plain JSON that people, programs and tests can read.

{"join": "all", "parts": [
    {"block": "did", "event": "Product Viewed", "at_least": 3, "within_days": 30},
    {"block": "did", "event": "Order Completed", "within_days": 90, "negated": true},
    {"join": "any", "parts": [...]}]}
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from yingtai.audiences.blanks import shown
from yingtai.audiences.errors import DefinitionNotUnderstood, DefinitionTooDeep
from yingtai.audiences.kinds import Block, block_named

DEEPEST, MOST_SENTENCES = 3, 50
JOINS = ("all", "any")
Read = Callable[[Block, Mapping[str, Any]], Mapping[str, Any]]


@dataclass(frozen=True)
class Sentence:
    """One block with its values; `negated` turns it round."""

    block: str
    values: Mapping[str, Any] = field(default_factory=dict)
    negated: bool = False


@dataclass(frozen=True)
class Group:
    """Parts of which all or any must hold. An empty group holds for everyone."""

    join: str
    parts: tuple["Group | Sentence", ...] = ()

    def sentences(self) -> Iterator[Sentence]:
        for part in self.parts:
            if isinstance(part, Group):
                yield from part.sentences()
            else:
                yield part

    @property
    def audience_nos(self) -> set[int]:
        """The other audiences that its sentences name."""
        return {part.values["audience"] for part in self.sentences() if "audience" in part.values}


def read_definition(document: Any, *, read: Read = Block.read) -> Group:
    """Return the definition that a JSON document holds, every value read and typed.

    In:     read  reads the blanks of one sentence
    Raises: DefinitionNotUnderstood, DefinitionTooDeep
    """
    group = _read(document, 1, read)
    if not isinstance(group, Group):
        raise DefinitionNotUnderstood(what=_("the outermost part must be a group of sentences"))
    if len(list(group.sentences())) > MOST_SENTENCES:
        raise DefinitionTooDeep(depth=DEEPEST, count=MOST_SENTENCES)
    return group


def write_definition(part: Group | Sentence) -> dict[str, Any]:
    """Return the JSON document of a definition."""
    if isinstance(part, Group):
        return {"join": part.join, "parts": [write_definition(inner) for inner in part.parts]}
    return {"block": part.block, **part.values} | ({"negated": True} if part.negated else {})


def mentioned(document: Any) -> set[int]:
    """Return the numbers of the audiences that a stored definition names, even one no longer understood."""
    if not isinstance(document, dict):
        return set()
    inner = {number for part in document.get("parts", ()) for number in mentioned(part)}
    return inner | ({document["audience"]} if isinstance(document.get("audience"), int) else set())


def _read(document: Any, depth: int, read: Read) -> Group | Sentence:
    if not isinstance(document, dict):
        what = _("“{part}” is neither a group nor a sentence")
        raise DefinitionNotUnderstood(what=what.format(part=shown(document)))
    if "join" in document:
        return _read_group(document, depth, read)
    block = document.get("block")
    if not isinstance(block, str):
        raise DefinitionNotUnderstood(what=_("a part has neither `join` nor `block`"))
    given = {str(name): value for name, value in document.items() if name not in {"block", "negated"}}
    values = {name: value for name, value in read(block_named(block), given).items() if value is not None}
    return Sentence(block, values, negated=_switch(document.get("negated", False)))


def _read_group(document: dict[str, Any], depth: int, read: Read) -> Group:
    parts = document.get("parts", [])
    if document["join"] not in JOINS or not isinstance(parts, list) or set(document) - {"join", "parts"}:
        what = _("a group joins `all` or `any` of its `parts` and says nothing else")
        raise DefinitionNotUnderstood(what=what)
    if depth > DEEPEST or len(parts) > MOST_SENTENCES:
        raise DefinitionTooDeep(depth=DEEPEST, count=MOST_SENTENCES)
    return Group(document["join"], tuple(_read(part, depth + 1, read) for part in parts))


def _switch(value: Any) -> bool:
    # "false" is a text, and texts count as true: that would turn a sentence round unseen.
    if not isinstance(value, bool):
        raise DefinitionNotUnderstood(what=_("`negated` must be true or false"))
    return value
