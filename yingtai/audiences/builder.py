"""The builder as the page draws it: sentences with their inputs inside, in the order of the reader's language."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from yingtai.audiences.blanks import Field
from yingtai.audiences.definition import DEEPEST
from yingtai.audiences.kinds import Block, block_named
from yingtai.audiences.wording import NAMED, Clause, pieces_of
from yingtai.collect.api import standard_traits
from yingtai.kernel.contributions import audience_blocks

Document = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Input:
    """One blank as the page draws it; `redraws` when other blanks come and go with it, `is_day` for a day in a text."""

    name: str
    field: Field
    value: Any
    options: Sequence[tuple[Any, Any]]
    redraws: bool
    is_day: bool

    @property
    def id(self) -> str:
        return "part-" + self.name.replace(".", "-")


@dataclass(frozen=True)
class Bit:
    """A stretch of words, or an input."""

    words: str
    input: Input | None = None


@dataclass(frozen=True)
class DrawnClause:
    """Words and inputs that stay together on a line; `is_idle` while an optional one says nothing."""

    bits: Sequence[Bit]
    is_idle: bool


@dataclass(frozen=True)
class DrawnSentence:
    """One sentence of the builder."""

    path: str
    block: Block
    is_negated: bool
    clauses: Sequence[DrawnClause]
    problem: str

    is_group = False


@dataclass(frozen=True)
class DrawnGroup:
    """A group of the builder with everything in it; `prefix` begins the names of its inputs."""

    path: str
    prefix: str
    join: str
    parts: Sequence["DrawnGroup | DrawnSentence"]
    depth: int
    can_nest: bool

    is_group = True

    @property
    def blocks(self) -> Sequence[Block]:
        return audience_blocks.all()


@dataclass(frozen=True, kw_only=True)
class Offer:
    """What the page knows beside the document.

    audiences  number and name of those a sentence may name
    days       traits that hold days, whose values are picked from a calendar
    called     says what stands in a blank for an event or a trait
    check      says what is wrong with a sentence, to be shown beside it
    """

    audiences: Sequence[tuple[int, str]] = ()
    days: Collection[str] = ()
    called: Callable[[str, str], str] = lambda kind, name: NAMED[kind](name)
    check: Callable[[Block, Mapping[str, Any]], str] = lambda block, values: ""


def draw(document: Document, offer: Offer) -> DrawnGroup:
    """Return what the page draws of a document, finished or not."""
    return _group(document, (), offer)


def _group(document: Document, path: tuple[int, ...], offer: Offer) -> DrawnGroup:
    parts: list[DrawnGroup | DrawnSentence] = []
    for place, part in enumerate(document.get("parts", [])):
        here = (*path, place)
        if "join" in part:
            parts.append(_group(part, here, offer))
        else:
            parts.append(_sentence(part, here, offer))
    return DrawnGroup(_name(path), _prefix(path), document["join"], parts, len(path), len(path) + 1 < DEEPEST)


def _sentence(part: Document, path: tuple[int, ...], offer: Offer) -> DrawnSentence:
    block = block_named(part["block"])
    values = {name: value for name, value in part.items() if name not in {"block", "negated"}}
    negated = bool(part.get("negated"))
    inputs = _inputs(block, values, path, offer)
    clauses = [
        DrawnClause(
            [
                Bit(piece.words, inputs.get(piece.blank))
                for piece in clause.pieces
                if piece.words or piece.blank in inputs
            ],
            clause.is_optional and not any(values.get(piece.blank) for piece in clause.pieces if piece.blank),
        )
        for clause in pieces_of(str(block.negated_pattern if negated else block.pattern))
        if _is_drawn(clause, inputs)
    ]
    return DrawnSentence(_name(path), block, negated, clauses, offer.check(block, values))


def _is_drawn(clause: Clause, inputs: Mapping[str, Input]) -> bool:
    """Words whose blanks are all closed have nothing to say yet."""
    blanks = [piece.blank for piece in clause.pieces if piece.blank]
    return not blanks or any(blank in inputs for blank in blanks)


def _inputs(block: Block, values: Mapping[str, Any], path: tuple[int, ...], offer: Offer) -> dict[str, Input]:
    complete = block.with_defaults(values)
    asked = {field.waits_for for field in block.fields if field.needs}
    return {
        field.name: Input(
            name=_prefix(path) + field.name, field=field, value=_shown(field, complete[field.name], offer),
            options=offer.audiences if field.kind == "audience" else field.options, redraws=field.name in asked,
            is_day=field.name == "value" and _asks_for_day(complete, offer),
        )
        for field in block.fields if block.is_open(field, complete)
    }  # fmt: skip


def _asks_for_day(values: Mapping[str, Any], offer: Offer) -> bool:
    said = str(values.get("trait") or "")
    is_part = values.get("comparison") == "contains"
    return not is_part and (said in offer.days or standard_traits().get(said.casefold()) in offer.days)


def _shown(field: Field, value: Any, offer: Offer) -> str:
    """A name as the reader calls it: what is typed back is understood in every language."""
    if value is None:
        return ""
    return offer.called(field.kind, value) if field.kind in NAMED else str(value)


def _name(path: tuple[int, ...]) -> str:
    return ".".join(str(step) for step in path)


def _prefix(path: tuple[int, ...]) -> str:
    return "".join(f"{step}." for step in path)
