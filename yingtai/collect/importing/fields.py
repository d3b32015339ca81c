"""Cells become values: each distinct cell of a batch is read once, whatever its column holds."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np

from yingtai.collect.clocks import aware, micros
from yingtai.collect.errors import (
    NumberIsPhone,
    NumberNotReadable,
    NumberRounded,
    NumberTooLarge,
    TimeNotReadable,
    TimeOutOfBounds,
)
from yingtai.collect.importing.mapping import Field
from yingtai.collect.importing.table import Batch
from yingtai.kernel.errors import ProductError
from yingtai.vault.api import is_phone_alone

EARLIEST = datetime(1980, 1, 1, tzinfo=UTC)
AHEAD = timedelta(days=1)
LARGEST = 10**15
EMPTY = -1

_DAY_FIRST_WRITTEN = re.compile(
    r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?"
    r"(?:[ T]+(\d{1,2})[:时](\d{1,2})(?:[:分](\d{1,2})(?:[.,](\d{1,6})\d*)?秒?)?)?"
)
_WHOLE = re.compile(r"([+-]?\d+)\.0*")
_NO_DECIMALS = {sign: re.compile(rf"\{sign}0*$") for sign in ".,"}
_SIGNS = re.compile(r"[\s\u00a0\u202f$€£¥￥₩₹元]|^(?:CNY|EUR|GBP|USD|RMB)|(?:CNY|EUR|GBP|USD|RMB)$")
# Nobody writes thousands after a zero: 0,435 is less than one, written with the other sign.
_POINT = re.compile(r"[+-]?(?:\d+|[1-9]\d{0,2}(?:,\d{3})+)(?:\.\d*)?|[+-]?\.\d+")
_COMMA = re.compile(r"[+-]?(?:\d+|[1-9]\d{0,2}(?:\.\d{3})+)(?:,\d*)?|[+-]?,\d+")
_POWER = re.compile(r"[+-]?\d+(?:\.\d+)?[eE][+-]?\d{1,2}")
_YES = frozenset(("1", "1.0", "true", "yes", "y", "是", "t", "on", "有"))
_NO = frozenset(("0", "0.0", "false", "no", "n", "否", "f", "off", "无"))
NOTHING = frozenset(
    ("null", "(null)", "<null>", "\\n", "nil", "none", "nan", "nat", "n/a", "#n/a", "-", "--", "---", "—", "——", "/",
     "0000-00-00", "0000-00-00 00:00:00", "无", "空")
)  # fmt: skip
"""What programs and people write into a cell that holds nothing."""
_DATE_ALONE = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?(?:[ T]0{1,2}:00(?::00(?:\.0+)?)?)?")


class Unreadable(Exception):
    """A cell that its reader could not use, and the reason."""

    def __init__(self, reason: type[ProductError]) -> None:
        super().__init__(reason.code)
        self.reason = reason


@dataclass(frozen=True)
class Column:
    """One field over a batch: `values[codes[row]]`; a code of -1 is an empty cell.

    `problems` holds the reasons of those values that could not be read, by their place.
    """

    name: str
    codes: np.ndarray
    values: Sequence[Any]
    cells: Sequence[str]
    problems: dict[int, type[ProductError]]

    @property
    def is_empty(self) -> np.ndarray:
        found: np.ndarray = self.codes == EMPTY
        return found

    @property
    def is_problem(self) -> np.ndarray:
        if not self.problems:
            return np.zeros(len(self.codes), dtype=bool)
        found: np.ndarray = np.isin(self.codes, list(self.problems))
        return found

    def at(self, row: int) -> Any:
        """Return the value in a row, None when it is empty or could not be read."""
        code = self.codes[row]
        return None if code == EMPTY or code in self.problems else self.values[code]

    def list(self) -> list[Any]:
        """Return all values in order, None where empty or not readable."""
        readable = [None if place in self.problems else value for place, value in enumerate(self.values)]
        readable.append(None)  # what -1 points at
        return [readable[code] for code in self.codes.tolist()]


def read_column(batch: Batch, field: Field, read: Callable[[str], Any]) -> Column:
    """Read one field of a batch; a cell of spaces counts as empty."""
    if not field.column:
        codes = np.zeros(len(batch), dtype=np.int64)
        return _column("", codes, [field.value], field, read)
    places: dict[str, int] = {}
    coded = [
        EMPTY if cell is None else places.setdefault(cell, len(places))
        for cell in batch.columns[field.column]
    ]
    return _column(field.column, np.array(coded, dtype=np.int64), list(places), field, read)


def _column(
    name: str, codes: np.ndarray, cells: list[str], field: Field, read: Callable[[str], Any]
) -> Column:
    values: list[Any] = []
    problems: dict[int, type[ProductError]] = {}
    empty: list[int] = []
    for place, cell in enumerate(cells):
        value: Any = None
        try:
            text = cleaned(cell, field)
            if not text or text.casefold() in NOTHING:
                empty.append(place)
            else:
                value = read(text)
        except Unreadable as problem:
            problems[place] = problem.reason
        values.append(value)
    if empty:
        codes = np.where(np.isin(codes, empty), EMPTY, codes)
    return Column(name, codes, values, cells, problems)


def cleaned(cell: str, field: Field) -> str:
    """Return a cell as the field wants it: spaces off, cleaners in order, its words exchanged."""
    text = cell.strip()
    for cleaner in field.clean:
        if cleaner == "whole-number":
            text = _whole(text)
        elif cleaner == "lower":
            text = text.lower()
        elif cleaner == "upper":
            text = text.upper()
        else:
            text = "".join(sign for sign in text if sign.isdigit())
    return field.words.get(text, text) if field.words else text


def read_text(text: str) -> str:
    """Return the text itself."""
    return text


def number_reader(decimal: str) -> Callable[[str], Decimal]:
    """Return a reader of numbers as people write them: thousands apart, a currency sign, brackets for minus."""
    shape = _POINT if decimal == "." else _COMMA
    thousands = "," if decimal == "." else "."

    def read(text: str) -> Decimal:
        bare = _SIGNS.sub("", text).replace("−", "-")
        if bare.startswith("(") and bare.endswith(")"):
            bare = f"-{bare[1:-1]}"
        if shape.fullmatch(bare):
            bare = bare.replace(thousands, "").replace(",", ".")
        elif not _POWER.fullmatch(bare):
            raise Unreadable(NumberNotReadable)
        if len(bare) > 40:
            raise Unreadable(NumberTooLarge)
        try:
            value = Decimal(bare)
        except InvalidOperation:
            raise Unreadable(NumberNotReadable) from None
        if abs(value) > LARGEST:
            raise Unreadable(NumberTooLarge)
        return value

    return read


def amount_reader(decimal: str) -> Callable[[str], Decimal]:
    """Return a reader of amounts, prices and quantities: of numbers, but for those of phones."""
    numbers = number_reader(decimal)

    def read(text: str) -> Decimal:
        value = numbers(text)
        # Spreadsheets write a phone number as 13855000037.0, 13855000037.00 or 1.3855000037E10.
        bare = _NO_DECIMALS[decimal].sub("", _SIGNS.sub("", text).strip("()-−"))
        if _POWER.fullmatch(bare) and "E" in bare.upper():
            bare = f"{abs(value):f}"
        if is_phone_alone(bare):
            raise Unreadable(NumberIsPhone)
        return value

    return read


def time_reader(zone: ZoneInfo, form: str, now: datetime) -> Callable[[str], int]:
    """Return a reader of times, as microseconds since 1970 in UTC.

    A time without a zone is meant in `zone`: the earlier one when clocks go back, moved on when they go
    forward. Without a form, ISO 8601 and year-month-day as Excel writes it are understood.
    """
    latest = now + AHEAD

    def read(text: str) -> int:
        try:
            moment = aware(_moment(text, form), zone)
        except (ValueError, OverflowError, OSError):
            raise Unreadable(TimeNotReadable) from None
        if not EARLIEST <= moment <= latest:
            raise Unreadable(TimeOutOfBounds)
        return micros(moment)

    return read


def read_order_number(text: str) -> str:
    """Return an order's number; a spreadsheet's 1001.0 is 1001."""
    if _POWER.fullmatch(text):
        raise Unreadable(NumberRounded)
    found = _WHOLE.fullmatch(text)
    return found[1] if found and found[1].isdigit() else text


def date_reader(form: str, zone: ZoneInfo) -> Callable[[str], str]:
    """Return a reader of dates and times that are facts about a person: a birthday, an expiry; of any year.

    A date is a date, without a zone; a time keeps the zone of the file.
    """

    def read(text: str) -> str:
        try:
            found = _DATE_ALONE.fullmatch(text)
            if found and not form:
                return date(*(int(part) for part in found.groups())).isoformat()
            moment = _moment(text, form)
            if form and not any(sign in form for sign in ("%H", "%I", "unix", "%c", "%X")):
                return moment.date().isoformat()
            return aware(moment, zone).isoformat()
        except (ValueError, OverflowError, OSError):
            raise Unreadable(TimeNotReadable) from None

    return read


def typed_reader(kind: str, decimal: str, dates: Callable[[str], str]) -> Callable[[str], Any]:
    """Return a reader for a property or trait of a declared type, as JSON has it."""
    numbers = number_reader(decimal)
    if kind == "integer":
        return lambda text: _integer(numbers(text))
    if kind == "number":
        return lambda text: _json_number(numbers(text))
    if kind == "boolean":
        return _boolean
    if kind == "datetime":
        return dates
    return read_text


def _moment(text: str, form: str) -> datetime:
    if form in {"unix", "unix-ms"}:
        return datetime.fromtimestamp(float(text) / (1_000 if form == "unix-ms" else 1), UTC)
    if form:
        return datetime.strptime(text, form)  # noqa: DTZ007 - the zone is the mapping's
    found = _DAY_FIRST_WRITTEN.fullmatch(text)
    if found is None:
        return datetime.fromisoformat(text)
    year, month, day, hour, minute, second, fraction = found.groups()
    return datetime(  # noqa: DTZ001 - the zone is the mapping's
        int(year), int(month), int(day), int(hour or 0), int(minute or 0), int(second or 0),
        int((fraction or "0").ljust(6, "0")),
    )  # fmt: skip


def _whole(text: str) -> str:
    if found := _WHOLE.fullmatch(text):
        return found[1]
    if _POWER.fullmatch(text):
        # The digits behind are gone, and whoever shares the rest would be taken for one person.
        raise Unreadable(NumberRounded)
    return text


def _integer(value: Decimal) -> int:
    if value != value.to_integral_value():
        raise Unreadable(NumberNotReadable)
    return int(value)


def _json_number(value: Decimal) -> int | float:
    return int(value) if value == value.to_integral_value() else float(value)


def _boolean(text: str) -> bool:
    word = text.casefold()
    if word in _YES:
        return True
    if word in _NO:
        return False
    raise Unreadable(NumberNotReadable)
