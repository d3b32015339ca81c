"""Kinds of sentences: the words with their blanks, and what they ask. `blocks.py` of each module registers them.

A pattern is the sentence with its blanks in braces; what stands in square brackets falls away while its blanks
are empty or as they were at first. Translators may put blanks and brackets in any order.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from sqlglot import exp

from yingtai.audiences.asking import Asking
from yingtai.audiences.blanks import Field, Text, shown
from yingtai.audiences.errors import DefinitionNotUnderstood
from yingtai.kernel.contributions import audience_blocks


@dataclass(frozen=True, kw_only=True)
class Block:
    """A kind of sentence: its words with blanks, and what it asks."""

    name: str
    title: Text
    pattern: Text
    negated_pattern: Text
    fields: tuple[Field, ...]
    ask: Callable[[dict[str, Any], Asking], exp.Expression]

    def read(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """Return the values of all blanks, typed; None for an optional one that is empty.

        Raises: DefinitionNotUnderstood
        """
        unknown = set(values) - {field.name for field in self.fields}
        if unknown:
            what = _("“{sentence}” has no blank called “{blank}”")
            raise DefinitionNotUnderstood(what=what.format(sentence=self.title, blank=shown(min(unknown))))
        complete = self.with_defaults(values)
        return {
            field.name: field.read(self.title, values.get(field.name))
            if self.is_open(field, complete)
            else None
            for field in self.fields
        }

    def is_open(self, field: Field, values: Mapping[str, Any]) -> bool:
        """Say whether a blank belongs to the sentence as it is filled in so far, and the one it waits for as well."""
        above = next((one for one in self.fields if one.name == field.waits_for), None)
        return field.is_open(values) and (above is None or self.is_open(above, values))

    def with_defaults(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """Return the values as they are, and the default of every blank that is empty."""
        return {
            field.name: field.default if values.get(field.name) in (None, "") else values[field.name]
            for field in self.fields
        }

    def condition(self, values: Mapping[str, Any], asking: Asking) -> exp.Expression:
        return self.ask(self.read(values), asking)


def block_named(name: str) -> Block:
    """Return the block of that name.

    Raises: DefinitionNotUnderstood
    """
    block: Block | None = audience_blocks.find(name)
    if block is None:
        what = _("there is no kind of sentence called “{name}”")
        raise DefinitionNotUnderstood(what=what.format(name=shown(name)))
    return block
