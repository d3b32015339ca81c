"""A file on its way in: opened, read batch by batch, turned into sets of events, with its report."""

from collections.abc import Callable, Iterator
from typing import BinaryIO

import numpy as np
import pyarrow as pa

from yingtai.collect.errors import FileGivenUp, IdentifierOfACrowd, QuoteNotClosed
from yingtai.collect.eventset import RawSet
from yingtai.collect.importing.mapping import ORDER_LINES, PROFILES
from yingtai.collect.importing.opening import Origin
from yingtai.collect.importing.orders import OrderLines
from yingtai.collect.importing.parts import KIND_OF, Setting
from yingtai.collect.importing.reading import open_table
from yingtai.collect.importing.reporting import KINDS, Report
from yingtai.collect.importing.rows import EventRows, ProfileRows
from yingtai.collect.importing.table import Batch, Table, refuse_hopeless
from yingtai.collect.placeholders import NOBODY, hold_back
from yingtai.kernel.errors import ProductError

Told = Callable[[int], None]
"""Told after each batch how many bytes of the file are read."""


class FileImport:
    """One run through one file. `sets` reads it; then `report`, `products` and `names` are complete."""

    def __init__(self, origin: Origin, setting: Setting) -> None:
        self.setting, self.size_bytes = setting, origin.size_bytes
        self.products: pa.Table | None = None
        self._opened: list[BinaryIO] = []
        self._table: Table = open_table(
            Origin(self._watched(origin), origin.size_bytes), setting.mapping.file
        )

    @property
    def report(self) -> Report:
        return self.setting.report

    def sets(self, told: Told = lambda _: None) -> Iterator[RawSet]:
        """Return the file's events in sets; call it once.

        Raises: ColumnNotInFile, FileDamaged, FileGivenUp, FileMostlyEmpty, FileTooLarge
        """
        try:
            for made in self._made(told):
                self._count_crowds(made)
                self._count_erased(made)
                yield made
        except FileGivenUp:
            self.report.is_given_up = True
            raise

    def _made(self, told: Told) -> Iterator[RawSet]:
        if self.setting.mapping.shape == ORDER_LINES:
            yield from self._order_sets(told)
            return
        rows = (ProfileRows if self.setting.mapping.shape == PROFILES else EventRows)(self.setting)
        for batch in self._batches(told):
            if made := rows.take(batch):
                yield made

    def _order_sets(self, told: Told) -> Iterator[RawSet]:
        orders = OrderLines(self.setting)
        for batch in self._batches(told):
            orders.take(batch)
        yield from orders.sets()
        self.products = orders.products
        self.report.products = len(orders.products) if orders.products is not None else 0

    def _count_crowds(self, made: RawSet) -> None:
        """Say which identifiers the load leaves out of a set because several people of it share them."""
        fields = self.setting.mapping.fields
        columns = {
            KIND_OF.get(name, name): field.column
            for key, field in fields.items()
            for section, _, name in [key.partition(".")]
            if section == "person"
        }
        if not columns:
            return
        held = {kind: made.events[f"id_{kind}"].combine_chunks().dictionary_encode() for kind in columns}
        rows = np.stack([one.indices.fill_null(NOBODY).to_numpy() for one in held.values()], axis=1)
        before = rows.copy()
        hold_back(rows, list(columns))
        for place, (kind, column) in enumerate(columns.items()):
            codes, counts = np.unique(before[before[:, place] != rows[:, place], place], return_counts=True)
            for code, count in zip(codes.tolist(), counts.tolist(), strict=True):
                value = held[kind].dictionary[code].as_py()
                self.report.leave_out(column, IdentifierOfACrowd, value, KINDS.get(kind, "text"), count)
            if len(codes):
                self.report.noted[IdentifierOfACrowd.code] += int(counts.sum())

    def _count_erased(self, made: RawSet) -> None:
        """Count the lines of people who were erased: they come in as somebody new, without what they said before."""
        if self.setting.erased is None:
            return
        of_erased = np.zeros(len(made.events), dtype=bool)
        for name in made.events.column_names:
            if name.startswith("id_"):
                held = made.events[name].combine_chunks().dictionary_encode()
                known = self.setting.erased(name.removeprefix("id_"), held.dictionary.to_pylist())
                places = held.indices.fill_null(NOBODY).to_numpy()
                of_erased |= (places != NOBODY) & np.append(known, False)[places]
        lines = of_erased if made.lines is None else of_erased[made.lines["event_row"].to_numpy()]
        self.report.erased += int(lines.sum())

    def _batches(self, told: Told) -> Iterator[Batch]:
        for batch in self._table.batches(self.setting.mapping.columns(), self._refuse):
            self.report.rows += len(batch)
            yield batch
            rejected = self.report.rejected
            refuse_hopeless(rejected.total(), self.report.rows, swallowed=rejected[QuoteNotClosed.code])
            told(self._position())
        told(self.size_bytes)

    def _refuse(self, line: int, column: str, reason: type[ProductError], value: str) -> None:
        self.report.rows += 1
        self.report.reject(line, column, reason, value)

    def _watched(self, origin: Origin) -> Callable[[], BinaryIO]:
        def opened() -> BinaryIO:
            self._opened[:] = [origin.open()]
            return self._opened[0]

        return opened

    def _position(self) -> int:
        stream = self._opened[0] if self._opened else None
        return self.size_bytes if stream is None or stream.closed else stream.tell()
