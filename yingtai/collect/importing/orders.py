"""One line of the file is one line of an order: lines are gathered by order, wherever in the file they stand.

A line costs about a hundred bytes of memory until the file has been read to its end.
"""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import numpy as np
import pyarrow as pa

from yingtai.collect.errors import NumberTooLarge, QuantityIsZero
from yingtai.collect.eventset import LINE_COLUMNS, RawSet
from yingtai.collect.importing.fields import EMPTY, Column, read_order_number
from yingtai.collect.importing.parts import (
    Lines,
    Setting,
    micros_array,
    note_event,
    split_properties,
    split_traits,
)
from yingtai.collect.importing.rows import MOST_MINOR, read_currency, to_minor
from yingtai.collect.importing.table import Batch
from yingtai.collect.plan import PROPERTY, TRAIT

COMPLETED, REFUNDED = "Order Completed", "Order Refunded"
LINES_PER_SET = 200_000
TEXT = pa.string()
PRODUCTS = pa.schema(
    [
        ("product_id", TEXT),
        ("name", TEXT),
        ("category", TEXT),
        ("price_minor", pa.int64()),
        ("currency", TEXT),
    ]
)
FAR = np.iinfo(np.int64).max


class Words:
    """Distinct values of one column across batches, so that a line keeps a number for each."""

    def __init__(self) -> None:
        self.values: list[Any] = []
        self._places: dict[Any, int] = {}

    def codes_of(self, column: Column) -> np.ndarray:
        places = [
            EMPTY if value is None or place in column.problems else self._place(value)
            for place, value in enumerate(column.values)
        ]
        codes: np.ndarray = np.array([*places, EMPTY], dtype=np.int64)[column.codes]
        return codes

    def _place(self, value: Any) -> int:
        place = self._places.setdefault(value, len(self.values))
        if place == len(self.values):
            self.values.append(value)
        return place

    def at(self, code: int) -> Any:
        return None if code == EMPTY else self.values[code]


