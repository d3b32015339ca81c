"""What standard events and traits are called, in the reader's language; any other name is shown as it is."""

from collections.abc import Mapping
from functools import lru_cache

from django.conf import settings
from django.utils.translation import override, pgettext_lazy

EVENT_TITLES = {
    "Page Viewed": pgettext_lazy("event", "Viewed a page"),
    "Screen Viewed": pgettext_lazy("event", "Opened an app screen"),
    "Identified": pgettext_lazy("event", "Told us who they are"),
    "Group Joined": pgettext_lazy("event", "Joined a group"),
    "Products Searched": pgettext_lazy("event", "Searched for products"),
    "Product List Viewed": pgettext_lazy("event", "Viewed a list of products"),
    "Product Clicked": pgettext_lazy("event", "Clicked a product"),
    "Product Viewed": pgettext_lazy("event", "Viewed a product"),
    "Product Added": pgettext_lazy("event", "Put a product into the cart"),
    "Product Removed": pgettext_lazy("event", "Took a product out of the cart"),
    "Product Added to Wishlist": pgettext_lazy("event", "Put a product on the wish list"),
    "Cart Viewed": pgettext_lazy("event", "Looked at the cart"),
    "Checkout Started": pgettext_lazy("event", "Began to check out"),
    "Checkout Step Completed": pgettext_lazy("event", "Completed a step of the checkout"),
    "Payment Info Entered": pgettext_lazy("event", "Entered how to pay"),
    "Order Completed": pgettext_lazy("event", "Completed an order"),
    "Order Updated": pgettext_lazy("event", "Changed an order"),
    "Order Refunded": pgettext_lazy("event", "Returned an order"),
    "Order Cancelled": pgettext_lazy("event", "Cancelled an order"),
    "Coupon Applied": pgettext_lazy("event", "Used a coupon"),
    "Promotion Viewed": pgettext_lazy("event", "Saw a promotion"),
    "Promotion Clicked": pgettext_lazy("event", "Clicked a promotion"),
    "Product Reviewed": pgettext_lazy("event", "Reviewed a product"),
    "Signed Up": pgettext_lazy("event", "Signed up"),
    "Signed In": pgettext_lazy("event", "Signed in"),
    "Lead Submitted": pgettext_lazy("event", "Became a lead"),
    "Brochure Downloaded": pgettext_lazy("event", "Downloaded a brochure"),
    "Configuration Saved": pgettext_lazy("event", "Saved a configuration"),
    "Test Drive Booked": pgettext_lazy("event", "Booked a test drive"),
    "Test Drive Completed": pgettext_lazy("event", "Made a test drive"),
    "Quote Requested": pgettext_lazy("event", "Asked for a quote"),
    "Showroom Visited": pgettext_lazy("event", "Visited a showroom"),
    "Vehicle Delivered": pgettext_lazy("event", "Received a vehicle"),
    "Service Booked": pgettext_lazy("event", "Booked a service"),
    "Service Completed": pgettext_lazy("event", "Had a service"),
    "Email Sent": pgettext_lazy("event", "Was sent an e-mail"),
    "Email Delivered": pgettext_lazy("event", "Received an e-mail"),
    "Email Opened": pgettext_lazy("event", "Opened an e-mail"),
    "Email Bounced": pgettext_lazy("event", "An e-mail came back"),
    "Email Link Clicked": pgettext_lazy("event", "Clicked a link in an e-mail"),
    "Aliased": pgettext_lazy("event", "Was recognized by a second identifier"),
    "Email Confirmed": pgettext_lazy("event", "Confirmed an e-mail address"),
    "Unsubscribed": pgettext_lazy("event", "Unsubscribed"),
    "Consent Updated": pgettext_lazy("event", "Changed their consent"),
}
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
    """Return what an event is called wherever it is shown: what a person did, as a timeline tells it."""
    return str(EVENT_TITLES.get(name, name))


def trait_title(name: str) -> str:
    """Return what a trait is called."""
    return str(TRAIT_TITLES.get(name, name))


@lru_cache(maxsize=1)
def standard_events() -> Mapping[str, str]:
    """Return the standard events by everything they are called, in every language of the product, in small letters."""
    return _called(EVENT_TITLES)


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
