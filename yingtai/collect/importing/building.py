"""A file on its way in: opened, read batch by batch, turned into sets of events, with its report."""

from collections.abc import Callable, Iterator
from typing import BinaryIO

import pyarrow as pa

from yingtai.collect.eventset import RawSet
from yingtai.collect.importing.mapping import ORDER_LINES, PROFILES
from yingtai.collect.importing.opening import Origin
from yingtai.collect.importing.orders import OrderLines
from yingtai.collect.importing.parts import Setting
from yingtai.collect.importing.reading import Batch, Table, open_table
from yingtai.collect.importing.reporting import Report
from yingtai.collect.importing.rows import EventRows, ProfileRows
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

        Raises: ColumnNotInFile, FileDamaged, FileTooLarge
        """
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

    def _batches(self, told: Told) -> Iterator[Batch]:
        for batch in self._table.batches(self.setting.mapping.columns(), self._refuse):
            self.report.rows += len(batch)
            yield batch
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