class OrderLines:
    """The shape `order-lines`."""

    def __init__(self, setting: Setting) -> None:
        self._setting = setting
        self._words: dict[str, Words] = {}
        self._parts: dict[str, list[np.ndarray]] = {}
        self.products: pa.Table | None = None
        """What was sold: most usual name, category and latest price of each product; known after `sets`."""

    def take(self, batch: Batch) -> None:
        """Keep the lines of a batch."""
        setting, lines = self._setting, Lines(batch, self._setting)
        fields = setting.mapping.fields
        columns: dict[str, Column | None] = {
            "order": lines.column("order.id", read_order_number, needed=True),
            "time": lines.column("order.occurred_at", setting.time(fields["order.occurred_at"]), needed=True),
            "quantity": lines.column("line.quantity", setting.number(), needed=True),
            "price": lines.column("line.unit_price", setting.number(), needed=True),
            "amount": lines.column("line.amount", setting.number(), needed=True),
            "currency": lines.column("order.currency", read_currency),
            "place": lines.place(),
            **{name: lines.column(f"line.{name}") for name in ("product_id", "product_name", "category")},
            "channel": lines.column("order.channel"),
            **lines.person(),
        }
        event_properties = lines.open_fields(setting.mapping.properties, PROPERTY, COMPLETED)
        columns |= {f"p {name}": column for name, column in event_properties.items()}
        traits = lines.open_fields(setting.mapping.traits, TRAIT)
        columns |= {f"t {name}": column for name, column in traits.items()}
        codes = {
            name: self._words.setdefault(name, Words()).codes_of(column)
            for name, column in columns.items()
            if column is not None
        }
        codes["line"] = np.array(batch.lines, dtype=np.int64)
        codes["minor"] = self._minor(codes, lines, columns["price"] or columns["amount"])
        self._drop_nothing(codes, lines, columns["quantity"])
        for name, column_codes in codes.items():
            self._parts.setdefault(name, []).append(column_codes[lines.is_in])

    def _minor(self, codes: dict[str, np.ndarray], lines: Lines, column: Column | None) -> np.ndarray:
        """Return the amount of each line; each distinct price × quantity is reckoned once, exactly."""
        names = [name for name in ("quantity", "price", "amount", "currency") if name in codes]
        if "price" not in codes:
            names.remove("quantity")
        keys = np.stack([codes[name] for name in names], axis=1)
        distinct, inverse = np.unique(keys, axis=0, return_inverse=True)
        minor = []
        for key in distinct.tolist():
            found: dict[str, Any] = {
                name: self._words[name].at(code) for name, code in zip(names, key, strict=True)
            }
            minor.append(_line_minor(found, self._setting.mapping.currency))
        amounts = np.array(minor, dtype=np.int64)[inverse.reshape(-1)]
        lines.drop(np.abs(amounts) > MOST_MINOR, column, NumberTooLarge)
        return amounts

    def _drop_nothing(self, codes: dict[str, np.ndarray], lines: Lines, column: Column | None) -> None:
        """Refuse a quantity of 0, unless the line has an amount of its own: shipping, say."""
        if "quantity" not in codes:
            return
        nothing = [code for code, value in enumerate(self._words["quantity"].values) if value == 0]
        lines.drop(np.isin(codes["quantity"], nothing) & (codes["minor"] == 0), column, QuantityIsZero)

    def sets(self) -> Iterator[RawSet]:
        """Return the orders in the order of their first lines, in sets of about 200,000 lines."""
        if not self._parts or not sum(len(part) for part in self._parts["order"]):
            return
        data = {name: np.concatenate(parts) for name, parts in self._parts.items()}
        self._parts.clear()
        order = np.argsort(data["order"], kind="stable")
        data = {name: values[order] for name, values in data.items()}
        starts = np.flatnonzero(np.concatenate(([True], data["order"][1:] != data["order"][:-1])))
        ends = np.append(starts[1:], len(order))
        self.products = self._find_products(data)
        first = 0
        while first < len(starts):
            after = int(np.searchsorted(ends, starts[first] + LINES_PER_SET, side="right"))
            after = max(after, first + 1)
            part = slice(int(starts[first]), int(ends[after - 1]))
            yield self._set(
                {name: values[part] for name, values in data.items()}, starts[first:after] - part.start
            )
            first = after

    def _set(self, data: dict[str, np.ndarray], starts: np.ndarray) -> RawSet:
        setting = self._setting
        widths = np.diff(np.append(starts, len(data["order"])))
        event_rows = np.repeat(np.arange(len(starts)), widths)
        firsts = {
            name: _first_in_group(values, starts)
            for name, values in data.items()
            if name not in ("minor", "line")
        }
        ids = [self._words["order"].values[code] for code in data["order"][starts].tolist()]
        quantity = self._floats("quantity", data["quantity"])
        is_refund = self._refunds(ids, np.add.reduceat(quantity, starts))
        # Some files write what came back without the minus.
        sign = np.where(is_refund & (np.add.reduceat(quantity, starts) > 0), -1, 1)
        quantity, minor = quantity * sign[event_rows], data["minor"] * sign[event_rows]
        times = self._numbers("time", data["time"])
        names = np.where(is_refund, REFUNDED, COMPLETED).tolist()
        moments = np.minimum.reduceat(times, starts)
        amounts = np.add.reduceat(minor, starts)
        currency = self._column("currency", firsts, len(ids)) or [None] * len(ids)
        currency = [code or setting.mapping.currency for code in currency]
        nodes = self._column("place", firsts, len(ids)) or [None] * len(ids)
        columns: dict[str, Any] = {
            "message_hash": pa.array(self._keys(ids, is_refund, moments, amounts), pa.binary(16)),
            "kind": pa.repeat("track", len(ids)),
            "event": pa.array(names, pa.string()),
            "occurred_at": micros_array(moments),
            "received_at": micros_array([int(setting.at.timestamp() * 1_000_000)] * len(ids)),
            "node_no": pa.array([setting.node_no if node is None else node for node in nodes], pa.int64()),
            "source_no": pa.array([setting.source_no] * len(ids), pa.int32()),
            "order_id": pa.array(ids, pa.string()),
            "quantity": pa.array(np.add.reduceat(quantity, starts)),
            "amount_minor": pa.array(amounts, pa.int64()),
            "currency": pa.array(currency, pa.string()),
            "channel": pa.array(self._column("channel", firsts, len(ids)) or [None] * len(ids), pa.string()),
        }
        for name in [name for name in data if name.startswith("id_")]:
            columns[name] = pa.array(self._column(name, firsts, len(ids)), pa.string())
        columns |= self._halves(names, firsts)
        setting.report.orders += int((~is_refund).sum())
        setting.report.refunds += int(is_refund.sum())
        setting.report.lines += len(event_rows)
        setting.report.amounts.take(
            np.array(currency, dtype=object)[event_rows].astype(str), minor, data["line"]
        )
        for name in (COMPLETED, REFUNDED):
            if name in names:
                note_event(setting, name, names.count(name))
        return RawSet(pa.table(columns), self._lines(data, event_rows, starts, quantity, minor, currency))

    def _keys(
        self, ids: list[str], is_refund: np.ndarray, moments: np.ndarray, amounts: np.ndarray
    ) -> list[bytes]:
        """Return what each order is known by: its number. What came back under the number of its order, known by no
        number of its own, is known by when and how much as well."""
        if self._setting.mapping.refund_prefix:
            is_refund = np.zeros(len(ids), bool)
        return [
            self._setting.hash_of("refund", order_id, at, amount)
            if back
            else self._setting.hash_of("order", order_id)
            for order_id, back, at, amount in zip(
                ids, is_refund.tolist(), moments.tolist(), amounts.tolist(), strict=True
            )
        ]

    def _lines(
        self,
        data: dict[str, np.ndarray],
        event_rows: np.ndarray,
        starts: np.ndarray,
        quantity: np.ndarray,
        minor: np.ndarray,
        currency: list[str],
    ) -> pa.Table:
        count = len(event_rows)
        return pa.table(
            [
                pa.array(event_rows, pa.int64()),
                pa.array(np.arange(count) - starts[event_rows] + 1, pa.int32()),
                self._text("product_id", data, count),
                self._text("category", data, count),
                pa.array(quantity, pa.float64()),
                pa.array(minor, pa.int64()),
                pa.array(currency, pa.string()).take(pa.array(event_rows)),
            ],
            schema=LINE_COLUMNS,
        )

    def _halves(self, events: list[str], firsts: dict[str, np.ndarray]) -> dict[str, pa.Array]:
        setting = self._setting
        pairs = []
        for row, event in enumerate(events):
            known = split_properties(setting, event, self._values("p ", firsts, row))
            pairs.append(known + split_traits(setting, self._values("t ", firsts, row)))
        titles = ("properties", "extras", "traits", "private_traits")
        return {
            title: pa.array(list(half), pa.string())
            for title, half in zip(titles, zip(*pairs, strict=True), strict=True)
        }

    def _values(self, before: str, firsts: dict[str, np.ndarray], row: int) -> dict[str, Any]:
        found = {
            name.removeprefix(before): self._words[name].at(int(codes[row]))
            for name, codes in firsts.items()
            if name.startswith(before)
        }
        return {name: value for name, value in found.items() if value is not None}

    def _refunds(self, ids: list[str], quantities: np.ndarray) -> np.ndarray:
        prefix = self._setting.mapping.refund_prefix.casefold()
        if prefix:
            return np.array([order_id.casefold().startswith(prefix) for order_id in ids])
        return quantities < 0

    def _column(self, name: str, firsts: dict[str, np.ndarray], count: int) -> list[Any] | None:
        if name not in firsts:
            return None
        return [self._words[name].at(code) for code in firsts[name].tolist()]

    def _text(self, name: str, data: dict[str, np.ndarray], count: int) -> pa.Array:
        if name not in data:
            return pa.nulls(count, pa.string())
        values = pa.array(self._words[name].values, pa.string())
        codes = data[name]
        return values.take(pa.array(codes, mask=codes == EMPTY))

    def _floats(self, name: str, codes: np.ndarray) -> np.ndarray:
        found: np.ndarray = np.array([float(value) for value in self._words[name].values])[codes]
        return found

    def _numbers(self, name: str, codes: np.ndarray) -> np.ndarray:
        found: np.ndarray = np.array(self._words[name].values, dtype=np.int64)[codes]
        return found

    def _find_products(self, data: dict[str, np.ndarray]) -> pa.Table | None:
        if "product_id" not in data:
            return None
        # Names on lines without a price are notes of the warehouse as often as not: "damaged", "?".
        is_sale = (data["minor"] > 0) & (data["product_id"] != EMPTY)
        sold = {name: values[is_sale] for name, values in data.items()}
        codes = np.unique(data["product_id"][data["product_id"] != EMPTY])
        names = _most_usual(sold["product_id"], sold["product_name"]) if "product_name" in sold else {}
        categories = _most_usual(sold["product_id"], sold["category"]) if "category" in sold else {}
        prices = self._latest_prices(sold)
        columns = [
            [self._words["product_id"].values[code] for code in codes.tolist()],
            [
                self._words["product_name"].at(names.get(code, EMPTY)) if names else None
                for code in codes.tolist()
            ],
            [
                self._words["category"].at(categories.get(code, EMPTY)) if categories else None
                for code in codes.tolist()
            ],
            [prices.get(code) for code in codes.tolist()],
            [self._setting.mapping.currency or None] * len(codes),
        ]
        return pa.table(columns, schema=PRODUCTS)

    def _latest_prices(self, sold: dict[str, np.ndarray]) -> dict[int, int]:
        if "price" not in sold or not self._setting.mapping.currency:
            return {}
        order = np.argsort(self._numbers("time", sold["time"]), kind="stable")
        latest = dict(zip(sold["product_id"][order].tolist(), sold["price"][order].tolist(), strict=True))
        prices = self._words["price"].values
        return {
            code: to_minor(prices[price], self._setting.mapping.currency) for code, price in latest.items()
        }


def _line_minor(found: dict[str, Any], currency: str) -> int:
    code = found.get("currency") or currency
    if "price" in found:
        if found["price"] is None or found["quantity"] is None:
            return 0
        amount: Decimal = found["price"] * found["quantity"]
    else:
        amount = found["amount"]
    if amount is None:
        return 0
    minor = to_minor(amount, code)
    return minor if abs(minor) <= MOST_MINOR else MOST_MINOR + 1


def _first_in_group(codes: np.ndarray, starts: np.ndarray) -> np.ndarray:
    """Return for each group the first code that is not empty."""
    places = np.where(codes == EMPTY, FAR, np.arange(len(codes)))
    first = np.minimum.reduceat(places, starts)
    return np.where(first == FAR, EMPTY, codes[np.minimum(first, len(codes) - 1)])


def _most_usual(products: np.ndarray, names: np.ndarray) -> dict[int, int]:
    """Return the name each product has most often."""
    named = names != EMPTY
    pairs, counts = np.unique(np.stack([products[named], names[named]], axis=1), axis=0, return_counts=True)
    order = np.argsort(counts, kind="stable")
    return dict(pairs[order].tolist())
