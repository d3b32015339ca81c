"""What a file's columns mean: a mapping, written in TOML or made by the wizard, checked key by key."""

import tomllib
from collections.abc import Iterator
from collections.abc import Mapping as Mapped
from dataclasses import dataclass, field
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from yingtai.collect.errors import (
    AmountMissing,
    CurrencyNotKnown,
    IdentifierMissing,
    MappingKeyMissing,
    MappingKeyUnknown,
    MappingNotReadable,
    MappingValueNotUsable,
    NoColumnUsed,
    TimeZoneNotKnown,
)
from yingtai.kernel.money import CURRENCIES

ORDER_LINES, EVENTS, PROFILES = "order-lines", "events", "profiles"

PERSON = ("user_id", "email", "phone", "member_no", "device_id", "anonymous_id", "openid", "unionid")
"""Identifiers by the name a mapping uses."""

SHAPES: dict[str, dict[str, tuple[str, ...]]] = {
    ORDER_LINES: {
        "order": ("id", "occurred_at", "channel", "currency"),
        "line": ("quantity", "unit_price", "amount", "product_id", "product_name", "category"),
        "person": PERSON,
        "place": ("code",),
    },
    EVENTS: {
        "event": (
            "name", "occurred_at", "channel", "order_id", "product_id", "category", "quantity", "amount",
            "currency", "page_path", "utm_source", "utm_medium", "utm_campaign", "utm_term", "utm_content",
        ),
        "person": PERSON,
        "place": ("code",),
    },
    PROFILES: {"profile": ("occurred_at",), "person": PERSON, "place": ("code",)},
}  # fmt: skip
MAPPED_SHAPES = tuple(SHAPES)
NEEDED = {
    ORDER_LINES: ("order.id", "order.occurred_at", "line.quantity"),
    EVENTS: ("event.name", "event.occurred_at"),
    PROFILES: (),
}
TOP = ("shape", "source", "time_zone", "currency", "region", "file", "refunds")
OPEN = ("properties", "traits")
FIELD_KEYS = ("column", "value", "clean", "format", "words", "type")
CLEANERS = ("whole-number", "lower", "upper", "digits")
TYPES = ("string", "number", "integer", "boolean", "datetime")
MOST_KEYS = 500


@dataclass(frozen=True)
class Field:
    """Where one value comes from: a column, or the same constant for every line.

    clean    whole-number: `17850.0` becomes `17850`; lower, upper, digits
    format   how times are written, as strptime has it, or unix, unix-ms
    words    what to put for a cell, by the cell
    type     of a property or trait; the plan's when empty
    """

    column: str = ""
    value: str = ""
    clean: tuple[str, ...] = ()
    format: str = ""
    words: Mapped[str, str] = field(default_factory=dict)
    type: str = ""


YES = [
    *(
        "1",
        "1.0",
        "yes",
        "true",
        "y",
        "t",
        "on",
        "x",
        "ok",
        "opt-in",
        "optin",
        "opt in",
        "opted in",
        "in",
        "subscribed",
    ),
    *(
        "agree",
        "agreed",
        "granted",
        "grant",
        "consent",
        "consented",
        "accepted",
        "allow",
        "allowed",
        "ja",
        "oui",
        "si",
        "sí",
    ),
    *(
        "是",
        "同意",
        "已同意",
        "授权",
        "已授权",
        "订阅",
        "已订阅",
        "接受",
        "愿意",
        "允许",
        "有",
        "✓",
        "√",
        "✔",
    ),
]
NO = [
    *(
        "0",
        "0.0",
        "no",
        "false",
        "n",
        "f",
        "off",
        "opt-out",
        "optout",
        "opt out",
        "opted out",
        "out",
        "unsubscribed",
    ),
    *(
        "disagree",
        "denied",
        "deny",
        "refused",
        "rejected",
        "withdrawn",
        "revoked",
        "not allowed",
        "nein",
        "non",
        "never",
    ),
    *(
        "否",
        "不同意",
        "未同意",
        "拒绝",
        "已拒绝",
        "未授权",
        "退订",
        "已退订",
        "取消",
        "已取消",
        "撤回",
        "已撤回",
        "不接受",
        "不愿意",
        "不允许",
        "✗",
        "✘",
        "×",
    ),
]
"""What people write for agreed and refused, where the mapping states no words of its own."""


@dataclass(frozen=True)
class ConsentColumn:
    """A column that says whether people agreed to a purpose on a channel, and which of its words mean yes."""

    purpose: str
    channel: str
    answer: Field
    yes: frozenset[str]
    no: frozenset[str]
    at: Field | None = None


@dataclass(frozen=True)
class FileOptions:
    """What is known of the file; what is empty is detected."""

    encoding: str = ""
    delimiter: str = ""
    header: bool = True
    sheet: str = ""
    decimal: str = "."


