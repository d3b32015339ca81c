"""What every shop means by its usual properties: orders, products, money, in the words of Segment's
e-commerce specification."""

from decimal import ROUND_HALF_UP, Decimal
from typing import Any, NamedTuple

from yingtai.kernel.money import CURRENCIES, currency_of, decimals_of, read_amount

AMOUNTS = ("total", "revenue", "value")
PRODUCT_IDS = ("product_id", "productId", "sku")
TEXTS = {
    "order_id": "order_id",
    "orderId": "order_id",
    "product_id": "product_id",
    "productId": "product_id",
    "sku": "product_id",
    "category": "category",
    "channel": "channel",
}
LIFTED = frozenset((*TEXTS, *AMOUNTS, "quantity", "currency", "products"))
"""Properties that have a column of their own in the lake, so they need no declaration."""

MILS = frozenset(one for one in CURRENCIES if decimals_of(one) == 3)
LONGEST_TEXT = 200
MOST_LINES = 1_000

MOST_MONEY = Decimal(2**53) / 1000

Facts = dict[str, Any]
"""Column → value, only those that the properties say."""


class Line(NamedTuple):
    """One line of an order, as it will lie in the lake."""

    line_no: int
    product_id: str | None
    category: str | None
    quantity: float | None
    amount_minor: int | None
    currency: str | None


def lift(properties: dict[str, Any], currency: str) -> Facts:
    """Return what the usual properties say; `currency` is the brand's, for amounts that do not name theirs. An amount
    in a currency that nobody pays with says nothing."""
    facts: Facts = {}
    for name, value in properties.items():
        if name in TEXTS:
            text = _text(value)
            if text is not None:
                facts.setdefault(TEXTS[name], text)
        elif name == "quantity":
            number = _number(value)
            if number is not None:
                facts["quantity"] = number
        elif name == "currency":
            code = currency_of(value)
            if code is not None:
                facts["currency"] = code
    if _is_no_money(properties):
        return facts
    for name in AMOUNTS:
        if name in properties:
            amount = read_amount(properties[name])
            if amount is not None:
                return _with_amount(facts, amount, currency)
    price = read_amount(properties.get("price"))
    if price is not None and "quantity" in facts:
        return _with_amount(facts, price * Decimal(str(facts["quantity"])), currency)
    return facts


def _with_amount(facts: Facts, amount: Decimal, currency: str) -> Facts:
    code = facts.setdefault("currency", currency or None) or ""
    facts["amount_minor"] = minor(amount, code)
    return facts


def lines_of(properties: dict[str, Any], facts: Facts, currency: str, *, sign: int) -> list[Line]:
    """Return the lines of an order event; returns count negative."""
    products = properties.get("products")
    if not isinstance(products, list) or "order_id" not in facts:
        return []
    code = facts.get("currency") or currency or None
    has_amounts = not _is_no_money(properties)
    return [
        _line(place, product, code if has_amounts else None, sign, has_amount=has_amounts)
        for place, product in enumerate(products[:MOST_LINES], start=1)
        if isinstance(product, dict)
    ]


def minor(amount: Decimal, currency: str) -> int | None:
    """Return an amount in the currency's smallest unit, halves rounded up as shops do; None when it is beyond any
    money."""
    scaled = (
        amount.scaleb(decimals_of(currency)).quantize(Decimal(1), ROUND_HALF_UP)
        if abs(amount) < MOST_MONEY
        else None
    )
    return None if scaled is None else int(scaled)


def _is_no_money(properties: dict[str, Any]) -> bool:
    return bool(properties.get("currency")) and currency_of(properties["currency"]) is None


def _line(place: int, product: dict[str, Any], currency: str | None, sign: int, *, has_amount: bool) -> Line:
    quantity = _number(product.get("quantity"))
    quantity = 1.0 if quantity is None else quantity
    price = read_amount(product.get("price")) if has_amount else None
    amount = None if price is None else minor(price * Decimal(str(quantity)), currency or "")
    texts = (_text(product.get(name)) for name in PRODUCT_IDS)
    return Line(
        place,
        next((text for text in texts if text), None),
        _text(product.get("category")),
        sign * quantity,
        None if amount is None else sign * amount,
        currency,
    )


def _text(value: object) -> str | None:
    if isinstance(value, str):
        return value[:LONGEST_TEXT] or None
    if isinstance(value, float) and value.is_integer() and abs(value) < 2**53:
        # A number that went through a spreadsheet or a dataframe: order 1001.0 is order 1001.
        return str(int(value))
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else None


def _number(value: object) -> float | None:
    if type(value) is float or type(value) is int:
        number = float(value) if -(2**63) < value < 2**63 else float("nan")
    elif isinstance(value, str):
        try:
            number = float(value)
        except ValueError:
            return None
    else:
        return None
    return number if number - number == 0 else None


MINDED = {"quantity": _number, "currency": currency_of}
"""Properties that stand on their own: a column each, whatever else there is."""
