"""One line, one event; or one line, one person."""

from typing import Any

import numpy as np
import pyarrow as pa

from yingtai.collect.errors import (
    AnswerNotUnderstood,
    ConsentTimeUnsure,
    CurrencyNotKnown,
    EventNameIsTitle,
    EventNameReserved,
    LineNamesNobody,
    NumberTooLarge,
)
from yingtai.collect.eventset import CONSENT_COLUMNS, RawSet
from yingtai.collect.importing.fields import Column, Unreadable, read_column, read_text
from yingtai.collect.importing.mapping import ConsentColumn
from yingtai.collect.importing.occurrences import Occurrences
from yingtai.collect.importing.parts import (
    Lines,
    Setting,
    micros_array,
    note_event,
    split_properties,
    split_traits,
)
from yingtai.collect.importing.reporting import ANSWER, OF_NOBODY
from yingtai.collect.importing.table import Batch
from yingtai.collect.limits import NAME_LETTERS
from yingtai.collect.plan import PROPERTY, TRAIT
from yingtai.collect.reserved import is_reserved, shown_instead_of
from yingtai.kernel.money import currency_of, decimals_of
from yingtai.lake.api import MACHINE

IDENTIFIED = "Identified"
MOST_MINOR = 10**13
TEXTS = (
    "channel", "order_id", "product_id", "category", "page_path", "utm_source", "utm_medium", "utm_campaign",
    "utm_term", "utm_content",
)  # fmt: skip


class EventRows:
    """The shape `events`: every line is something that happened."""

    def __init__(self, setting: Setting) -> None:
        self._setting, self._occurrences = setting, Occurrences()

    def take(self, batch: Batch) -> RawSet | None:
        """Return the events of a batch."""
        setting, lines = self._setting, Lines(batch, self._setting)
        numbers = self._occurrences.number(batch.contents)
        fields = setting.mapping.fields
        names = lines.column("event.name", _name, needed=True)
        times = lines.column("event.occurred_at", setting.time(fields["event.occurred_at"]), needed=True)
        quantity = lines.column("event.quantity", setting.number())
        texts = {name: lines.column(f"event.{name}") for name in TEXTS}
        places, person = lines.place(), lines.person()
        money = _amounts(lines)
        properties = lines.open_fields(setting.mapping.properties, PROPERTY)
        traits = lines.open_fields(setting.mapping.traits, TRAIT)
        kept = np.flatnonzero(lines.is_in)
        if not len(kept) or names is None or times is None:
            return None
        events = _list(names, kept)
        for event in events:
            note_event(setting, event)
        known, extras = _halves(
            [
                split_properties(setting, event, _values(properties, row))
                for event, row in zip(events, kept.tolist(), strict=True)
            ]
        )
        columns: dict[str, Any] = {
            "kind": pa.repeat("track", len(kept)),
            "event": pa.array(events, pa.string()),
            "occurred_at": micros_array(_list(times, kept)),
            **{name: pa.array(_list(column, kept), pa.string()) for name, column in texts.items() if column},
            "properties": known,
            "extras": extras,
        }
        if columns.get("page_path") is not None:
            columns["page_path"] = pa.array(
                [_path(path) for path in columns["page_path"].to_pylist()], pa.string()
            )
        if quantity is not None:
            columns["quantity"] = pa.array([_float(value) for value in _list(quantity, kept)], pa.float64())
        if money is not None:
            columns["amount_minor"] = pa.array([money[0][row] for row in kept.tolist()], pa.int64())
            columns["currency"] = pa.array([money[1][row] for row in kept.tolist()], pa.string())
            _count_amounts(lines, kept, events, columns)
        columns |= _shared(setting, batch, kept, numbers, places, person, traits)
        setting.report.events += len(kept)
        return RawSet(pa.table(columns))