@dataclass(frozen=True)
class Mapping:
    """A checked mapping. `fields` are named like `order.id`; `document` is what it was read from."""

    shape: str
    source: str
    time_zone: str
    currency: str
    region: str
    file: FileOptions
    fields: Mapped[str, Field]
    properties: Mapped[str, Field]
    traits: Mapped[str, Field]
    consents: tuple[ConsentColumn, ...]
    refund_prefix: str
    document: Mapped[str, Any] = field(repr=False)

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)

    def columns(self) -> dict[str, str]:
        """Return every column that is used, and the key that uses it first."""
        used: dict[str, str] = {}
        for key, one in self._all():
            if one.column:
                used.setdefault(one.column, key)
        return used

    def keys_of_lines(self) -> tuple[object, ...]:
        """Return what decides which lines are known again: another source, or other columns, and all come once more.

        Nothing of people: whoever says of somebody once more what was said doubles nothing.
        """
        if self.shape == PROFILES:
            return ()
        if self.shape == ORDER_LINES:
            return self.source, self.fields["order.id"], self.refund_prefix
        return self.source, tuple(sorted(self.columns().items()))

    def _all(self) -> Iterator[tuple[str, Field]]:
        yield from self.fields.items()
        yield from ((f"properties.{name}", one) for name, one in self.properties.items())
        yield from ((f"traits.{name}", one) for name, one in self.traits.items())
        for consent in self.consents:
            yield "consent.column", consent.answer
            if consent.at:
                yield "consent.at", consent.at


def read_mapping(text: str | bytes) -> Mapping:
    """Return the mapping written in TOML.

    Raises: MappingNotReadable, MappingKeyUnknown, MappingKeyMissing, MappingValueNotUsable,
            TimeZoneNotKnown, CurrencyNotKnown
    """
    try:
        document = tomllib.loads(text.decode() if isinstance(text, bytes) else text)
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as problem:
        raise MappingNotReadable(detail=str(problem)[:200]) from problem
    return mapping_of(document)


def mapping_of(document: Mapped[str, Any]) -> Mapping:
    """Return the mapping a document describes; raises as `read_mapping`."""
    shape = _one_of(document, "shape", tuple(SHAPES))
    _refuse_unknown(document, (*TOP, *SHAPES[shape], *OPEN, "consent"), "", shape)
    fields: dict[str, Field] = {}
    for section, known in SHAPES[shape].items():
        for name, value in _table(document, section).items():
            if name not in known:
                raise MappingKeyUnknown(key=f"{section}.{name}", shape=shape, known=", ".join(known))
            fields[f"{section}.{name}"] = _field(value, f"{section}.{name}")
    for key in NEEDED[shape]:
        if key not in fields:
            raise MappingKeyMissing(key=key, shape=shape)
    made = Mapping(
        shape=shape,
        source=_text(document, "source", needed=shape),
        time_zone=_zone(document, shape),
        currency=_currency(document, shape, fields),
        region=_text(document, "region").upper(),
        file=_file_options(_table(document, "file")),
        fields=fields,
        properties=_open(document, "properties"),
        traits=_open(document, "traits"),
        consents=_consents(document.get("consent", []), shape),
        refund_prefix=_text(_table(document, "refunds"), "prefix"),
        document=document,
    )
    _refuse_contradictions(made)
    return made


def _refuse_contradictions(made: Mapping) -> None:
    if made.shape == ORDER_LINES and ("line.unit_price" in made.fields) == ("line.amount" in made.fields):
        raise AmountMissing
    if made.shape == PROFILES and not any(key.startswith("person.") for key in made.fields):
        raise IdentifierMissing
    if made.consents and made.shape != PROFILES:
        raise MappingKeyUnknown(
            key="consent", shape=made.shape, known="consent belongs to the shape profiles"
        )
    if not made.columns():
        raise NoColumnUsed


def _field(value: Any, key: str) -> Field:
    if isinstance(value, str):
        return Field(column=_short(value, key))
    if not isinstance(value, dict):
        raise MappingValueNotUsable(key=key, expected='the name of a column, or a table like {column = "…"}')
    _refuse_unknown(value, FIELD_KEYS, f"{key}.", "of a field")
    column, constant = _text(value, "column", key), _text(value, "value", key)
    if bool(column) == bool(constant):
        raise MappingValueNotUsable(key=key, expected="either a column or a value")
    words = value.get("words", {})
    if not isinstance(words, dict) or not all(isinstance(word, str) for word in words.values()):
        raise MappingValueNotUsable(key=f"{key}.words", expected="a table from the file's words to ours")
    kind = _text(value, "type", key)
    if kind and kind not in TYPES:
        raise MappingValueNotUsable(key=f"{key}.type", expected=f"one of {', '.join(TYPES)}")
    return Field(
        column, constant, _cleaners(value.get("clean", []), key), _text(value, "format", key), words, kind
    )


