"""The blanks of a sentence: what kind of value each takes, and how what a person or a program gave is read."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _

from yingtai.audiences.errors import BlankEmpty, DefinitionNotUnderstood

Text = str | Promise
KINDS = frozenset({"choice", "number", "text", "event", "trait", "audience", "day"})
LONGEST_TEXT = 200
LONGEST_SHOWN = 40
EARLIEST, LATEST = "1900-01-01", "2199-12-31"


@dataclass(frozen=True, kw_only=True)
class Field:
    """A blank in a sentence.

    kind     one of KINDS: what the builder offers
    options  for a choice: value and words
    hint     what stands in the blank while it is empty
    needs    `where`: counts only when the blank `where` is filled; `where!=x`: and not with x
    """

    name: str
    label: Text
    kind: str
    options: tuple[tuple[str, Text], ...] = ()
    default: Any = None
    is_required: bool = True
    lowest: int = 0
    highest: int = 1_000_000_000
    hint: Text = ""
    needs: str = ""

    def __post_init__(self) -> None:
        if self.kind not in KINDS or self.name in {"block", "join", "negated", "parts"}:
            raise TypeError(f"no blank can be called {self.name!r} or be of kind {self.kind!r}")

    @property
    def waits_for(self) -> str:
        """The name of the blank that must be filled first, or nothing."""
        return self.needs.partition("!=")[0]

    def is_open(self, values: Mapping[str, Any]) -> bool:
        """Say whether this blank belongs to the sentence as it is filled in so far."""
        name, _sign, refused = self.needs.partition("!=")
        given = values.get(name)
        return not name or (given not in (None, "") and str(given) != refused)

    def read(self, block: Text, value: Any) -> Any:
        """Return the value, typed.

        Raises: BlankEmpty, DefinitionNotUnderstood
        """
        where = _("“{blank}” in “{sentence}”").format(blank=self.label, sentence=block)
        if value is None or value == "":
            if self.is_required and self.default is None:
                what = _("{where} is not filled in yet").format(where=where)
                raise BlankEmpty(what=what, blank=self.label, sentence=block)
            return self.default
        if self.kind in {"number", "audience"}:
            return self._read_number(where, value)
        if not isinstance(value, str) or not _is_plain(value):
            what = _("{where} must be a text of at most {longest} characters")
            raise DefinitionNotUnderstood(what=what.format(where=where, longest=LONGEST_TEXT))
        if self.kind == "day" and not _is_day(value):
            what = _("{where} must be a day, like 2026-03-02, not “{value}”")
            raise DefinitionNotUnderstood(what=what.format(where=where, value=shown(value)))
        if self.options and value not in dict(self.options):
            raise DefinitionNotUnderstood(
                what=_("{where} cannot be “{value}”").format(where=where, value=shown(value))
            )
        return value

    def _read_number(self, where: str, value: Any) -> int:
        number = _whole(value)
        if number is None:
            what = _("{where} must be a whole number, not “{value}”")
            raise DefinitionNotUnderstood(what=what.format(where=where, value=shown(value)))
        if not self.lowest <= number <= self.highest:
            what = _("{where} must lie between {lowest} and {highest}")
            raise DefinitionNotUnderstood(
                what=what.format(where=where, lowest=self.lowest, highest=self.highest)
            )
        return number


def _whole(value: Any) -> int | None:
    try:
        number = int(value)
    except (TypeError, ValueError, OverflowError):
        return None
    return None if isinstance(value, bool) or (isinstance(value, float) and number != value) else number


def _is_day(value: str) -> bool:
    try:
        return date.fromisoformat(value).isoformat() == value and EARLIEST <= value <= LATEST
    except ValueError:
        return False


def shown(value: Any) -> str:
    """Return the beginning of whatever was given, fit for a message."""
    return str(value)[:LONGEST_SHOWN].encode("utf-8", "replace").decode().replace("\x00", "?")


def _is_plain(value: str) -> bool:
    # Half a surrogate pair and NUL are valid in JSON, and in no database.
    if len(value) > LONGEST_TEXT or "\x00" in value:
        return False
    return not any("\ud800" <= sign <= "\udfff" for sign in value)
