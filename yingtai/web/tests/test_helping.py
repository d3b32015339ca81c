"""Help inside: every page of the navigation has its own, in both languages, and the search finds it."""

import pytest
from django.conf import settings

from yingtai.compliance.testing import signed_in
from yingtai.ui.helping import FOLDER, HelpPage, topics
from yingtai.ui.navigation import entries


def test_every_page_of_the_navigation_has_help_in_both_languages():
    wanted = {"home", *(entry.url_name.replace(":", ".") for entry in entries.all())} - {"home"}

    for language in ("en", "zh-hans"):
        written = {path.stem for path in (FOLDER / language).glob("*.md")}
        assert wanted - written == set(), f"write docs/help/{language}/<page>.md"
    assert topics()[0] == "home"


@pytest.mark.parametrize(
    ("path", "topic"),
    [
        ("/", "home"),
        ("/insights/", "insights.dashboard"),
        ("/insights/metrics/insights.orders/", "insights.metric_list"),
        ("/profiles/", "customers.profile_list"),
        ("/audiences/new", "audiences.audience_list"),
    ],
)
def test_a_page_leads_to_its_own_help(path, topic, brand):
    page = signed_in(brand.code, "marketer").get(path).content.decode()

    assert f'href="/help/{topic}"' in page


def test_help_is_in_the_readers_language(brand):
    marketer = signed_in(brand.code, "marketer")
    english = marketer.get("/help/insights.dashboard").content.decode()
    marketer.cookies[settings.LANGUAGE_COOKIE_NAME] = "zh-hans"
    chinese = marketer.get("/help/insights.dashboard").content.decode()

    assert "never added across currencies" in english
    assert "从不跨币种相加" in chinese


def test_help_is_found_by_what_it_says(brand):
    marketer = signed_in(brand.code, "marketer")

    found = marketer.post("/search", {"text": "对照组"}, headers={"HX-Request": "true"}).content.decode()

    assert 'href="/help/campaigns.campaign_list"' in found


@pytest.mark.parametrize("topic", ["..%2f..%2fREADME", "nobody", "home.md"])
def test_what_is_no_topic_is_not_found(topic, brand):
    assert signed_in(brand.code, "marketer").get(f"/help/{topic}").status_code == 404


def test_markup_in_a_page_is_text():
    html = HelpPage("x", "X", "# X\n\n<script>alert(1)</script> [a](javascript:alert(1)) **b**").html

    assert "<script>" not in html
    assert "href" not in html
    assert "<strong>b</strong>" in html
