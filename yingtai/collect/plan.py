"""The tracking plan of a brand, ready to split what arrives into what may be known and what stays sealed.

Pure: no Django, no database. Undeclared counts as L3, and so does a value that is not of its declared type.
"""

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, NamedTuple

from yingtai.collect.reserved import RESERVED_EVENTS
from yingtai.kernel.labels import Label

ANY_EVENT = ""
EVENT, PROPERTY, TRAIT = "event", "property", "trait"

TYPES: dict[str, tuple[type, ...]] = {
    "string": (str,),
    "number": (int, float),
    "integer": (int,),
    "boolean": (bool,),
    "datetime": (str,),
    "array": (list,),
    "object": (dict,),
}
OWN_EVENTS = (
    "Page Viewed", "Screen Viewed", "Identified", "Group Joined", "Order Completed", "Order Refunded",
    *RESERVED_EVENTS,
)  # fmt: skip
"""Events that the product itself names: nobody has to declare that they arrive."""
LONGEST_NAME = 100
HIDDEN_NAME = "(name not kept)"
# A name may itself be a person's: "user_13800001234", "anna@example.com".
_TELLING = re.compile(r"[0-9]{6}|@|[^\w .,:;$/()\[\]+-]")
_PICTURES = ("So", "Sk")
"""Categories of the signs that pictures are, such as a smile: they tell nobody."""
_UNJOINED = dict.fromkeys(map(ord, "\ufe0f\u200d"))
"""What stands between the parts of a picture; where there is no picture it may not stand."""


USUAL_DAYS = 730
"""How long events are kept of which nobody said anything else."""


@dataclass(frozen=True, slots=True)
class Declared:
    """One line of the plan. `event` is empty for a trait, and for a property that any event may carry."""

    subject: str
    event: str
    name: str
    type: str = "string"
    label: Label = Label.L3
    is_required: bool = False
    purpose: str = "analytics"
    retention_days: int = USUAL_DAYS
    description: str = ""

    @property
    def may_be_known(self) -> bool:
        """Whether the value may lie in the lake, keyed by number and not by identifier."""
        return self.label <= Label.L2


class Split(NamedTuple):
    """What may be known, what stays sealed, and the names nobody declared."""

    l2: dict[str, Any]
    private: dict[str, Any]
    unseen: list[str]


Rules = dict[str, Declared]
Nested = dict[str, dict[str, Declared]]


@dataclass(frozen=True)
class Plan:
    """What a brand declared; `version` changes with it."""

    brand_no: int
    declared: Sequence[Declared] = ()
    version: int = 0
    _rules: dict[str, tuple[Rules, Nested]] = field(default_factory=dict, compare=False, repr=False)

    @cached_property
    def events(self) -> frozenset[str]:
        """The names of declared events."""
        return frozenset(line.name for line in self.declared if line.subject == EVENT)

    @cached_property
    def traits(self) -> Rules:
        """Declared traits by name."""
        return {line.name: line for line in self.declared if line.subject == TRAIT}

    def split(self, properties: Mapping[str, Any], event: str = ANY_EVENT) -> Split:
        """Split the properties of one event; names inside lists and objects are declared as `products[].sku`
        and `address.city`."""
        rules = self._rules.get(event)
        if rules is None:
            rules = self._rules.setdefault(event, self._rules_for(event))
        return _split(properties, *rules)

    def split_traits(self, traits: Mapping[str, Any]) -> Split:
        """Split the traits of one person.

        A trait that may be known and is set to nothing is known to be nothing. One of another type is read as its own
        where that is plain (`"7"` as a number); otherwise it is kept sealed, and what was known before holds no more.
        """
        split = _split(traits, *self._trait_rules)
        for name, value in traits.items():
            line = self.traits.get(name)
            if line is None or line.label > Label.L2 or line.type not in READ_FROM_TEXT:
                continue
            if value is None or value == "":
                split.private.pop(name, None)
                split.l2[name] = None
            elif name in split.private:
                read = READ_FROM_TEXT[line.type](value)
                split.l2[name] = read
                if read is not None:
                    del split.private[name]
        return split

    @cached_property
    def _trait_rules(self) -> tuple[Rules, Nested]:
        return _arranged(self.traits)

    def _rules_for(self, event: str) -> tuple[Rules, Nested]:
        if event not in self.events:
            event = ANY_EVENT
        rules = {
            line.name: line
            for where in (ANY_EVENT, event)
            for line in self.declared
            if line.subject == PROPERTY and line.event == where
        }
        return _arranged(rules)


def kept_name(name: str) -> str:
    """Return a name as the plan may show it: one that could tell a person, or is too long, is not kept."""
    if not name or len(name) > LONGEST_NAME:
        return HIDDEN_NAME
    if not name.isascii():
        read = unicodedata.normalize("NFKC", name)
        without = [sign for sign in read if unicodedata.category(sign) not in _PICTURES]
        read = "".join(without) if len(without) == len(read) else "".join(without).translate(_UNJOINED)
        return HIDDEN_NAME if _TELLING.search(read) else name
    return HIDDEN_NAME if _TELLING.search(name) else name


