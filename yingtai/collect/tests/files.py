"""Files and settings for the importer's tests, without a database."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from yingtai.collect.importing.building import FileImport
from yingtai.collect.importing.mapping import mapping_of
from yingtai.collect.importing.opening import Origin
from yingtai.collect.importing.parts import Setting
from yingtai.collect.plan import Plan
from yingtai.collect.presets import commerce

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
NODE = 1 << 40

ORDERS: dict[str, Any] = {
    "shape": "order-lines",
    "source": "Shop",
    "time_zone": "Europe/London",
    "currency": "GBP",
    "order": {"id": "no", "occurred_at": "at"},
    "refunds": {"prefix": "C"},
    "line": {"product_id": "code", "quantity": "qty", "unit_price": "price"},
    "person": {"user_id": {"column": "who", "clean": "whole-number"}},
    "properties": {"country": "country", "note": "note"},
}
PEOPLE: dict[str, Any] = {
    "shape": "profiles",
    "source": "Book",
    "time_zone": "Asia/Shanghai",
    "person": {"email": "email", "phone": "phone"},
    "traits": {"name": "name", "city": "city"},
}
EVENTS: dict[str, Any] = {
    "shape": "events",
    "source": "Web",
    "time_zone": "Asia/Shanghai",
    "currency": "CNY",
    "event": {"name": "action", "occurred_at": "at", "amount": "amount"},
    "person": {"user_id": "who"},
    "properties": {"coupon": "coupon"},
}
ORDER_HEADER = "no,at,code,qty,price,who,country,note\n"


def open_bytes(
    data: bytes, document: Mapping[str, Any], *, places: Mapping[str, int] | None = None
) -> FileImport:
    """Open bytes as a file, against the commerce plan."""
    setting = Setting(
        mapping=mapping_of(document), source_no=7, node_no=NODE, at=NOW, plan=Plan(1, list(commerce())),
        key=b"k" * 16, places=places or {},
    )  # fmt: skip
    return FileImport(Origin.of_bytes(data), setting)


def read(
    data: bytes | str, document: Mapping[str, Any], **options: Any
) -> tuple[list[dict[str, Any]], FileImport]:
    """Return the events of a file as rows, and the import with its report."""
    opened = open_bytes(data.encode() if isinstance(data, str) else data, document, **options)
    rows: list[dict[str, Any]] = []
    for made in opened.sets():
        rows += made.events.to_pylist()
    return rows, opened


def lines_of(data: str, document: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the order lines of a file."""
    made = list(open_bytes(data.encode(), document).sets())
    return [row for one in made for row in one.lines.to_pylist()]
