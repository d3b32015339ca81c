"""What all shapes of a file share: where it belongs, who is meant, what may be known, what happened to a line."""

import re
from collections import Counter
from collections.abc import Callable
from collections.abc import Mapping as Mapped
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import blake2b
from typing import Any

import msgspec
import numpy as np
import pyarrow as pa

from yingtai.collect.errors import (
    CellMissing,
    IdentifierMeansNobody,
    IdentifierNotUsable,
    NumberRounded,
    PlaceNotKnown,
    ValueOfOtherType,
)
from yingtai.collect.importing.fields import (
    Column,
    Unreadable,
    amount_reader,
    date_reader,
    read_column,
    read_text,
    time_reader,
    typed_reader,
)
from yingtai.collect.importing.mapping import Field, Mapping
from yingtai.collect.importing.reporting import KINDS, Report
from yingtai.collect.importing.table import Batch
from yingtai.collect.placeholders import is_blocked
from yingtai.collect.plan import EVENT, PROPERTY, TRAIT, Plan
from yingtai.kernel.errors import ProductError
from yingtai.vault.api import normalise

KIND_OF = {"user_id": "user", "member_no": "member", "device_id": "device", "anonymous_id": "anonymous"}
HASH_BYTES = 16
ROUNDED = re.compile(r"[+-]?\d(?:[.,]\d+)?[eE]\+?\d{1,3}")
MICROS = pa.timestamp("us", tz="UTC")


@dataclass
class Setting:
    """What a file is read against.

    key      what hashes are made with
    country  whose way of dialling phone numbers without a country code are written in
    places   the nodes that lines may name, by code in small letters
    erased   says of values of a kind which were of somebody who was erased; None where nobody was
    """

    mapping: Mapping
    source_no: int
    node_no: int
    at: datetime
    plan: Plan
    key: bytes = field(repr=False)
    country: str = "CN"
    places: Mapped[str, int] = field(default_factory=dict)
    erased: Callable[[str, list[str]], np.ndarray] | None = None
    report: Report = field(default_factory=Report)
    names: Counter[tuple[str, str, str]] = field(default_factory=Counter)

    def hash_of(self, *parts: object) -> bytes:
        """Return what tells a repeat: the same for the same parts of the same source, and says nothing else."""
        text = "\x1f".join((str(self.source_no), *map(str, parts)))
        return blake2b(text.encode(), digest_size=HASH_BYTES, key=self.key).digest()

    def time(self, field: Field) -> Callable[[str], int]:
        return time_reader(self.mapping.zone, field.format, self.at)

    def dates(self, field: Field) -> Callable[[str], str]:
        """Return the reader of dates that are facts of a person, of any year."""
        return date_reader(field.format, self.mapping.zone)

    def number(self) -> Callable[[str], Any]:
        return amount_reader(self.mapping.file.decimal)


