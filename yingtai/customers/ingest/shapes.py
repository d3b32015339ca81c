"""Events of one name with the same properties of the same types are read alike: the reading is worked out once."""

from collections import Counter
from collections.abc import Mapping
from typing import Any

import msgspec

from yingtai.collect.api import Plan, Split
from yingtai.customers.ingest.columns import Columns
from yingtai.customers.ingest.commerce import LIFTED, LONGEST_TEXT, MINDED, TEXTS, lift, lines_of

SeenName = tuple[int, str, str, str]
Values = Mapping[str, Any]

RETURNS = frozenset(("Order Refunded", "Order Cancelled"))
PLAIN = frozenset((str, int, float, bool, type(None)))
ALL: frozenset[str] = frozenset()

encode = msgspec.json.Encoder().encode


class Shape:
    """What the plan says of one shape: which names may be known, which stay sealed, which nobody declared.

    is_plain is False when the answer depends on the values themselves: lists, objects, numbers with a point.
    """

    __slots__ = ("count", "is_plain", "known", "lifted", "private", "texts", "unseen")

    def __init__(self, values: Values, split: Split, *, is_plain: bool) -> None:
        self.is_plain = is_plain
        self.known = None if len(split.l2) == len(values) else tuple(split.l2)
        self.private = tuple(name for name in split.private if name not in LIFTED)
        self.unseen = tuple(name for name in split.unseen if name not in LIFTED)
        self.lifted = not LIFTED.isdisjoint(values)
        self.texts = _texts_only(values) if self.lifted else None
        self.count = 0


def _texts_only(values: Values) -> tuple[tuple[str, str], ...] | None:
    """Return (property, column) when nothing but texts is lifted, for which copying is all there is to do."""
    found: dict[str, str] = {}
    for name, value in values.items():
        if name in TEXTS and isinstance(value, str):
            found.setdefault(TEXTS[name], name)
        elif name in LIFTED and name not in MINDED:
            return None
    return tuple((name, column) for column, name in found.items())


class Properties:
    """Writes the properties of events into columns: what may be known, what stays sealed, orders and money."""

    def __init__(self, columns: Columns, plan: Plan, brand_no: int, currency: str) -> None:
        self._plan, self._brand_no, self._currency = plan, brand_no, currency
        self._columns = columns
        self._known, self._extras = columns.sparse("properties"), columns.sparse("extras")
        self._shapes: dict[tuple[Any, ...], Shape] = {}
        self._seen: Counter[SeenName] = Counter()

    def add(self, row: int, values: dict[str, Any], event: str, *, is_lifted: bool = True) -> None:
        key = (event, *values, *map(type, values.values()))
        shape = self._shapes.get(key)
        if shape is None:
            shape = self._shapes[key] = self._shape(values, event)
        shape.count += 1
        if is_lifted and shape.lifted:
            self._lift(row, shape, values, event)
        if not shape.is_plain:
            self._split(row, values, event)
            return
        if shape.known is None:
            self._known[row] = encode(values)
        elif shape.known:
            self._known[row] = encode({name: values[name] for name in shape.known})
        if shape.private:
            self._extras[row] = encode({name: values[name] for name in shape.private})

    def seen(self) -> Counter[SeenName]:
        """Return how often names came that nobody declared."""
        for key, shape in self._shapes.items():
            if shape.is_plain:
                for name in shape.unseen:
                    self._seen[self._brand_no, "property", key[0], name] += shape.count
        return self._seen

    def _shape(self, values: dict[str, Any], event: str) -> Shape:
        is_plain = all(type(value) in PLAIN for value in values.values())
        split = self._plan.split(values, event)
        # A whole number may be sent as 3.0, and 3.5 may not: then every value has to be looked at.
        is_plain = is_plain and not any(
            type(value) is float and name in split.private for name, value in values.items()
        )
        return Shape(values, split, is_plain=is_plain)

    def _split(self, row: int, values: dict[str, Any], event: str) -> None:
        split = self._plan.split(values, event)
        extras = {name: value for name, value in split.private.items() if name not in LIFTED}
        if split.l2:
            self._known[row] = encode(split.l2)
        if extras:
            self._extras[row] = encode(extras)
        for name in split.unseen:
            if name not in LIFTED:
                self._seen[self._brand_no, "property", event, name] += 1

    def _lift(self, row: int, shape: Shape, values: dict[str, Any], event: str) -> None:
        lists = self._columns.lists
        if shape.texts is not None:
            for name, column in shape.texts:
                lists[column][row] = values[name][:LONGEST_TEXT] or None
            for name in MINDED:
                if name in values:
                    lists[name][row] = MINDED[name](values[name])
            return
        facts = lift(values, self._currency)
        for name, value in facts.items():
            lists[name][row] = value
        if "products" in values:
            sign = -1 if event in RETURNS else 1
            self._columns.lines += [
                (row, *line) for line in lines_of(values, facts, self._currency, sign=sign)
            ]