def snapshot(plan: Plan, on_violation: str) -> dict[str, Any]:
    """Return the plan of a source as the collector reads it (`schema.py`)."""
    events: dict[str, dict[str, Any]] = {
        name: {"properties": _checked(plan._rules_for(name)[0])} for name in sorted(plan.events)
    }
    return {"on_violation": on_violation, "events": events, "traits": _checked(plan.traits)}


def _checked(rules: Rules) -> dict[str, dict[str, Any]]:
    return {
        name: {"type": line.type, "required": line.is_required, "label": int(line.label)}
        for name, line in rules.items()
        if not is_nested(name)
    }


def is_nested(name: str) -> bool:
    """Say whether a name leads into an object or a list of objects."""
    return "[]." in name or "." in name


def _arranged(rules: Rules) -> tuple[Rules, Nested]:
    nested: Nested = {}
    for name, line in rules.items():
        outer, found, inner = name.replace("[].", ".").partition(".")
        if found:
            nested.setdefault(outer, {})[inner] = line
    return rules, nested


def _split(values: Mapping[str, Any], rules: Rules, nested: Nested) -> Split:
    known: dict[str, Any] = {}
    private: dict[str, Any] = {}
    unseen: list[str] = []
    for name, value in values.items():
        line = rules.get(name)
        if line is None:
            private[name] = value
            unseen.append(name)
        elif line.label > Label.L2 or not _is_of(value, line.type):
            private[name] = value
        elif isinstance(value, list | dict):
            _split_inside(name, value, nested.get(name, {}), Split(known, private, unseen))
        else:
            known[name] = value
    return Split(known, private, unseen)


def _is_of(value: Any, kind: str) -> bool:
    if isinstance(value, bool):
        return kind == "boolean"
    if kind == "integer" and isinstance(value, float):
        return value.is_integer()
    return isinstance(value, TYPES[kind])


def _split_inside(name: str, value: Any, rules: Rules, into: Split) -> None:
    """Keep of a list or object what is declared inside it; the rest is private in the same shape."""
    items = value if isinstance(value, list) else [value]
    parts = [_split(item, rules, {}) if isinstance(item, dict) else None for item in items]
    mark = "[]." if isinstance(value, list) else "."
    into.unseen.extend(sorted({f"{name}{mark}{inner}" for part in parts if part for inner in part.unseen}))
    known = [_plain(item) if part is None else part.l2 for item, part in zip(items, parts, strict=True)]
    private = [part.private if part else {} for part in parts]
    unknown = any(part is None and _plain(item) is None for item, part in zip(items, parts, strict=True))
    if unknown:
        into.private[name] = value
        return
    into.l2[name] = known if isinstance(value, list) else known[0]
    if any(private):
        into.private[name] = private if isinstance(value, list) else private[0]


def _as_number(value: Any) -> float | int | None:
    text = (
        value.strip().replace(",", "")
        if isinstance(value, str) and GROUPED.fullmatch(value.strip())
        else value
    )
    try:
        number = float(text) if isinstance(text, str) and PLAIN_NUMBER.fullmatch(text.strip()) else None
    except ValueError:
        return None
    if number is None or number - number != 0:
        return None
    return int(number) if number.is_integer() and abs(number) < 2**53 else number


def _as_integer(value: Any) -> int | None:
    number = _as_number(value)
    return number if isinstance(number, int) else None


def _as_boolean(value: Any) -> bool | None:
    text = str(value).strip().casefold() if isinstance(value, str | int | float) else ""
    return True if text in TRUE else False if text in FALSE else None


def _as_text(value: Any) -> str | None:
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, int | float) else None


def _as_time(value: Any) -> str | None:
    return None


TRUE = frozenset(("true", "1", "1.0", "yes", "y", "on", "是", "有", "真"))
FALSE = frozenset(("false", "0", "0.0", "no", "n", "off", "否", "无", "假"))
PLAIN_NUMBER = re.compile(r"[+-]?\d{1,18}(?:\.\d{1,18})?(?:[eE][+-]?\d{1,2})?")
GROUPED = re.compile(r"[+-]?\d{1,3}(?:,\d{3})+(?:\.\d+)?")
READ_FROM_TEXT: dict[str, Callable[[Any], Any]] = {
    "number": _as_number, "integer": _as_integer, "boolean": _as_boolean, "string": _as_text, "datetime": _as_time,
}  # fmt: skip
"""How a value of another type is read as one of the declared type; None where nobody could tell."""


def _plain(value: Any) -> Any:
    return value if isinstance(value, str | int | float) else None