class Lines:
    """A batch under way: which lines are still in, and the first reason of each that fell out."""

    def __init__(self, batch: Batch, setting: Setting) -> None:
        self.batch, self.setting = batch, setting
        self.is_in = np.ones(len(batch), dtype=bool)

    def column(
        self, key: str, read: Callable[[str], Any] = read_text, *, needed: bool = False
    ) -> Column | None:
        """Read a mapped field; lines whose cell cannot be read fall out, and empty ones when it is needed."""
        field = self.setting.mapping.fields.get(key)
        if field is None:
            return None
        column = read_column(self.batch, field, read)
        if needed:
            self.drop(column.is_empty, column, CellMissing)
        if column.problems:
            self.drop(column.is_problem, column, None)
        return column

    def drop(self, is_out: np.ndarray, column: Column | None, reason: type[ProductError] | None) -> None:
        """Let lines fall out; without a reason each column problem says its own."""
        for row in np.flatnonzero(is_out & self.is_in).tolist():
            code = -1 if column is None else int(column.codes[row])
            why = reason or (column.problems[code] if column else None)
            if why is None:
                continue
            name, value = (
                ("", "") if column is None else (column.name, column.cells[code] if code >= 0 else "")
            )
            self.setting.report.reject(self.batch.lines[row], name, why, value)
        self.is_in &= ~is_out

    def person(self) -> dict[str, Column]:
        """Read the identifiers; one that is not of its kind, or means nobody, is noted and left out, its line stays."""
        found: dict[str, Column] = {}
        region = self.setting.mapping.region or self.setting.country
        for key, source in self.setting.mapping.fields.items():
            section, _, name = key.partition(".")
            if section != "person":
                continue
            kind = KIND_OF.get(name, name)
            column = read_column(self.batch, source, _identifier_reader(kind, region))
            self._note(column, None, KINDS.get(kind, "text"))
            found[f"id_{kind}"] = column
        return found

    def place(self) -> Column | None:
        """Read which node each line belongs to; a place that is not known drops the line."""
        places = self.setting.places

        def read(text: str) -> int:
            if text.lower() not in places:
                raise Unreadable(PlaceNotKnown)
            return places[text.lower()]

        return self.column("place.code", read)

    def open_fields(self, fields: Mapped[str, Field], subject: str, event: str = "") -> dict[str, Column]:
        """Read properties or traits by their declared types; a value of another type stays text, and noted."""
        return {name: self._open_field(name, field, subject, event) for name, field in fields.items()}

    def _open_field(self, name: str, field: Field, subject: str, event: str) -> Column:
        kind = field.type or declared_type(self.setting.plan, subject, name, event)
        decimal, dates = self.setting.mapping.file.decimal, self.setting.dates(field)
        column = read_column(self.batch, field, typed_reader(kind, decimal, dates))
        self._note(column, ValueOfOtherType, "text")
        values = [
            column.cells[place].strip() if place in column.problems else value
            for place, value in enumerate(column.values)
        ]
        return Column(column.name, column.codes, values, column.cells, {})

    def _note(self, column: Column, reason: type[ProductError] | None, kind: str) -> None:
        """Note values that are not used; without a reason each says its own, and it is an identifier."""
        if not column.problems:
            return
        report = self.setting.report
        for row in np.flatnonzero(column.is_problem & self.is_in).tolist():
            place = column.codes[row]
            own = column.problems[place]
            why = own if reason is None or own is NumberRounded else reason
            report.note(self.batch.lines[row], column.name, why, column.cells[place], kind)
            if reason is None:
                report.leave_out(column.name, why, column.cells[place], kind)


Halves = tuple[str | None, str | None]
"""JSON that may be known, and JSON that stays sealed."""


def split_properties(setting: Setting, event: str, values: dict[str, Any]) -> Halves:
    """Return properties and extras of one event."""
    for name in values:
        setting.names[PROPERTY, event, name] += 1
    split = setting.plan.split(values, event)
    return _json(split.l2), _json(split.private)


def split_traits(setting: Setting, values: dict[str, Any]) -> Halves:
    """Return traits and private traits of one person."""
    for name in values:
        setting.names[TRAIT, "", name] += 1
    split = setting.plan.split_traits(values)
    return _json(split.l2), _json(split.private)


def declared_type(plan: Plan, subject: str, name: str, event: str) -> str:
    """Return the declared type of a name; text when it is not declared or declared in several ways."""
    lines = [line for line in plan.declared if line.subject == subject and line.name == name]
    exact = {line.type for line in lines if not event or line.event in {event, ""}} or {
        line.type for line in lines
    }
    kind = exact.pop() if len(exact) == 1 else "string"
    return kind if kind in {"number", "integer", "boolean", "datetime"} else "string"


def note_event(setting: Setting, event: str, count: int = 1) -> None:
    """Count an event's name for the tracking plan."""
    setting.names[EVENT, "", event] += count


def micros_array(values: Any) -> pa.Array:
    """Return microseconds since 1970 as times."""
    return pa.array(values, pa.int64()).cast(MICROS)


def _identifier_reader(kind: str, region: str) -> Callable[[str], str]:
    def read(text: str) -> str:
        if ROUNDED.fullmatch(text):
            raise Unreadable(NumberRounded)
        value = None if is_blocked(kind, text) else normalise(kind, text, region)
        if is_blocked(kind, value or text):
            raise Unreadable(IdentifierMeansNobody)
        if value is None:
            raise Unreadable(IdentifierNotUsable)
        return value

    return read


def _json(values: dict[str, Any]) -> str | None:
    return msgspec.json.encode(values).decode() if values else None
