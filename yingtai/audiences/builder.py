"""The builder as the page draws it: sentences with their inputs inside, in the order of the reader's language."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from yingtai.audiences.blanks import Field
from yingtai.audiences.definition import DEEPEST
from yingtai.audiences.errors import DefinitionNotUnderstood
from yingtai.audiences.kinds import Block, block_named
from yingtai.audiences.wording import pieces_of
from yingtai.kernel.contributions import audience_blocks
from yingtai.kernel.errors import ProductError
from yingtai.ui.widgets import translated

Document = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Input:
    """One blank as the page draws it; `redraws` when other blanks come and go with it."""

    name: str
    field: Field
    value: Any
    options: Sequence[tuple[Any, Any]]
    redraws: bool

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


def draw(document: Document, *, audiences: Sequence[tuple[int, str]], checked: bool = False) -> DrawnGroup:
    """Return what the page draws of a document, finished or not.

    In: checked  say at each sentence what is wrong with it
    """
    return _group(document, (), audiences, checked)


def _group(document: Document, path: tuple[int, ...], audiences: Any, checked: bool) -> DrawnGroup:
    parts: list[DrawnGroup | DrawnSentence] = []
    for place, part in enumerate(document.get("parts", [])):
        here = (*path, place)
        if "join" in part:
            parts.append(_group(part, here, audiences, checked))
        else:
            parts.append(_sentence(part, here, audiences, checked))
    return DrawnGroup(_name(path), _prefix(path), document["join"], parts, len(path), len(path) + 1 < DEEPEST)


def _sentence(part: Document, path: tuple[int, ...], audiences: Any, checked: bool) -> DrawnSentence:
    block = block_named(part["block"])
    values = {name: value for name, value in part.items() if name not in {"block", "negated"}}
    negated = bool(part.get("negated"))
    inputs = _inputs(block, values, path, audiences)
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
    ]
    return DrawnSentence(_name(path), block, negated, clauses, _problem(block, values) if checked else "")


def _inputs(
    block: Block, values: Mapping[str, Any], path: tuple[int, ...], audiences: Any
) -> dict[str, Input]:
    complete = block.with_defaults(values)
    asked = {field.needs.partition("!=")[0] for field in block.fields if field.needs}
    return {
        field.name: Input(
            name=_prefix(path) + field.name, field=field, value=_shown(complete[field.name]),
            options=audiences if field.kind == "audience" else field.options, redraws=field.name in asked,
        )
        for field in block.fields if field.is_open(complete)
    }  # fmt: skip


def _problem(block: Block, values: Mapping[str, Any]) -> str:
    try:
        block.read(values)
    except DefinitionNotUnderstood as problem:
        return str(problem.facts["what"])
    except ProductError as problem:
        return str(translated(problem).title)
    return ""


def _shown(value: Any) -> str:
    return "" if value is None else str(value)


def _name(path: tuple[int, ...]) -> str:
    return ".".join(str(step) for step in path)


def _prefix(path: tuple[int, ...]) -> str:
    return "".join(f"{step}." for step in path)
