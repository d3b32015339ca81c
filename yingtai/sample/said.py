"""What a shop's own code says of goods and orders: the properties of events, in the words of the tracking plan.

The bulk door takes them beside the columns; a message of an SDK carries nothing else, and the same columns are read
out of it.
"""

from typing import Any

import msgspec
import numpy as np
import pyarrow as pa

from yingtai.sample.behavior import CODE, EVENTS, Deeds
from yingtai.sample.goods import Goods

ORDERS = ("Order Completed", "Order Refunded")
OF_CARS = frozenset(
    ("Configuration Saved", "Lead Submitted", "Test Drive Booked", "Test Drive Completed", "Vehicle Delivered",
     "Service Completed")
)  # fmt: skip
"""Events whose declared words are those of car retail: they name a model; the others name a product."""
STORE = 1


def is_order(deeds: Deeds) -> np.ndarray:
    return np.isin(deeds.event, [CODE[name] for name in ORDERS])


def properties_of(goods: Goods, deeds: Deeds, extra: np.ndarray, order_ids: list[str]) -> pa.Array:
    """Return the properties of each event as JSON; null where there are none.

    In: extra      the second product of an order, or -1
        order_ids  of the orders among the deeds, in their order
    """
    orders = is_order(deeds)
    named = (deeds.product >= 0) & ~orders
    events = deeds.event.astype(np.int64) * 2 + (deeds.place == STORE)
    kinds = events * len(goods.ids) + np.maximum(deeds.product, 0)
    found, places = np.unique(kinds[named], return_inverse=True)
    said = [_of_product(goods, *divmod(kind, len(goods.ids))) for kind in found.tolist()]
    # Several events say the same; each text stands in the dictionary once.
    texts = sorted(set(said))
    codes = np.full(len(deeds), -1, np.int32)
    codes[named] = np.searchsorted(texts, said)[places]
    codes[orders] = len(texts) + np.arange(len(order_ids))
    texts += _of_orders(goods, deeds.take(np.flatnonzero(orders)), extra[orders], order_ids)
    return pa.DictionaryArray.from_arrays(pa.array(codes, mask=codes < 0), pa.array(texts, pa.string()))


def _of_product(goods: Goods, kind: int, product: int) -> str:
    event, is_store = EVENTS[kind // 2], kind % 2 == STORE
    said: dict[str, Any] = _product(goods, product)
    if event not in OF_CARS:
        said["name"] = goods.names[product]
    elif product < goods.car_count:
        said["model"] = goods.names[product]
    if event == "Service Completed":
        said |= {"total": int(goods.service_fees[product]) / 100, "currency": goods.brand.currency}
    return _text(said, is_store=is_store)


def _of_orders(goods: Goods, orders: Deeds, extra: np.ndarray, order_ids: list[str]) -> list[str]:
    rows = zip(
        order_ids, orders.product.tolist(), extra.tolist(), orders.amount.tolist(), orders.place.tolist(),
        strict=True,
    )  # fmt: skip
    prices, currency = goods.prices.tolist(), goods.brand.currency
    texts = []
    for order_id, product, second, amount, place in rows:
        lines = [_line(goods, product, abs(amount))]
        if second >= 0:
            lines.append(_line(goods, second, prices[second]))
            amount += prices[second]
        said = {"order_id": order_id, "total": amount / 100, "currency": currency, "quantity": 1}
        said |= _product(goods, product) | {"products": lines}
        texts.append(_text(said, is_store=place == STORE))
    return texts


def _line(goods: Goods, product: int, price_minor: int) -> dict[str, Any]:
    return _product(goods, product) | {"quantity": 1, "price": price_minor / 100}


def _product(goods: Goods, product: int) -> dict[str, Any]:
    return {"product_id": goods.ids[product], "category": goods.categories[product]}


def _text(said: dict[str, Any], *, is_store: bool) -> str:
    return msgspec.json.encode(said | {"channel": "store"} if is_store else said).decode()