class ProfileRows:
    """The shape `profiles`: every line is a person, with identifiers, traits and what they agreed to."""

    def __init__(self, setting: Setting) -> None:
        self._setting, self._occurrences = setting, Occurrences()

    def take(self, batch: Batch) -> RawSet | None:
        """Return one `Identified` event per person of a batch, and their answers about consent."""
        setting, lines = self._setting, Lines(batch, self._setting)
        numbers = self._occurrences.number(batch.contents)
        field = setting.mapping.fields.get("profile.occurred_at")
        times = lines.column("profile.occurred_at", setting.time(field)) if field else None
        places, person = lines.place(), lines.person()
        nobody = np.ones(len(batch), dtype=bool)
        for column in person.values():
            nobody &= column.is_empty | column.is_problem
        lines.drop(nobody, None, LineNamesNobody)
        traits = lines.open_fields(setting.mapping.traits, TRAIT)
        properties = lines.open_fields(setting.mapping.properties, PROPERTY, IDENTIFIED)
        kept = np.flatnonzero(lines.is_in)
        if not len(kept):
            return None
        note_event(setting, IDENTIFIED, len(kept))
        now = int(setting.at.timestamp() * 1_000_000)
        moments = [
            now if when is None else when for when in (_list(times, kept) if times else [None] * len(kept))
        ]
        known, extras = _halves(
            [split_properties(setting, IDENTIFIED, _values(properties, row)) for row in kept.tolist()]
        )
        columns = {
            "kind": pa.repeat("identify", len(kept)),
            "event": pa.repeat(IDENTIFIED, len(kept)),
            "occurred_at": micros_array(moments),
            "properties": known,
            "extras": extras,
            # A program says it of people who did nothing: nobody was seen by a file.
            "device_class": pa.repeat(MACHINE, len(kept)),
        } | _shared(setting, batch, kept, numbers, places, person, traits)
        setting.report.people += len(kept)
        return RawSet(pa.table(columns), consents=_consents(lines, kept, moments))


def _shared(
    setting: Setting,
    batch: Batch,
    kept: np.ndarray,
    numbers: np.ndarray,
    places: Column | None,
    person: dict[str, Column],
    traits: dict[str, Column],
) -> dict[str, pa.Array]:
    hashes = [
        setting.hash_of(batch.contents[row].hex(), number)
        for row, number in zip(kept.tolist(), numbers[kept].tolist(), strict=True)
    ]
    nodes = _list(places, kept) if places else [None] * len(kept)
    known, private = _halves([split_traits(setting, _values(traits, row)) for row in kept.tolist()])
    return {
        "message_hash": pa.array(hashes, pa.binary(16)),
        "received_at": micros_array([int(setting.at.timestamp() * 1_000_000)] * len(kept)),
        "node_no": pa.array([setting.node_no if node is None else node for node in nodes], pa.int64()),
        "source_no": pa.array([setting.source_no] * len(kept), pa.int32()),
        **{name: pa.array(_list(column, kept), pa.string()) for name, column in person.items()},
        "traits": known,
        "private_traits": private,
    }


def _amounts(lines: Lines) -> tuple[list[int | None], list[str | None]] | None:
    """Return amounts in the smallest unit of each line's currency, and the currencies."""
    amounts = lines.column("event.amount", lines.setting.number())
    if amounts is None:
        return None
    own = lines.column("event.currency", read_currency)
    currencies = own.list() if own else [None] * len(lines.batch)
    currencies = [code or lines.setting.mapping.currency or None for code in currencies]
    minor: list[int | None] = []
    for amount, code in zip(amounts.list(), currencies, strict=True):
        minor.append(None if amount is None or code is None else to_minor(amount, code))
    lines.drop(
        np.array([value is not None and abs(value) > MOST_MINOR for value in minor]), amounts, NumberTooLarge
    )
    return minor, currencies


def _count_amounts(lines: Lines, kept: np.ndarray, events: list[str], columns: dict[str, Any]) -> None:
    names = np.array(events, dtype=object)
    is_order = np.isin(names, ("Order Completed", "Order Refunded"))
    minor = columns["amount_minor"].fill_null(0).to_numpy(zero_copy_only=False)
    minor = np.where(names == "Order Refunded", -np.abs(minor), minor)
    currencies = columns["currency"].fill_null("").to_numpy(zero_copy_only=False).astype(str)
    numbers = np.array(lines.batch.lines, dtype=np.int64)[kept]
    lines.setting.report.amounts.take(currencies[is_order], minor[is_order], numbers[is_order])


