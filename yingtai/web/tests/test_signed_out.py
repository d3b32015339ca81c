"""A session that ends while a page is open takes nothing from the page, and nothing without a word."""

import re
import tempfile

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
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


def test_a_form_that_is_sent_without_a_session_comes_back_whole_and_only_to_the_browser(books):
    browser = Client(headers=ENGLISH)

    answer = browser.post("/audiences/new?preset=lapsed", {
        "name": "Tea <drinkers>", "about": "\ntwo\nlines", "chosen": ["1", "2"], "do": "save",
        "csrfmiddlewaretoken": "old", "file": SimpleUploadedFile("people.csv", b"phone"),
    })  # fmt: skip

    words = answer.content.decode()
    assert (answer.status_code, answer["Cache-Control"]) == (401, "private, no-store")
    assert '<form method="post" action="/audiences/new?preset=lapsed" data-guard>' in words
    kept = re.findall(r'<textarea name="(\w+)" hidden>\n([^<]*)</textarea>', words)
    assert kept == [
        ("name", "Tea &lt;drinkers&gt;"), ("about", "\ntwo\nlines"), ("chosen", "1"), ("chosen", "2"), ("do", "save"),
    ]  # fmt: skip
    assert "A browser keeps no files" in words
    assert "sessionid" not in answer.cookies


def test_without_the_token_of_its_page_nothing_is_shown_again(books):
    answer = Client(enforce_csrf_checks=True).post("/audiences/new", {"name": "Tea drinkers"})

    assert answer.status_code == 403
    assert "Tea drinkers" not in answer.content.decode()


def test_a_form_that_another_site_sent_is_not_shown_again(books):
    answer = Client(enforce_csrf_checks=True).post(
        "/data/imports/new", {"name": "evil"}, headers={"Origin": "http://evil.example", **ENGLISH}
    )

    assert answer.status_code == 403
    assert "evil" not in answer.content.decode()


def test_a_file_that_is_sent_without_a_session_touches_no_disk(books, monkeypatch):
    monkeypatch.setattr(tempfile, "_get_candidate_names", lambda: pytest.fail("a temporary file was made"))

    answer = Client(headers=ENGLISH).post(
        "/data/imports/new", {"file": SimpleUploadedFile("people.csv", b"13800138000\n" * 300_000)}
    )

    assert answer.status_code == 401
    assert "A browser keeps no files" in answer.content.decode()
