"""What every shop means by its usual properties: orders, products, money, in the words of Segment's
e-commerce specification."""

import re
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, NamedTuple

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

NO_CENTS = frozenset(("JPY", "KRW", "VND", "CLP", "ISK", "XAF", "XOF", "PYG", "UGX"))
MILS = frozenset(("KWD", "BHD", "OMR", "JOD", "TND", "IQD", "LYD"))
LONGEST_TEXT = 200
MOST_LINES = 1_000

MOST_MONEY = Decimal(2**53) / 1000
AROUND_MONEY = re.compile(r"^[\s¥￥$€£₩₹]+|[\s元¥￥$€£₩₹]+$|^[A-Za-z]{3}\s+|\s*[A-Za-z]{3}$")
GROUPED = re.compile(r"[+-]?\d{1,3}(?:,\d{3})+(?:\.\d+)?")
PLAIN_NUMBER = re.compile(r"[+-]?\d{1,20}(?:\.\d{1,20})?(?:[eE][+-]?\d{1,2})?")

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
    """Return what the usual properties say; `currency` is the brand's, for amounts that do not name theirs."""
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
            code = _code(value)
            if code is not None:
                facts["currency"] = code
    for name in AMOUNTS:
        if name in properties:
            amount = _amount(properties[name])
            if amount is not None:
                return _with_amount(facts, amount, currency)
    price = _amount(properties.get("price"))
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
    return [
        _line(place, product, code, sign)
        for place, product in enumerate(products[:MOST_LINES], start=1)
        if isinstance(product, dict)
    ]


def minor(amount: Decimal, currency: str) -> int | None:
    """Return an amount in the currency's smallest unit, halves rounded up as shops do; None when it is beyond any
    money."""
    places = 0 if currency in NO_CENTS else 3 if currency in MILS else 2
    scaled = amount.scaleb(places).quantize(Decimal(1), ROUND_HALF_UP) if abs(amount) < MOST_MONEY else None
    return None if scaled is None else int(scaled)


def _line(place: int, product: dict[str, Any], currency: str | None, sign: int) -> Line:
    quantity = _number(product.get("quantity"))
    quantity = 1.0 if quantity is None else quantity
    price = _amount(product.get("price"))
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


def _amount(value: object) -> Decimal | None:
    """Return an amount of money as it is written: a number, `"1,299.00"`, `"¥1299"`, `"12.5 EUR"`."""
    if type(value) is float or type(value) is int:
        # As the client wrote it: 1.005 is not 1.00499999999999989.
        written = str(value)
    elif isinstance(value, str):
        written = AROUND_MONEY.sub("", value)
        if GROUPED.fullmatch(written):
            written = written.replace(",", "")
    else:
        return None
    return Decimal(written) if PLAIN_NUMBER.fullmatch(written) else None


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


def _code(value: object) -> str | None:
    return value.upper() if isinstance(value, str) and len(value) == 3 and value.isalpha() else None


MINDED = {"quantity": _number, "currency": _code}
"""Properties that stand on their own: a column each, whatever else there is."""