def _consents(lines: Lines, kept: np.ndarray, moments: list[int]) -> pa.Table | None:
    places = {row: place for place, row in enumerate(kept.tolist())}
    rows: list[tuple[int, str, str, bool, int]] = []
    now = int(lines.setting.at.timestamp() * 1_000_000)
    for consent in lines.setting.mapping.consents:
        answers = read_column(lines.batch, consent.answer, read_text)
        words = _words_of_answers(consent, answers)
        times = None
        if consent.at:
            times = read_column(lines.batch, consent.at, lines.setting.time(consent.at))
        for row, place in places.items():
            cell = answers.at(row)
            granted = _answer(consent, cell)
            if granted is None and cell:
                line = lines.batch.lines[row]
                kind = ANSWER if cell in words else OF_NOBODY
                lines.setting.report.note(line, answers.name, AnswerNotUnderstood, cell, kind)
            if granted is not None:
                when = times.at(row) if times else None
                if times and not _is_sure(times, row, now):
                    problem = ConsentTimeUnsure if granted else times.problems.get(times.codes[row])
                    if problem:
                        cell_of_time = times.cells[times.codes[row]]
                        lines.setting.report.note(lines.batch.lines[row], times.name, problem, cell_of_time)
                    # A no is never too early; a yes may be older than one.
                    if granted:
                        continue
                rows.append((place, consent.purpose, consent.channel, granted, when or moments[place]))
    if not rows:
        return None
    lines.setting.report.answers += len(rows)
    event_rows, purposes, channels, granted_all, at = (list(part) for part in zip(*rows, strict=True))
    return pa.table([event_rows, purposes, channels, granted_all, micros_array(at)], schema=CONSENT_COLUMNS)


def _words_of_answers(consent: ConsentColumn, answers: Column) -> frozenset[str]:
    """Return the cells that can only be answers in other words: those that stand more than once in a column mostly of
    answers. A name that slipped into one stands there once, and a column of names that was mistaken holds none."""
    codes, counts = np.unique(answers.codes[answers.codes >= 0], return_counts=True)
    cells = {answers.values[code]: count for code, count in zip(codes.tolist(), counts.tolist(), strict=True)}
    understood = sum(count for cell, count in cells.items() if _answer(consent, cell) is not None)
    if understood * 2 <= sum(cells.values()):
        return frozenset()
    return frozenset(cell for cell, count in cells.items() if count > 1)


def _is_sure(times: Column, row: int, now: int) -> bool:
    """Say whether a time of consent, if there is one, can be read and has come."""
    when = times.at(row)
    return times.codes[row] not in times.problems and (when is None or when <= now)


def _answer(consent: ConsentColumn, cell: str | None) -> bool | None:
    """Return what a cell says; a word that is neither yes nor no says nothing, and so does an empty cell."""
    word = (cell or "").strip().casefold()
    return True if word in consent.yes else False if word in consent.no else None


def to_minor(amount: Any, currency: str) -> int:
    """Return an amount in the currency's smallest unit, halves away from zero."""
    scaled = amount.scaleb(decimals_of(currency))
    return int(scaled.to_integral_value(rounding="ROUND_HALF_UP"))


def read_currency(text: str) -> str:
    """Return a currency's code, or refuse."""
    code = currency_of(text)
    if code is None:
        raise Unreadable(CurrencyNotKnown)
    return code


def _name(text: str) -> str:
    name = text[:NAME_LETTERS]
    if is_reserved(name):
        raise Unreadable(EventNameReserved)
    if shown_instead_of(name):
        raise Unreadable(EventNameIsTitle)
    return name


def _path(path: str | None) -> str | None:
    return path.partition("?")[0].partition("#")[0][:500] if path else None


def _float(value: Any) -> float | None:
    return None if value is None else float(value)


def _list(column: Column, kept: np.ndarray) -> list[Any]:
    values = column.list()
    return [values[row] for row in kept.tolist()]


def _values(columns: dict[str, Column], row: int) -> dict[str, Any]:
    found = {name: column.at(row) for name, column in columns.items()}
    return {name: value for name, value in found.items() if value is not None}


def _halves(pairs: list[tuple[str | None, str | None]]) -> tuple[pa.Array, pa.Array]:
    return pa.array([one for one, _ in pairs], pa.string()), pa.array([two for _, two in pairs], pa.string())
