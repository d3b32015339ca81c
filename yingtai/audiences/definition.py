"""What an audience is made of: groups of sentences, as plain JSON that people, programs and tests can read.

{"join": "all", "parts": [
    {"block": "did", "event": "Product Viewed", "at_least": 3, "within_days": 30},
    {"block": "did", "event": "Order Completed", "at_least": 1, "within_days": 90, "negated": true},
    {"join": "any", "parts": [...]}]}
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from yingtai.audiences.errors import DefinitionNotUnderstood, DefinitionTooDeep

DEEPEST, MOST_SENTENCES = 4, 50
JOINS = ("all", "any")


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
    def depth(self) -> int:
        return 1 + max((part.depth for part in self.parts if isinstance(part, Group)), default=0)


def read_definition(document: Any) -> Group:
    """Return the definition that a JSON document holds.

    Raises: DefinitionNotUnderstood, DefinitionTooDeep
    """
    group = _read(document, depth=1)
    if not isinstance(group, Group):
        raise DefinitionNotUnderstood(what="the outermost part must be a group of sentences")
    if len(list(group.sentences())) > MOST_SENTENCES:
        raise DefinitionTooDeep(depth=DEEPEST, count=MOST_SENTENCES)
    return group


def write_definition(part: Group | Sentence) -> dict[str, Any]:
    """Return the JSON document of a definition."""
    if isinstance(part, Group):
        return {"join": part.join, "parts": [write_definition(inner) for inner in part.parts]}
    return {"block": part.block, **part.values} | ({"negated": True} if part.negated else {})


def _read(document: Any, depth: int) -> Group | Sentence:
    if not isinstance(document, dict):
        raise DefinitionNotUnderstood(what=f"{str(document)[:60]!r} is neither a group nor a sentence")
    if depth > DEEPEST + 1:
        raise DefinitionTooDeep(depth=DEEPEST, count=MOST_SENTENCES)
    if "join" in document:
        return _read_group(document, depth)
    if not isinstance(document.get("block"), str):
        raise DefinitionNotUnderstood(what="a part has neither `join` nor `block`")
    values = {name: value for name, value in document.items() if name not in {"block", "negated"}}
    return Sentence(document["block"], values, negated=bool(document.get("negated")))


def _read_group(document: dict[str, Any], depth: int) -> Group:
    parts = document.get("parts", [])
    if document["join"] not in JOINS or not isinstance(parts, list):
        raise DefinitionNotUnderstood(
            what=f"a group joins `all` or `any` of its parts, not {document['join']!r}"
        )
    if len(parts) > MOST_SENTENCES:
        raise DefinitionTooDeep(depth=DEEPEST, count=MOST_SENTENCES)
    return Group(document["join"], tuple(_read(part, depth + 1) for part in parts))
