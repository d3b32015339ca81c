"""What standard events and traits are called, in the reader's language; any other name is shown as it is."""

from collections.abc import Mapping
from functools import lru_cache

from django.conf import settings
from django.utils.translation import gettext_lazy, override, pgettext_lazy

EVENT_TITLES = {
    "Page Viewed": pgettext_lazy("event", "Page Viewed"),
    "Screen Viewed": pgettext_lazy("event", "Screen Viewed"),
    "Identified": pgettext_lazy("event", "Identified"),
    "Group Joined": pgettext_lazy("event", "Group Joined"),
    "Products Searched": pgettext_lazy("event", "Products Searched"),
    "Product List Viewed": pgettext_lazy("event", "Product List Viewed"),
    "Product Clicked": pgettext_lazy("event", "Product Clicked"),
    "Product Viewed": pgettext_lazy("event", "Product Viewed"),
    "Product Added": pgettext_lazy("event", "Product Added"),
    "Product Removed": pgettext_lazy("event", "Product Removed"),
    "Product Added to Wishlist": pgettext_lazy("event", "Product Added to Wishlist"),
    "Cart Viewed": pgettext_lazy("event", "Cart Viewed"),
    "Checkout Started": pgettext_lazy("event", "Checkout Started"),
    "Checkout Step Completed": pgettext_lazy("event", "Checkout Step Completed"),
    "Payment Info Entered": pgettext_lazy("event", "Payment Info Entered"),
    "Order Completed": pgettext_lazy("event", "Order Completed"),
    "Order Updated": pgettext_lazy("event", "Order Updated"),
    "Order Refunded": pgettext_lazy("event", "Order Refunded"),
    "Order Cancelled": pgettext_lazy("event", "Order Cancelled"),
    "Coupon Applied": pgettext_lazy("event", "Coupon Applied"),
    "Promotion Viewed": pgettext_lazy("event", "Promotion Viewed"),
    "Promotion Clicked": pgettext_lazy("event", "Promotion Clicked"),
    "Product Reviewed": pgettext_lazy("event", "Product Reviewed"),
    "Signed Up": pgettext_lazy("event", "Signed Up"),
    "Signed In": pgettext_lazy("event", "Signed In"),
    "Lead Submitted": pgettext_lazy("event", "Lead Submitted"),
    "Brochure Downloaded": pgettext_lazy("event", "Brochure Downloaded"),
    "Configuration Saved": pgettext_lazy("event", "Configuration Saved"),
    "Test Drive Booked": pgettext_lazy("event", "Test Drive Booked"),
    "Test Drive Completed": pgettext_lazy("event", "Test Drive Completed"),
    "Quote Requested": pgettext_lazy("event", "Quote Requested"),
    "Showroom Visited": pgettext_lazy("event", "Showroom Visited"),
    "Vehicle Delivered": pgettext_lazy("event", "Vehicle Delivered"),
    "Service Booked": pgettext_lazy("event", "Service Booked"),
    "Service Completed": pgettext_lazy("event", "Service Completed"),
    "Email Sent": pgettext_lazy("event", "Email Sent"),
    "Email Delivered": pgettext_lazy("event", "Email Delivered"),
    "Email Opened": pgettext_lazy("event", "Email Opened"),
    "Email Bounced": pgettext_lazy("event", "Email Bounced"),
    "Email Link Clicked": pgettext_lazy("event", "Email Link Clicked"),
    "Unsubscribed": pgettext_lazy("event", "Unsubscribed"),
    "Consent Updated": pgettext_lazy("event", "Consent Updated"),
}
EVENT_DEEDS = {
    "Page Viewed": gettext_lazy("Viewed a page"),
    "Screen Viewed": gettext_lazy("Opened an app screen"),
    "Identified": gettext_lazy("Told us who they are"),
    "Group Joined": gettext_lazy("Joined a group"),
    "Product Viewed": gettext_lazy("Viewed a product"),
    "Product Added": gettext_lazy("Put a product into the cart"),
    "Order Completed": gettext_lazy("Completed an order"),
    "Order Refunded": gettext_lazy("Returned an order"),
    "Order Cancelled": gettext_lazy("Cancelled an order"),
    "Email Sent": gettext_lazy("Was sent an e-mail"),
    "Email Opened": gettext_lazy("Opened an e-mail"),
    "Email Link Clicked": gettext_lazy("Clicked a link in an e-mail"),
    "Unsubscribed": gettext_lazy("Unsubscribed"),
    "Consent Updated": gettext_lazy("Changed their consent"),
}
"""What a person did, as a timeline tells it."""
TRAIT_TITLES = {
    "city": pgettext_lazy("trait", "City"),
    "province": pgettext_lazy("trait", "Province"),
    "country": pgettext_lazy("trait", "Country"),
    "gender": pgettext_lazy("trait", "Gender"),
    "age_band": pgettext_lazy("trait", "Age band"),
    "language": pgettext_lazy("trait", "Language"),
    "plan": pgettext_lazy("trait", "Plan"),
    "member_level": pgettext_lazy("trait", "Member level"),
    "preferred_dealer": pgettext_lazy("trait", "Preferred dealer"),
    "owned_model": pgettext_lazy("trait", "Model owned"),
    "lead_stage": pgettext_lazy("trait", "Lead stage"),
    "lifetime_value": pgettext_lazy("trait", "Lifetime value"),
    "is_owner": pgettext_lazy("trait", "Is an owner"),
    "name": pgettext_lazy("trait", "Name"),
    "first_name": pgettext_lazy("trait", "First name"),
    "last_name": pgettext_lazy("trait", "Last name"),
    "email": pgettext_lazy("trait", "E-mail"),
    "phone": pgettext_lazy("trait", "Phone"),
    "address": pgettext_lazy("trait", "Address"),
    "birthday": pgettext_lazy("trait", "Birthday"),
    "vin": pgettext_lazy("trait", "VIN"),
    "member_no": pgettext_lazy("trait", "Member number"),
}


def event_title(name: str) -> str:
    """Return what an event is called."""
    return str(EVENT_TITLES.get(name, name))


def trait_title(name: str) -> str:
    """Return what a trait is called."""
    return str(TRAIT_TITLES.get(name, name))


def event_deed(name: str) -> str:
    """Return an event as something a person did."""
    return str(EVENT_DEEDS.get(name) or event_title(name))


@lru_cache(maxsize=1)
def standard_events() -> Mapping[str, str]:
    """Return the standard events by everything they are called, in every language of the product, in small letters."""
    return _called(EVENT_TITLES) | _called(EVENT_DEEDS)


@lru_cache(maxsize=1)
def standard_traits() -> Mapping[str, str]:
    """Return the standard traits by everything they are called, in every language of the product, in small letters."""
    return _called(TRAIT_TITLES)


def _called(titles: Mapping[str, object]) -> dict[str, str]:
    called = {name.casefold(): name for name in titles}
    for language, _title in settings.LANGUAGES:
        with override(language):
            called |= {str(title).casefold(): name for name, title in titles.items()}
    return called
