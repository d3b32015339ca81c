import pytest
from django.contrib.auth.models import AnonymousUser
from django.http import Http404
from django.test import RequestFactory
from django.utils import translation

from yingtai.kernel.errors import CATALOGUE
from yingtai.ui import samples, views
from yingtai.ui.pages import is_swap, render_page


def request_with(**headers: str):
    request = RequestFactory().get("/ui/gallery", headers=headers)
    request.user = AnonymousUser()
    return request


def test_htmx_gets_the_part_it_asked_for():
    response = views.gallery(request_with(HX_Request="true"))

    text = response.content.decode()
    assert "<html" not in text
    assert text.count("<tr>") == len(samples.ROWS)
    assert response["Vary"] == "HX-Request, HX-Boosted, HX-History-Restore-Request"


def test_boosted_links_and_restored_history_get_the_whole_page():
    assert not is_swap(request_with(HX_Request="true", HX_Boosted="true"))
    assert not is_swap(request_with(HX_Request="true", HX_History_Restore_Request="true"))
    assert b"<html" in views.gallery(request_with()).content


def test_a_page_without_parts_is_always_whole():
    response = render_page(request_with(HX_Request="true"), "ui/wrong.html", {"title": "T", "remedy": "R."})

    assert b"<html" in response.content


def test_the_saved_colours_are_printed_into_the_page():
    request = request_with()
    request.COOKIES["theme"] = "dark"

    assert b'data-bs-theme="dark"' in views.gallery(request).content


def test_a_strange_cookie_is_not_printed_into_the_page():
    request = request_with()
    request.COOKIES["theme"] = '"><script>'

    assert b"data-bs-theme" not in views.gallery(request).content


def test_the_choice_of_colours_leads_back_but_never_to_another_site():
    here = views.theme(RequestFactory().post("/ui/theme", {"theme": "dark", "next": "/profiles/"}))
    away = views.theme(
        RequestFactory().post("/ui/theme", {"theme": "auto", "next": "https://elsewhere.example"})
    )

    assert (here.url, here.cookies["theme"].value) == ("/profiles/", "dark")
    assert (away.url, away.cookies["theme"].value) == ("/", "")


def test_no_page_holds_script_or_style_of_its_own():
    text = views.gallery(request_with()).content.decode()

    assert " style=" not in text
    assert "<style" not in text
    assert " onclick=" not in text


@pytest.mark.parametrize(
    ("language", "title", "remedy"),
    [
        ("en", "There is no parameter … here", "Known are: …."),
        ("zh-hans", "此处没有参数 …", "可用的参数：…。"),
    ],
)
def test_the_address_of_a_problem_says_what_it_means(language, title, remedy):
    with translation.override(language):
        text = views.error_help(request_with(), "kernel.parameter-not-known").content.decode()

    assert title in text
    assert remedy in text
    assert "kernel.parameter-not-known" in text


def test_a_problem_that_there_is_not_has_no_page():
    with pytest.raises(Http404):
        views.error_help(request_with(), "kernel.<script>")


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_every_problem_has_words_without_its_facts(language):
    with translation.override(language):
        for code in list(CATALOGUE):
            assert "{" not in "".join(views.words_without_facts(CATALOGUE[code])), code
