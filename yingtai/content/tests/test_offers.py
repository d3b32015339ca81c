"""A service mail goes to people who said no to marketing, so it holds no offer."""

from time import perf_counter

import pytest

from yingtai.content.errors import OfferInService
from yingtai.content.offers import offer_in
from yingtai.content.services import change_draft, create_template, make_version
from yingtai.content.testing import HTML, make_template


@pytest.mark.parametrize(
    ("said", "offer"),
    [
        ("Your order 7: 20 % off the next one", "20 % off"),
        ("SALE: everything must go", "SALE"),
        ("Use the promo code SPRING", "promo code"),
        ("Sonderangebot der Woche", "Sonderangebot"),
        ("订单已发货，再购享8折", "8折"),
        ("优惠只到周日", "优惠"),
        ("优\u200b惠只到周日", "优惠"),
        ("２０％ off", "20% off"),
        ("{{ person.city | default: 'Buy now' }}", "Buy now"),
        ("Your order 7 was sent. Total 12.00, of it discount 2.00", ""),
        ("您的订单已发出，已优惠 20 元，折扣金额 5 元", ""),
        ("The bus runs on Saturdays; wholesale and salesman are no offers", ""),
    ],
)
def test_words_that_make_an_offer_are_found(said, offer):
    assert offer_in(said, "<p>Hello</p>") == offer
    assert offer_in("Hello", f"<p>{said}</p>") == offer


def test_the_words_of_a_picture_count_and_its_style_does_not():
    assert offer_in("", '<p><img src="https://a.example/1.png" alt="Sale"></p>') == "Sale"
    assert offer_in("", "<style>.sale { color: red }</style><p class='sale'>Your order</p>") == ""


def test_a_service_template_with_an_offer_makes_no_version_and_a_marketing_one_does(acting, brand):
    html = HTML.replace("The sale", "Big sale")
    made = create_template(acting, node_no=brand.node_no, name="Order", html=html, basis="contract")

    with pytest.raises(OfferInService) as refused:
        make_version(acting, made.id)
    change_draft(acting, made.id, name="Order", subject="Hi", html=html, basis="consent")
    version = make_version(acting, made.id)

    assert refused.value.facts == {"what": "sale"}
    assert version.basis == "consent"


def test_a_template_declared_anew_makes_a_new_version_though_its_words_are_the_same(acting, brand):
    html = HTML.replace("The sale", "The order")
    first = make_template(acting, brand.node_no, html=html)
    change_draft(acting, first.template_id, name="News", subject=first.subject, html=html, basis="contract")

    second = make_version(acting, first.template_id)

    assert (first.version, first.basis) == (1, "consent")
    assert (second.version, second.basis) == (2, "contract")


@pytest.mark.parametrize("sign", ["a", "1", "满", "优", "save ", "12 "])
def test_long_texts_are_read_in_no_time(sign):
    began = perf_counter()

    assert offer_in("Hello", f"<p>{sign * (200_000 // len(sign))}</p>") == ""
    assert perf_counter() - began < 2
