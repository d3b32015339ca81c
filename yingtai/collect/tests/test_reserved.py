"""Names of events that nobody outside may use, however they are written."""

from time import perf_counter

import pytest
from django.conf import settings as product
from django.utils.translation import override
from hypothesis import given, settings
from hypothesis import strategies as st

from yingtai.collect.naming import EVENT_TITLES
from yingtai.collect.reserved import (
    ANSWERS,
    RESERVED_EVENTS,
    TITLES,
    is_free,
    is_reserved,
    shown_instead_of,
    skeleton,
)

VENDORS = (
    "Order Completed", "order_completed", "OrderCompleted", "Checkout Started", "Placed Order", "Ordered Product",
    "Started Checkout", "Added to Cart", "Viewed Product", "Active on Site", "Signed Up", "sign_up", "Page Viewed",
    "page_view", "view_item", "add_to_cart", "begin_checkout", "purchase", "refund", "generate_lead", "login", "search",
    "select_promotion", "PageView", "ViewContent", "AddToCart", "AddToWishlist", "InitiateCheckout", "Purchase",
    "CompleteRegistration", "Lead", "Contact", "Subscribe", "StartTrial", "SubmitApplication", "Schedule",
    "Subscription Created", "Subscription Activated", "Order Confirmed", "Shipping Address Confirmed",
    "Address Verified", "Address Added", "Booking Confirmed", "订单已确认", "确认收货地址",
    "Subscription Cancelled", "Application Opened", "Link Clicked", "Order Refunded",
    "Segment Consent Preference Updated", "cookie_consent_update", "$pageview", "newsletter_signup", "open", "click",
)  # fmt: skip
"""What Segment, Klaviyo, Google, Meta and others name events of a shop or a site; people really send these."""


@pytest.mark.parametrize(
    "name",
    ["Em\u0430il Opened", "Em\u034fail Opened", "Email\ufe0f Opened", "Email\u3164Opened", "Email\u2800Opened",
     "Email Opened\x7f", "Unsubscribed\ud83d", "Unsubscr\u0131bed", "UNSUBSCR\u0130BED", "Emai1 0pened", "EmaiI Opened",
     "\u0395mail Sent", "ｃonsent\u200b  updated", "E\u0301mail Bounced", "Consent Granted",
     "consent  w\u0456thdrawn", "Opted In", "撤回同意", "emailopened", "Subscribed", "Opt-in given", "Unsubscribe",
     "Mail opened", "Email Clicked", "Opened Email", "gave_consent", "Newsletter: subscribed!", "取消订阅", "已 同意",
     "Confirmed Email", "Mail Confirmed", "Email Address Confirmed", "confirmed their e-mail address", "Email Verified",
     "确认邮箱地址", "已确认邮箱", "邮箱已确认", "验证了电子邮箱", "DOI Confirmed",
     "Newsletter Subscription Confirmed", "同意营销", "Address Confirmed", "address_confirmation",
     "Confirmed an Address", "Subscription Confirmed", "Confirmed their subscription", "subscription-confirm",
     "地址已确认", "已确认订阅"],
)  # fmt: skip
def test_what_reads_like_a_reserved_name_is_one(name):
    assert is_reserved(name)
    assert not is_free(name)


@given(st.sampled_from([*RESERVED_EVENTS, *ANSWERS, *TITLES["Product Added"]]), st.data())
@settings(max_examples=150, deadline=None)
def test_however_it_is_spelled(name, data):
    words = [
        data.draw(st.sampled_from([str.lower, str.upper, str.title, str]))(word) for word in name.split()
    ]
    gap = data.draw(st.sampled_from(["", " ", "_", "-", ".", " - ", "__", "\u3000", "/", ":"]))
    assert not is_free(gap.join(words))


@pytest.mark.parametrize(
    "name",
    [
        "Shop Email Opened",
        "Email",
        "Segment Consent Preference",
        "Consent Banner Viewed",
        "Опрос пройден",
        "邮件已读",
        *VENDORS,
    ],
)
def test_a_name_of_its_own_is_free(name):
    assert is_free(name)


def test_what_a_standard_event_is_shown_as_leads_to_it():
    assert shown_instead_of("put a product into the \u0441art") == "Product Added"
    assert shown_instead_of(" 登录") == "Signed In"
    assert [shown_instead_of(name) for name in ("Signed In", "signed up", "Product Added")] == ["", "", ""]


def test_the_titles_are_those_that_pages_show():
    for place, (language, _title) in enumerate([("en", ""), ("zh-hans", "")]):
        with override(language):
            assert {name: str(title) for name, title in EVENT_TITLES.items()} == {
                name: titles[place] for name, titles in TITLES.items()
            }
    assert {code for code, _title in product.LANGUAGES} == {"en", "zh-hans"}


def test_a_name_made_to_be_long_costs_little():
    began = perf_counter()
    for sign in ("\ufdfa", "\u0430", "\u0301"):
        skeleton(sign * 100_000)
    assert perf_counter() - began < 0.1
