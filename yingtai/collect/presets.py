"""Plans to start from: the names of the Segment e-commerce specification, and those of car retail."""

from collections.abc import Iterator

from yingtai.collect.plan import ANY_EVENT, EVENT, PROPERTY, TRAIT, Declared
from yingtai.kernel.labels import Label

L2, L3 = Label.L2, Label.L3

PRODUCT = {
    "product_id": "string", "sku": "string", "category": "string", "name": "string", "brand": "string",
    "variant": "string", "price": "number", "quantity": "number", "currency": "string", "position": "integer",
    "coupon": "string",
}  # fmt: skip
LINES = {
    "products": "array",
    **{f"products[].{name}": kind for name, kind in PRODUCT.items()},
    "products[].amount": "number",
    "products[].amount_minor": "integer",
    "products[].line_no": "integer",
}
ORDER = {
    "order_id": "string", "checkout_id": "string", "affiliation": "string", "subtotal": "number",
    "total": "number", "revenue": "number", "shipping": "number", "tax": "number", "discount": "number",
    "coupon": "string", "currency": "string", "payment_method": "string", "country": "string", **LINES,
}  # fmt: skip
CAR = {
    "model": "string", "series": "string", "trim": "string", "body_style": "string", "powertrain": "string",
    "model_year": "integer", "price": "number", "currency": "string", "dealer_code": "string",
    "lead_source": "string", "interest": "string",
}  # fmt: skip

EVERYWHERE = {
    "channel": "string", "category": "string", "product_id": "string", "order_id": "string",
    "quantity": "number", "value": "number", "currency": "string", "campaign": "string",
    "session_id": "string",
}  # fmt: skip

COMMERCE: dict[str, dict[str, str]] = {
    "Page Viewed": {"category": "string", "path": "string"},
    "Screen Viewed": {"category": "string"},
    "Products Searched": {"results": "integer"},
    "Product List Viewed": {"list_id": "string", "category": "string", **LINES},
    "Product Clicked": PRODUCT,
    "Product Viewed": PRODUCT,
    "Product Added": {"cart_id": "string", **PRODUCT},
    "Product Removed": {"cart_id": "string", **PRODUCT},
    "Product Added to Wishlist": {"wishlist_id": "string", **PRODUCT},
    "Cart Viewed": {"cart_id": "string", **LINES},
    "Checkout Started": ORDER,
    "Checkout Step Completed": {"checkout_id": "string", "step": "integer", "payment_method": "string"},
    "Payment Info Entered": {"checkout_id": "string", "order_id": "string", "payment_method": "string"},
    "Order Completed": ORDER,
    "Order Updated": ORDER,
    "Order Refunded": ORDER,
    "Order Cancelled": ORDER,
    "Coupon Applied": {"coupon_id": "string", "discount": "number"},
    "Promotion Viewed": {"promotion_id": "string", "name": "string", "position": "string"},
    "Promotion Clicked": {"promotion_id": "string", "name": "string", "position": "string"},
    "Product Reviewed": {"product_id": "string", "rating": "number"},
    "Signed Up": {"method": "string"},
    "Signed In": {"method": "string"},
    "Lead Submitted": CAR,
    "Brochure Downloaded": CAR,
    "Configuration Saved": {"configuration_id": "string", **CAR},
    "Test Drive Booked": {"slot": "datetime", **CAR},
    "Test Drive Completed": {"rating": "number", **CAR},
    "Quote Requested": CAR,
    "Showroom Visited": {"party_size": "integer", **CAR},
    "Vehicle Delivered": {"order_id": "string", **CAR},
    "Service Booked": {"service_type": "string", "mileage": "number", **CAR},
    "Service Completed": {
        "service_type": "string", "mileage": "number", "total": "number", "rating": "number", **CAR,
    },
    "Email Sent": {}, "Email Delivered": {},
    "Email Opened": {"is_machine": "boolean", "is_proxy": "boolean", "proxy": "string"},
    "Email Bounced": {"bounce_type": "string"},
    "Email Link Clicked": {"link_id": "string", "link_no": "integer", "is_machine": "boolean"},
    "Email Confirmed": {},
    "Unsubscribed": {"purpose": "string"},
    "Consent Updated": {"purpose": "string", "status": "string", "source": "string"},
}  # fmt: skip

TRAITS = {
    "city": ("string", L2), "province": ("string", L2), "country": ("string", L2), "gender": ("string", L2),
    "age_band": ("string", L2), "language": ("string", L2), "plan": ("string", L2),
    "member_level": ("string", L2), "preferred_dealer": ("string", L2), "owned_model": ("string", L2),
    "lead_stage": ("string", L2), "lifetime_value": ("number", L2), "is_owner": ("boolean", L2),
    "name": ("string", L3), "first_name": ("string", L3), "last_name": ("string", L3),
    "email": ("string", L3), "phone": ("string", L3), "address": ("object", L3), "birthday": ("string", L3),
    "vin": ("string", L3), "member_no": ("string", L3),
}  # fmt: skip


def commerce() -> Iterator[Declared]:
    """Return the plan for shops and car retail, line by line."""
    for name, kind in EVERYWHERE.items():
        yield Declared(PROPERTY, ANY_EVENT, name, kind, L2)
    for event, properties in COMMERCE.items():
        yield Declared(EVENT, ANY_EVENT, event, "object", L2)
        for name, kind in properties.items():
            yield Declared(PROPERTY, event, name, kind, L2)
    for name, (kind, label) in TRAITS.items():
        yield Declared(TRAIT, ANY_EVENT, name, kind, label)


PRESETS = {"commerce": commerce}
