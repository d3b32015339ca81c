"""What every shop means by its usual properties: orders, products, money. The words are Segment's e-commerce spec."""

from typing import Any, NamedTuple

ORDER_IDS = ("order_id", "orderId", "checkout_id")
PRODUCT_IDS = ("product_id", "productId", "sku")
AMOUNTS = ("total", "revenue", "value")
ITEM_AMOUNTS = ("price",)
LIFTED = frozenset(
    (*ORDER_IDS[:2], *PRODUCT_IDS, *AMOUNTS, "category", "quantity", "currency", "products", "channel")
)
"""Properties that have a column of their own in the lake, so they need no declaration."""

NO_CENTS = frozenset(("JPY", "KRW", "VND", "CLP", "ISK", "XAF", "XOF", "PYG", "UGX"))
MILS = frozenset(("KWD", "BHD", "OMR", "JOD", "TND", "IQD", "LYD"))


class Facts(NamedTuple):
    """The columns that properties were lifted into."""

    order_id: str | None
    product_id: str | None
    category: str | None
    quantity: float | None
    amount_minor: int | None
    currency: str | None
    channel: str | None


NO_FACTS = Facts(None, None, None, None, None, None, None)


class Line(NamedTuple):
    """One line of an order, as it will lie in the lake."""

    line_no: int
    product_id: str | None
    category: str | None
    quantity: float | None
    amount_minor: int | None
    currency: str | None


def lift(properties: dict[str, Any], currency: str) -> Facts:
    """Return what the usual properties say; `currency` is the source's, for events that do not name theirs."""
    amount = _first_number(properties, AMOUNTS)
    code = _code(properties.get("currency"))
    if amount is not None and code is None:
        code = currency or None
    return Facts(
        _first_text(properties, ORDER_IDS[:2]),
        _first_text(properties, PRODUCT_IDS),
        _text(properties.get("category")),
        _number(properties.get("quantity")),
        None if amount is None else minor(amount, code or ""),
        code,
        _text(properties.get("channel")),
    )


def lines_of(properties: dict[str, Any], facts: Facts, currency: str, *, sign: int) -> list[Line]:
    """Return the lines of an order event; returns count negative."""
    products = properties.get("products")
    if not isinstance(products, list) or facts.order_id is None:
        return []
    code = facts.currency or currency or None
    return [
        _line(place, product, code, sign)
        for place, product in enumerate(products[:1_000], start=1)
        if isinstance(product, dict)
    ]


def minor(amount: float, currency: str) -> int | None:
    """Return an amount in the currency's smallest unit; None when it is beyond any money."""
    factor = 1 if currency in NO_CENTS else 1_000 if currency in MILS else 100
    scaled = amount * factor
    return round(scaled) if -(2**53) < scaled < 2**53 else None


def _line(place: int, product: dict[str, Any], currency: str | None, sign: int) -> Line:
    quantity = _number(product.get("quantity"))
    quantity = 1.0 if quantity is None else quantity
    price = _number(product.get("price"))
    amount = None if price is None else minor(price * quantity, currency or "")
    return Line(
        place,
        _first_text(product, PRODUCT_IDS),
        _text(product.get("category")),
        sign * quantity,
        None if amount is None else sign * amount,
        currency,
    )


def _first_text(properties: dict[str, Any], names: tuple[str, ...]) -> str | None:
    for name in names:
        text = _text(properties.get(name))
        if text is not None:
            return text
    return None


def _first_number(properties: dict[str, Any], names: tuple[str, ...]) -> float | None:
    for name in names:
        number = _number(properties.get(name))
        if number is not None:
            return number
    return None


def _text(value: object) -> str | None:
    if isinstance(value, str):
        return value[:200] or None
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else None


def _number(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        number = float(value)
    except (ValueError, OverflowError):
        return None
    return number if number - number == 0 else None


def _code(value: object) -> str | None:
    return value.upper() if isinstance(value, str) and len(value) == 3 and value.isalpha() else None
