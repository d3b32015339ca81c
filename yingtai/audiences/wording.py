"""A definition as sentences a person reads, in their language: one line for each, groups indented."""

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any, NamedTuple

from django.utils.translation import gettext as _

from yingtai.audiences.blanks import Field
from yingtai.audiences.definition import Group, Sentence
from yingtai.audiences.kinds import Block, block_named
from yingtai.collect.api import event_title, trait_title
from yingtai.ui.formats import number

NAMED = {"event": event_title, "trait": trait_title}
PARTS = re.compile(r"\{(\w+)\}|([\[\]])")


class Piece(NamedTuple):
    """A stretch of words, or the blank of that name."""

    words: str
    blank: str = ""


class Clause(NamedTuple):
    """Pieces that are said together; an optional one is left out while its blanks say nothing."""

    pieces: tuple[Piece, ...]
    is_optional: bool


class Line(NamedTuple):
    """One line of a definition in words."""

    depth: int
    text: str


@lru_cache(maxsize=500)
def pieces_of(pattern: str) -> tuple[Clause, ...]:
    """Return a pattern's clauses, with words and blanks in the order of the language it is written in."""
    clauses: list[Clause] = []
    pieces: list[Piece] = []
    end = 0

    def close(*, is_optional: bool) -> None:
        if pieces:
            clauses.append(Clause(tuple(pieces), is_optional))
            pieces.clear()

    for match in PARTS.finditer(pattern):
        if match.start() > end:
            pieces.append(Piece(pattern[end : match.start()]))
        end = match.end()
        if match[1]:
            pieces.append(Piece("", match[1]))
        else:
            close(is_optional=match[2] == "]")
    if end < len(pattern):
        pieces.append(Piece(pattern[end:]))
    close(is_optional=False)
    return tuple(clauses)


def in_words(definition: Group, *, names: Mapping[int, str]) -> list[Line]:
    """Return a definition line by line.

    In:     names  of the audiences it names, by number
    Raises: DefinitionNotUnderstood
    """
    if not definition.parts:
        return [Line(0, _("Everybody"))]
    is_all = definition.join == "all" or len(definition.parts) == 1
    head = _("People who fit all of these:") if is_all else _("People who fit any of these:")
    return [Line(0, head), *_lines(definition, 1, names)]


def _lines(group: Group, depth: int, names: Mapping[int, str]) -> Iterator[Line]:
    for part in group.parts:
        if isinstance(part, Sentence):
            yield Line(depth, _sentence(part, names))
        elif part.parts:
            yield Line(depth, _("all of these:") if part.join == "all" else _("any of these:"))
            yield from _lines(part, depth + 1, names)


def _sentence(sentence: Sentence, names: Mapping[int, str]) -> str:
    block = block_named(sentence.block)
    values = block.read(sentence.values)
    fields = {field.name: field for field in block.fields}
    said = []
    for clause in pieces_of(str(block.negated_pattern if sentence.negated else block.pattern)):
        if not clause.is_optional or _says_something(clause, block, values):
            said += [
                _words(fields[piece.blank], values[piece.blank], names) if piece.blank else piece.words
                for piece in clause.pieces
            ]
    return "".join(said).strip()


def _says_something(clause: Clause, block: Block, values: Mapping[str, Any]) -> bool:
    fields = {field.name: field for field in block.fields}
    return any(
        values[piece.blank] not in (None, "", fields[piece.blank].default)
        for piece in clause.pieces
        if piece.blank
    )


def _words(field: Field, value: Any, names: Mapping[int, str]) -> str:
    if value is None:
        return ""
    if field.kind == "number":
        return number(value)
    if field.kind == "choice":
        return str(dict(field.options).get(value, value))
    if field.kind in NAMED:
        value = NAMED[field.kind](value)
    if field.kind == "audience":
        value = names.get(value) or _("audience {number}").format(number=value)
    return _("“{words}”").format(words=value)
