"""A session that ends while a page is open takes nothing from the page, and nothing without a word."""

import pytest
from django.test import Client

ENGLISH = {"Accept-Language": "en"}
PARTS = [
    ("post", "/audiences/count"),
    ("post", "/audiences/new"),
    ("get", "/audiences/suggestions/events"),
    ("get", "/campaigns/?search=tea"),
    ("post", "/search"),
]


@pytest.mark.parametrize(("method", "path"), PARTS)
def test_a_part_that_is_asked_for_without_a_session_leaves_the_page_as_it_is(method, path, books):
    answer = getattr(Client(), method)(path, headers={"HX-Request": "true", **ENGLISH})

    words = answer.content.decode()
    assert answer.status_code == 401
    assert (answer["HX-Retarget"], answer["HX-Reswap"]) == ("#messages", "innerHTML")
    assert "You were signed out" in words
    assert (
        '<a href="/account/login/" target="_blank" rel="noopener">Sign in in another tab</a>, then go on here.'
        in words
    )
    assert "<html" not in words


def test_a_boosted_link_without_a_session_leads_to_the_sign_in(books):
    answer = Client().get("/audiences/", headers={"HX-Request": "true", "HX-Boosted": "true"})

    assert (answer.status_code, answer["Location"]) == (302, "/account/login/?next=/audiences/")


def test_the_sign_in_says_that_what_was_sent_without_a_session_is_not_saved(books):
    browser = Client(headers=ENGLISH)

    page = browser.post("/audiences/new", {"name": "Tea drinkers", "do": "save"}, follow=True)

    assert page.redirect_chain == [("/account/login/?next=/audiences/new", 302)]
    assert "You were signed out before this was sent, so nothing of it was saved." in page.content.decode()
    assert "nothing of it was saved" not in browser.get("/account/login/").content.decode()
