"""Kinds of events that a timeline can be narrowed to. A kind is nobody's own, so it may stand in an address."""

from django.utils.translation import gettext_lazy as _

HAPPENINGS = {
    "orders": (_("Orders and returns"), ("Order Completed", "Order Updated", "Order Refunded", "Order Cancelled")),
    "goods": (
        _("Products and cart"),
        ("Product Viewed", "Product Clicked", "Product Added", "Product Removed", "Product Added to Wishlist",
         "Products Searched", "Product List Viewed", "Cart Viewed", "Checkout Started", "Configuration Saved"),
    ),
    "visits": (_("Visits"), ("Page Viewed", "Screen Viewed", "Signed Up", "Signed In", "Identified")),
    "messages": (
        _("Messages"),
        ("Email Sent", "Email Delivered", "Email Opened", "Email Bounced", "Email Link Clicked"),
    ),
    "consent": (_("Consent"), ("Consent Updated", "Email Confirmed", "Unsubscribed")),
    "service": (
        _("Leads and service"),
        ("Lead Submitted", "Brochure Downloaded", "Test Drive Booked", "Test Drive Completed", "Quote Requested",
         "Showroom Visited", "Vehicle Delivered", "Service Booked", "Service Completed"),
    ),
}  # fmt: skip


def events_of(kind: str) -> tuple[str, ...]:
    """Return the events of a kind; of an unknown one none, which narrows nothing."""
    return HAPPENINGS[kind][1] if kind in HAPPENINGS else ()