def _cleaners(value: Any, key: str) -> tuple[str, ...]:
    listed = [value] if isinstance(value, str) else value
    if not isinstance(listed, list) or not all(isinstance(one, str) and one in CLEANERS for one in listed):
        raise MappingValueNotUsable(key=f"{key}.clean", expected=f"one or more of {', '.join(CLEANERS)}")
    return tuple(listed)


def _open(document: Mapped[str, Any], section: str) -> dict[str, Field]:
    table = _table(document, section)
    return {_short(name, section): _field(value, f"{section}.{name}") for name, value in table.items()}


def _consents(value: Any, shape: str) -> tuple[ConsentColumn, ...]:
    if not isinstance(value, list) or not all(isinstance(one, dict) for one in value):
        raise MappingValueNotUsable(key="consent", expected="a list of [[consent]] tables")
    made = []
    for one in value:
        _refuse_unknown(one, ("purpose", "channel", "column", "yes", "no", "at"), "consent.", shape)
        at = one.get("at")
        made.append(
            ConsentColumn(
                _text(one, "purpose", "consent", needed=shape),
                _text(one, "channel", "consent") or "email",
                Field(column=_text(one, "column", "consent", needed=shape)),
                _words(one.get("yes", YES), "consent.yes"),
                _words(one.get("no", NO), "consent.no"),
                _field(at, "consent.at") if at is not None else None,
            )
        )
    if len({(one.purpose, one.channel) for one in made}) < len(made):
        raise MappingValueNotUsable(key="consent", expected="one table for each purpose and channel")
    return tuple(made)


def _words(value: Any, key: str) -> frozenset[str]:
    if not isinstance(value, list) or not value or not all(isinstance(word, str) for word in value):
        raise MappingValueNotUsable(key=key, expected="a list of words")
    return frozenset(word.strip().casefold() for word in value)


def _file_options(table: Mapped[str, Any]) -> FileOptions:
    _refuse_unknown(table, ("encoding", "delimiter", "header", "sheet", "decimal"), "file.", "of files")
    header, decimal = table.get("header", True), table.get("decimal", ".")
    if not isinstance(header, bool):
        raise MappingValueNotUsable(key="file.header", expected="true or false")
    if decimal not in (".", ","):
        raise MappingValueNotUsable(key="file.decimal", expected='"." or ","')
    delimiter = _text(table, "delimiter", "file", strip=False)
    if delimiter and (len(delimiter) != 1 or delimiter in '"\r\n\0'):
        raise MappingValueNotUsable(key="file.delimiter", expected="one sign such as , ; or a tab")
    return FileOptions(
        _text(table, "encoding", "file"), delimiter, header, _text(table, "sheet", "file"), decimal
    )


def _zone(document: Mapped[str, Any], shape: str) -> str:
    name = _text(document, "time_zone", needed=shape)
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as problem:
        raise TimeZoneNotKnown(field="time_zone", name=name) from problem
    return name


def _currency(document: Mapped[str, Any], shape: str, fields: Mapped[str, Field]) -> str:
    has_money = any(key in fields for key in ("line.unit_price", "line.amount", "event.amount"))
    has_own = any(key in fields for key in ("order.currency", "event.currency"))
    code = _text(document, "currency", needed=shape if has_money and not has_own else "").upper()
    if code and code not in CURRENCIES:
        raise CurrencyNotKnown(field="currency", code=code)
    return code


def _one_of(document: Mapped[str, Any], key: str, known: tuple[str, ...]) -> str:
    value = document.get(key)
    if not isinstance(value, str) or value not in known:
        raise MappingValueNotUsable(key=key, expected=f"one of {', '.join(known)}")
    return value


def _table(document: Mapped[str, Any], key: str) -> Mapped[str, Any]:
    value = document.get(key, {})
    if not isinstance(value, dict) or len(value) > MOST_KEYS:
        raise MappingValueNotUsable(key=key, expected=f"a table [{key}]")
    return value


def _text(
    table: Mapped[str, Any], key: str, section: str = "", *, needed: str = "", strip: bool = True
) -> str:
    value, name = table.get(key, ""), f"{section}.{key}" if section else key
    if not isinstance(value, str):
        raise MappingValueNotUsable(key=name, expected="a text")
    if needed and not value.strip():
        raise MappingKeyMissing(key=name, shape=needed)
    return _short(value.strip() if strip else value, name)


def _short(value: str, key: str) -> str:
    if len(value) > 200 or "\0" in value:
        raise MappingValueNotUsable(key=key[:80], expected="a text of at most 200 letters")
    return value


def _refuse_unknown(table: Mapped[str, Any], known: tuple[str, ...], before: str, shape: str) -> None:
    for key in table:
        if key not in known:
            raise MappingKeyUnknown(key=f"{before}{key}"[:200], shape=shape, known=", ".join(known))
